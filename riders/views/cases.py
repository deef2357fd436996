"""The cases of an account: all of them, one, and a new one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import authorization
from accounts import selectors as accounts
from accounts.permissions import AccountPermission as P
from audit import edge
from frame import clock
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow
from frame.tables import Column, Table

from .. import selectors, services
from ..forms import OpeningForm
from ..services.cases import AlreadyOpened
from ..states import CaseState
from . import answering, approving, sessions, terms
from .entering import enter_customer, show

COLUMNS = (
    Column("number", gettext_lazy("Case"), lambda row: row.number, ("number",)),
    Column("subject", gettext_lazy("Subject"), lambda row: row.subject, ("subject",)),
    Column("severity", gettext_lazy("Severity"), lambda row: row.get_severity_display(), ("severity",)),
    Column("state", gettext_lazy("State"), lambda row: CaseState(row.state_now).label, ("state_now",)),
    Column("changed", gettext_lazy("Last changed"), lambda row: row.changed_at, ("-changed_at",)),
    Column("opened", gettext_lazy("Opened"), lambda row: row.opened_at, ("opened_at",)),
    Column(
        "opener",
        gettext_lazy("Opened by"),
        lambda row: row.opened_by,
        ("opened_by__first_name", "opened_by__last_name", "opened_by__email"),
    ),
)


@require_safe
def cases(request, number):
    """What was reported to support, by state."""
    state = request.GET.get("state", "")
    if state and state not in CaseState.values:
        raise Http404

    def rows(at):
        open_now = authorization.accounts_where(request.user, P.VIEW_CASES, at=at)
        found = selectors.cases_of(visit.account).filter(account__in=open_now.values("pk")).with_state_now(at)
        return found.filter(state_now=state) if state else found

    page = "cases.csv" if request.GET.get("format") == "csv" else "cases"
    visit = enter_customer(request, number, P.VIEW_CASES, page)
    table = Table(request, rows, COLUMNS, clock.now())
    if table.wants_file:
        allowed = within(request, "export")
        return table.file(f"cases-{visit.account.number}") if allowed else render(request, "429.html", status=429)
    context = {"table": table, "page": table.page(), "state": state, "states": CaseState.choices}
    return show(request, visit, "cases", context)


@require_http_methods(["GET", "HEAD", "POST"])
def case_open(request, number):
    """Report something to support."""
    at = clock.now()
    visit = enter_customer(request, number, P.WRITE_CASES, "case_open")
    sent = request.POST if request.method == "POST" else None
    form = OpeningForm(sent, sealed_for=f"{request.user.pk}.{number}")
    terms_form = terms.opening(visit, sent)
    access_form = approving.opening(visit, request.user, sent, at=at)
    filled_in = [one.is_valid() for one in (form, terms_form, access_form) if one is not None]
    status = 400 if request.method == "POST" else 200
    if request.method == "POST" and all(filled_in) and not within(request, "comment"):
        form.add_error(None, TOO_OFTEN)
        status = 429
    elif request.method == "POST" and all(filled_in):
        facts = {"account": visit.account, "by": request.user, "at": at, **form.cleaned_data}
        try:
            case = _open(request, terms_form, access_form, **facts)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except AlreadyOpened as before:
            messages.info(request, str(before))
            return _opened(visit, before.case)
        except NotAllowedNow as error:
            form.add_error(None, str(error))
            terms_form = terms.opening_again(visit, terms_form)
            access_form = approving.opening(visit, request.user, at=at, after=access_form)
        else:
            words = _("Opened. The number of the case is %(number)s: support asks for it.")
            messages.success(request, words % {"number": case.number})
            return _opened(visit, case)
    elif access_form is not None and access_form.says_yes and access_form.is_outdated:
        form.add_error(None, approving.OFFERED_ANEW)
        access_form = approving.opening(visit, request.user, at=at, after=access_form)
    context = {"form": form, "terms_form": terms_form, "access_form": access_form}
    context |= {"may_read": P.VIEW_CASES in visit.rights}
    return show(request, visit, "case_open", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request, number, case_number):
    """One case: what was said on it, and the place to answer."""
    at = clock.now()
    visit, found = _enter(request, number, case_number, "case")
    if request.method == "POST":
        authorization.require(request.user, P.WRITE_CASES, visit.account, at=at)
    said, context, status = answering.answer(request, found, support=False, at=at)
    if said:
        return redirect(found)
    context |= answering.about(request, found, support=False, at=at)
    context |= {"may_write": P.WRITE_CASES in visit.rights}
    context |= terms.beside(visit, found, at=at) | sessions.beside(visit, found, at=at)
    context |= approving.beside(visit, request.user, found, at=at) | approving.proposed(request.user, found, at=at)
    return show(request, visit, "case", context, status=status, looked=False)


@require_http_methods(["GET", "HEAD", "POST"])
def case_follow(request, number, case_number):
    """Be told what happens on a case, or not any more."""
    at = clock.now()
    visit, found = _enter(request, number, case_number, "case_follow")
    if request.method == "POST" and answering.follow(request, found, support=False, at=at):
        return redirect(found)
    context = {"case": found, "follows": found.is_followed, "back": found.get_absolute_url()}
    status = 400 if request.method == "POST" else 200
    return show(request, visit, "case_follow", context, status=status, looked=False)


@require_http_methods(["GET", "HEAD", "POST"])
def case_close(request, number, case_number):
    """Close a case for good: the page says what ends with it."""
    at = clock.now()
    visit, found = _enter(request, number, case_number, "case_close")
    authorization.require(request.user, P.WRITE_CASES, visit.account, at=at)
    closed, form = answering.close(request, found, support=False, at=at)
    if closed:
        return redirect(found)
    context = {"case": found, "state": found.state_at(at), "form": form, "back": found.get_absolute_url()}
    status = 400 if request.method == "POST" else 200
    return show(request, visit, "case_close", context, status=status, looked=False)


def _opened(visit, case):
    return redirect(case) if P.VIEW_CASES in visit.rights else redirect("account", number=visit.account.number)


def _open(request, terms_form, access_form, **facts):
    """Open a case with whatever was answered along with it."""
    if access_form is None or not access_form.approves:
        return terms.open_case(terms_form, **facts)
    request.require_fresh_second_factor()
    agreed = terms_form is not None and terms_form.cleaned_data["agreed"]
    digest = terms_form.cleaned_data["digest"] if agreed else ""
    return services.open_case_and_approve(digest=digest, **access_form.given(), **facts)


def _enter(request, number, case_number, page):
    """The visit to the account, and the case; that of another account is like one there is not."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, P.VIEW_CASES, page, looking=False)
    found = selectors.find_case(visit.account, case_number, reader=request.user)
    if found is None:
        raise Http404
    return visit, found
