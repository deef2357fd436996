"""Who has access to Acme: now, lately, at a given moment; and giving back what ended only with somebody else's."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import selectors, services
from accounts.authorization import held
from accounts.models import Grant
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from accounts.services import end_membership
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from tests import days
from tests.access_requests.test_delegating import add
from tests.cast import approve, ask, member

HOUR = timedelta(hours=1)
PAGE = "/accounts/654321/access/"


@pytest.fixture
def lender(cast):
    """The access Carol lent to Piotr."""
    return Grant.objects.get(grantee=cast.piotr)


@pytest.fixture
def lost(cast, lender, now):
    """Petra's access, which ended an hour ago because Piotr's did."""
    child = add(cast, now - 2 * HOUR)
    services.end_access(grant=lender, by=cast.carol, at=now - HOUR)
    child.refresh_from_db()
    return child


@pytest.mark.seed("S2-40")
class TestThePage:
    def test_shows_who_is_in_on_whose_word_and_until_when(self, cast, granted, signed_in):
        page = signed_in(cast.carol).get(PAGE).text

        for words in ("Petra", "Piotr", "Bolt Partners", "See invoices", "on the word of Carol", "never used"):
            assert words in page
        assert f"/requests/{granted.request_id}/end/" in page

    @pytest.mark.parametrize("who", ["adam", "ursula"])
    def test_is_open_to_those_who_see_access(self, cast, signed_in, who):
        assert signed_in(getattr(cast, who)).get(PAGE).status_code == 200

    @pytest.mark.parametrize(("who", "status"), [("mike", 403), ("piotr", 403), ("petra", 404), ("mallory", 404)])
    def test_and_to_nobody_else(self, cast, signed_in, who, status):
        assert signed_in(getattr(cast, who)).get(PAGE).status_code == status

    def test_makes_as_many_queries_for_many_as_for_few(self, cast, granted, now, signed_in):
        services.end_access(grant=granted, by=cast.petra, at=now)
        approve(ask(cast, at=now), by=cast.carol, at=now)
        browser = signed_in(cast.carol)
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as few:
            browser.get(PAGE)
        for day in range(12):
            services.end_access(grant=Grant.objects.filter(grantee=cast.petra).latest("pk"), by=cast.petra, at=now)
            approve(ask(cast, at=now + timedelta(seconds=day)), by=cast.carol, at=now + timedelta(seconds=day))

        with CaptureQueriesContext(connection) as many:
            browser.get(PAGE)
        assert len(many) == len(few)


class TestAMoment:
    def test_shows_who_could_open_what_then(self, cast, granted, now, signed_in):
        services.end_access(grant=granted, by=cast.carol, at=now + HOUR)
        cast.acme.time_zone = days.NEVER_CHANGED
        cast.acme.save(update_fields=["time_zone"])
        browser = signed_in(cast.carol)

        def at(moment):
            return browser.get(PAGE, {"moment": moment.astimezone(cast.acme.zone).strftime("%Y-%m-%dT%H:%M:%S")}).text

        assert "Petra" in at(now + timedelta(minutes=30))
        assert "Petra" not in at(now + 2 * HOUR)
        assert "Petra" not in at(now - HOUR)

    def test_rights_taken_away_since_still_count_for_then(self, cast, lender, now):
        services.shrink_access(
            grant=lender,
            by=cast.carol,
            ends_at=lender.ends_at,
            permissions=[P.VIEW_ORDERS],
            may_delegate=False,
            at=now,
        )

        before, after = now - HOUR, now + HOUR
        assert set(selectors.rights_then([lender], before)[lender.pk]) == set(LENDABLE)
        assert selectors.rights_then([lender], after)[lender.pk] == [P.VIEW_ORDERS]

    @pytest.mark.parametrize("wrong", ["yesterday", "2026-02-30T10:00", "9999-99-99T00:00", "2027-03-28T02:30"])
    def test_what_is_no_moment_gets_a_sentence(self, cast, signed_in, wrong):
        answer = signed_in(cast.carol).get(PAGE, {"moment": wrong})

        assert answer.status_code == 400
        assert 'class="error"' in answer.text


class TestRestore:
    def test_gives_back_the_same_rights_until_the_same_end(self, cast, lost, now, signed_in):
        assert held(cast.petra, cast.acme, at=now) == set()

        signed_in(cast.carol).post(f"/access/{lost.public_id}/restore/")

        new = Grant.objects.get(grantee=cast.petra, parent=None)
        assert held(cast.petra, cast.acme, at=new.starts_at) == {P.VIEW_INVOICES}
        assert (new.ends_at, new.decided_by) == (lost.ends_at, cast.carol)

    def test_only_once(self, cast, lost, now):
        services.restore_access(grant=lost, by=cast.carol, at=now)

        with pytest.raises(NotAllowedNow):
            services.restore_access(grant=lost, by=cast.carol, at=now)

    def test_not_after_two_weeks(self, cast, lost, now):
        with pytest.raises(NotAllowedNow):
            services.restore_access(grant=lost, by=cast.carol, at=now + timedelta(days=14))

    def test_not_for_somebody_who_left(self, cast, lost, now):
        end_membership(membership=member(cast.petra, cast.bolt), by=cast.pat, at=now)

        with pytest.raises(NotAllowedNow):
            services.restore_access(grant=lost, by=cast.carol, at=now + HOUR)

    @pytest.mark.parametrize("who", ["adam", "ursula", "piotr", "petra", "dora", "mallory"])
    def test_only_by_a_decider(self, cast, lost, now, who):
        with pytest.raises(PermissionDenied):
            services.restore_access(grant=lost, by=getattr(cast, who), at=now)
        assert held(cast.petra, cast.acme, at=now) == set()

    def test_what_the_customer_ended_itself_is_not_offered(self, cast, granted, now, signed_in):
        services.end_access(grant=granted, by=cast.carol, at=now)

        assert signed_in(cast.carol).get(f"/access/{granted.public_id}/restore/").status_code == 404


class TestTakeOver:
    @pytest.fixture
    def pats(self, cast, now):
        """Pat holds Administrator too, for a week, and may add colleagues."""
        asked = ask(cast, at=now, for_=cast.pat, administrator=True, may_delegate=True, permissions=())
        return approve(asked, by=cast.carol, at=now)

    def test_another_administrator_takes_them_over_within_their_own_rights(self, cast, lender, pats, now):
        child = add(cast, now)

        services.end_access(grant=lender, by=cast.carol, taken_over_by=pats, at=now + HOUR)

        new = Grant.objects.get(grantee=cast.petra, parent=pats)
        assert held(cast.petra, cast.acme, at=now + HOUR) == {P.VIEW_INVOICES}
        assert new.ends_at == min(child.ends_at, pats.ends_at)
        assert held(cast.piotr, cast.acme, at=now + HOUR) == set()

    @pytest.mark.trust("I14")
    def test_the_trail_names_who_decided_it(self, cast, lender, pats, now):
        add(cast, now)

        services.end_access(grant=lender, by=cast.carol, taken_over_by=pats, at=now + HOUR)

        new = Grant.objects.get(grantee=cast.petra, parent=pats)
        line = TrailLine.objects.get(subject=new.public_id, event="grant.opened")
        assert (line.actor, new.decided_by) == (cast.carol.email, cast.carol)

    def test_a_colleague_puts_nobody_under_somebody_elses_access(self, cast, lender, pats, now):
        add(cast, now)

        with pytest.raises(NotAllowedNow):
            services.end_access(grant=lender, by=cast.piotr, taken_over_by=pats, at=now + HOUR)
        assert Grant.objects.get(pk=lender.pk).ended_at is None

    def test_nobody_of_another_company_does(self, cast, lender, now):
        asked = ask(cast, at=now, by=cast.quinn, for_=cast.quinn, administrator=True, may_delegate=True, permissions=())
        quinns = approve(asked, by=cast.carol, at=now)
        add(cast, now)

        with pytest.raises(NotAllowedNow):
            services.end_access(grant=lender, by=cast.carol, taken_over_by=quinns, at=now + HOUR)

    def test_the_page_offers_it_first(self, cast, lender, pats, now, signed_in):
        add(cast, now)
        address = f"/requests/{lender.request_id}/end/"
        browser = signed_in(cast.carol)
        assert "Pat takes them over" in browser.get(address).text

        browser.post(address, {"lender": pats.public_id})

        assert Grant.objects.get(grantee=cast.petra, parent=pats).ended_at is None

    def test_somebody_who_cannot_is_refused_and_nothing_ends(self, cast, lender, now, signed_in):
        browser = signed_in(cast.carol)
        assert browser.post(f"/requests/{lender.request_id}/end/", {"lender": lender.public_id}).status_code == 404

        lender.refresh_from_db()
        assert lender.ended_at is None
