"""What every page of an account begins and ends with: the door, and the tabs."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from frame import clock

from .. import services
from ..models import Account
from ..permissions import AccountPermission as P

TABS = (
    ("account", _("Overview"), None),
    ("account_orders", _("Orders"), P.VIEW_ORDERS),
    ("account_invoices", _("Invoices"), P.VIEW_INVOICES),
    ("account_usage", _("Usage"), P.VIEW_USAGE),
    ("account_contacts", _("Contacts"), P.VIEW_CONTACTS),
)


def enter(request, number, *, permission, page):
    """Ask the door for a page of an account, and answer the :class:`~accounts.services.Visit`.

    :raises Http404: no such account, or none of this person's business
    """
    try:
        visit = services.enter(user=request.user, number=number, permission=permission, page=page, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def show(request, visit, name, context, *, status=200):
    """Draw a page of an account with its tabs; pages below a tab count as that tab."""
    tabs = [
        {"url": url, "label": label, "current": request.path.startswith(url) if right else request.path == url}
        for view, label, right in TABS
        if right is None or right in visit.rights
        for url in [reverse(view, args=[visit.account.number])]
    ]
    shared = {"account": visit.account, "visit": visit, "tabs": tabs}
    return render(request, f"accounts/{name}.html", shared | context, status=status)
