"""The list form, the yes or no, everything at once and a plain reading of the rule agree, in any world."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import authorization
from accounts.models import Account, Grant, GrantedPermission, Membership, MembershipRight, User
from accounts.permissions import CONTACT_RIGHTS, LENDABLE, MEMBER_SWITCHES, ROLE_RIGHTS, STAND_IN_RIGHTS, Role
from accounts.permissions import AccountPermission as P
from accounts.states import AccountKind, Deciders, EndReason, RequestKind

START = datetime(2030, 1, 1, tzinfo=UTC)
HOURS = st.integers(0, 4)

# Rows may say more than may be switched on or lent; it opens nothing
ANY = st.sampled_from([*LENDABLE, *LENDABLE, *P])
ASKED = [*LENDABLE, P.VIEW_CONFIGURATION, *P]  # more often what comes from more places


def hour(number):
    """This will give the moment that many hours into the world, or ``None`` for ``None``."""
    return None if number is None else START + timedelta(hours=number)


MOMENTS = [hour(1), hour(2), hour(2) + timedelta(minutes=30), hour(3)]


@dataclass(frozen=True)
class Joined:
    """A person in an account; ``ended`` and ``stands_in`` in hours."""

    person: int
    account: int
    role: Role
    switches: frozenset
    joined: int
    ended: int | None
    stands_in: tuple | None
    contact: bool = False


@dataclass(frozen=True)
class Works:
    """A person at the vendor; ``ended`` in hours."""

    person: int
    joined: int
    ended: int | None


@dataclass(frozen=True)
class Lent:
    """A grant to one of the partner's people; ``under`` is the number of an earlier one it may hang under."""

    person: int
    account: int
    rights: frozenset
    starts: int
    length: int
    ended: int | None
    under: int | None


joined = st.builds(
    Joined,
    person=st.integers(1, 2),
    account=st.integers(0, 1),
    role=st.sampled_from([Role.ADMINISTRATOR, Role.ACCESS_ADMINISTRATOR, Role.MEMBER, Role.MEMBER]),
    switches=st.frozensets(ANY),
    joined=st.integers(0, 2),
    ended=st.none() | st.integers(2, 4),
    stands_in=st.none() | st.tuples(HOURS, st.integers(1, 3)),
    contact=st.booleans(),
)
works = st.builds(Works, person=st.integers(0, 2), joined=st.integers(0, 2), ended=st.none() | st.integers(2, 4))
lent = st.builds(
    Lent,
    person=st.integers(0, 2),
    account=st.sampled_from([0, 0, 0, 0, 1]),
    rights=st.frozensets(ANY, min_size=1),
    starts=st.sampled_from([0, 0, 1, 2]),
    length=st.integers(1, 4),
    ended=st.sampled_from([None, None, None, 1, 2, 3]),
    under=st.sampled_from([None, 0, 0, 1]),
)
worlds = st.fixed_dictionaries(
    {
        "active": st.lists(st.sampled_from([True, True, False]), min_size=3, max_size=3),
        # whether the mail address is verified, and whether there is a second factor
        "proven": st.tuples(*[st.sampled_from([(True, True), (True, True), (False, True), (True, False)])] * 3),
        "superuser": st.booleans(),
        "closed": st.tuples(*[st.sampled_from([None, None, None, 1, 2, 3])] * 4),
        "lets_support_read": st.tuples(st.booleans(), st.booleans()),
        "works": st.lists(works, max_size=2, unique_by=lambda one: one.person),
        "administrators_decide": st.booleans(),
        "left": st.tuples(*[st.sampled_from([None, None, 1, 2, 3])] * 3),
        "joined": st.lists(joined, max_size=2, unique_by=lambda one: (one.person, one.account)),
        "lent": st.lists(lent, min_size=5, max_size=7),
    }
)


class Built:
    """The rows of a drawn world: two customers, a partner to whom everybody belongs or belonged, and the vendor."""

    def __init__(self, world):
        both = Deciders.PRIMARY_AND_ADMINISTRATORS
        self.people = [
            User.objects.create(email=f"{number}@world.example", is_active=active, is_superuser=world["superuser"])
            for number, active in enumerate(world["active"])
        ]
        self.proven = {user for user, proven in zip(self.people, world["proven"], strict=True) if all(proven)}
        for user, (verified, enrolled) in zip(self.people, world["proven"], strict=True):
            EmailAddress.objects.create(user=user, email=user.email, verified=verified)
            if enrolled:
                Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
        self.accounts = [
            Account.objects.create(
                kind=kind,
                number=f"90{number}",
                org_id=f"90{number}",
                opened_at=START,
                closed_at=hour(world["closed"][number]),
                partner_deciders=both if world["administrators_decide"] else Deciders.PRIMARY,
                support_deciders=Deciders.PRIMARY,
                support_read_only=number < 2 and world["lets_support_read"][number],
            )
            for number, kind in enumerate(
                [AccountKind.CUSTOMER, AccountKind.CUSTOMER, AccountKind.PARTNER, AccountKind.VENDOR]
            )
        ]
        primary = Joined(0, 1, Role.PRIMARY, frozenset(), 0, None, None)
        outside = [
            Joined(person, 2, Role.MEMBER, frozenset(), 0, left, None) for person, left in enumerate(world["left"])
        ]
        associates = [
            Joined(one.person, 3, Role.MEMBER, frozenset(), one.joined, one.ended, None) for one in world["works"]
        ]
        self.memberships = [self.join(one) for one in [*outside, primary, *world["joined"], *associates]]
        self.grants = []
        for one in world["lent"]:
            self.grants.append(self.lend(one))

    def join(self, one):
        """This will write one membership with its switches."""
        starts = one.stands_in and one.stands_in[0]
        membership = Membership.objects.create(
            user=self.people[one.person],
            account=self.accounts[one.account],
            role=one.role,
            authorized_contact=one.contact,
            joined_at=hour(one.joined),
            ended_at=hour(one.ended),
            stands_in_from=hour(starts),
            stands_in_until=one.stands_in and hour(starts + one.stands_in[1]),
        )
        MembershipRight.objects.bulk_create(MembershipRight(membership=membership, permission=p) for p in one.switches)
        return membership

    def lend(self, one):
        """This will write one grant, under an earlier one where one was drawn and there is one."""
        membership = self.memberships[one.person]
        roots = [grant for grant in self.grants if grant.parent is None and grant.account == self.accounts[one.account]]
        grant = Grant.objects.create(
            account=self.accounts[one.account],
            grantee=membership.user,
            membership=membership,
            parent=roots[one.under % len(roots)] if one.under is not None and roots else None,
            kind=RequestKind.PARTNER,
            starts_at=hour(one.starts),
            ends_at=hour(one.starts + one.length),
            opened_at=START,
            ended_at=hour(one.ended),
            end_reason="" if one.ended is None else EndReason.ENDED,
            decided_by=next(person for person in self.people if person != membership.user),
        )
        GrantedPermission.objects.bulk_create(
            GrantedPermission(permission=right, user=grant.grantee, content_object=grant.account, grant=grant)
            for right in Permission.objects.filter(content_type__app_label="accounts", codename__in=one.rights)
        )
        grant.lent = one.rights
        return grant


def active(membership, at):
    """This will read off the rows whether a membership of an active person holds."""
    over = membership.ended_at is not None and membership.ended_at <= at
    return membership.user.is_active and membership.joined_at <= at and not over


def opens(grant, at):
    """This will read off the rows whether a grant opens anything: I1, second half."""
    window = grant.starts_at <= at < grant.ends_at and not (grant.ended_at and grant.ended_at <= at)
    return window and active(grant.membership, at) and (grant.parent is None or opens(grant.parent, at))


def rights_of_membership(one, account, at):
    """This will say by the words of I1 what somebody holds as a member."""
    rights = set(ROLE_RIGHTS[one.role])
    if one.role == Role.MEMBER:
        rights |= {P(right.permission) for right in one.rights.all()} & {*MEMBER_SWITCHES}
    if one.role == Role.ADMINISTRATOR and account.partner_deciders == Deciders.PRIMARY_AND_ADMINISTRATORS:
        rights |= {P.DECIDE_ACCESS}
    if one.authorized_contact:
        rights |= CONTACT_RIGHTS
    if one.stands_in_from and one.stands_in_from <= at < one.stands_in_until:
        rights |= STAND_IN_RIGHTS
    return rights


def rights_by_the_rule(built, user, account, at):
    """This will say by the words of I1 what the person holds."""
    if not user.is_active or (account.closed_at is not None and account.closed_at <= at):
        return set()
    rights = set()
    for one in built.memberships:
        if (one.user, one.account) == (user, account) and active(one, at):
            rights |= rights_of_membership(one, account, at)
    for grant in built.grants:
        if (grant.grantee, grant.account) == (user, account) and opens(grant, at):
            rights |= grant.lent & {*LENDABLE}
    vendor = built.accounts[3]
    works = any((one.user, one.account) == (user, vendor) and active(one, at) for one in built.memberships)
    works = works and user in built.proven
    if account.support_read_only and works and (vendor.closed_at is None or vendor.closed_at > at):
        rights |= {P.VIEW_CONFIGURATION}
    return rights


@pytest.mark.trust("I1", "I2", "I15")
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(world=worlds, asked=st.lists(st.sampled_from(ASKED), min_size=4, max_size=4))
def test_list_and_yes_or_no_and_all_at_once_agree_with_the_rule(db, world, asked):
    with transaction.atomic():
        built = Built(world)
        for at, right in zip(MOMENTS, asked, strict=True):
            for user in built.people:
                listed = set(authorization.accounts_where(user, right, at=at))
                enterable = set(authorization.open_to(user, at=at))
                for account in built.accounts[:2]:
                    expected = rights_by_the_rule(built, user, account, at)
                    assert authorization.held(user, account, at=at) == expected
                    assert authorization.allows(user, right, account, at=at) == (right in expected)
                    assert (account in listed) == (right in expected)
                    assert account in enterable or not expected
        transaction.set_rollback(True)
