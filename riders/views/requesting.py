"""Asking support for a remote session, what became of it, and support's answer."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import authorization
from accounts import selectors as accounts
from accounts.permissions import AccountPermission as P
from audit import edge
from frame import clock
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import SessionAnswerForm, SessionRequestForm, WithdrawForm
from ..states import SessionRequestState
from .entering import enter_customer, enter_desk, show
from .terms import beside


@require_http_methods(["GET", "HEAD", "POST"])
def session_request(request, number, case_number):
    """Ask for a session on a case; while a request waits, the page shows it and takes it back (S1-19 to S1-24)."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, P.VIEW_CASES, "session_request", looking=False)
    case = selectors.find_case(visit.account, case_number)
    if case is None:
        raise Http404
    authorization.require(request.user, P.WRITE_CASES, visit.account, at=clock.now())
    if request.method == "POST" and "withdraw" in request.POST:
        return _withdraw(request, visit, case)
    return _ask(request, visit, case)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_session_request(request, case_number):
    """The request that waits on a case, and the form by which support accepts or declines it (S1-3, S1-25)."""
    case, at = enter_desk(request, case_number), clock.now()
    form = SessionAnswerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        found = selectors.find_session_request(case, form.cleaned_data["request"])
        if found is None:
            raise Http404
        try:
            return _answer(request, case, found, form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code, error)
    waiting = selectors.waiting_request(case)
    if waiting is None or waiting.state != SessionRequestState.SUBMITTED:
        return redirect("desk_case", case_number=case.number)
    if not form.is_bound:
        form = SessionAnswerForm(initial={"request": waiting.pk})
    context = {
        "case": case,
        "account": case.account,
        "waiting_request": waiting,
        "acceptance": selectors.acceptance_of(case),
        "form": form,
        "at": at,
    }
    return render(request, "riders/desk_session_request.html", context, status=400 if form.is_bound else 200)


def _ask(request, visit, case):
    with_terms = P.ACCEPT_TERMS in visit.rights and selectors.acceptance_of(case) is None
    form, outdated = SessionRequestForm(_sent(request), with_terms=with_terms), ""
    if request.method == "POST" and form.is_valid():
        try:
            services.request_session(case=case, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except NotAllowedNow as error:
            rider = selectors.current_rider()
            if not with_terms or rider is None or rider.digest == form.cleaned_data["digest"]:
                raise
            outdated = str(error)
        else:
            return redirect(f"{_address(case)}?sent=1")
    return _page(request, visit, case, form, outdated)


def _page(request, visit, case, form, outdated):
    at = clock.now()
    context = beside(visit, case, at=at) | {"case": case, "outdated": outdated}
    rider, with_terms = context["rider"], "digest" in form.fields
    if context["waiting_request"] is not None and not form.is_bound:
        withdraw = WithdrawForm(initial={"withdraw": context["waiting_request"].pk})
        context |= {"form": withdraw, "sent": "sent" in request.GET}
        return show(request, visit, "session_waiting", context, looked=False)
    if outdated or not form.is_bound:
        typed = form.cleaned_data | {"agreed": False} if outdated else {}
        form = SessionRequestForm(initial=typed | {"digest": rider.digest if rider else ""}, with_terms=with_terms)
    context |= {
        "form": form,
        "with_terms": with_terms,
        "who_may": [] if context["acceptance"] or with_terms else selectors.may_accept(visit.account, at=at),
    }
    status = 409 if outdated else 400 if form.is_bound else 200
    return show(request, visit, "session_request", context, status=status, looked=False)


def _withdraw(request, visit, case):
    form = WithdrawForm(request.POST)
    found = selectors.find_session_request(case, form.cleaned_data["withdraw"]) if form.is_valid() else None
    if found is None:
        raise Http404
    services.withdraw_session_request(request=found, by=request.user, at=clock.now())
    messages.success(request, _("Withdrawn. Support has nothing left to answer."))
    return redirect(case)


def _answer(request, case, found, typed):
    at = clock.now()
    if typed["answer"] == "accept":
        services.accept_session_request(request=found, by=request.user, at=at)
        messages.success(request, _("Accepted. Both sides have been told. Next is a time that suits everybody."))
    else:
        services.decline_session_request(
            request=found, why_not=typed["why_not"], words=typed["words"], by=request.user, at=at
        )
        messages.success(request, _("Declined. The customer reads why."))
    return redirect("desk_case", case_number=case.number)


def _sent(request):
    return request.POST if request.method == "POST" else None


def _address(case):
    return reverse("account_session_request", args=[case.account.number, case.number])
