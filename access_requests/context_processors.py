"""``here``: where the reader stands, what they can open, and what waits for them."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts import authorization
from accounts import selectors as accounts
from accounts.permissions import KINDS, PAGES, UNDER, AccountPermission
from accounts.states import AccountKind
from frame import clock
from frame.origin import from_networks
from frame.wording import spell_zone
from notifications import selectors as notifications
from partners import selectors as partners

from . import selectors

SWITCHER_ROWS = 7
# What somebody waits for an answer to
QUESTIONS = frozenset({"requested_customer", "edited_customer", "hour_asked", "case_access_asked", "change_proposed"})


def here(request):
    """``here`` (for signed-in readers) and ``at``, the moment the page is drawn for."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return {"at": clock.now()}
    return {"at": clock.now(), "here": SimpleLazyObject(lambda: _here(request, clock.now()))}


def _here(request, at):
    visit = getattr(request, "visit", None)
    own = accounts.home_of(request.user, at=at)
    account = visit.account if visit else None
    openable = list(accounts.openable(request.user, at=at)[: SWITCHER_ROWS + 1])
    ways = accounts.ways_in(request.user, openable[:SWITCHER_ROWS], at=at)
    of_the_vendor = any(way.role and way.account.kind == AccountKind.VENDOR for way in ways)
    associate = of_the_vendor and authorization.is_associate(request.user, at=at)
    admin, helps = partners.administers(request.user, at=at)
    zone = timezone.get_current_timezone()
    return {
        "account": account,
        "acting": bool(visit and visit.acting),
        "until": visit.until if visit else None,
        "own_account": own,
        "ways_in": ways,
        "more_accounts": len(openable) > SWITCHER_ROWS,
        "asked_by_support": _asked_by_support(request.user, visit, at),
        "associate": associate,
        "help_desk": helps or (associate and from_networks(request.client_address, settings.PORTAL_SUPPORT_NETWORKS)),
        "waiting": selectors.how_much_waits(request.user, at=at),
        "latest_notice": notifications.known_id(
            request.user, urgent=QUESTIONS, since=at - 2 * settings.PORTAL_POLL_EVERY
        ),
        "zone": spell_zone(zone, at),
        "tabs": _tabs(request, visit) if visit else [],
        "nav": _nav(request, own, admin, at),
    }


def _tabs(request, visit):
    """The pages of the account that this person may open, and none that they may not.

    Of several under one name the first that is open; it is current on the pages below it too.
    """
    pages: dict = {}
    for name, label, right in PAGES:
        if (right is None or right in visit.rights) and KINDS.get(name, visit.account.kind) == visit.account.kind:
            pages.setdefault(label, reverse(name, args=[visit.account.number]))
    best = max((url for url in pages.values() if request.path.startswith(url)), key=len, default="")
    if visit.page in UNDER:
        best = reverse(UNDER[visit.page], args=[visit.account.number])
    return [{"url": url, "label": label, "current": url == best} for label, url in pages.items()]


def _asked_by_support(user, visit, at):
    """The number of the customer's account whose access requests stand in the reader's menu: where they are, or else
    the first where they see who has access; ``None`` for everybody else.
    """
    here = visit.account if visit else None
    if here is not None and here.kind == AccountKind.CUSTOMER and AccountPermission.VIEW_ACCESS in visit.rights:
        return here.number
    seen = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at).filter(kind=AccountKind.CUSTOMER)
    return seen.order_by("pk").values_list("number", flat=True).first()


def _nav(request, own, admin, at):
    places = [(_("Home"), reverse("home")), (_("Requests"), reverse("requests"))]
    if admin or selectors.lending_grants(request.user, at=at).exists():
        places.append((_("Contacts"), reverse("contacts")))
    elif own is not None and accounts.shows_contacts(request.user, own, at=at):
        places.append((_("Contacts"), reverse("account_contacts", args=[own.number])))
    if own is not None:
        places.append((_("Account"), reverse("account", args=[own.number])))
    inside = [url for _label, url in places if url != places[0][1] and request.path.startswith(url)]
    best = inside[0] if inside else request.path
    return [{"label": label, "url": url, "current": url == best} for label, url in places]
