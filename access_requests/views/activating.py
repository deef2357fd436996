"""Internal → Cases: an associate turns on their own access for a case, and brings in a colleague."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts
from accounts.authorization import granted, is_associate
from audit import edge
from frame import clock
from frame.rates import TOO_OFTEN, within
from frame.refusals import REFUSED, say_on
from frame.wording import spell_moment
from riders import selectors as riders

from .. import selectors, services
from ..forms import ActivateForm, BringInForm, switches


@require_http_methods(["GET", "HEAD", "POST"])
def desk_activate(request, case_number):
    """Turn on one's own access to the account of a case, with what a contact has approved (S3-7, S3-8)."""
    at = clock.now()
    case = _find(request, case_number, at=at)
    own = riders.case_access_of(request.user, case, at=at)
    approvals = selectors.approvals_to_act_on(case, request.user, at=at)
    latest = max((one.ends_at for one in approvals), default=at)
    whole = _("As long as it was approved")
    form = ActivateForm(request.POST if request.method == "POST" else None, latest=latest, at=at, whole=whole)
    context = {"case": case, "account": case.account, "own": own, "form": form, "at": at}
    context["approvals"] = [(one, selectors.roles_approved(one)) for one in approvals]

    def act():
        grant = services.activate_access(case=case, by=request.user, at=at, **form.cleaned_data)
        words = _("Your access is on until %(when)s, and %(name)s has been told.")
        when = spell_moment(grant.ends_at, case.account.zone)
        messages.success(request, words % {"when": when, "name": grant.decided_by})
        return redirect("account", number=case.account.number)

    return _answer(request, "desk_activate", form, act, context)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_bring_in(request, case_number):
    """Bring a colleague in, in their own name, on one's own access for a case (S3-10)."""
    at = clock.now()
    case = _find(request, case_number, at=at)
    own = riders.case_access_of(request.user, case, at=at)
    if own is None or not (own.may_delegate and own.live_at(at)):
        raise Http404
    rights, whole = granted(own), _("As long as mine")
    sent = request.POST if request.method == "POST" else None
    form = BringInForm(sent, rights=rights, latest=own.ends_at, at=at, whole=whole)
    context = {"case": case, "account": case.account, "own": own, "form": form, "at": at}
    context["switches"] = switches(form, rights=rights, opens={})

    def act():
        data = dict(form.cleaned_data)
        length = data.pop("length")
        data["ends_at"] = None if length is None else min(own.ends_at, at + length)
        opened = services.bring_in_colleague(grant=own, by=request.user, at=at, **data)
        words = _("%(name)s can open the account now. %(contact)s and %(name)s have been told.")
        messages.success(request, words % {"name": opened.grantee, "contact": own.decided_by})
        return redirect("desk_case", case_number=case.number)

    return _answer(request, "desk_bring_in", form, act, context)


def _answer(request, page, form, act, context):
    """Draw the page, or do what was asked; what cannot be done stands on the page, with all that was typed."""
    at, status, headers = context["at"], 200, {}
    if request.method == "POST":
        status = 400
        if not within(request, "decide"):
            form.add_error(None, TOO_OFTEN)
            status = 429
        elif form.is_valid():
            try:
                return act()
            except REFUSED as refusal:
                status, headers = say_on(form, refusal, at=at)
    response = render(request, f"access_requests/{page}.html", context, status=status)
    for name, value in headers.items():
        response.headers[name] = value
    return response


def _find(request, case_number, *, at):
    """The case with this number, for an associate.

    :raises Http404: the reader is none, or there is no such case
    """
    found = riders.find_case_at_desk(case_number) if is_associate(request.user, at=at) else None
    if found is None:
        raise Http404
    edge.concern(*accounts.concerned(request.user, found.account.number))
    return found
