"""The door: who holds what, as yes or no and as lists."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm

from access_requests import services as requests
from access_requests.services import Window
from accounts import authorization, services
from accounts.models import Account, Grant, GrantedPermission, Membership, User
from accounts.permissions import LENDABLE, MEMBER_SWITCHES, Role
from accounts.permissions import AccountPermission as P
from accounts.states import Deciders, RequestKind
from tests.cast import WEEK, approve, ask, member

KEEPS_WATCH = {
    P.VIEW_ORDERS,
    P.VIEW_INVOICES,
    P.VIEW_USAGE,
    P.VIEW_CONTACTS,
    P.VIEW_ARTICLES,
    P.VIEW_CASES,
    P.WRITE_CASES,
    P.VIEW_CONFIGURATION,
    P.VIEW_ACCESS,
    P.MANAGE_PEOPLE,
    P.END_ACCESS,
}
RUNS_IT = KEEPS_WATCH | {P.CHANGE_CONFIGURATION, P.CHANGE_SETTINGS, P.ACCEPT_TERMS}
MOMENT = timedelta(milliseconds=1)
SWITCH_SETS = [*combinations(LENDABLE, 1), *combinations(LENDABLE, 2)]


def listed(user, account, *, at):
    """This will give the rights whose list of accounts has this account in it."""
    return {right for right in P if account in authorization.accounts_where(user, right, at=at)}


def denied_everywhere(user, account, *, at):
    """This will say whether neither the yes/no, nor the lists, nor Django's own question gives anything."""
    return not (
        authorization.held(user, account, at=at)
        or listed(user, account, at=at)
        or any(authorization.allows(user, right, account, at=at) for right in P)
        or any(user.has_perm(f"accounts.{right}", account) for right in P)
        or authorization.open_to(user, at=at).filter(pk=account.pk).exists()
    )


class TestRoles:
    @pytest.mark.parametrize(
        ("who", "rights"),
        [
            ("carol", RUNS_IT | {P.DECIDE_ACCESS}),
            ("adam", RUNS_IT | {P.DECIDE_ACCESS}),  # support requests are his to decide
            ("dora", RUNS_IT | {P.DECIDE_ACCESS}),
            ("ursula", KEEPS_WATCH),
            ("connie", {P.VIEW_CASES, P.WRITE_CASES, P.ACCEPT_TERMS}),  # an authorized contact
            ("mike", set()),
            ("piotr", set(LENDABLE)),
            *[(who, set()) for who in ("pat", "petra", "greta", "quinn", "tess", "tom", "stan", "root", "mallory")],
        ],
    )
    def test_each_of_the_cast_holds_at_acme_what_the_table_of_the_design_says(self, cast, now, who, rights):
        user = getattr(cast, who)

        assert authorization.held(user, cast.acme, at=now) == rights
        assert listed(user, cast.acme, at=now) == rights

    def test_an_administrator_decides_nothing_where_no_setting_says_so(self, cast, now):
        Account.objects.filter(pk=cast.acme.pk).update(support_deciders="primary")

        assert authorization.held(cast.adam, cast.acme, at=now) == RUNS_IT
        assert listed(cast.adam, cast.acme, at=now) == RUNS_IT

    def test_a_plain_member_holds_what_is_switched_on_for_them(self, cast, now):
        services.set_member_rights(
            membership=member(cast.mike, cast.acme), permissions=[P.VIEW_USAGE], by=cast.carol, at=now
        )

        assert authorization.held(cast.mike, cast.acme, at=now) == {P.VIEW_USAGE}
        assert listed(cast.mike, cast.acme, at=now) == {P.VIEW_USAGE}

    def test_switches_left_from_an_earlier_role_give_nothing(self, cast, now):
        here = member(cast.mike, cast.acme)
        services.set_member_rights(membership=here, permissions=[P.VIEW_USAGE], by=cast.carol, at=now)
        services.change_role(membership=here, role=Role.ACCESS_ADMINISTRATOR, by=cast.carol, at=now)

        assert authorization.held(cast.mike, cast.acme, at=now) == listed(cast.mike, cast.acme, at=now) == KEEPS_WATCH

    def test_a_stand_in_decides_between_the_two_dates_and_not_a_moment_longer(self, cast, now):
        Membership.objects.filter(user=cast.mike).update(stands_in_from=now, stands_in_until=now + WEEK)
        stand_in = {P.VIEW_ACCESS, P.END_ACCESS, P.DECIDE_ACCESS}

        assert authorization.held(cast.mike, cast.acme, at=now - MOMENT) == set()
        assert authorization.held(cast.mike, cast.acme, at=now) == stand_in
        assert cast.mike in authorization.deciders(cast.acme, "partner", at=now + WEEK - MOMENT)
        assert authorization.held(cast.mike, cast.acme, at=now + WEEK) == set()
        assert cast.mike not in authorization.deciders(cast.acme, "partner", at=now + WEEK)

    def test_nothing_holds_on_a_closed_account_nor_for_a_deactivated_person(self, cast, granted, now):
        User.objects.filter(pk=cast.adam.pk).update(is_active=False)
        cast.adam.refresh_from_db()
        assert denied_everywhere(cast.adam, cast.acme, at=now)

        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)
        assert all(denied_everywhere(user, cast.acme, at=now) for user in (cast.carol, cast.petra))

    def test_nobody_signed_in_holds_nothing(self, cast, now):
        nobody = AnonymousUser()

        assert authorization.held(nobody, cast.acme, at=now) == set()
        assert not authorization.allows(nobody, P.VIEW_ORDERS, cast.acme, at=now)
        assert not authorization.open_to(nobody, at=now).exists()

    def test_a_refusal_names_the_right_and_the_account(self, cast, now):
        with pytest.raises(PermissionDenied, match=r"See invoices.*654321"):
            authorization.require(cast.mallory, P.VIEW_INVOICES, cast.acme, at=now)


class TestDeciders:
    def test_the_primary_user_alone_decides_for_a_partner_by_default(self, cast, now):
        assert list(authorization.deciders(cast.acme, "partner", at=now)) == [cast.carol]

    def test_administrators_decide_too_where_the_account_says_so(self, several_deciders, now):
        cast = several_deciders

        assert set(authorization.deciders(cast.acme, "partner", at=now)) == {cast.carol, cast.adam, cast.dora}

    @pytest.mark.trust("A7", "I5")
    @pytest.mark.parametrize("part", ["dora", "petra", "pat"])
    def test_nobody_decides_for_themself_nor_for_a_colleague_at_a_partner(self, several_deciders, now, part):
        cast = several_deciders
        apart = {getattr(cast, part)}

        assert set(authorization.deciders(cast.acme, "partner", at=now, apart_from=apart)) == {cast.carol, cast.adam}
        with pytest.raises(PermissionDenied):
            authorization.require_decider(cast.dora, cast.acme, "partner", at=now, apart_from=apart)

    def test_the_list_of_accounts_one_decides_for_agrees_with_the_deciders(self, several_deciders, now):
        cast = several_deciders
        for user in cast.people.values():
            theirs = {
                account
                for account in Account.objects.all()
                if user in authorization.deciders(account, "partner", at=now)
            }
            assert set(authorization.decides_for(user, RequestKind.PARTNER, at=now)) == theirs, user

    @pytest.mark.trust("I1", "I5")
    @pytest.mark.parametrize("setting", Deciders.values)
    def test_what_somebody_is_to_every_account_agrees_with_the_single_answers(self, cast, now, setting):
        Account.objects.update(partner_deciders=setting, support_deciders=setting)
        Account.objects.filter(pk=cast.globex.pk).update(closed_at=now)
        Membership.objects.filter(user=cast.mike).update(
            stands_in_from=now, stands_in_until=now + WEEK, authorized_contact=True
        )
        Membership.objects.filter(user__in=[cast.tess, cast.ursula]).update(authorized_contact=True)
        Membership.objects.create(user=cast.tom, account=cast.acme, role=Role.ADMINISTRATOR, joined_at=now)
        for user in cast.people.values():
            standing = authorization.standing_of(user, at=now)
            for kind in RequestKind:
                single = {one.pk for one in authorization.decides_for(user, kind, at=now)}
                assert set(standing.decides[kind]) == single, (user, kind)
            both = [authorization.accounts_where(user, right, at=now) for right in (P.VIEW_ACCESS, P.END_ACCESS)]
            assert set(standing.reviews) == {one.pk for one in both[0]} & {one.pk for one in both[1]}, user
            outside = Membership.objects.active(now).filter(user=user, account__kind__in=["partner", "vendor"])
            assert set(standing.outside) == {one.account_id for one in outside}, user


class TestLent:
    @pytest.mark.trust("A10", "I1")
    @pytest.mark.parametrize("right", [P.END_ACCESS, P.DECIDE_ACCESS, P.CHANGE_SETTINGS])
    def test_what_cannot_be_lent_opens_nothing_though_a_row_says_so(self, granted, cast, now, right):
        lent = Permission.objects.get(content_type__app_label="accounts", codename=right.value)
        granted.permissions.create(user=cast.petra, permission=lent, content_object=cast.acme)

        assert not authorization.allows(cast.petra, right, cast.acme, at=now)
        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert not authorization.grants_used(cast.petra, cast.acme, right, at=now).exists()

    @pytest.mark.trust("A3")
    @pytest.mark.parametrize("rights", SWITCH_SETS, ids="+".join)
    def test_exactly_what_was_switched_on_opens_and_its_pages_with_it(self, cast, now, signed_in, rights):
        approve(ask(cast, permissions=rights, at=now), by=cast.carol, at=now)
        browser = signed_in(cast.petra)
        pages = {
            P.VIEW_ORDERS: "orders",
            P.VIEW_INVOICES: "invoices",
            P.VIEW_USAGE: "usage",
            P.VIEW_CONTACTS: "contacts",
            P.VIEW_ARTICLES: "articles",
            P.VIEW_CASES: "cases",
            P.WRITE_CASES: "cases/open",
            P.VIEW_CONFIGURATION: "configuration",
            P.CHANGE_CONFIGURATION: "configuration/change",
        }
        answers = {right: browser.get(f"/accounts/654321/{page}/").status_code for right, page in pages.items()}

        assert authorization.held(cast.petra, cast.acme, at=now) == set(rights)
        assert listed(cast.petra, cast.acme, at=now) == set(rights)
        assert answers == {right: 200 if right in rights else 403 for right in LENDABLE}
        assert denied_everywhere(cast.petra, cast.globex, at=now)
        assert denied_everywhere(cast.mallory, cast.acme, at=now)

    @pytest.mark.trust("A3", "E6")
    def test_access_for_two_cases_stands_side_by_side_and_ends_separately(self, cast, now):
        one = approve(ask(cast, permissions=[P.VIEW_INVOICES], case_number="C-1", at=now), by=cast.carol, at=now)
        asked = ask(cast, permissions=[P.VIEW_INVOICES, P.VIEW_USAGE], case_number="C-2", at=now)
        two = approve(asked, by=cast.carol, at=now)
        assert set(Grant.objects.effective(now).filter(grantee=cast.petra)) == {one, two}

        requests.end_access(grant=two, by=cast.carol, at=now)

        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert listed(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}

    @pytest.mark.trust("A4")
    @pytest.mark.seed("S2-12")
    def test_administrator_gives_what_can_be_lent_at_that_moment_and_no_later_right(self, cast, now, monkeypatch):
        before = (P.VIEW_ORDERS, P.VIEW_INVOICES)
        with monkeypatch.context() as catalogue_of_before:
            for place in ("accounts.authorization.lending", "access_requests.models.requests"):
                catalogue_of_before.setattr(f"{place}.LENDABLE", before)
            approve(ask(cast, permissions=[], administrator=True, at=now), by=cast.carol, at=now)

        assert authorization.held(cast.petra, cast.acme, at=now) == set(before)
        assert listed(cast.petra, cast.acme, at=now) == set(before)

    @pytest.mark.trust("E1", "I1")
    def test_nothing_opens_before_the_start(self, cast, now):
        window = Window(starts_at=now + WEEK, ends_at=now + 2 * WEEK)
        approve(ask(cast, window=window, at=now), by=cast.carol, at=now)

        assert denied_everywhere(cast.petra, cast.acme, at=now + WEEK - MOMENT)
        assert authorization.held(cast.petra, cast.acme, at=now + WEEK) == {P.VIEW_INVOICES}

    @pytest.mark.trust("E2", "E3", "I2")
    def test_it_ends_on_the_millisecond_with_no_job_running(self, cast, granted, now):
        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert authorization.held(cast.petra, cast.acme, at=granted.ends_at - MOMENT) == {P.VIEW_INVOICES}
        assert authorization.held(cast.petra, cast.acme, at=granted.ends_at) == set()
        assert listed(cast.petra, cast.acme, at=granted.ends_at) == set()
        assert granted.request.status == "approved"

    @pytest.mark.trust("C2", "I12")
    def test_it_ends_with_the_membership_and_does_not_come_back_with_a_new_one(self, cast, granted, now):
        services.end_membership(membership=member(cast.petra, cast.bolt), by=cast.pat, at=now)
        assert denied_everywhere(cast.petra, cast.acme, at=now)

        services.add_member(account=cast.bolt, user=cast.petra, role=Role.MEMBER, by=cast.pat, at=now)
        assert denied_everywhere(cast.petra, cast.acme, at=now + MOMENT)

    @pytest.mark.trust("C2")
    def test_a_membership_whose_end_nobody_followed_up_lends_nothing_all_the_same(self, cast, granted, now):
        Membership.objects.filter(user=cast.petra).update(ended_at=now)

        assert denied_everywhere(cast.petra, cast.acme, at=now)


class TestHangingUnder:
    """What a colleague was lent by Piotr lives no longer than Piotr's own access, whoever noticed its end."""

    @pytest.fixture
    def under(self, cast, now):
        piotrs = Grant.objects.get(grantee=cast.piotr)
        authorization.open_grant(
            account=cast.acme,
            membership=member(cast.petra, cast.bolt),
            parent=piotrs,
            by=cast.piotr,
            kind="partner",
            starts_at=now,
            ends_at=now + WEEK,
            permissions=[P.VIEW_INVOICES],
            administrator=False,
            may_delegate=False,
            at=now,
        )
        return piotrs

    def test_it_holds_while_what_it_hangs_under_holds(self, cast, under, now):
        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert listed(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}

    @pytest.mark.trust("I1", "I6")
    @pytest.mark.parametrize(
        ("model", "of", "change"),
        [
            (Grant, "pk", {"ended_at": 0, "end_reason": "ended"}),
            (Grant, "pk", {"ends_at": 0}),
            (Membership, "grants", {"ended_at": 0}),
            (User, "grants", {"is_active": False}),
        ],
        ids=["ended", "over", "person left", "person deactivated"],
    )
    def test_it_opens_nothing_once_that_is_over(self, cast, under, now, model, of, change):
        change = {field: now if value == 0 and field.endswith("_at") else value for field, value in change.items()}
        model.objects.filter(**{of: under.pk}).update(**change)

        assert denied_everywhere(cast.petra, cast.acme, at=now)


class TestStrays:
    """What somebody writes into the tables by hand opens nothing."""

    @pytest.fixture
    def right(self, db):
        return Permission.objects.get(codename="view_invoices", content_type__app_label="accounts")

    @pytest.mark.trust("A10", "I15")
    def test_a_stray_assign_perm_fails(self, cast, now):
        with pytest.raises(IntegrityError), transaction.atomic():
            assign_perm("view_invoices", cast.mallory, cast.acme)

        assert denied_everywhere(cast.mallory, cast.acme, at=now)

    @pytest.mark.trust("A10", "I15")
    def test_a_row_made_by_hand_adds_nothing_to_whoever_it_names(self, cast, now, right):
        piotrs = Grant.objects.get(grantee=cast.piotr)
        GrantedPermission.objects.filter(grant=piotrs, permission=right).delete()
        GrantedPermission.objects.create(user=cast.mallory, content_object=cast.acme, permission=right, grant=piotrs)

        assert denied_everywhere(cast.mallory, cast.acme, at=now)

    @pytest.mark.trust("A10", "I15")
    def test_a_row_left_behind_by_ended_access_opens_nothing(self, cast, granted, now):
        requests.end_access(grant=granted, by=cast.carol, at=now)
        assert GrantedPermission.objects.filter(grant=granted).exists()

        assert denied_everywhere(cast.petra, cast.acme, at=now)

    @pytest.mark.trust("A10")
    @pytest.mark.parametrize("through", ["person", "group"])
    def test_a_permission_of_djangos_own_opens_no_account(self, cast, now, right, through):
        if through == "person":
            cast.mallory.user_permissions.add(right)
        else:
            group = Group.objects.create(name="Everybody")
            group.permissions.add(right)
            cast.mallory.groups.add(group)
        mallory = User.objects.get(pk=cast.mallory.pk)

        assert mallory.has_perm("accounts.view_invoices")
        assert denied_everywhere(mallory, cast.acme, at=now)

    @pytest.mark.trust("A10", "I1")
    def test_a_superuser_runs_the_admin_site_and_no_customers_account(self, cast, now):
        assert cast.root.has_perm("accounts.change_account")
        assert denied_everywhere(cast.root, cast.acme, at=now)

    def test_django_asked_about_an_account_gets_the_doors_answer(self, cast, granted):
        assert cast.petra.has_perm("accounts.view_invoices", cast.acme)
        assert not cast.petra.has_perm("accounts.view_orders", cast.acme)
        assert cast.petra.get_all_permissions(cast.acme) == {"accounts.view_invoices"}


class TestAsking:
    @pytest.mark.parametrize("who", ["carol", "mike", "piotr", "petra", "mallory"])
    def test_yes_or_no_is_one_query_and_everything_at_most_two(
        self, cast, granted, now, django_assert_num_queries, who
    ):
        user = getattr(cast, who)
        services.set_member_rights(
            membership=member(cast.mike, cast.acme), permissions=list(MEMBER_SWITCHES), by=cast.carol, at=now
        )
        with django_assert_num_queries(1):
            authorization.allows(user, P.VIEW_INVOICES, cast.acme, at=now)
        with django_assert_num_queries(2):
            authorization.held(user, cast.acme, at=now)
