"""Reads of people and accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Case, Q, When
from django.utils import timezone
from django.utils.translation import gettext as _

from frame.refusals import AccessEnded
from frame.wording import spell_moment

from .. import authorization
from ..models import Account, Grant, Invitation, Membership, User
from ..permissions import APPOINTS, DECIDER_ROLES, SECOND_FACTOR_ROLES, AccountPermission, Role, ordered
from ..signals import what_goes_with
from ..states import KEPT, AccountKind


@dataclass(frozen=True)
class WayIn:
    """One account a person can open now: as whom, and until when where it is lent."""

    account: Account
    role: str
    until: datetime | None

    @property
    def how(self):
        """As whom, in words: the role, or that it is lent, or that the account lets support read."""
        return self.role or (_("Lent to you") if self.until else _("Read-only, for support"))

    @property
    def lent_until(self):
        """Until when it is lent; ``None`` for what is the person's own."""
        return None if self.role else self.until


@dataclass(frozen=True)
class Standing:
    """What a membership makes of a person at one moment."""

    role: str
    authorized_contact: bool
    rights: tuple
    stands_in_from: datetime | None
    stands_in_until: datetime | None

    @property
    def role_words(self):
        """The role in the reader's language."""
        return Role(self.role).label

    @property
    def right_words(self):
        """The own switches in the reader's language."""
        return [right.label for right in self.rights]


def find_open(user, number, *, at):
    """The account with this number, if ``user`` may enter it.

    :raises Account.DoesNotExist: it does not exist, or is none of this person's business
    :raises AccessEnded: the person's own access to it has ended
    """
    account = authorization.open_to(user, at=at).filter(number=number).first()
    if account is not None:
        return account
    ended = _ended_at(user, number, at)
    if ended is None:
        raise Account.DoesNotExist
    raise AccessEnded(
        _("Your access to account %(number)s ended %(when)s.")
        % {"number": number, "when": spell_moment(ended, timezone.get_current_timezone())}
    )


def concerned(user, number):
    """What a refusal at an account's page is written down with: for the trail, never for a page.

    :returns: the number if an account has it, or an empty string; and the id of the newest access that ``user`` was
        given there for support or for an hour, or an empty string. With it the line is kept from staff as that access
        is.
    """
    if not Account.objects.filter(number=number).exists():
        return "", ""
    lent = Grant.objects.filter(grantee=user.pk, account__number=number, kind__in=KEPT)
    return number, lent.order_by("-pk").values_list("public_id", flat=True).first() or ""


def openable(user, *, at, search=""):
    """The accounts ``user`` can open now, own ones first, then by name, as a queryset to be paged.

    :param search: part of a name, or the beginning of a number
    """
    accounts = authorization.open_to(user, at=at)
    if search:
        accounts = accounts.filter(Q(name__icontains=search) | Q(number__startswith=search))
    own = Membership.objects.active(at).filter(user=user).values("account")
    return accounts.order_by(Case(When(pk__in=own, then=0), default=1), "name", "number")


def ways_in(user, accounts, *, at):
    """The given accounts, as :class:`WayIn`: as whom the person enters each, and until when. Two queries."""
    own = {
        membership.account_id: membership.get_role_display()
        for membership in Membership.objects.active(at).filter(user=user, account__in=accounts)
    }
    lent = authorization.ends_of(user, [account.pk for account in accounts], at=at)
    return [WayIn(account, own.get(account.pk, ""), lent.get(account.pk)) for account in accounts]


def needs_second_factor(user, *, at):
    """Whether this person may go nowhere without a second factor: deciders, authorized contacts, everybody
    of a partner or the vendor, and staff.
    """
    if user.is_staff or user.is_superuser:
        return True
    return (
        Membership.objects.active(at)
        .filter(user=user)
        .filter(
            Q(account__kind__in=[AccountKind.PARTNER, AccountKind.VENDOR])
            | Q(role__in=SECOND_FACTOR_ROLES)
            | Q(authorized_contact=True)
            | Q(stands_in_from__lte=at, stands_in_until__gt=at)
        )
        .exists()
    )


def answers_for_account(account, *, at):
    """The primary user and, while one is named, the stand-in: whoever is told what concerns the account."""
    memberships = Membership.objects.active(at).filter(account=account)
    memberships = memberships.filter(Q(role=Role.PRIMARY) | Q(stands_in_from__lte=at, stands_in_until__gt=at))
    return User.objects.filter(pk__in=memberships.values("user")).order_by("email")


def language_for(user, account):
    """The language of what goes to a person of an account, or to nobody in particular: their own, or the account's."""
    return (user.language if user is not None else "") or account.language


def home_of(user, *, at):
    """A person's own first account: where they are when they act for nobody else. ``None`` without any."""
    membership = _homes([user], at=at).first()
    return membership.account if membership else None


def language_and_zone_of(user, *, at):
    """The language and the name of the time zone a person reads in: their own, or those of their first account."""
    return languages_and_zones_of([user], at=at)[user]


def languages_and_zones_of(people, *, at):
    """In which language and time zone (by name) each of these people reads: ``{person: (language, zone)}``. One query
    for any number of people.
    """
    people = list(people)
    unsaid = [user for user in people if not (user.language and user.time_zone)]
    # The first account of each is written last, over their others
    homes = {one.user_id: one.account for one in _homes(unsaid, at=at).reverse()} if unsaid else {}
    return {user: _reading(user, homes.get(user.pk)) for user in people}


def _reading(user, account):
    language = language_for(user, account) if account else user.language or settings.LANGUAGE_CODE
    return language, user.time_zone or (account.time_zone if account else "UTC")


def _homes(people, *, at):
    memberships = Membership.objects.active(at).filter(user__in=people, account__in=Account.objects.open(at))
    return memberships.select_related("account").order_by("joined_at", "pk")


def is_trusted(user, *, at):
    """Whether much hangs on this person's session: staff, and whoever decides for some account."""
    if user.is_staff or user.is_superuser:
        return True
    return Membership.objects.giving(AccountPermission.DECIDE_ACCESS, at).filter(user=user).exists()


def colleagues(account, *, at, search=""):
    """The active memberships of an account, by name.

    :param search: words, each of them part of a name or of the address
    """
    rows = Membership.objects.active(at).filter(account=account).select_related("user", "account")
    return _called(rows, search).order_by("user__first_name", "user__last_name", "user__email")


def colleague(membership_id, accounts, *, at):
    """The active membership with this id in one of these accounts, or ``None``; a foreign id is like an unknown one."""
    rows = Membership.objects.active(at).filter(pk=membership_id, account__in=accounts)
    return rows.select_related("user", "account").first()


def memberships_of(account, ids):
    """Those of these memberships that are of the account, ended ones among them, by name."""
    rows = Membership.objects.filter(account=account, pk__in=ids).select_related("user", "account")
    return rows.order_by("user__first_name", "user__last_name", "user__email")


def people_of(account, *, search=""):
    """Every living membership of an account, those of people who are locked out among them, by name.

    :param search: words, each of them part of a name or of the address
    """
    rows = Membership.objects.living().filter(account=account).select_related("user", "account")
    return _called(rows, search).order_by("user__first_name", "user__last_name", "user__email")


def _called(rows, search):
    """Memberships of people in whose name or address every one of the words is found."""
    for word in search.split():
        fields = ("user__first_name", "user__last_name", "user__email")
        rows = rows.filter(Q(*[(f"{field}__icontains", word) for field in fields], _connector=Q.OR))
    return rows


def shows_contacts(user, account, *, at):
    """Whether a person's own membership lets them see the people of the account."""
    mine = Membership.objects.giving(AccountPermission.VIEW_CONTACTS, at).filter(user=user, account=account)
    return mine.exists()


def standing(membership):
    """What a membership makes of its person as the row has it now, to be compared later."""
    now = Membership.objects.get(pk=membership.pk)
    return Standing(
        role=now.role,
        authorized_contact=now.authorized_contact,
        rights=tuple(ordered(now.rights.values_list("permission", flat=True))),
        stands_in_from=now.stands_in_from,
        stands_in_until=now.stands_in_until,
    )


def may_appoint(user, account, *, at):
    """The roles into which ``user`` may put somebody of this account, in the order of the catalogue."""
    mine = Membership.objects.active(at).filter(user=user, account=account).first()
    return [role for role in Role if mine and role in APPOINTS[Role(mine.role)]]


def unanswered_invitations(account):
    """The invitations of an account that nobody accepted or withdrew, lapsed ones among them, newest first."""
    return Invitation.objects.unanswered().filter(account=account).select_related("account", "invited_by", "user")


def invitation_to(user, public_id):
    """The invitation with this id that was sent to ``user``, or ``None``; a foreign id is like an unknown one."""
    sent = Invitation.objects.filter(user=user, public_id=public_id).select_related("account", "invited_by", "user")
    return sent.first()


def seats_taken(account, *, at):
    """How many seats are taken: by members, and by invitations that can be accepted. Grants take none."""
    members = Membership.objects.living().filter(account=account).count()
    return members + Invitation.objects.open(at).filter(account=account).count()


def who_runs(account, *, at):
    """The primary user and the administrators of an account: told when one of their kind comes or goes."""
    memberships = Membership.objects.active(at).filter(account=account, role__in=DECIDER_ROLES)
    return User.objects.filter(pk__in=memberships.values("user")).order_by("email")


def access_that_goes_with(membership, *, at):
    """The access that came through a membership, and what hangs under it: it ends when the membership does.

    That of support, and for an hour, is named by nobody but its own person; the floor above says how much there is.
    """
    grants = Grant.objects.unended(at).filter(Q(membership=membership) | Q(parent__membership=membership))
    grants = grants.exclude(kind__in=KEPT)
    return grants.select_related("grantee", "account").order_by("account__name", "pk")


def else_that_goes_with(membership, *, at):
    """What the floors above say would go with a membership, as a list of ``(words, address)``."""
    answers: list[Any] = what_goes_with.send(Membership, membership=membership, at=at)
    return [line for _receiver, lines in answers for line in lines]


def _ended_at(user, number, at):
    """When this person's access to the account with this number ended last, or ``None`` if there was none."""
    ends = []
    for grant in Grant.objects.filter(grantee=user, account__number=number, starts_at__lte=at).select_related(
        "membership", "account", "parent"
    ):
        over = [grant.ends_at, grant.ended_at, grant.membership.ended_at, grant.account.closed_at]
        over += [grant.parent.ends_at, grant.parent.ended_at] if grant.parent else []
        end = min(moment for moment in over if moment is not None)
        ends += [end] if end > grant.starts_at else []  # access that never began has not ended
    for membership in Membership.objects.filter(user=user, account__number=number).select_related("account"):
        over = [membership.ended_at, membership.account.closed_at]
        ends += [moment for moment in over if moment is not None]
    past = [moment for moment in ends if moment <= at]
    return max(past) if past else None
