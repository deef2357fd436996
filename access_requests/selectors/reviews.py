"""Reads of looking through who is in: what is due, who is in and what was done, and what was said of each (S3-15).

What is due is arithmetic: an interval after an account was last looked through, or after it was opened. Only customers
are asked; who belongs to a partner or to the vendor is their own business.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import authorization
from accounts import selectors as accounts
from accounts.models import Account, Grant, Membership
from accounts.permissions import AccountPermission, ordered
from accounts.states import AccountKind
from audit import selectors as trail
from audit.models import TrailLine
from audit.record import canonical_json, canonical_time
from frame.wording import spell_list, spell_moment, spell_moment_in_full
from riders import selectors as riders

from ..models import Review, ReviewLine
from ..states import ReviewAnswer
from .doing import Deed
from .grants import rights_of
from .requests import waiting_for

ACCESS, MEMBER = "access", "member"


@dataclass(frozen=True)
class Line:
    """One who is in: access from outside, or a member; with what was said of it in the review, if anything was."""

    grant: Any
    membership: Any
    said: ReviewLine | None = None
    deed: Deed | None = None
    still_in: bool = True

    @property
    def key(self):
        """What stands for this line in a form; of a member with what they are, so that only what was read is kept."""
        if self.grant:
            return f"{ACCESS}-{self.grant.public_id}"
        return f"{MEMBER}-{self.membership.pk}-{digest_of(self.membership)}"

    @property
    def person(self):
        """Who is in."""
        return self.grant.grantee if self.grant else self.membership.user

    @property
    def rights(self):
        """What access from outside allows, or a member's own switches, in the order of the catalogue; no query."""
        return rights_of(self.grant) if self.grant else switches_of(self.membership)

    @property
    def case(self):
        """The number of the case that access is for, or of the case it was last used for; or an empty string."""
        return self.grant.case_number or (self.deed.line.case if self.deed else "")

    @property
    def words(self):
        """What they are in as, until when, and what they did last, in the language and the zone then active."""
        zone = timezone.get_current_timezone()
        if self.grant is None:
            role, last = self.membership.get_role_display(), self.person.last_login
            if last is None:
                return _("%(role)s, never signed in") % {"role": role}
            return _("%(role)s, last signed in %(when)s") % {"role": role, "when": spell_moment(last, zone)}
        rights = spell_list([str(right.label) for right in self.rights])
        if self.grant.administrator:
            rights = _("Administrator: %(rights)s") % {"rights": rights}
        words = [rights, _("until %(moment)s") % {"moment": spell_moment_in_full(self.grant.ends_at, zone)}]
        used = self.grant.last_used_at
        words.append(_("last used %(when)s") % {"when": spell_moment(used, zone)} if used else _("never used"))
        words += [self.deed.words] if self.deed else []
        words += [_("case %(case)s") % {"case": self.case}] if self.case else []
        return "; ".join(words)


class WhoIsIn:
    """Everybody who is in, access from outside first, each by name: to be counted and sliced, in a few queries.

    Whoever was spoken of in the review stands there still, also where that was the end of it.
    """

    ordered = True

    def __init__(self, account, review, *, at):
        self.review, self.at = review, at
        said = ReviewLine.objects.filter(review=review) if review else ReviewLine.objects.none()
        unended = Grant.objects.unended(at).filter(account=account)
        access = Grant.objects.filter(account=account).filter(
            Q(pk__in=unended.order_by().values("pk")) | Q(pk__in=said.order_by().values("grant"))
        )
        last = TrailLine.objects.filter(subject=OuterRef("public_id"), event__in=trail.USED).order_by("-id")
        access = access.select_related("account", "grantee", "membership__account", "decided_by", "parent__grantee")
        access = access.prefetch_related("permissions__permission").annotate(deed=Subquery(last.values("pk")[:1]))
        self.access = access.order_by("grantee__first_name", "grantee__last_name", "pk")
        members = Membership.objects.filter(account=account)
        members = members.filter(Q(ended_at=None) | Q(pk__in=said.order_by().values("membership")))
        members = members.select_related("user", "account").prefetch_related("rights")
        self.members = members.order_by("user__first_name", "user__last_name", "user__email", "pk")

    @cached_property
    def outside(self):
        """How many of them come from outside."""
        return self.access.count()

    @cached_property
    def inside(self):
        """How many of them belong to the account."""
        return self.members.count()

    def __len__(self):
        return self.outside + self.inside

    def __getitem__(self, part):
        """The :class:`Line` objects from one place to another."""
        first, last = part.start or 0, len(self) if part.stop is None else part.stop
        grants = list(self.access[first:last]) if first < self.outside else []
        begin = max(first - self.outside, 0)
        members = list(self.members[begin : last - self.outside]) if last > self.outside else []
        return self._lines(grants, members)

    def _lines(self, grants, members):
        said = _said_of(self.review, grants, members)
        lines = TrailLine.objects.in_bulk([grant.deed for grant in grants if grant.deed is not None])
        deeds = {pk: Deed(line) for pk, line in lines.items()}
        return [
            *(
                Line(one, None, said.get((ACCESS, one.pk)), deeds.get(one.deed), one.unended_at(self.at))
                for one in grants
            ),
            *(Line(None, one, said.get((MEMBER, one.pk)), None, one.ended_at is None) for one in members),
        ]


def switches_of(membership):
    """The own switches of a plain member, in the order of the catalogue; no query where they were read with it."""
    return ordered(row.permission for row in membership.rights.all())


def digest_of(membership):
    """What a membership makes of its person, so far as somebody has said so, as 32 hexadecimal digits of a SHA-256."""
    dates = (membership.stands_in_from, membership.stands_in_until)
    content = {
        "role": membership.role,
        "contact": membership.authorized_contact,
        "switches": [right.value for right in switches_of(membership)],
        "stands_in": [moment and canonical_time(moment) for moment in dates],
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()[:32]


def _said_of(review, grants, members):
    """What was said in a review of these, by what it was said of."""
    if review is None:
        return {}
    rows = review.lines.filter(Q(grant__in=grants) | Q(membership__in=members)).select_related("answered_by")
    return {(ACCESS, row.grant_id) if row.grant_id else (MEMBER, row.membership_id): row for row in rows}


def line_of(account, review, *, at, grant_id="", membership=None):
    """The :class:`Line` of one access (by its public id) or of one member (by the id of the membership), or ``None``
    where nobody is in like that and nothing was said of them.
    """
    who = WhoIsIn(account, review, at=at)
    if membership is None:
        who.access, who.members = who.access.filter(public_id=grant_id), who.members.none()
    else:
        known = who.members.filter(pk=membership) if membership < 2**63 else who.members.none()
        who.access, who.members = who.access.none(), known
    return next(iter(who[0:1]), None)


def chosen_in_review(account, grant_ids, membership_ids):
    """The access to an account with these public ids, and its memberships with these ids (as text); others are none."""
    numbers = [int(one) for one in membership_ids if one.isdecimal() and int(one) < 2**63]
    grants = Grant.objects.filter(account=account, public_id__in=grant_ids)
    return list(grants), list(Membership.objects.filter(account=account, pk__in=numbers))


def left_in(account, review, *, at):
    """How many are in of whom nothing was said in the review yet, so far as they count at the moment ``at``."""
    grants = Grant.objects.unended(at).filter(account=account)
    members = Membership.objects.living().filter(account=account)
    if review is not None:
        grants = grants.exclude(Exists(review.lines.filter(grant=OuterRef("pk"))))
        members = members.exclude(Exists(review.lines.filter(membership=OuterRef("pk"))))
    return _how_many(grants, members)


def how_much_waits(user, *, at):
    """How much waits for this person, in all: requests, cases, proposed changes, accounts to be looked through.

    Two queries; one for whoever answers nothing.
    """
    standing = authorization.standing_of(user, at=at)
    if not standing.answers:
        return 0
    known = {"at": at, "standing": standing}
    asked = (waiting_for(user, **known), riders.cases_to_answer(user, **known))
    return _how_many(*asked, accounts.changes_waiting_for(user, **known), reviews_waiting_for(user, **known))


def _how_many(*lists):
    """How many rows there are in several lists, in one query."""
    first, *others = (rows.order_by().values_list("pk") for rows in lists)
    return first.union(*others, all=True).count()


def open_review(account):
    """The review of an account that is under way, or ``None``."""
    return Review.objects.open().filter(account=account).first()


def last_review(account):
    """The review of an account that was finished last, or ``None``."""
    return finished_reviews(account).first()


def reviews_now(account):
    """The review of an account that is under way, or ``None``, and the one finished last, or ``None``. One query."""
    last = finished_reviews(account).values("pk")[:1]
    rows = Review.objects.filter(Q(finished_at=None) | Q(pk__in=Subquery(last)), account=account)
    found = {row.finished_at is None: row for row in rows.select_related("finished_by", "account")}
    return found.get(True), found.get(False)


def finished_reviews(account):
    """The reviews of an account that were finished, latest first."""
    rows = Review.objects.filter(account=account, finished_at__isnull=False).select_related("finished_by", "account")
    return rows.order_by("-finished_at", "-pk")


def with_counts(reviews):
    """The reviews with how many were kept, shortened and ended."""
    counts = {f"{one.value}_count": Count("lines", filter=Q(lines__answer=one)) for one in ReviewAnswer}
    return reviews.annotate(**counts)


def lines_of(review, user, *, at):
    """What was said in a review, access from outside first, in the order it was said, while ``user`` may see that."""
    open_now = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at)
    rows = ReviewLine.objects.filter(review=review, review__account__in=open_now.values("pk"))
    through = ("membership__user", "membership__account")
    rows = rows.select_related("answered_by", *through, *(f"grant__{path}" for path in through))
    return rows.order_by(F("membership").asc(nulls_first=True), "answered_at", "pk")


def review_due_at(account, last):
    """When an account is to be looked through: an interval after that was last done, or after it was opened.

    :param last: what :func:`last_review` gives
    """
    return (last.finished_at if last else account.opened_at) + settings.PORTAL_REVIEW_EVERY


def accounts_due(*, at):
    """The customers that are to look through who is in, and have not."""
    since = at - settings.PORTAL_REVIEW_EVERY
    lately = Review.objects.filter(account=OuterRef("pk"), finished_at__gt=since)
    customers = Account.objects.open(at).filter(kind=AccountKind.CUSTOMER, opened_at__lte=since)
    return customers.exclude(Exists(lately))


def accounts_to_ask(*, at):
    """Those of the customers that are due which were not asked yet, or not lately."""
    since = at - settings.PORTAL_REVIEW_REMIND_EVERY
    asked = Review.objects.open().filter(account=OuterRef("pk"), reminded_at__gt=since)
    return accounts_due(at=at).exclude(Exists(asked))


def reviews_waiting_for(user, *, at, standing=None):
    """The accounts that wait for this person to look through who is in, by name.

    :param standing: what ``authorization.standing_of`` says of them, where it is known already
    """
    known = (standing or authorization.standing_of(user, at=at)).reviews
    return accounts_due(at=at).filter(pk__in=known).order_by("name", "number")
