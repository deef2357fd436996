"""What the pages of an account share: being let in, and the tabs of what else is open."""

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
    ("account_configuration", _("Configuration"), P.VIEW_CONFIGURATION),
    ("account_settings", _("Settings"), P.CHANGE_SETTINGS),
)


def enter(request, number, *, permission, page):
    """Let the reader into a page of the account with this number, and answer the visit.

    :raises Http404: there is no such account, or it is none of this person's business
    """
    try:
        visit = services.enter(user=request.user, number=number, permission=permission, page=page, at=clock.now())
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def render_page(request, visit, name, context, *, tab="", status=200):
    """Draw a page of an account below the tabs that are open to the reader.

    :param tab: the tab the page belongs to, where it is not one itself
    """
    here = tab or request.resolver_match.view_name
    tabs = [
        {"url": reverse(view, args=[visit.account.number]), "label": label, "current": view == here}
        for view, label, right in TABS
        if right is None or right in visit.rights
    ]
    if P.CHANGE_CONFIGURATION in visit.rights and P.VIEW_CONFIGURATION not in visit.rights:
        view = "account_configuration_change"
        url = reverse(view, args=[visit.account.number])
        tabs.append({"url": url, "label": _("Configuration"), "current": request.resolver_match.view_name == view})
    shared = {"account": visit.account, "visit": visit, "tabs": tabs}
    return render(request, f"accounts/{name}.html", shared | context, status=status)
