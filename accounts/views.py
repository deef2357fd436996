"""The account's own pages. Each asks the door once and leaves a line where somebody looks in from outside."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from audit import edge
from frame import clock
from frame.paging import page_of

from . import selectors, services
from .forms import SwitchForm
from .models import Account
from .permissions import AccountPermission as P


@require_safe
def overview(request, number):
    """What the account is, and what may be opened in it."""
    visit = _enter(request, number, permission=None, page="overview")
    return _page(request, visit, "overview", {"counts": selectors.record_counts(visit.account, visit.rights)})


@require_safe
def orders(request, number):
    """What was ordered."""
    visit = _enter(request, number, permission=P.VIEW_ORDERS, page="orders")
    return _page(request, visit, "orders", {"page": page_of(request, visit.account.orders.all())})


@require_safe
def invoices(request, number):
    """What was billed."""
    visit = _enter(request, number, permission=P.VIEW_INVOICES, page="invoices")
    return _page(request, visit, "invoices", {"page": page_of(request, visit.account.invoices.all())})


@require_safe
def usage(request, number):
    """How much was used."""
    visit = _enter(request, number, permission=P.VIEW_USAGE, page="usage")
    return _page(request, visit, "usage", {"page": page_of(request, visit.account.usage.all())})


@require_POST
def switch(request):
    """Go to another account, or back to one's own. The session only remembers it for the front page."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["account"]
    edge.concern(selectors.known_number(number))
    account = _found(request.user, number)
    request.session["account"] = account.number
    return redirect("account", number=account.number)


def _enter(request, number, *, permission, page):
    try:
        visit = services.enter(user=request.user, number=number, permission=permission, page=page, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def _found(user, number):
    try:
        return selectors.find_open(user, number, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None


def _page(request, visit, name, context):
    tabs = services.tabs_of(visit, current=request.resolver_match.view_name)
    shared = {"account": visit.account, "visit": visit, "tabs": tabs}
    return render(request, f"accounts/{name}.html", shared | context)
