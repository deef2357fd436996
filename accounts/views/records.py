"""What an account is and has: the overview, orders, invoices, usage; and going to another account.

Each page asks the door once and leaves a line where somebody looks in from outside.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from audit import edge
from frame import clock
from frame.paging import page_of
from frame.rates import within
from frame.tables import Column, Table

from .. import authorization, selectors
from ..forms import RecordsForm, SwitchForm
from ..models import Account, InvoiceState, OrderState
from ..permissions import AccountPermission as P
from .entering import enter, show

ORDERS = (
    Column("number", _("Order"), lambda row: row.number, ("number",)),
    Column("ordered", _("Ordered"), lambda row: row.ordered_on, ("ordered_on",)),
    Column("product", _("Product"), lambda row: row.product, ("product",)),
    Column("description", _("Description"), lambda row: row.description, ("description",)),
    Column("quantity", _("Quantity"), lambda row: row.quantity, ("quantity",), numeric=True),
    Column("state", _("State"), lambda row: row.get_state_display(), ("state",)),
)

INVOICES = (
    Column("number", _("Invoice"), lambda row: row.number, ("number",)),
    Column("issued", _("Date"), lambda row: row.issued_on, ("issued_on",)),
    Column("due", _("Due"), lambda row: row.due_on, ("due_on",)),
    Column("amount", _("Amount"), lambda row: row.amount, ("currency", "amount"), numeric=True),
    Column("currency", _("Currency"), lambda row: row.currency, ("currency",)),
    Column("state", _("State"), lambda row: row.get_state_display(), ("state",)),
)

USAGE = (
    Column("month", _("Month"), lambda row: f"{row.month:%Y-%m}", ("month",)),
    Column("product", _("Product"), lambda row: row.product, ("product",)),
    Column("amount", _("Used"), lambda row: row.amount.normalize().to_eng_string(), ("unit", "amount"), numeric=True),
    Column("unit", _("Unit"), lambda row: row.unit, ("unit",)),
)

# What the filter above each list asks for
FILTERS: dict[str, dict[str, Any]] = {
    "orders": {"search": _("Number, product or description"), "states": OrderState.choices},
    "invoices": {"search": _("Number"), "states": InvoiceState.choices},
    "usage": {"search": _("Product")},
}


@require_safe
def overview(request, number):
    """What the account is, and what may be opened in it."""
    visit = enter(request, number, permission=None, page="overview")
    counts = selectors.record_counts(visit.account, visit.rights)
    configured = P.VIEW_CONFIGURATION in visit.rights and selectors.configuration_in_words(visit.account)
    return show(request, visit, "overview", {"counts": counts, "configured": configured})


@require_safe
def orders(request, number):
    """What was ordered."""
    return _records(request, number, "orders", P.VIEW_ORDERS, ORDERS)


@require_safe
def invoices(request, number):
    """What was billed."""
    return _records(request, number, "invoices", P.VIEW_INVOICES, INVOICES)


@require_safe
def usage(request, number):
    """How much was used."""
    return _records(request, number, "usage", P.VIEW_USAGE, USAGE)


@require_safe
def account_list(request):
    """Every account the reader can open at this moment, own ones first; a search finds one among thousands.

    The switcher asks for the rows alone while somebody types into it.
    """
    at = clock.now()
    search = request.GET.get("search", "").strip()[:100]
    page = page_of(request, selectors.openable(request.user, at=at, search=search))
    context = {"page": page, "ways_in": selectors.ways_in(request.user, page.object_list, at=at)}
    part = request.htmx.target == "switch-found"
    name = "accounts/accounts_found.html" if part else "accounts/accounts.html"
    return render(request, name, context | {"search": search, "at": at})


@require_POST
def switch(request):
    """Go to another account, or back to one's own. The session only remembers it for the front page."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["account"]
    edge.concern(*selectors.concerned(request.user, number))
    account = _found(request.user, number)
    request.session["account"] = account.number
    return redirect("account", number=account.number)


def _records(request, number, name, right, columns):
    """One kind of record as a page, or all that the filter leaves over as a file that asks the door again and again."""

    def rows(at):
        open_now = authorization.accounts_where(request.user, right, at=at)
        wanted = selectors.records_of(visit.account, name, **form.cleaned_data)
        return wanted.filter(account__in=open_now.values("pk")) if form.is_valid() else wanted.none()

    as_file = request.GET.get("format") == "csv"
    visit = enter(request, number, permission=right, page=f"{name}.csv" if as_file else name)
    form = RecordsForm(request.GET, **FILTERS[name])
    valid, table = form.is_valid(), Table(request, rows, columns, clock.now())
    if not (table.wants_file and valid):
        filtered = any(request.GET.get(field) for field in form.fields)
        context = {"table": table, "page": table.page(), "form": form, "filtered": filtered}
        return show(request, visit, name, context, status=200 if valid else 400)
    if not within(request, "export"):
        return render(request, "429.html", status=429)
    return table.file(f"{name}-{visit.account.number}")


def _found(user, number):
    try:
        return selectors.find_open(user, number, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
