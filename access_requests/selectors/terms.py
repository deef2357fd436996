"""The terms of a request or a grant, in words: what mails and pages say, and what changed between two versions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import authorization
from accounts.models import Account, Grant
from accounts.permissions import AccountPermission
from accounts.selectors import RoleInWords
from audit import selectors as trail
from frame.wording import spell_duration, spell_list, spell_moment_in_full

from ..models import AccessRequest
from .deeds import DONE

FIELDS = {
    "roles": gettext_lazy("Roles"),
    "permissions": gettext_lazy("Rights"),
    "administrator": gettext_lazy("Administrator"),
    "may_delegate": gettext_lazy("May add colleagues"),
    "starts_at": gettext_lazy("From"),
    "ends_at": gettext_lazy("Until"),
    "duration": gettext_lazy("Length from approval"),
    "reason": gettext_lazy("Reason"),
    "case_number": gettext_lazy("Case"),
    "no_case": gettext_lazy("Why there is no case"),
}

PAGES = {
    "overview": gettext_lazy("Overview"),
    "orders": gettext_lazy("Orders"),
    "invoices": gettext_lazy("Invoices"),
    "usage": gettext_lazy("Usage"),
    "contacts": gettext_lazy("Contacts"),
    "access": gettext_lazy("Access"),
    "articles": gettext_lazy("Articles"),
    "article": gettext_lazy("One article"),
    "articles.suggested": gettext_lazy("Articles, suggested while a case was opened"),
    "rider": gettext_lazy("Terms for remote sessions"),
    "rider.pdf": gettext_lazy("Terms for remote sessions, as a file"),
    "cases": gettext_lazy("Cases"),
    "case": gettext_lazy("One case"),
    "case_open": gettext_lazy("Cases, to open one"),
    "terms": gettext_lazy("Terms of remote access, for one case"),
    "session_request": gettext_lazy("Remote session, to ask for one"),
    "case_follow": gettext_lazy("One case, to follow it"),
    "case_close": gettext_lazy("One case, to close it for good"),
    "case_approval": gettext_lazy("One case, whether support may enter"),
    "sessions": gettext_lazy("Remote sessions of a case"),
    "session": gettext_lazy("One remote session"),
    "session.ics": gettext_lazy("One remote session, for a calendar"),
    "cases.csv": gettext_lazy("Cases, as a file"),
    "configuration": gettext_lazy("Configuration"),
    "configuration_change": gettext_lazy("Configuration, to change it"),
    "changes": gettext_lazy("Proposed changes"),
    "change": gettext_lazy("One proposed change"),
    "orders.csv": gettext_lazy("Orders, as a file"),
    "invoices.csv": gettext_lazy("Invoices, as a file"),
    "usage.csv": gettext_lazy("Usage, as a file"),
    "contacts.csv": gettext_lazy("Contacts, as a file"),
}


@dataclass(frozen=True)
class Terms:
    """Who may do what, on whose account, from when until when, and why.

    Holds values and spells them when asked, in the language then active and in the account's zone.
    """

    person: str
    person_email: str
    company: str
    account: Account
    permissions: list[AccountPermission]
    administrator: bool
    may_delegate: bool
    starts_at: datetime | None
    ends_at: datetime | None
    duration: timedelta | None
    reason: str
    case: str
    no_case: str = ""
    asked_roles: tuple[dict, ...] = ()

    @property
    def account_name(self):
        """The account's name."""
        return self.account.name

    @property
    def account_number(self):
        """The account's number."""
        return self.account.number

    @property
    def rights(self):
        """Every right in words, in the order of the catalogue."""
        return [str(right.label) for right in self.permissions]

    @property
    def roles(self):
        """The bundles asked for, each with what it is called, what it says and every right in words."""
        return [RoleInWords.of(role) for role in self.asked_roles]

    @property
    def starts(self):
        """From when, in words."""
        return _spell_bound(self.starts_at, self.account.zone)

    @property
    def ends(self):
        """Until when, in words."""
        if self.ends_at is None and self.duration is not None:
            return _("%(span)s after the approval") % {"span": spell_duration(self.duration)}
        return _spell_bound(self.ends_at, self.account.zone)


@dataclass(frozen=True)
class Change:
    """One thing that reads differently now."""

    field: str
    was: object
    now: object
    zone: ZoneInfo

    @property
    def label(self):
        """What changed."""
        return FIELDS[self.field]

    @property
    def before(self):
        """What it was, in words."""
        return _spell(self.field, self.was, self.zone)

    @property
    def after(self):
        """What it is, in words."""
        return _spell(self.field, self.now, self.zone)


@dataclass(frozen=True)
class ReceiptLine:
    """How often one page was opened through an access, or, without a page, how much was changed."""

    page: str
    times: int

    @property
    def words(self):
        """The line as people read it."""
        if self.page in DONE:
            return DONE[self.page] % {"count": self.times}
        if not self.page:
            count = {"count": self.times}
            return ngettext("Configuration, %(count)d change", "Configuration, %(count)d changes", self.times) % count
        times = ngettext("%(count)d time", "%(count)d times", self.times) % {"count": self.times}
        return _("%(page)s, opened %(times)s") % {"page": PAGES.get(self.page, self.page), "times": times}


@dataclass(frozen=True)
class Ended:
    """One of several accesses that ended together: what it allowed, what was done with it, and why it ended."""

    terms: Terms
    receipt: list[ReceiptLine]
    why: Any = ""

    @property
    def words(self):
        """Both in one line, as people read it."""
        done = "; ".join(line.words for line in self.receipt) or _("never used")
        return _("%(rights)s (%(done)s)") % {"rights": spell_list(self.terms.rights), "done": done}


def request_terms(request):
    """The terms a request asks for."""
    return Terms(
        person=str(request.beneficiary),
        person_email=request.beneficiary.email,
        company=request.company.name,
        account=request.account,
        permissions=request.rights,
        administrator=request.administrator,
        may_delegate=request.may_delegate,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        duration=request.duration,
        reason=request.reason,
        case=request.case_number,
        no_case=request.no_case,
        asked_roles=tuple(request.roles),
    )


def grant_terms(grant: Grant, *, rights=None):
    """The terms a grant gives, as they are now.

    :param rights: what it allows, where the caller knows that already
    """
    return Terms(
        person=str(grant.grantee),
        person_email=grant.grantee.email,
        company=grant.membership.account.name,
        account=grant.account,
        permissions=authorization.granted(grant) if rights is None else rights,
        administrator=grant.administrator,
        may_delegate=grant.may_delegate,
        starts_at=grant.starts_at,
        ends_at=grant.ends_at,
        duration=None,
        reason=grant.reason,
        case=grant.case_number,
    )


def facts(request: AccessRequest):
    """What an edit can change, as plain values the trail keeps."""
    return {
        "roles": request.roles,
        "permissions": [right.value for right in request.rights],
        "administrator": request.administrator,
        "may_delegate": request.may_delegate,
        "starts_at": request.starts_at and request.starts_at.isoformat(),
        "ends_at": request.ends_at and request.ends_at.isoformat(),
        "duration": None if request.duration is None else int(request.duration.total_seconds()),
        "reason": request.reason,
        "case_number": request.case_number,
        "no_case": request.no_case,
    }


def differences(before, after):
    """What differs between :func:`facts` of two versions: ``[{"field", "before", "after"}]``."""
    return [
        {"field": field, "before": before[field], "after": after[field]}
        for field in FIELDS
        if before[field] != after[field]
    ]


def changes_since(request, version):
    """What was edited after the given version, as :class:`Change`, each field once."""
    merged: dict[str, dict] = {}
    for line in trail.history(request.public_id).filter(event="request.edited"):
        if line.details.get("version", 0) > version:
            for change in line.details["changes"]:
                merged.setdefault(change["field"], dict(change))["after"] = change["after"]
    return as_changes([one for one in merged.values() if one["before"] != one["after"]], request.account.zone)


def as_changes(plain, zone):
    """Plain differences as :class:`Change`, to be put in words."""
    return [Change(one["field"], one["before"], one["after"], zone) for one in plain]


def _spell(field, value, zone):
    if field == "roles":
        return "; ".join(RoleInWords.of(role).in_full for role in value) or _("none")
    if field in ("case_number", "no_case") and not value:
        return _("none")
    if field == "permissions":
        return spell_list([str(AccountPermission(right).label) for right in value]) if value else _("none")
    if field in ("administrator", "may_delegate"):
        return _("yes") if value else _("no")
    if field == "duration":
        return _("none") if value is None else spell_duration(timedelta(seconds=value))
    if field == "ends_at" and value is None:
        return _("none")
    if field in ("starts_at", "ends_at"):
        return _spell_bound(value and datetime.fromisoformat(value), zone)
    return value


def _spell_bound(moment, zone):
    return _("with the approval") if moment is None else spell_moment_in_full(moment, zone)
