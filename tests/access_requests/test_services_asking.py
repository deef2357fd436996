"""Asking for access: who may, for whom, for what, and what becomes of a question while it waits."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.services import Window
from accounts.models import Account, Membership
from accounts.permissions import LENDABLE, Role
from accounts.permissions import AccountPermission as P
from accounts.services import change_role, end_membership, name_successor
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from partners.models import Partnership
from tests.cast import INVOICES, WEEK, approve, ask, deny, events, fresh, member, told

TICK = timedelta(microseconds=1)


def edit(request, *, by, at, seen=None, **terms):
    """This will change a waiting request to two days of usage, where not said otherwise."""
    terms = {
        "permissions": [P.VIEW_USAGE],
        "administrator": False,
        "may_delegate": False,
        "window": Window(duration=timedelta(days=2)),
        "reason": "Only the usage after all.",
        **terms,
    }
    return services.edit_request(request=request, seen=seen or request.as_seen(), by=by, at=at, **terms)


class TestSubmit:
    @pytest.mark.seed("S2-15", "S2-44")
    def test_the_question_goes_to_the_primary_user_who_alone_decides(self, cast, pending):
        assert pending.status == "pending"
        assert told("requested_customer", pending) == [cast.carol.email]
        assert told("requested_partner", pending) == [cast.pat.email, cast.petra.email]
        assert events(pending) == ["request.submitted"]

    def test_one_copy_where_asker_and_beneficiary_are_one(self, cast, now):
        request = ask(cast, for_=cast.pat, at=now)

        assert told("requested_partner", request) == [cast.pat.email]

    @pytest.mark.seed("S2-12", "S2-13")
    def test_administrator_is_every_right_whatever_the_switches_say(self, cast, now):
        request = ask(cast, permissions=[P.VIEW_USAGE], administrator=True, at=now)

        assert request.rights == list(LENDABLE)
        assert ask(cast, for_=cast.pat, permissions=[P.VIEW_USAGE], at=now).rights == [P.VIEW_USAGE]

    @pytest.mark.seed("S2-11")
    def test_adding_colleagues_comes_with_administrator_only(self, cast, now):
        assert not ask(cast, may_delegate=True, at=now).may_delegate
        assert ask(cast, for_=cast.pat, administrator=True, may_delegate=True, at=now).may_delegate

    @pytest.mark.trust("A9")
    @pytest.mark.parametrize("who", ["petra", "piotr", "dora", "quinn", "carol", "tess", "root", "mallory"])
    def test_only_an_admin_of_the_persons_own_company_asks(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            services.submit_request(
                account=cast.acme,
                membership=member(cast.petra, cast.bolt),
                by=getattr(cast, who),
                permissions=[INVOICES],
                administrator=False,
                may_delegate=False,
                window=Window(duration=WEEK),
                reason="Let me in.",
                at=now,
            )
        assert not AccessRequest.objects.filter(beneficiary=cast.petra).exists()

    def test_a_partner_that_does_not_serve_the_customer_cannot_ask(self, cast, now):
        with pytest.raises(NotAllowedNow):
            ask(cast, by=cast.quinn, for_=cast.quinn, account=cast.globex, at=now)
        Partnership.objects.filter(partner=cast.bolt, customer=cast.acme).update(state="ended", ended_at=now)
        with pytest.raises(NotAllowedNow):
            ask(cast, at=now)

    @pytest.mark.parametrize("gone", ["greta", "petra"])
    def test_nobody_asks_for_a_person_who_is_gone(self, cast, now, gone):
        left = member(getattr(cast, gone), cast.bolt)
        if gone == "petra":
            end_membership(membership=left, by=cast.pat, at=now)
        with pytest.raises(NotAllowedNow):
            services.submit_request(
                account=cast.acme,
                membership=left,
                by=cast.pat,
                permissions=[INVOICES],
                administrator=False,
                may_delegate=False,
                window=Window(duration=WEEK),
                reason="Let her in.",
                at=now,
            )

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"reason": " \n "}, "reason"),
            ({"permissions": []}, "permissions"),
            ({"permissions": [P.DECIDE_ACCESS]}, "permissions"),
            ({"permissions": [P.VIEW_ACCESS, INVOICES]}, "permissions"),
            ({"permissions": ["is_staff"]}, "permissions"),
            ({"window": Window(duration=timedelta())}, "duration"),
        ],
    )
    def test_terms_that_cannot_be_asked_for_are_refused_beside_their_field(self, cast, now, wrong, field):
        with pytest.raises(ValidationError) as refusal:
            ask(cast, at=now, **wrong)

        assert refusal.value.code == field
        assert not AccessRequest.objects.filter(beneficiary=cast.petra).exists()

    @pytest.mark.trust("D1")
    def test_one_request_waits_per_person_account_and_case(self, cast, pending, now):
        ask(cast, case_number="C-1", at=now)
        ask(cast, account=cast.globex, at=now)
        for case_number in ("", "C-1"):
            with pytest.raises(NotAllowedNow, match="waits for an answer already"):
                ask(cast, case_number=case_number, at=now)

    @pytest.mark.trust("D1")
    def test_the_database_itself_refuses_a_second_one(self, pending):
        pending.pk, pending.public_id = None, "f" * 32
        with pytest.raises(IntegrityError), transaction.atomic():
            pending.save(force_insert=True)

    @pytest.mark.seed("S2-31")
    def test_after_a_no_one_may_ask_again(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)

        assert ask(cast, at=now + timedelta(hours=2)).status == "pending"

    def test_one_that_lapsed_unnoticed_is_stored_as_such_first(self, cast, pending, now):
        later = pending.respond_by
        new = ask(cast, at=later)

        assert [fresh(pending).status, new.status] == ["expired", "pending"]
        assert events(pending) == ["request.submitted", "request.expired"]
        assert told("lapsed", pending) == [cast.carol.email, cast.pat.email, cast.petra.email]

    @pytest.mark.trust("A7", "I5")
    def test_a_request_nobody_could_answer_is_refused(self, cast, now):
        name_successor(account=cast.acme, successor=cast.dora, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody at Acme"):
            ask(cast, at=now)

    def test_it_waits_fourteen_days_or_until_the_asked_end(self, cast, now):
        assert ask(cast, at=now).respond_by == now + 2 * WEEK
        short = Window(starts_at=now, ends_at=now + timedelta(days=1))
        assert ask(cast, for_=cast.pat, window=short, at=now).respond_by == now + timedelta(days=1)

    @pytest.mark.trust("I4")
    @pytest.mark.parametrize(
        "other",
        [
            {"reason": "Another one."},
            {"permissions": [P.VIEW_ORDERS]},
            {"administrator": True},
            {"administrator": True, "may_delegate": True},
            {"window": Window(duration=2 * WEEK)},
            {"case_number": "C-9"},
        ],
        ids="+".join,
    )
    def test_the_digest_covers_every_word_the_decider_agrees_to(self, cast, now, other):
        digests = set()
        for terms in ({}, other, {"administrator": True, **other, "reason": "Yet another."}):
            with transaction.atomic():
                digests.add(ask(cast, at=now, **terms).digest)
                transaction.set_rollback(True)

        assert len(digests) == 3


class TestEdit:
    @pytest.mark.trust("T4", "L1")
    def test_whoever_decides_gets_a_new_mail_with_what_changed(self, cast, pending, now):
        edit(pending, by=cast.pat, at=now)
        edited = fresh(pending)

        assert (edited.version, edited.rights, edited.duration) == (2, [P.VIEW_USAGE], timedelta(days=2))
        assert edited.digest == edited.compute_digest() != pending.digest
        assert edited.public_id == pending.public_id
        assert told("edited_customer", pending) == [cast.carol.email]
        assert events(pending) == ["request.submitted", "request.edited"]
        line = TrailLine.objects.get(event="request.edited")
        assert [change["field"] for change in line.details["changes"]] == ["permissions", "duration", "reason"]

    @pytest.mark.parametrize("who", ["petra", "carol", "quinn", "mallory", "root"])
    def test_only_who_asked_changes_it(self, cast, pending, now, who):
        with pytest.raises(PermissionDenied):
            edit(pending, by=getattr(cast, who), at=now)
        assert fresh(pending).version == 1

    def test_a_stale_page_changes_nothing(self, cast, pending, now):
        before = pending.as_seen()
        edit(pending, by=cast.pat, at=now)
        with pytest.raises(NotAllowedNow):
            edit(pending, by=cast.pat, seen=before, reason="Late.", at=now)
        assert fresh(pending).reason == "Only the usage after all."

    @pytest.mark.trust("R6")
    def test_what_was_answered_withdrawn_or_lapsed_is_not_changed(self, cast, pending, now):
        with pytest.raises(NotAllowedNow):
            edit(pending, by=cast.pat, at=pending.respond_by)
        deny(pending, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow):
            edit(fresh(pending), by=cast.pat, at=now)

    def test_terms_are_checked_again(self, cast, pending, now):
        for wrong in ({"reason": ""}, {"permissions": []}, {"window": Window(duration=timedelta(days=366))}):
            with pytest.raises(ValidationError):
                edit(pending, by=cast.pat, at=now, **wrong)
        assert fresh(pending).version == 1

    def test_a_start_that_was_in_order_stays_so_until_it_is_changed(self, cast, now):
        window = Window(starts_at=now + timedelta(hours=1), ends_at=now + WEEK)
        request = ask(cast, window=window, at=now)
        later = now + timedelta(hours=2)

        edit(request, by=cast.pat, window=window, at=later)
        moved = Window(starts_at=now + timedelta(minutes=90), ends_at=now + WEEK)
        with pytest.raises(ValidationError):
            edit(fresh(request), by=cast.pat, window=moved, at=later)

    def test_waiting_never_grows_by_editing(self, cast, pending, now):
        edit(pending, by=cast.pat, at=now + WEEK)

        assert fresh(pending).respond_by == pending.respond_by


class TestCancel:
    @pytest.mark.trust("L1", "R6")
    def test_who_asked_withdraws_it_for_good(self, cast, pending, now):
        services.cancel_request(request=pending, by=cast.pat, at=now)

        assert fresh(pending).status == "cancelled"
        assert events(pending) == ["request.submitted", "request.cancelled"]
        assert told("withdrawn_customer", pending) == [cast.carol.email]
        for again in (
            lambda: services.cancel_request(request=pending, by=cast.pat, at=now),
            lambda: approve(fresh(pending), by=cast.carol, at=now),
            lambda: deny(fresh(pending), by=cast.carol, at=now),
        ):
            with pytest.raises(NotAllowedNow, match="withdrawn"):
                again()

    @pytest.mark.parametrize("who", ["petra", "carol", "mallory"])
    def test_nobody_else_does(self, cast, pending, now, who):
        with pytest.raises(PermissionDenied):
            services.cancel_request(request=pending, by=getattr(cast, who), at=now)
        assert fresh(pending).status == "pending"

    def test_an_answer_is_not_withdrawn(self, cast, pending, granted, now):
        with pytest.raises(NotAllowedNow):
            services.cancel_request(request=pending, by=cast.pat, at=now)


class TestPeopleWhoGo:
    @pytest.mark.trust("I12")
    @pytest.mark.parametrize("leaver", ["petra", "pat"])
    def test_what_waits_for_them_or_was_asked_by_them_is_withdrawn(self, cast, pending, now, leaver):
        if leaver == "pat":
            change_role(membership=member(cast.piotr, cast.bolt), role=Role.ADMINISTRATOR, by=cast.pat, at=now)
            name_successor(account=cast.bolt, successor=cast.piotr, by=cast.pat, at=now)
        here = member(getattr(cast, leaver), cast.bolt)
        end_membership(membership=here, by=None, at=now)

        assert fresh(pending).status == "cancelled"
        assert told("withdrawn_customer", pending) == [cast.carol.email]

    @pytest.mark.trust("T4")
    def test_a_new_decider_gets_the_mail_and_the_old_one_decides_no_more(self, cast, pending, now):
        name_successor(account=cast.acme, successor=cast.ursula, by=cast.carol, at=now)

        assert told("requested_customer", pending) == [cast.carol.email, cast.ursula.email]
        with pytest.raises(PermissionDenied):
            approve(pending, by=cast.carol, at=now)
        assert approve(pending, by=cast.ursula, at=now).decided_by == cast.ursula

    def test_whoever_had_the_mail_gets_no_second_one(self, cast, pending, now):
        name_successor(account=cast.acme, successor=cast.ursula, by=cast.carol, at=now)
        name_successor(account=cast.acme, successor=cast.carol, by=cast.ursula, at=now)

        assert told("requested_customer", pending) == [cast.carol.email, cast.ursula.email]

    def test_nothing_is_left_of_access_that_came_through_a_membership(self, cast, granted, now):
        end_membership(membership=member(cast.petra, cast.bolt), by=cast.pat, at=now + WEEK / 2)
        granted.refresh_from_db()

        assert (granted.ended_at, granted.end_reason) == (now + WEEK / 2, "person")
        assert told("ended", granted) == [cast.carol.email, cast.pat.email, cast.petra.email]

    def test_a_membership_elsewhere_that_ends_takes_nothing_along(self, cast, granted, now):
        Membership.objects.create(user=cast.petra, account=cast.globex, role=Role.MEMBER, joined_at=now)
        end_membership(membership=member(cast.petra, cast.globex), by=cast.mallory, at=now)
        granted.refresh_from_db()

        assert granted.ended_at is None

    def test_a_closed_account_takes_no_request(self, cast, now):
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)

        with pytest.raises(NotAllowedNow):
            ask(cast, at=now + TICK)

    def test_a_closed_partner_asks_for_nobody(self, cast, now):
        Account.objects.filter(pk=cast.bolt.pk).update(closed_at=now)

        with pytest.raises(PermissionDenied):
            ask(cast, at=now + TICK)
        assert not AccessRequest.objects.filter(beneficiary=cast.petra).exists()
