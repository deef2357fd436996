"""Ending access and making it less: at once, by whom it may be, and never more."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from access_requests import services
from access_requests.services import Window
from accounts import authorization
from accounts.models import Grant, GrantedPermission, Membership
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from accounts.services import enter
from accounts.states import EndReason
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.cast import WEEK, approve, ask, events, member, told

DAY = timedelta(days=1)
MAY_END = ["carol", "adam", "dora", "ursula", "petra", "pat"]
MAY_NOT = ["connie", "mike", "piotr", "quinn", "tess", "stan", "root", "mallory"]


@pytest.fixture
def lent(cast, now):
    """Petra's orders, invoices and usage for a week, with Administrator."""
    return approve(ask(cast, permissions=[], administrator=True, may_delegate=True, at=now), by=cast.carol, at=now)


@pytest.fixture
def under(cast, lent, now):
    """Pat's two rights for two days, hanging under Petra's."""
    return authorization.open_grant(
        account=cast.acme,
        membership=member(cast.pat, cast.bolt),
        parent=lent,
        by=cast.petra,
        kind="partner",
        request_id=lent.request_id,
        starts_at=now,
        ends_at=now + 2 * DAY,
        permissions=[P.VIEW_ORDERS, P.VIEW_USAGE],
        administrator=False,
        may_delegate=False,
        at=now,
    )


def shrink(grant, *, by, at, **changes):
    """This will make access less as ``by``: as it is, but for the changes."""
    now_is = {
        "ends_at": grant.ends_at,
        "permissions": authorization.granted(grant),
        "may_delegate": grant.may_delegate,
    }
    return services.shrink_access(grant=grant, by=by, at=at, **now_is | changes)


class TestEnd:
    @pytest.mark.parametrize("who", MAY_END)
    def test_ends_at_once_and_both_sides_are_told(self, cast, lent, now, who):
        by = getattr(cast, who)
        services.end_access(grant=lent, by=by, at=now + DAY)
        lent.refresh_from_db()

        assert (lent.ended_at, lent.ended_by) == (now + DAY, by)
        assert lent.end_reason == (EndReason.HANDED_BACK if who in ("petra", "pat") else EndReason.ENDED)
        assert authorization.held(cast.petra, cast.acme, at=now + DAY) == set()
        assert told("ended", lent) == [cast.carol.email, cast.pat.email, cast.petra.email]
        assert events(lent) == ["grant.opened", "grant.ended"]

    @pytest.mark.parametrize("who", MAY_NOT)
    def test_nobody_else_ends_it_or_makes_it_less(self, cast, lent, now, who):
        for attempt in (services.end_access, shrink):
            with pytest.raises(PermissionDenied):
                attempt(grant=lent, by=getattr(cast, who), at=now)
        assert authorization.held(cast.petra, cast.acme, at=now) == set(LENDABLE)
        assert not services.may_end(getattr(cast, who), lent, at=now)

    def test_an_authorized_contact_ends_what_they_approved(self, cast, lent, now):
        Grant.objects.filter(pk=lent.pk).update(decided_by=cast.connie)
        services.end_access(grant=lent, by=cast.connie, at=now)

        assert authorization.held(cast.petra, cast.acme, at=now) == set()

    @pytest.mark.trust("R6")
    def test_twice_is_one_end_one_line_and_one_set_of_mails(self, cast, lent, now):
        services.end_access(grant=lent, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="ended already"):
            services.end_access(grant=lent, by=cast.adam, at=now)
        with pytest.raises(NotAllowedNow, match="ended already"):
            shrink(lent, by=cast.adam, at=now, ends_at=now + DAY)

        assert events(lent) == ["grant.opened", "grant.ended"]
        assert len(told("ended", lent)) == 3

    def test_after_the_window_there_is_nothing_left_to_end(self, cast, lent, now):
        with pytest.raises(NotAllowedNow):
            services.end_access(grant=lent, by=cast.carol, at=lent.ends_at)

    def test_access_that_has_not_begun_can_be_ended_too(self, cast, now):
        window = Window(starts_at=now + DAY, ends_at=now + 2 * DAY)
        grant = approve(ask(cast, window=window, at=now), by=cast.carol, at=now)
        services.end_access(grant=grant, by=cast.carol, at=now)

        assert authorization.held(cast.petra, cast.acme, at=now + DAY) == set()

    def test_what_hangs_under_it_ends_with_it_and_is_told(self, cast, lent, under, now):
        ended = services.end_access(grant=lent, by=cast.carol, at=now + DAY)
        under.refresh_from_db()

        assert ended == [lent, under]
        assert (under.ended_at, under.end_reason) == (now + DAY, "lender")
        # Pat asked for the one and had the other, Petra the other way round: everybody reads of both in one mail
        assert told("ended_together", lent) == [cast.carol.email, cast.pat.email, cast.petra.email]
        assert told("ended", lent) == told("ended", under) == []

    @pytest.mark.trust("E6")
    def test_other_access_of_the_same_person_stays(self, cast, lent, now):
        other = approve(ask(cast, case_number="C-2", at=now), by=cast.carol, at=now)
        services.end_access(grant=lent, by=cast.carol, at=now)

        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert other.live_at(now)

    def test_the_mail_carries_the_receipt(self, cast, lent, now):
        for page in ("invoices", "invoices", "orders"):
            enter(user=cast.petra, number="654321", permission=None, page=page, at=now)
        services.end_access(grant=lent, by=cast.carol, at=now + DAY)
        text = Mail.objects.get(event="ended", about=lent.public_id, to=cast.carol.email).text

        assert "Invoices, opened 2 times" in text
        assert "Orders, opened 1 time" in text

    def test_the_decider_who_left_the_account_ends_nothing(self, cast, lent, now):
        Membership.objects.filter(user=cast.adam).update(ended_at=now)

        with pytest.raises(PermissionDenied):
            services.end_access(grant=lent, by=cast.adam, at=now)


class TestShrink:
    @pytest.mark.trust("E7", "L1")
    def test_fewer_rights_and_an_earlier_end_apply_at_once(self, cast, lent, now):
        shrink(lent, by=cast.ursula, at=now, permissions=[P.VIEW_ORDERS], ends_at=now + DAY)
        lent.refresh_from_db()

        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_ORDERS}
        assert authorization.held(cast.petra, cast.acme, at=now + DAY) == set()
        assert (lent.administrator, lent.may_delegate) == (False, True)
        assert events(lent) == ["grant.opened", "grant.shrunk"]
        assert told("reduced", lent) == [cast.carol.email, cast.pat.email, cast.petra.email]

    def test_adding_colleagues_can_be_taken_off_alone(self, cast, lent, now):
        shrink(lent, by=cast.carol, at=now, may_delegate=False)
        lent.refresh_from_db()

        assert (lent.may_delegate, lent.administrator) == (False, True)
        assert authorization.held(cast.petra, cast.acme, at=now) == set(LENDABLE)

    @pytest.mark.trust("E7", "I7")
    @pytest.mark.parametrize(
        "more",
        [
            {"ends_at": WEEK + timedelta(microseconds=1)},
            {"ends_at": timedelta()},
            {"ends_at": -DAY},
            {"permissions": [P.VIEW_INVOICES, P.VIEW_ORDERS]},
            {"permissions": [P.DECIDE_ACCESS]},
            {"permissions": []},
            {"may_delegate": True},
        ],
        ids=str,
    )
    @pytest.mark.parametrize("who", ["carol", "petra"])
    def test_never_more_and_never_nothing(self, cast, granted, now, more, who):
        if "ends_at" in more:
            more = {"ends_at": now + more["ends_at"]}
        with pytest.raises(NotAllowedNow):
            shrink(granted, by=getattr(cast, who), at=now, **more)
        granted.refresh_from_db()

        assert (granted.ends_at, granted.starts_at, granted.may_delegate) == (now + WEEK, now, False)
        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}

    @pytest.mark.trust("I7")
    def test_what_was_taken_away_does_not_come_back(self, cast, lent, now):
        shrink(lent, by=cast.carol, at=now, permissions=[P.VIEW_ORDERS], ends_at=now + DAY)
        lent.refresh_from_db()
        for back in ({"permissions": [P.VIEW_ORDERS, P.VIEW_USAGE]}, {"ends_at": now + 2 * DAY}):
            with pytest.raises(NotAllowedNow):
                shrink(lent, by=cast.carol, at=now, **back)

    @pytest.mark.trust("I6")
    def test_what_hangs_under_it_shrinks_with_it(self, cast, lent, under, now):
        shrink(lent, by=cast.carol, at=now, permissions=[P.VIEW_ORDERS], ends_at=now + DAY)
        under.refresh_from_db()

        assert authorization.granted(under) == [P.VIEW_ORDERS]
        assert (under.ends_at, under.ended_at) == (now + DAY, None)

    @pytest.mark.trust("I6")
    @pytest.mark.parametrize("change", [{"permissions": [P.VIEW_INVOICES]}, {"may_delegate": False}], ids=str)
    def test_what_hangs_under_it_ends_where_nothing_is_left(self, cast, lent, under, now, change):
        shrink(lent, by=cast.carol, at=now, **change)
        under.refresh_from_db()

        assert (under.ended_at, under.end_reason) == (now, "lender")
        assert authorization.held(cast.pat, cast.acme, at=now) == set()

    @pytest.mark.trust("E6")
    def test_other_access_keeps_its_rows(self, cast, lent, now):
        other = approve(ask(cast, case_number="C-2", at=now), by=cast.carol, at=now)
        shrink(lent, by=cast.carol, at=now, permissions=[P.VIEW_ORDERS])

        assert GrantedPermission.objects.filter(grant=other).count() == 1
        assert authorization.held(cast.petra, cast.acme, at=now) == {P.VIEW_ORDERS, P.VIEW_INVOICES}


@pytest.mark.trust("L1")
def test_a_change_that_is_taken_back_leaves_no_line(cast, lent, now):
    before = TrailLine.objects.count()
    with pytest.raises(NotAllowedNow):
        shrink(lent, by=cast.carol, at=now, ends_at=now + 2 * WEEK)

    assert TrailLine.objects.count() == before
