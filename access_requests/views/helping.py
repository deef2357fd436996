"""Help desk: where an agent finds a customer and asks one administrator for an hour. Nobody else is shown it.

Agents are associates, from the networks the settings name, and admins of partners for customers linked to them (S4-6).
"""

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import services as accounts
from accounts.authorization import is_associate, reads_for_support
from accounts.selectors import concerned
from audit import edge
from frame import clock
from frame.origin import from_networks
from frame.paging import page_of
from frame.rates import within
from frame.refusals import REFUSED, say_on
from partners import selectors as partners

from .. import selectors, services
from ..forms import AskHourForm, FindCustomerForm

MOST = 10  # customers shown at once; whoever looks for more says more of the name


class Desk:
    """An agent at the desk: whom they may find, and how that is written down."""

    def __init__(self, request, at):
        """:raises Http404: the reader is no agent, or an associate from elsewhere"""
        self.by, self.at = request.user, at
        here = from_networks(request.client_address, settings.PORTAL_SUPPORT_NETWORKS)
        self.associate = here and is_associate(request.user, at=at)
        _admin, helps = partners.administers(request.user, at=at)
        if not (self.associate or helps):
            raise Http404

    def find(self, words):
        """The customers the words may mean, and whether there are more; an associate's look-up is written down."""
        if self.associate:
            return accounts.look_up_accounts(words=words, most=MOST, by=self.by, at=self.at)
        found = list(selectors.customers_helped(self.by, words, at=self.at)[: MOST + 1])
        return found[:MOST], len(found) > MOST

    def customer(self, number):
        """The customer with this number.

        :raises Http404: there is none the reader may help
        """
        helped = selectors.customers_helped(self.by, "", at=self.at)
        found = helped.filter(number=number).first()
        if found is None and self.associate:
            found = accounts.look_up_account(number=number, by=self.by, at=self.at)
        if found is None:
            raise Http404
        return found


@require_http_methods(["GET", "HEAD", "POST"])
def help_desk(request):
    """The agent's own hours, and finding a customer by number, organization ID or name (S4-7)."""
    at = clock.now()
    desk = Desk(request, at)
    if request.method != "POST":
        return _page(request, desk, FindCustomerForm())
    if not within(request, "find_account"):
        return render(request, "429.html", status=429)
    form = FindCustomerForm(request.POST)
    if not form.is_valid():
        return _page(request, desk, form, status=400)
    found, more = desk.find(form.cleaned_data["words"])
    shown = found[0] if len(found) == 1 else None
    return _page(request, desk, form, account=shown, found=found, more=more, looked=True)


@require_POST
def help_desk_ask(request, number):
    """Ask one administrator of a customer for temporary access."""
    at = clock.now()
    desk = Desk(request, at)
    if not within(request, "find_account"):
        return render(request, "429.html", status=429)
    account = desk.customer(number)
    edge.concern(*concerned(request.user, account.number))
    form, status, headers = AskHourForm(request.POST), 400, {}
    if form.is_valid():
        try:
            asked = services.ask_hour(account=account, by=request.user, at=at, **form.cleaned_data)
        except REFUSED as refusal:
            status, headers = say_on(form, refusal, at=at)
        else:
            messages.success(request, _("Asked. Tell %(name)s the code below.") % {"name": asked.addressee})
            return redirect("help_desk")
    page = _page(request, desk, FindCustomerForm(), account=account, ask=form, status=status)
    for name, value in headers.items():
        page.headers[name] = value
    return page


def _page(request, desk, form, *, account=None, ask=None, found=(), more=False, looked=False, status=200):
    at = desk.at
    page = page_of(request, selectors.hours_of(request.user, at=at))
    waits = account is not None and selectors.waits_for_hour(request.user, account, at=at)
    context = {
        "form": form,
        "associate": desk.associate,
        "page": page,
        "hours": [selectors.Hour(one, at) for one in page.object_list],
        "account": account,
        "reads": account is not None and reads_for_support(request.user, account, at=at),
        "waits": waits,
        "ask": ask or AskHourForm(),
        "found": found,
        "more": more,
        "looked": looked,
        "at": at,
    }
    return render(request, "access_requests/help_desk.html", context, status=status)
