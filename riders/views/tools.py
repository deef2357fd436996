"""Which tools an account permits for remote sessions: said by the customer, or written down at support's desk."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import selectors as accounts
from accounts.permissions import AccountPermission as P
from audit import edge
from frame import clock

from .. import selectors, services
from ..forms import ToolsForm
from .entering import enter_customer, enter_desk, show
from .sessions import field_of


@require_http_methods(["GET", "HEAD", "POST"])
def remote_tools(request, number):
    """The customer says which tools it permits."""
    if request.method == "POST":
        edge.concern(*accounts.concerned(request.user, number))
    visit = enter_customer(request, number, P.CHANGE_SETTINGS, "remote_tools")
    form = _form(request, visit.account)
    if _saved(request, visit.account, form):
        return redirect("account_remote_tools", number=number)
    context = _context(visit.account, form)
    return show(request, visit, "remote_tools", context, status=400 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def desk_remote_tools(request, case_number):
    """Support writes down what the customer has told."""
    case = enter_desk(request, case_number)
    form = _form(request, case.account)
    if _saved(request, case.account, form, case=case):
        return redirect("desk_case", case_number=case.number)
    context = {"case": case, "account": case.account, "at": clock.now()} | _context(case.account, form)
    return render(request, "riders/desk_remote_tools.html", context, status=400 if form.is_bound else 200)


def _form(request, account):
    posted = request.POST if request.method == "POST" else None
    return ToolsForm(posted, tool=settings.PORTAL_REMOTE_TOOL, tools=selectors.tools_of(account))


def _context(account, form):
    return {"form": form, "tool": settings.PORTAL_REMOTE_TOOL, "tools": selectors.tools_of(account)}


def _saved(request, account, form, *, case=None):
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        services.change_remote_tools(account=account, case=case, by=request.user, at=clock.now(), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(field_of(form, error), error)
        return False
    messages.success(request, _("Saved. It holds for every session that has not started."))
    return True
