"""The first page of the admin site: what needs somebody, how the last two weeks went, and what is about to end."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access_requests import selectors as requests
from access_requests.models import AccessRequest
from accounts import selectors as accounts
from accounts.models import Account, FactorReset, Grant, Invitation, Replacement
from audit import selectors as trail
from frame.staff import list_of
from frame.wording import spell_day, spell_distance
from notifications import selectors as mails
from notifications.models import Mail

DAYS = 14
WAITS_LONG = timedelta(days=3)
ENDS_SOON = timedelta(days=7)
# The picture of a chart, in its own units
HEIGHT, BAR, GAP = 60, 16, 4


@dataclass(frozen=True)
class Matter:
    """One thing that may need somebody: how often, in which words, and the list that shows it."""

    window: type[Model]
    count: int
    words: Any
    narrowed: str
    grave: bool = False

    @property
    def address(self):
        """The list, narrowed to what is counted."""
        return f"{list_of(self.window)}?{self.narrowed}"


@dataclass(frozen=True)
class Bar:
    """One day of a chart."""

    day: str
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """How often something happened, or will, day by day. The numbers stand in a table beside the picture."""

    title: Any
    address: str
    bars: list[Bar]

    @property
    def total(self):
        """All of it."""
        return sum(bar.count for bar in self.bars)

    @property
    def width(self):
        """How wide the picture is, in its own units."""
        return len(self.bars) * (BAR + GAP)

    bar, height = BAR, HEIGHT


def page(request, *, at):
    """What the first page shows to this person: only what their windows would show them too."""
    matters = [matter for matter in _matters(at) if _may_see(request.user, matter.window)]
    return {
        "matters": [matter for matter in matters if matter.count],
        "quiet": [matter for matter in matters if not matter.count],
        "charts": [chart for window, chart in _charts(at) if _may_see(request.user, window)],
        "at": at,
        "search": list_of(Account) if _may_see(request.user, Account) else "",
    }


def late_jobs(*, at):
    """The jobs that have not gone through for too long, or never: one query."""
    ran = trail.last_runs(["sweep", "outbox"])
    words = {"sweep": _("What is due is not tidied up."), "outbox": _("Mails are not sent.")}
    late = at - settings.PORTAL_JOBS_LATE_AFTER
    return [
        {"words": words[name], "ran_at": ran.get(name), "distance": ran.get(name) and spell_distance(ran[name], at)}
        for name in words
        if ran.get(name) is None or ran[name] < late
    ]


def _matters(at):
    """Every kind of thing that may need somebody. Each counts in one query."""
    given_up = mails.given_up()
    overdue = mails.overdue(at=at, since=settings.PORTAL_MAIL_LATE_AFTER)
    waiting = requests.waiting_since(at=at, before=at - WAITS_LONG)
    ending = requests.ending_before(at=at, before=at + ENDS_SOON)
    lapsed = accounts.lapsed_invitations(at=at)
    replaced = accounts.replacements_under_way(at=at).count()
    resets = accounts.factor_resets_under_way(at=at).count()
    headless = accounts.accounts_without_primary(at=at)
    return [
        Matter(
            Mail,
            given_up,
            ngettext("mail was given up: nobody was told", "mails were given up: nobody was told", given_up),
            "state__exact=given_up",
            grave=True,
        ),
        Matter(
            Mail,
            overdue,
            ngettext("mail should have left by now", "mails should have left by now", overdue),
            "state__exact=waiting",
            grave=True,
        ),
        Matter(
            Account,
            headless,
            ngettext("open account has no primary user", "open accounts have no primary user", headless),
            "missing=primary",
        ),
        Matter(
            Replacement,
            replaced,
            ngettext("primary user is being replaced", "primary users are being replaced", replaced),
            "settled_at__isempty=1",
        ),
        Matter(
            FactorReset,
            resets,
            ngettext("second factor is being reset", "second factors are being reset", resets),
            "settled_at__isempty=1",
        ),
        Matter(
            AccessRequest,
            waiting,
            ngettext("request has waited for more than 3 days", "requests have waited for more than 3 days", waiting),
            "now=long",
        ),
        Matter(Grant, ending, ngettext("access ends within 7 days", "accesses end within 7 days", ending), "now=soon"),
        Matter(
            Invitation,
            lapsed,
            ngettext("invitation lapsed unanswered", "invitations lapsed unanswered", lapsed),
            "state=lapsed",
        ),
    ]


def _charts(at):
    today = timezone.localdate(at)
    past = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    coming = [today + timedelta(days=ahead) for ahead in range(DAYS)]
    yield AccessRequest, _chart(_("Requests asked"), AccessRequest, past, requests.asked_per_day(past[0], past[-1]))
    yield Mail, _chart(_("Mails sent"), Mail, past, mails.sent_per_day(past[0], past[-1]))
    yield Grant, _chart(_("Access that ends"), Grant, coming, requests.ends_per_day(coming[0], coming[-1], at=at))


def _chart(title, window, days, counts):
    most = max([*counts.values(), 1])
    bars = []
    for place, day in enumerate(days):
        count = counts.get(day, 0)
        height = round(count / most * HEIGHT, 2)
        bars.append(Bar(spell_day(day), count, place * (BAR + GAP), HEIGHT - height, height))
    return Chart(title, list_of(window), bars)


def _may_see(user, window):
    return user.has_perm(f"{window._meta.app_label}.view_{window._meta.model_name}")
