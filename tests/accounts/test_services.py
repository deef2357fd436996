"""Who belongs to an account by the rules of appointment, and what entering an account leaves behind."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import services as requests
from access_requests.services import Window
from accounts import services
from accounts.models import Account, Membership, MembershipRight, User
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.states import AccountKind
from audit.models import TrailLine
from frame.refusals import AccessEnded, NotAllowedNow
from tests.cast import WEEK, approve, ask, member

APPOINTS = {
    "carol": {Role.ADMINISTRATOR, Role.ACCESS_ADMINISTRATOR, Role.MEMBER},
    "adam": {Role.ACCESS_ADMINISTRATOR, Role.MEMBER},
    "ursula": {Role.MEMBER},
    "mike": set(),
    "connie": set(),
    "piotr": set(),
    "pat": set(),
    "root": set(),
    "mallory": set(),
}
PAIRS = [(who, role) for who in APPOINTS for role in Role]


@pytest.fixture
def newcomer(db):
    """Somebody who belongs nowhere yet."""
    return User.objects.create_user("new@acme.example", first_name="New")


@pytest.mark.parametrize(("who", "role"), PAIRS)
class TestAppointing:
    def test_makes_only_whom_one_may_make(self, cast, newcomer, now, who, role):
        by, arguments = getattr(cast, who), {"account": cast.acme, "user": newcomer, "role": role, "at": now}
        if role in APPOINTS[who]:
            services.add_member(by=by, **arguments)
            assert member(newcomer, cast.acme).role == role
        else:
            with pytest.raises(PermissionDenied):
                services.add_member(by=by, **arguments)
            assert not newcomer.memberships.exists()

    def test_unmakes_only_whom_one_may_make(self, cast, newcomer, now, who, role):
        if role == Role.PRIMARY:
            with pytest.raises(NotAllowedNow, match="successor"):
                services.end_membership(membership=member(cast.carol, cast.acme), by=getattr(cast, who), at=now)
            return
        theirs = services.add_member(account=cast.acme, user=newcomer, role=role, by=None, at=now)
        if role in APPOINTS[who]:
            services.end_membership(membership=theirs, by=getattr(cast, who), at=now)
        else:
            with pytest.raises(PermissionDenied):
                services.end_membership(membership=theirs, by=getattr(cast, who), at=now)
        theirs.refresh_from_db()
        assert (theirs.ended_at is not None) == (role in APPOINTS[who])


class TestMembers:
    def test_nobody_of_the_vendor_becomes_a_member_of_a_customer_even_by_the_system(self, cast, now):
        for by in (cast.carol, None):
            with pytest.raises(PermissionDenied, match="vendor"):
                services.add_member(account=cast.acme, user=cast.tess, role=Role.MEMBER, by=by, at=now)

        assert not Membership.objects.filter(user=cast.tess, account=cast.acme).exists()

    def test_the_primary_user_alone_makes_authorized_contacts(self, cast, newcomer, now):
        new = {"account": cast.acme, "user": newcomer, "role": Role.MEMBER, "authorized_contact": True, "at": now}
        with pytest.raises(PermissionDenied, match="authorized contacts"):
            services.add_member(by=cast.adam, **new)

        assert services.add_member(by=cast.carol, **new).authorized_contact

    def test_nobody_is_a_member_twice_and_no_account_has_two_primary_users(self, cast, newcomer, now):
        with pytest.raises(NotAllowedNow, match="member of this account already"):
            services.add_member(account=cast.acme, user=cast.mike, role=Role.MEMBER, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="primary user already"):
            services.add_member(account=cast.acme, user=newcomer, role=Role.PRIMARY, by=None, at=now)

    def test_anybody_may_leave_and_nobody_leaves_twice(self, cast, now):
        here = member(cast.mike, cast.acme)
        services.end_membership(membership=here, by=cast.mike, at=now)

        assert (here.ended_at, here.ended_by) == (now, cast.mike)
        with pytest.raises(NotAllowedNow):
            services.end_membership(membership=here, by=cast.carol, at=now)

    def test_joining_again_is_a_new_membership_without_the_old_switches(self, cast, now):
        old = member(cast.mike, cast.acme)
        services.set_member_rights(membership=old, permissions=[P.VIEW_ORDERS], by=cast.carol, at=now)
        services.end_membership(membership=old, by=cast.carol, at=now)
        new = services.add_member(account=cast.acme, user=cast.mike, role=Role.MEMBER, by=cast.carol, at=now)

        assert new != old
        assert not MembershipRight.objects.filter(membership=new).exists()
        assert Membership.objects.get(pk=old.pk).ended_at == now

    def test_a_role_changes_by_who_may_make_and_unmake_both(self, cast, now):
        mike = member(cast.mike, cast.acme)
        with pytest.raises(PermissionDenied):
            services.change_role(membership=mike, role=Role.ACCESS_ADMINISTRATOR, by=cast.ursula, at=now)
        with pytest.raises(PermissionDenied):
            services.change_role(membership=member(cast.dora, cast.acme), role=Role.MEMBER, by=cast.adam, at=now)
        with pytest.raises(PermissionDenied):
            services.change_role(membership=member(cast.carol, cast.acme), role=Role.MEMBER, by=cast.carol, at=now)

        services.change_role(membership=mike, role=Role.ACCESS_ADMINISTRATOR, by=cast.adam, at=now)
        assert mike.role == Role.ACCESS_ADMINISTRATOR

    def test_switches_are_for_plain_members_and_for_what_can_be_lent(self, cast, now):
        for person, rights in (("ursula", [P.VIEW_ORDERS]), ("mike", [P.DECIDE_ACCESS]), ("mike", [P.MANAGE_PEOPLE])):
            with pytest.raises(NotAllowedNow):
                services.set_member_rights(
                    membership=member(getattr(cast, person), cast.acme), permissions=rights, by=cast.carol, at=now
                )
        with pytest.raises(PermissionDenied):
            services.set_member_rights(
                membership=member(cast.mike, cast.acme), permissions=[P.VIEW_ORDERS], by=cast.mallory, at=now
            )

    def test_somebody_made_primary_user_meanwhile_is_not_taken_out(self, cast, now):
        read_before = member(cast.mike, cast.acme)
        services.name_successor(account=cast.acme, successor=cast.mike, by=cast.carol, at=now)

        with pytest.raises(NotAllowedNow):
            services.end_membership(membership=read_before, by=cast.ursula, at=now)
        assert member(cast.mike, cast.acme).role == Role.PRIMARY

    def test_the_primary_user_leaves_by_naming_a_successor_only(self, cast, now):
        for by in (cast.carol, cast.adam, None):
            with pytest.raises(NotAllowedNow, match="successor"):
                services.end_membership(membership=member(cast.carol, cast.acme), by=by, at=now)

        services.name_successor(account=cast.acme, successor=cast.ursula, by=cast.carol, at=now)
        assert member(cast.ursula, cast.acme).role == Role.PRIMARY
        assert member(cast.carol, cast.acme).role == Role.ADMINISTRATOR
        services.end_membership(membership=member(cast.carol, cast.acme), by=cast.carol, at=now)

    def test_only_the_primary_user_names_a_successor_and_only_a_member(self, cast, now):
        for by in (cast.adam, cast.mallory, cast.root):
            with pytest.raises(PermissionDenied):
                services.name_successor(account=cast.acme, successor=cast.ursula, by=by, at=now)
        for successor in (cast.petra, cast.carol, cast.mallory):
            with pytest.raises(NotAllowedNow):
                services.name_successor(account=cast.acme, successor=successor, by=cast.carol, at=now)

    def test_whoever_is_locked_out_is_out_once(self, cast, now):
        services.deactivate_person(user=cast.mike, by=cast.stan, at=now)

        assert not User.objects.get(pk=cast.mike.pk).is_active
        with pytest.raises(NotAllowedNow):
            services.deactivate_person(user=cast.mike, by=cast.stan, at=now)

    def test_an_account_is_opened_with_values_that_are_acceptable_and_new(self, cast, now):
        company = {
            "kind": AccountKind.CUSTOMER,
            "number": "777000",
            "org_id": "777000",
            "name": "Dunes",
            "time_zone": "Europe/Stockholm",
            "language": "sv",
            "seats": 3,
        }
        for wrong in ({"number": "654321"}, {"org_id": "x"}, {"time_zone": "Mars/Olympus"}, {"language": "tlh"}):
            with pytest.raises(ValidationError):
                services.open_account(**{**company, **wrong}, by=None, at=now)

        assert Account.objects.get(pk=services.open_account(**company, by=None, at=now).pk).name == "Dunes"

    def test_each_change_leaves_one_line(self, cast, newcomer, now):
        before = TrailLine.objects.count()
        new = services.add_member(account=cast.acme, user=newcomer, role=Role.MEMBER, by=cast.carol, at=now)
        services.set_member_rights(membership=new, permissions=[P.VIEW_ORDERS], by=cast.carol, at=now)
        services.change_role(membership=new, role=Role.ADMINISTRATOR, by=cast.carol, at=now)
        services.name_successor(account=cast.acme, successor=newcomer, by=cast.carol, at=now)
        services.end_membership(membership=member(cast.carol, cast.acme), by=newcomer, at=now)

        events = TrailLine.objects.filter(chain="654321").order_by("sequence").values_list("event", flat=True)
        assert list(events)[-5:] == [
            "membership.begun",
            "membership.changed",
            "membership.changed",
            "membership.succeeded",
            "membership.ended",
        ]
        assert TrailLine.objects.count() == before + 5


class TestEntering:
    def enter(self, user, *, at, permission=P.VIEW_INVOICES, page="invoices", number="654321"):
        return services.enter(user=user, number=number, permission=permission, page=page, at=at)

    def looks(self):
        return list(TrailLine.objects.filter(event="account.viewed").order_by("id"))

    @pytest.mark.trust("L4", "I14")
    def test_a_look_from_outside_leaves_a_line_with_every_grant_that_gave_the_right(self, cast, now):
        one = approve(ask(cast, case_number="C-1", at=now), by=cast.carol, at=now)
        two = approve(ask(cast, case_number="C-2", at=now), by=cast.carol, at=now)
        approve(ask(cast, case_number="C-3", permissions=[P.VIEW_USAGE], at=now), by=cast.carol, at=now)

        visit = self.enter(cast.petra, at=now)

        (line,) = self.looks()
        assert (line.actor, line.account, line.details, line.at) == (
            cast.petra.email,
            "654321",
            {"page": "invoices"},
            now,
        )
        assert line.grants == [one.public_id, two.public_id]
        assert (line.case, line.digest) == ("C-1, C-2", one.request_digest)
        assert (visit.account, visit.acting, visit.until) == (cast.acme, True, now + WEEK)
        assert visit.rights == {P.VIEW_INVOICES, P.VIEW_USAGE}

    def test_it_is_kept_on_the_grants_when_they_were_last_used(self, cast, granted, now):
        self.enter(cast.petra, at=now + timedelta(hours=1))
        granted.refresh_from_db()

        assert granted.last_used_at == now + timedelta(hours=1)

    def test_a_look_from_inside_leaves_nothing(self, cast, now):
        visit = self.enter(cast.carol, at=now)

        assert (visit.acting, visit.until) == (False, None)
        assert self.looks() == []

    def test_every_look_counts(self, cast, granted, now):
        for minute in range(3):
            self.enter(cast.petra, at=now + timedelta(minutes=minute))

        assert len(self.looks()) == 3

    def test_a_page_that_is_not_open_is_refused_and_none_of_the_others_business_does_not_exist(
        self, cast, granted, now
    ):
        with pytest.raises(PermissionDenied, match="See orders"):
            self.enter(cast.petra, permission=P.VIEW_ORDERS, at=now)
        for stranger in (cast.mallory, cast.quinn, cast.pat, cast.tess, cast.root, cast.greta):
            with pytest.raises(Account.DoesNotExist):
                self.enter(stranger, at=now)
        with pytest.raises(Account.DoesNotExist):
            self.enter(cast.petra, number="999999", at=now)
        assert self.looks() == []

    @pytest.mark.trust("E3")
    def test_after_the_end_of_ones_own_access_the_account_says_so(self, cast, granted, now):
        with pytest.raises(AccessEnded, match="654321"):
            self.enter(cast.petra, at=granted.ends_at)
        requests.end_access(grant=granted, by=cast.carol, at=now + WEEK / 2)
        with pytest.raises(AccessEnded):
            self.enter(cast.petra, at=now + WEEK / 2)

    def test_access_that_never_began_is_no_access_that_ended(self, cast, now):
        window = Window(starts_at=now + WEEK, ends_at=now + 2 * WEEK)
        grant = approve(ask(cast, window=window, at=now), by=cast.carol, at=now)
        requests.end_access(grant=grant, by=cast.carol, at=now)

        for moment in (now, now + 3 * WEEK):
            with pytest.raises(Account.DoesNotExist):
                self.enter(cast.petra, at=moment)

    def test_a_deactivated_person_opens_nothing(self, cast, granted, now):
        User.objects.filter(pk=cast.petra.pk).update(is_active=False)
        cast.petra.refresh_from_db()

        with pytest.raises(Account.DoesNotExist):
            self.enter(cast.petra, at=now)
