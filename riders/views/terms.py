"""The terms of remote access: beside a case, on a page of their own, and while a case is opened."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors as accounts
from accounts.permissions import AccountPermission as P
from audit import edge
from frame import clock
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import OpeningTermsForm, TermsForm
from ..states import UNSOLVED, Answer, CaseState
from .entering import enter_customer, enter_desk, show


def beside(visit_or_user, case, *, at):
    """What ``side_terms.html`` and ``desk_terms.html`` show of a case, and the parts about asking for a session.

    :param visit_or_user: the visit of whoever reads the customer's page; the associate at support's own desk
    """
    rights: frozenset = getattr(visit_or_user, "rights", frozenset())
    last, asked = selectors.last_answer_to(case), selectors.last_request(case)
    accepted = last if last is not None and last.answer == Answer.ACCEPTED else None  # after a yes there is no other
    rider = selectors.current_rider() if accepted is None else None
    waiting = asked if asked is not None and asked.is_waiting else None  # none is asked for beside one that waits
    answered = None if waiting else asked
    state = case.state_at(at)
    return {
        "acceptance": accepted,
        "rider": rider,
        "declined_terms": None if accepted else last,
        "may_accept_terms": P.ACCEPT_TERMS in rights,
        "may_ask_for_session": P.WRITE_CASES in rights,
        "is_closed": state == CaseState.CLOSED,
        "is_worked_on": state in UNSOLVED,
        "waiting_request": waiting,
        "answered_request": answered,
        "session_telephone": selectors.telephone_for(answered) if answered else "",
        "no_terms": accepted is None and rider is None,
    }


def opening(visit, data=None):
    """The box for the terms on the page that opens a case, or ``None`` for whoever may not accept them.

    :param data: what was sent
    """
    rider = selectors.current_rider() if P.ACCEPT_TERMS in visit.rights else None
    if rider is None:
        return None
    return OpeningTermsForm(data, prefix="terms", initial={"digest": rider.digest}, rider=rider)


def opening_again(visit, form):
    """The same once the case was not opened: as it was sent, unless another version is asked for now.

    :param form: what :func:`opening` gave
    """
    same = form is None or form.cleaned_data["digest"] == form.initial["digest"]
    return form if same else opening(visit)


def open_case(form, **facts):
    """Open a case, and accept the terms for it where the box under them is ticked.

    :param form: what :func:`opening` gave, found valid
    :param facts: as :func:`riders.services.open_case` takes them
    """
    if form is not None and form.cleaned_data["agreed"]:
        return services.open_case_with_terms(digest=form.cleaned_data["digest"], **facts)
    return services.open_case(**facts)


@require_http_methods(["GET", "HEAD", "POST"])
def case_terms(request, number, case_number):
    """The terms for one case, to be read, accepted or declined; opening the page does neither (S1-10 to S1-17)."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, P.VIEW_CASES, "terms", looking=False)
    case = selectors.find_case(visit.account, case_number)
    if case is None:
        raise Http404
    form, outdated = TermsForm(request.POST if request.method == "POST" else None), ""
    if request.method == "POST" and form.is_valid():
        try:
            return _answer(request, case, **form.cleaned_data)
        except ValidationError as error:
            form.add_error("agreed", error)
        except NotAllowedNow as error:
            if not _has_changed(form.cleaned_data["digest"]):
                raise
            outdated = str(error)
    return _page(request, visit, case, form, outdated)


@require_POST
def desk_terms_ask(request, case_number):
    """Ask the customer to read and accept the terms, by a comment on the case."""
    case = enter_desk(request, case_number)
    services.ask_for_terms(case=case, by=request.user, at=clock.now())
    messages.success(request, _("Asked. The link stands in a comment, and whoever may accept has been told."))
    return redirect("desk_case", case_number=case.number)


def _answer(request, case, *, digest, agreed, answer):
    at = clock.now()
    if answer == "decline":
        services.decline_terms(case=case, digest=digest, by=request.user, at=at)
        words = _("Declined. Nothing was accepted, and no session can start. Support has been told.")
        later = _("You can still accept the terms later.")
        messages.info(request, f"{words} {later}")
        return redirect(case)
    waited = selectors.waiting_request(case)
    services.acknowledge(case=case, digest=digest, agreed=agreed, by=request.user, at=at)
    words = _("Accepted, for this case. Support has been told.")
    if waited is not None:
        words += " " + _("The request of %(name)s for a session has gone to support.") % {"name": waited.asked_by}
    messages.success(request, words)
    return redirect(case)


def _has_changed(digest):
    """Whether another version is asked for than the one that was read."""
    rider = selectors.current_rider()
    return rider is not None and rider.digest != digest


def _page(request, visit, case, form, outdated):
    at = clock.now()
    context = beside(visit, case, at=at)
    open_to_answer = context["acceptance"] is None and not context["is_closed"] and context["rider"] is not None
    if outdated or not form.is_bound:
        form = TermsForm(initial={"digest": context["rider"].digest if context["rider"] else ""})
    context |= {
        "case": case,
        "form": form,
        "outdated": outdated,
        "answerable": open_to_answer and context["may_accept_terms"],
        "shown": context["acceptance"].rider if context["acceptance"] else context["rider"],
        "who_may": selectors.may_accept(visit.account, at=at) if open_to_answer else [],
    }
    status = 409 if outdated else 400 if form.is_bound else 200
    return show(request, visit, "terms", context, status=status, looked=False)
