"""The account's own pages. Each asks the door once and leaves a line where somebody looks in from outside."""

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from frame import clock
from frame.paging import page_of

from .. import selectors
from ..forms import SwitchForm
from ..models import Account
from ..permissions import AccountPermission as P
from .entering import enter, show


@require_safe
def overview(request, number):
    """What the account is, and what may be opened in it."""
    visit = enter(request, number, permission=None, page="overview")
    return show(request, visit, "overview", {"counts": selectors.record_counts(visit.account, visit.rights)})


@require_safe
def orders(request, number):
    """What was ordered."""
    visit = enter(request, number, permission=P.VIEW_ORDERS, page="orders")
    return show(request, visit, "orders", {"page": page_of(request, visit.account.orders.all())})


@require_safe
def invoices(request, number):
    """What was billed."""
    visit = enter(request, number, permission=P.VIEW_INVOICES, page="invoices")
    return show(request, visit, "invoices", {"page": page_of(request, visit.account.invoices.all())})


@require_safe
def usage(request, number):
    """How much was used."""
    visit = enter(request, number, permission=P.VIEW_USAGE, page="usage")
    return show(request, visit, "usage", {"page": page_of(request, visit.account.usage.all())})


@require_POST
def switch(request):
    """Go to another account, or back to one's own. The session only remembers it for the front page."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise Http404
    number = form.cleaned_data["account"]
    account = _found(request.user, number)
    request.session["account"] = account.number
    return redirect("account", number=account.number)


def _found(user, number):
    try:
        return selectors.find_open(user, number, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
