"""The cases of an account: all of them, one, and a new one."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts
from accounts.authorization import accounts_where
from accounts.permissions import AccountPermission as P
from audit import edge
from frame import clock
from frame.rates import within
from frame.tables import Column, Table

from .. import selectors, services
from ..forms import CaseForm
from ..states import UNSOLVED, CaseState
from . import sessions, terms
from .entering import enter_customer, show

COLUMNS = (
    Column("number", gettext_lazy("Case"), lambda row: row.number, ("number",)),
    Column("subject", gettext_lazy("Subject"), lambda row: row.subject, ("subject",)),
    Column("state", gettext_lazy("State"), lambda row: row.get_state_display(), ("state",)),
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
        open_now = accounts_where(request.user, P.VIEW_CASES, at=at)
        found = selectors.cases_of(visit.account).filter(account__in=open_now.values("pk"))
        return found.filter(state=state) if state else found

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
    visit = enter_customer(request, number, P.WRITE_CASES, "case_open")
    form = CaseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            case = services.open_case(account=visit.account, by=request.user, at=clock.now(), **form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        else:
            words = _("Opened. The number of the case is %(number)s: support asks for it.")
            messages.success(request, words % {"number": case.number})
            return redirect(case) if P.VIEW_CASES in visit.rights else redirect("account", number=number)
    context = {"form": form, "may_read": P.VIEW_CASES in visit.rights}
    return show(request, visit, "case_open", context, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def case(request, number, case_number):
    """One case; the button says that it is solved."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, P.VIEW_CASES, "case", looking=False)
    found = selectors.find_case(visit.account, case_number)
    if found is None:
        raise Http404
    if request.method == "POST":
        services.solve_case(case=found, by=request.user, at=clock.now())
        messages.success(request, _("Solved. It stays in the list."))
        return redirect(found)
    at = clock.now()
    may_solve = P.WRITE_CASES in visit.rights and found.state in UNSOLVED
    context = {"case": found, "may_solve": may_solve}
    context |= terms.beside(visit, found, at=at) | sessions.beside(visit, found, at=at)
    return show(request, visit, "case", context, looked=False)
