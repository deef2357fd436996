"""Deciding: yes, less, no, "I did not expect this", and changing the answer."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from access_requests import selectors, services
from access_requests.models import Block
from access_requests.services import Window
from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail, Notice
from partners.models import Partnership
from tests.cast import INVOICES, WEEK, approve, ask, deny, events, fresh, told

OTHERS = ["adam", "ursula", "connie", "mike", "pat", "petra", "piotr", "dora", "quinn", "tess", "root", "mallory"]
SOON = timedelta(minutes=1)


def grants_of(request):
    """This will give the access a request has led to so far, oldest first."""
    return list(Grant.objects.filter(request_id=request.public_id).order_by("pk"))


def report(request, *, by, at):
    """This will say "I did not expect this" as ``by``."""
    return services.report_unexpected(request=request, seen=request.as_seen(), by=by, at=at)


class TestApprove:
    @pytest.mark.seed("S2-21", "S2-22", "S2-23")
    @pytest.mark.trust("I1", "I4")
    def test_lends_exactly_what_was_asked_until_the_end(self, cast, pending, now):
        grant = approve(pending, by=cast.carol, at=now)
        request = fresh(pending)

        assert authorization.held(cast.petra, cast.acme, at=now) == {INVOICES}
        assert (grant.starts_at, grant.ends_at, grant.grantee) == (now, now + WEEK, cast.petra)
        assert grant.request_digest == pending.digest == request.compute_digest()
        assert (request.status, request.version, request.decided_by, request.decided_at, request.grant) == (
            "approved",
            2,
            cast.carol,
            now,
            grant,
        )
        assert told("granted_customer", grant) == [cast.carol.email]
        assert told("granted_partner", grant) == [cast.pat.email, cast.petra.email]
        assert (events(pending), events(grant)) == (["request.submitted", "request.approved"], ["grant.opened"])
        assert authorization.held(cast.mallory, cast.acme, at=now) == set()

    @pytest.mark.trust("A6", "I5")
    @pytest.mark.seed("S2-15")
    @pytest.mark.parametrize("who", OTHERS)
    def test_is_refused_to_everybody_but_the_primary_user(self, cast, pending, now, who):
        for answer in (approve, deny, report):
            with pytest.raises(PermissionDenied):
                answer(pending, by=getattr(cast, who), at=now)

        assert fresh(pending).as_seen() == pending.as_seen()
        assert grants_of(pending) == []
        assert events(pending) == ["request.submitted"]

    @pytest.mark.trust("A7", "I5")
    @pytest.mark.parametrize(("asker", "person"), [("pat", "dora"), ("pat", "petra"), ("dora", "petra")])
    def test_whoever_shares_a_partner_with_the_people_of_a_request_does_not_decide_it(
        self, several_deciders, now, asker, person
    ):
        cast = several_deciders
        Membership.objects.filter(user=cast.dora, account=cast.bolt).update(role="administrator")
        request = ask(cast, by=cast.pat, for_=getattr(cast, person), at=now)
        request.asker = getattr(cast, asker)
        request.digest = request.compute_digest()
        request.save()

        for answer in (approve, deny, report):
            with pytest.raises(PermissionDenied):
                answer(request, by=cast.dora, at=now)
        assert approve(request, by=cast.adam, at=now).decided_by == cast.adam

    @pytest.mark.trust("R1")
    def test_a_second_click_decides_nothing_twice(self, cast, pending, now):
        grant = approve(pending, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Carol approved this on"):
            approve(pending, by=cast.carol, at=now)

        assert grants_of(pending) == [grant]
        assert events(pending) == ["request.submitted", "request.approved"]
        assert len(told("granted_partner", grant)) == 2

    @pytest.mark.trust("R2", "I3")
    def test_whoever_is_slower_is_told_who_was_faster(self, several_deciders, now):
        cast = several_deciders
        request = ask(cast, at=now)
        deny(request, by=cast.adam, at=now)
        with pytest.raises(NotAllowedNow, match="Adam denied this on"):
            approve(request, by=cast.carol, at=now)

        assert grants_of(request) == []

    @pytest.mark.trust("R5")
    def test_what_was_edited_after_it_was_read_is_not_approved(self, cast, pending, now):
        edited = services.edit_request(
            request=pending,
            seen=pending.as_seen(),
            by=cast.pat,
            permissions=LENDABLE,
            administrator=False,
            may_delegate=False,
            window=Window(duration=2 * WEEK),
            reason=pending.reason,
            at=now,
        )
        with pytest.raises(NotAllowedNow, match="changed after you opened"):
            approve(pending, by=cast.carol, at=now)

        assert {change.field for change in selectors.changes_since(fresh(pending), 1)} == {"permissions", "duration"}
        assert grants_of(pending) == []
        assert fresh(pending).version == edited.version == 2

    @pytest.mark.trust("R5", "I4")
    @pytest.mark.parametrize("part", [{"version": 7}, {"digest": "0" * 64}, {"status": "denied"}], ids=str)
    def test_each_part_of_what_was_seen_binds(self, cast, pending, now, part):
        with pytest.raises(NotAllowedNow):
            approve(pending, seen=replace(pending.as_seen(), **part), by=cast.carol, at=now)
        assert grants_of(pending) == []

    @pytest.mark.trust("E4", "R4")
    def test_once_the_time_to_answer_is_over_it_is_too_late_with_no_job_running(self, cast, pending, now):
        assert pending.status_at(pending.respond_by) == "expired"
        for answer in (approve, deny, report):
            with pytest.raises(NotAllowedNow, match="lapsed"):
                answer(pending, by=cast.carol, at=pending.respond_by)
        assert fresh(pending).status == "pending"
        assert approve(pending, by=cast.carol, at=pending.respond_by - timedelta(microseconds=1))

    @pytest.mark.trust("E4")
    def test_once_the_asked_end_is_over_too(self, cast, now):
        request = ask(cast, window=Window(starts_at=now, ends_at=now + timedelta(hours=1)), at=now)
        with pytest.raises(NotAllowedNow):
            approve(request, by=cast.carol, at=now + timedelta(hours=1))

    def test_a_fixed_window_begins_at_the_later_of_asked_and_now(self, cast, now):
        window = Window(starts_at=now + timedelta(hours=1), ends_at=now + WEEK)
        early = approve(ask(cast, window=window, at=now), by=cast.carol, at=now)
        late = approve(ask(cast, for_=cast.pat, window=window, at=now), by=cast.carol, at=now + timedelta(hours=2))

        assert (early.starts_at, early.ends_at) == (now + timedelta(hours=1), now + WEEK)
        assert (late.starts_at, late.ends_at) == (now + timedelta(hours=2), now + WEEK)

    @pytest.mark.parametrize("gone", ["left", "unlinked", "closed", "deactivated"])
    def test_nothing_is_given_through_what_is_gone(self, cast, pending, now, gone):
        if gone == "left":
            Membership.objects.filter(user=cast.petra).update(ended_at=now)
        elif gone == "unlinked":
            Partnership.objects.filter(partner=cast.bolt, customer=cast.acme).update(state="ended", ended_at=now)
        elif gone == "closed":
            Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)
        else:
            cast.petra.is_active = False
            cast.petra.save()
        with pytest.raises((NotAllowedNow, PermissionDenied)):
            approve(pending, by=cast.carol, at=now)

        assert fresh(pending).status == "pending"
        assert grants_of(pending) == []

    @pytest.mark.seed("S2-42")
    def test_the_first_yes_links_the_two_companies_and_a_later_one_does_not_again(self, cast, now):
        Mail.objects.all().delete()
        between = Partnership.objects.get(partner=cast.crow, customer=cast.acme)
        request = ask(cast, by=cast.quinn, for_=cast.quinn, at=now)
        assert between.state == "available"

        approve(request, by=cast.carol, at=now)
        between.refresh_from_db()
        assert (between.state, between.linked_at, between.linked_by) == ("linked", now, cast.carol)
        assert sorted(Mail.objects.filter(event="linked").values_list("to", flat=True)) == [
            cast.carol.email,
            cast.quinn.email,
        ]

        approve(ask(cast, by=cast.quinn, for_=cast.quinn, at=now), by=cast.carol, at=now + SOON)
        between.refresh_from_db()
        assert between.linked_at == now
        assert TrailLine.objects.filter(event="partnership.linked", subject="700226-654321").count() == 1

    def test_a_no_links_nothing(self, cast, now):
        deny(ask(cast, by=cast.quinn, for_=cast.quinn, at=now), by=cast.carol, at=now)

        assert Partnership.objects.get(partner=cast.crow, customer=cast.acme).state == "available"

    @pytest.mark.parametrize("rights", [LENDABLE[:1], LENDABLE])
    @pytest.mark.parametrize("who", ["petra", "quinn"])
    def test_an_approval_makes_at_most_25_statements(self, cast, now, rights, who, django_assert_max_num_queries):
        person = getattr(cast, who)  # Quinn's is the first yes to Crow, and links the two
        request = ask(cast, by=cast.quinn if who == "quinn" else cast.pat, for_=person, permissions=rights, at=now)
        with django_assert_max_num_queries(25):
            approve(request, by=cast.carol, at=now)

    def test_everybody_concerned_has_a_notice_too(self, cast, pending, now):
        grant = approve(pending, by=cast.carol, at=now)
        read = Notice.objects.filter(
            event__startswith="granted_", key__in=Mail.objects.filter(about=grant.public_id).values("key")
        )

        assert {notice.recipient for notice in read} == {cast.carol, cast.pat, cast.petra}


class TestLess:
    @pytest.fixture
    def everything(self, cast, now):
        return ask(cast, permissions=[], administrator=True, may_delegate=True, at=now)

    @pytest.mark.seed("S2-13")
    def test_a_decider_may_switch_rights_off_and_end_earlier(self, cast, everything, now):
        grant = approve(
            everything,
            by=cast.carol,
            at=now,
            administrator=False,
            permissions=[P.VIEW_ORDERS],
            ends_at=now + timedelta(days=1),
        )

        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_ORDERS}
        assert (grant.administrator, grant.may_delegate, grant.ends_at) == (False, False, now + timedelta(days=1))

    def test_adding_colleagues_can_be_taken_off_alone_or_forbidden_by_the_account(self, cast, everything, now):
        with transaction.atomic():
            assert approve(everything, by=cast.carol, at=now).may_delegate
            transaction.set_rollback(True)
        with transaction.atomic():
            grant = approve(everything, by=cast.carol, at=now, may_delegate=False)
            assert (grant.administrator, grant.may_delegate) == (True, False)
            transaction.set_rollback(True)
        Account.objects.filter(pk=cast.acme.pk).update(partners_may_add_colleagues=False)
        assert not approve(everything, by=cast.carol, at=now).may_delegate

    @pytest.mark.trust("I7", "E5", "E7")
    @pytest.mark.parametrize(
        "more",
        [
            {"administrator": True},
            {"permissions": [INVOICES, P.VIEW_ORDERS]},
            {"permissions": [P.DECIDE_ACCESS]},
            {"permissions": []},
            {"ends_at": WEEK + timedelta(microseconds=1)},
            {"ends_at": timedelta()},
            {"ends_at": -timedelta(days=1)},
        ],
        ids=str,
    )
    def test_never_more_and_never_nothing(self, cast, pending, now, more):
        if "ends_at" in more:
            more = {"ends_at": now + more["ends_at"]}
        with pytest.raises(ValidationError):
            approve(pending, by=cast.carol, at=now, **more)

        assert fresh(pending).as_seen() == pending.as_seen()
        assert grants_of(pending) == []

    def test_adding_colleagues_that_was_not_asked_is_not_given(self, cast, now):
        request = ask(cast, permissions=[], administrator=True, at=now)

        assert not approve(request, by=cast.carol, at=now, may_delegate=True).may_delegate


class TestDeny:
    @pytest.mark.seed("S2-28", "S2-29", "S2-30", "S2-31", "S2-32")
    def test_nothing_opens_and_both_sides_are_told(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)

        assert fresh(pending).status == "denied"
        assert not authorization.open_to(cast.petra, at=now).filter(pk=cast.acme.pk).exists()
        assert told("denied_customer", pending) == [cast.carol.email]
        assert told("denied_partner", pending) == [cast.pat.email, cast.petra.email]
        assert events(pending) == ["request.submitted", "request.denied"]

    def test_twice_is_too_late(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Carol denied this"):
            deny(pending, by=cast.carol, at=now)


class TestChangingTheAnswer:
    @pytest.mark.seed("S0-20")
    @pytest.mark.trust("I3", "L1")
    def test_from_yes_to_no_ends_access_at_once(self, cast, pending, granted, now):
        deny(fresh(pending), by=cast.carol, at=now + SOON)
        granted.refresh_from_db()

        assert (granted.ended_at, granted.end_reason, granted.ended_by) == (now + SOON, "denied", cast.carol)
        assert authorization.held(cast.petra, cast.acme, at=now + SOON) == set()
        assert told("ended", granted) == []  # the mail of the denial says it
        assert events(granted) == ["grant.opened", "grant.ended"]

    @pytest.mark.seed("S0-20")
    @pytest.mark.trust("R6", "I3", "L1")
    def test_from_no_to_yes_opens_a_new_grant(self, cast, pending, granted, now):
        deny(fresh(pending), by=cast.carol, at=now + SOON)
        new = approve(fresh(pending), by=cast.carol, at=now + 2 * SOON)

        assert grants_of(pending) == [granted, new]
        assert (new.starts_at, new.ends_at) == (now + 2 * SOON, now + 2 * SOON + WEEK)
        assert fresh(pending).grant == new
        assert events(pending) == ["request.submitted", *["request.approved", "request.denied"], "request.approved"]
        assert fresh(pending).version == 4

    @pytest.mark.trust("R6", "E4")
    @pytest.mark.parametrize("length", ["fixed", "from approval"])
    def test_only_while_the_asked_time_lasts(self, cast, now, length):
        window = Window(starts_at=now, ends_at=now + WEEK) if length == "fixed" else Window(duration=WEEK)
        request = ask(cast, window=window, at=now)
        deny(request, by=cast.carol, at=now)
        denied = fresh(request)
        over = now + WEEK if length == "fixed" else denied.respond_by

        assert not selectors.window_lasts(denied, over)
        with pytest.raises(NotAllowedNow, match="The time that was asked for is over"):
            approve(denied, by=cast.carol, at=over)
        assert selectors.window_lasts(denied, over - SOON)
        assert approve(denied, by=cast.carol, at=over - SOON)

    def test_a_yes_to_access_that_is_over_can_still_be_made_a_no(self, cast, pending, granted, now):
        services.end_access(grant=granted, by=cast.carol, at=now + SOON)
        deny(fresh(pending), by=cast.carol, at=now + 2 * SOON)

        granted.refresh_from_db()
        assert (granted.end_reason, granted.ended_at) == ("ended", now + SOON)

    @pytest.mark.trust("I5")
    def test_only_a_decider_changes_it(self, cast, pending, granted, now):
        for who in OTHERS:
            with pytest.raises(PermissionDenied):
                deny(fresh(pending), by=getattr(cast, who), at=now)


class TestUnexpected:
    @pytest.mark.trust("D2")
    def test_denies_blocks_the_asker_and_tells_security(self, cast, pending, now, settings):
        report(pending, by=cast.carol, at=now)

        assert fresh(pending).status == "denied"
        block = Block.objects.get()
        assert (block.person, block.account, block.blocked_by) == (cast.pat, cast.acme, cast.carol)
        assert told("unexpected", pending) == sorted([cast.carol.email, settings.PORTAL_SECURITY_MAIL])
        assert events(pending) == ["request.submitted", "request.denied", "person.blocked"]
        for person in (cast.petra, cast.pat):
            with pytest.raises(PermissionDenied, match="does not take requests"):
                ask(cast, for_=person, at=now)
        assert ask(cast, account=cast.globex, at=now).status == "pending"

    def test_a_second_report_makes_no_second_block(self, cast, pending, now):
        other = ask(cast, for_=cast.pat, at=now)
        report(pending, by=cast.carol, at=now)
        report(other, by=cast.carol, at=now)

        assert Block.objects.count() == 1
        assert TrailLine.objects.filter(event="person.blocked").count() == 1

    @pytest.mark.trust("I9")
    def test_reported_again_after_the_block_was_lifted_is_told_again(self, cast, pending, now):
        report(pending, by=cast.carol, at=now)
        once = told("unexpected", pending)
        report(fresh(pending), by=cast.carol, at=now)
        assert told("unexpected", pending) == once  # nothing new was stopped
        services.lift_block(block=Block.objects.get(), by=cast.carol, at=now)

        report(fresh(pending), by=cast.carol, at=now)

        assert Block.objects.standing().count() == 1
        assert told("unexpected", pending) == sorted(once * 2)

    @pytest.mark.trust("D2")
    def test_a_decider_lifts_the_block_once(self, cast, pending, now):
        report(pending, by=cast.carol, at=now)
        block = Block.objects.get()
        for who in OTHERS:
            with pytest.raises(PermissionDenied):
                services.lift_block(block=block, by=getattr(cast, who), at=now)
        services.lift_block(block=block, by=cast.carol, at=now)

        assert ask(cast, at=now + timedelta(hours=2)).status == "pending"
        with pytest.raises(NotAllowedNow):
            services.lift_block(block=block, by=cast.carol, at=now)
