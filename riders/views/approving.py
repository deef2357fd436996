"""Whether support may enter an account for a case: beside the case, on pages of its own, while a case is opened."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import authorization
from accounts import selectors as accounts
from accounts.permissions import AccountPermission as P
from accounts.states import RequestKind
from audit import edge
from frame import clock
from frame.paging import page_of
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow
from notifications.services import read_notices_about

from .. import selectors, services
from ..forms import ApprovalForm, AskAccessForm, OpeningApprovalForm
from ..states import UNSOLVED
from .entering import enter_customer, enter_desk, show

SHOWN = 10  # of those who lose access, and of those somebody brought in
BESIDE = 5  # of a list that stands beside a case
OFFERED_ANEW = gettext_lazy("What you can let support do has changed since the page was drawn. Look at it again.")


def beside(visit, user, case, *, at):
    """What ``side_access.html`` shows the customer of a case.

    Who is in is for those who see that of the whole account, and for whoever answers; never for a guest.
    """
    lenders = selectors.lenders(visit.account, at=at)
    context = _about(case, lenders, at=at)
    answers = user.pk in lenders and not visit.acting
    sees_who = answers or (P.VIEW_ACCESS in visit.rights and not visit.acting)
    inside = [] if visit.acting else list(selectors.first_inside(case, most=BESIDE, at=at))
    standing = context["approvals"]
    takes_back = P.END_ACCESS in visit.rights or any(one.approved_by_id == user.pk for one in standing)
    return context | {
        "may_approve": answers,
        "may_withdraw": bool(standing) and takes_back and not visit.acting,
        "sees_who": sees_who,
        "opens_grants": P.VIEW_ACCESS in visit.rights,
        "inside": [one for one in inside if one.kind == RequestKind.CASE] if standing and sees_who else [],
        "on_request": [one for one in inside if one.kind == RequestKind.SUPPORT],
    }


def beside_desk(user, case, *, at):
    """What ``desk_access.html`` shows an associate: what was approved, their own access and that of the colleagues they
    have brought in, nobody else's.
    """
    mine = selectors.case_access_of(user, case, at=at)
    under = selectors.colleagues_under(mine, at=at)
    shown = {"my_access": mine, "brought_in": under[:SHOWN], "brought_in_count": under.count()}
    lenders = selectors.lenders(case.account, at=at, apart_from={user})
    return _about(case, lenders, at=at) | shown


def proposed(user, case, *, at):
    """What ``side_changes.html`` shows of a case: the changes that support proposes for it and that wait for an answer,
    of those the reader may read, the longest waiting first.
    """
    rows = accounts.changes_waiting_in(case.account, user, at=at).filter(case_number=case.number)
    found = list(rows[: BESIDE + 1])
    return {"changes": found[:BESIDE], "more_changes": len(found) > BESIDE}


def opening(visit, user, data=None, *, at, after=None):
    """The question on the page that opens a case, or ``None`` for whoever may not answer it.

    :param data: what was sent
    :param after: the form as it was sent, where it is drawn again over what is offered now
    """
    if not selectors.may_approve(user, visit.account, at=at):
        return None
    offered = selectors.bundles_for(user, visit.account, at=at)
    seen = selectors.seen_of(offered=[role for role, _may in offered])
    return OpeningApprovalForm(data, prefix="access", offered=offered, initial={"seen": seen}, after=after)


@require_http_methods(["GET", "HEAD", "POST"])
def case_approval(request, number, case_number):
    """Whether support may enter for one case: to be read, approved or declined; opening the page does neither."""
    at = clock.now()
    visit, found = _enter(request, number, case_number, "case_approval")
    if request.method != "POST":
        return _page(request, visit, found, at=at)
    authorization.require_decider(request.user, visit.account, RequestKind.CASE, at=at)
    asked = found.access_asked_roles if selectors.waits_for_answer(found) else []
    offered = selectors.bundles_for(request.user, visit.account, at=at)
    form = ApprovalForm(request.POST, offered=offered, asked=[role["name"] for role in asked])
    if not within(request, "decide"):
        form.add_error(None, TOO_OFTEN)
        return _page(request, visit, found, form, status=429, at=at)
    try:
        if form.is_valid():
            return _answer(request, visit, found, form, at=at)
    except ValidationError as error:
        form.add_error(error.code if error.code in form.fields else None, error)
    except NotAllowedNow as refusal:
        found.refresh_from_db()
        return _page(request, visit, found, after=form, refusal=str(refusal), status=409, at=at)
    if form.is_outdated:
        return _page(request, visit, found, after=form, refusal=OFFERED_ANEW, status=409, at=at)
    return _page(request, visit, found, form, status=400, at=at)


@require_http_methods(["GET", "HEAD", "POST"])
def case_withdraw(request, number, case_number):
    """Take back what was approved for a case: the page says who loses access. It never asks for a second factor."""
    at = clock.now()
    visit, found = _enter(request, number, case_number, "case_withdraw")
    if visit.acting:
        raise PermissionDenied(_("This is for the people of account %(number)s.") % {"number": number})
    if request.method == "POST":
        services.withdraw_case_access(case=found, by=request.user, at=at)
        words = _("Withdrawn. Nobody of support has access to your account for case %(number)s any more.")
        standing = selectors.standing_approvals(found, at=at).exists()
        if standing:
            words = _("Withdrawn, as far as you had approved it. What others have approved for case %(number)s stays.")
        elif selectors.given_on_request(found, at=at).exists():
            words = _("Withdrawn. What support was given for case %(number)s on a request of its own goes on.")
        messages.success(request, words % {"number": found.number})
        return _back(visit, found)
    mine = selectors.withdrawable(found, request.user, at=at)
    everybody = selectors.standing_approvals(found, at=at)
    losing = selectors.ends_with(found, request.user, at=at)
    context = {
        "case": found,
        "back": _address(visit, found),
        "approvals": list(mine),
        "usable": selectors.still_given(mine, selectors.lenders(visit.account, at=at)),
        "stays": everybody.count() - mine.count(),
        "losing": losing[:SHOWN] if mine else [],
        "more_losing": max(0, losing.count() - SHOWN) if mine else 0,
        "on_request": selectors.given_on_request(found, at=at).exists(),
    }
    return show(request, visit, "case_withdraw", context, looked=False)


@require_safe
def case_inside(request, number, case_number):
    """Everybody of support who is in for one case, for those to whom the case shows the first of them."""
    at = clock.now()
    visit, found = _enter(request, number, case_number, "case_inside")
    if visit.acting:
        raise PermissionDenied(_("This is for the people of account %(number)s.") % {"number": number})
    rows, sees_all = selectors.inside_of(found, at=at), P.VIEW_ACCESS in visit.rights
    if not sees_all:
        authorization.require_decider(request.user, visit.account, RequestKind.CASE, at=at)
        rows = rows.filter(kind=RequestKind.CASE)
    context = {"case": found, "back": _address(visit, found), "page": page_of(request, rows), "opens_grants": sees_all}
    return show(request, visit, "case_inside", context, looked=False)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_access_ask(request, case_number):
    """Support asks the customer's contacts whether it may enter, with which bundles and why."""
    case, at = enter_desk(request, case_number), clock.now()
    offered = [(role, True) for role in selectors.offered_bundles()]
    form = AskAccessForm(request.POST if request.method == "POST" else None, offered=offered)
    refusal = ""
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_case_access(case=case, by=request.user, at=at, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except NotAllowedNow as error:
            refusal = str(error)
        else:
            messages.success(request, _("Asked. The link stands in a comment, and whoever may answer has been told."))
            return redirect("desk_case", case_number=case.number)
    status = 409 if refusal else 400 if request.method == "POST" else 200
    people = selectors.approvers(case.account, at=at)
    context = _desk(case, at) | {"form": form, "refusal": refusal, "who_may": people}
    return render(request, "riders/desk_access_ask.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_finish(request, case_number):
    """Support says that it is done in the account for a case: the page says what ends with it."""
    case, at = enter_desk(request, case_number), clock.now()
    if request.method == "POST":
        services.finish_investigation(case=case, by=request.user, at=at)
        words = _("Finished. Whatever support had turned on for case %(number)s has ended.")
        messages.success(request, words % {"number": case.number})
        return redirect("desk_case", case_number=case.number)
    return render(request, "riders/desk_finish.html", _desk(case, at) | beside_desk(request.user, case, at=at))


def _about(case, lenders, *, at):
    """What both sides' pages show: what stands, and of that what somebody could turn access on with; what is asked, how
    the last answer ended.
    """
    given, asked, declined = list(selectors.approvals_of(case)), case.access_asked_at, case.access_declined_at
    standing = [one for one in given if one.standing_at(at)]
    usable = selectors.still_given(standing, lenders)
    last = given[0] if given and not standing else None
    can_be_entered = case.state in UNSOLVED
    answered = asked and ((declined and declined >= asked) or any(one.approved_at >= asked for one in given))
    waits = bool(can_be_entered and asked and not answered)
    stays_no = bool(declined and not waits and not standing and not (last and last.approved_at > declined))
    return {
        "given": given,
        "approvals": standing,
        "usable": usable,
        "access_waits": waits,
        "access_declined": stays_no,
        "last_approval": None if stays_no else last,
        "can_be_entered": can_be_entered,
    }


def _answer(request, visit, case, form, *, at):
    facts = {"case": case, "by": request.user, "at": at}
    if form.approves:
        request.require_fresh_second_factor()
        services.approve_case_access(**facts, **form.given())
        words = _("Approved. Nobody is in yet: you are told by mail as soon as somebody of support enters.")
    else:
        services.decline_case_access(seen=form.cleaned_data["seen"], **facts)
        words = _("Declined. Nobody of support may enter your account for this case. You can still approve it later.")
        if selectors.standing_approvals(case, at=at).exists():
            words = _("Declined. What was approved for this case before goes on as it was, until it is withdrawn.")
    read_notices_about(user=request.user, path=request.path, at=at)
    messages.success(request, words)
    return _back(visit, case)


def _page(request, visit, case, form=None, *, at, after=None, refusal="", status=200):
    context = beside(visit, request.user, case, at=at)
    answerable = context["may_approve"] and context["can_be_entered"]
    if form is None and answerable:
        form = _form(request, visit, case, context, at=at, after=after)
    context |= {
        "case": case,
        "form": form,
        "refusal": refusal,
        "reads_case": P.VIEW_CASES in visit.rights,
        "answerable": answerable,
        "who_may": selectors.approvers(visit.account, at=at) if context["can_be_entered"] else [],
    }
    return show(request, visit, "case_approval", context, status=status, looked=False)


def _form(request, visit, case, context, *, at, after):
    """The form as it is now; what support asks for is ticked where the reader may approve it.

    :param after: the form as it was sent, where it is drawn again; what was ticked in it is ticked then
    """
    offered = selectors.bundles_for(request.user, visit.account, at=at)
    asked = [role["name"] for role in case.access_asked_roles] if context["access_waits"] else []
    seen = selectors.seen_of(case, offered=[role for role, _may in offered], approvals=context["given"])
    return ApprovalForm(offered=offered, asked=asked, initial={"seen": seen}, after=after)


def _enter(request, number, case_number, page):
    """The visit to the account, and the case: for whoever reads its cases, and for whoever answers without reading."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, None, page, looking=False)
    if not ({P.VIEW_CASES, P.END_ACCESS} & visit.rights and not visit.acting):
        visit = enter_customer(request, number, P.VIEW_CASES, page, looking=False)
    found = selectors.find_case(visit.account, case_number)
    if found is None:
        raise Http404
    return visit, found


def _address(visit, case):
    """Where the reader goes back to: the case, or for whoever answers without reading cases the answer's own page."""
    return case.get_absolute_url() if P.VIEW_CASES in visit.rights else case.get_access_url()


def _back(visit, case):
    return redirect(_address(visit, case))


def _desk(case, at):
    return {"case": case, "account": case.account, "at": at}
