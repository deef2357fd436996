"""Access that ends together: everything of a partner, or of a person who leaves; each end once, each reader once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.states import Status
from accounts.authorization import held
from accounts.models import Grant, GrantedPermission, Membership
from accounts.services import end_membership, enter
from accounts.states import EndReason
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from partners.models import Partnership
from tests.access_requests.racing import at_once, deadlocks, refused
from tests.access_requests.test_delegating import add
from tests.access_requests.test_views_lists import colleagues, grants_for
from tests.cast import INVOICES, approve, ask, events, fresh, member
from tests.pages import words_of

MINUTE = timedelta(minutes=1)
END_ALL = "/accounts/654321/access/end/700118/"


@pytest.fixture
def quinns(cast, now):
    """Quinn of Crow IT has access to Acme too."""
    return approve(ask(cast, by=cast.quinn, for_=cast.quinn, at=now), by=cast.carol, at=now)


@pytest.fixture
def lent(cast, granted, now):
    """Everything of Bolt at Acme: Piotr's, Dora's under it, Petra's."""
    lender = Grant.objects.get(grantee=cast.piotr)
    return [lender, granted, add(cast, now, for_=cast.pat)]


def end_all(cast, *, by, at, partner=None):
    return services.end_all_access(account=cast.acme, partner=partner or cast.bolt, by=by, at=at)


def lend(memberships, *, like):
    """This will lend to each of these people what ``like`` lends, the rights included."""
    grants = grants_for(memberships, like=like)
    rows = list(like.permissions.all())
    GrantedPermission.objects.bulk_create(
        GrantedPermission(
            permission_id=row.permission_id, user_id=grant.grantee_id, content_object_id=grant.account_id, grant=grant
        )
        for grant in grants
        for row in rows
    )
    return grants


def mails(at):
    """This will give who was mailed what at a moment, as pairs; one for each copy."""
    return sorted((mail.event, mail.to.partition("@")[0]) for mail in Mail.objects.filter(created_at=at))


@pytest.mark.seed("S2-40")
class TestEverythingOfAPartner:
    def test_ends_at_once_with_one_line_each(self, cast, lent, now):
        ended = end_all(cast, by=cast.carol, at=now + MINUTE)

        assert {one.pk for one in ended} == {one.pk for one in lent}
        for one in lent:
            one.refresh_from_db()
            assert (one.ended_at, one.ended_by, one.end_reason) == (now + MINUTE, cast.carol, EndReason.ENDED)
            assert events(one) == ["grant.opened", "grant.ended"]
            assert held(one.grantee, cast.acme, at=now + MINUTE) == set()

    @pytest.mark.trust("T8")
    def test_each_reader_gets_one_mail(self, cast, lent, now):
        enter(user=cast.petra, number="654321", permission=None, page="invoices", at=now)
        end_all(cast, by=cast.carol, at=now + MINUTE)

        assert mails(now + MINUTE) == [
            ("ended", "petra"),
            ("ended_together", "carol"),
            ("ended_together", "pat"),  # his own, and Petra's, for which he asked
            ("ended_together", "piotr"),  # his own, and Pat's, whom he added
        ]
        text = " ".join(Mail.objects.get(event="ended_together", to=cast.carol.email).text.split())
        assert "3 ACCESSES TO ACME HAVE ENDED" in text
        assert "Petra, Bolt Partners See invoices (Invoices, opened 1 time). Ended by the customer." in text
        assert "Pat, Bolt Partners See invoices (never used). Ended by the customer." in text
        assert "Petra" not in Mail.objects.get(event="ended_together", to=cast.piotr.email).text

    @pytest.mark.trust("E6")
    def test_leaves_the_link_what_waits_and_other_partners_alone(self, cast, lent, quinns, now):
        waiting = ask(cast, for_=cast.dora, at=now)
        end_all(cast, by=cast.carol, at=now + MINUTE)

        assert Partnership.objects.living().get(partner=cast.bolt, customer=cast.acme).linked_at is not None
        assert fresh(waiting).status == Status.PENDING
        assert held(cast.quinn, cast.acme, at=now + MINUTE) == {INVOICES}

    def test_a_colleague_comes_back_by_a_request_only(self, cast, lent, now):
        end_all(cast, by=cast.carol, at=now + MINUTE)

        lent[2].refresh_from_db()
        with pytest.raises(NotAllowedNow):
            services.restore_access(grant=lent[2], by=cast.carol, at=now + 2 * MINUTE)
        approve(ask(cast, for_=cast.pat, at=now + 2 * MINUTE), by=cast.carol, at=now + 2 * MINUTE)
        assert held(cast.pat, cast.acme, at=now + 2 * MINUTE) == {INVOICES}

    @pytest.mark.parametrize("who", ["adam", "ursula", "connie", "mike", "dora", "pat", "piotr", "tess", "mallory"])
    def test_only_those_who_decide(self, cast, lent, now, signed_in, who):
        with pytest.raises(PermissionDenied):
            end_all(cast, by=getattr(cast, who), at=now)
        assert signed_in(getattr(cast, who)).post(END_ALL).status_code in (403, 404)
        assert Grant.objects.filter(ended_at=None).count() == 3

    @pytest.mark.trust("A2")
    @pytest.mark.parametrize("who", ["mallory", "petra", "quinn", "tess"])
    def test_does_not_exist_for_strangers(self, cast, granted, signed_in, who):
        browser = signed_in(getattr(cast, who))

        if who != "petra":  # she may open Acme, and is told no
            assert words_of(browser.get(END_ALL)) == words_of(browser.get("/accounts/999999/access/end/700118/"))
        assert browser.get(END_ALL).status_code in (403, 404)

    @pytest.mark.trust("R6")
    def test_twice_is_one_end(self, cast, lent, now):
        end_all(cast, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody from Bolt Partners"):
            end_all(cast, by=cast.carol, at=now)

    def test_the_page_shows_first_what_ends(self, cast, lent, signed_in):
        browser = signed_in(cast.carol)
        page = words_of(browser.get(END_ALL))

        assert "These 3 accesses end" in page
        for words in ("Petra", "Piotr", "Pat under the access of Piotr", "on the word of Carol"):
            assert words in page
        assert Grant.objects.filter(ended_at=None).count() == 3

        answer = browser.post(END_ALL, follow=True)
        assert "3 accesses of Bolt Partners are over" in answer.text
        assert Grant.objects.filter(ended_at=None).count() == 0
        assert browser.post(END_ALL).status_code == 409
        assert "Nobody from Bolt Partners has access" in browser.get(END_ALL).text

    @pytest.mark.trust("H4")
    def test_asks_for_no_fresh_second_factor(self, cast, lent, signed_in, settings):
        settings.PORTAL_REAUTH_WITHIN = timedelta(0)
        browser = signed_in(cast.carol)

        assert browser.post(END_ALL).headers["Location"] == "/accounts/654321/access/"
        assert Grant.objects.filter(ended_at=None).count() == 0

    @pytest.mark.trust("A9")
    @pytest.mark.parametrize("partner", ["700226x", "654321", "810432", "nobody"])
    def test_of_no_partner_of_the_account_there_is_nothing(self, cast, lent, signed_in, partner):
        assert signed_in(cast.carol).post(f"/accounts/654321/access/end/{partner}/").status_code == 404

    def test_the_ways_in_are_for_those_who_may(self, cast, granted, signed_in):
        for page in ("/accounts/654321/access/", "/accounts/654321/partners/"):
            assert END_ALL in signed_in(cast.carol).get(page).text
            assert END_ALL not in signed_in(cast.ursula).get(page).text

    def test_makes_as_many_queries_for_many_as_for_few(self, cast, granted, signed_in):
        browser = signed_in(cast.carol)
        people = colleagues(cast, 303)
        lend(people[:3], like=granted)
        browser.get(END_ALL)
        with CaptureQueriesContext(connection) as few:
            assert "5 accesses" in browser.get(END_ALL).text
        lend(people[3:], like=granted)
        with CaptureQueriesContext(connection) as many:
            assert "305 accesses" in browser.get(END_ALL).text
        assert len(many) == len(few)


@pytest.mark.seed("S2-40")
@pytest.mark.trust("C2")
class TestAPersonLeaves:
    @pytest.fixture
    def everywhere(self, cast, granted, now):
        """Petra has access to Acme twice and to Globex once, and a request of hers waits at each."""
        approve(ask(cast, case_number="C-2", at=now), by=cast.carol, at=now)
        approve(ask(cast, account=cast.globex, at=now), by=cast.mallory, at=now)
        ask(cast, case_number="C-3", at=now)
        return Grant.objects.filter(grantee=cast.petra)

    def leave(self, cast, *, at, by=None):
        end_membership(membership=member(cast.petra, cast.bolt), by=by or cast.pat, at=at)

    def test_ends_everything_at_every_customer_with_one_line_each(self, cast, everywhere, now):
        self.leave(cast, at=now + MINUTE)

        for grant in everywhere:
            assert (grant.ended_at, grant.end_reason) == (now + MINUTE, EndReason.PERSON)
            assert events(grant) == ["grant.opened", "grant.ended"]
        for account in (cast.acme, cast.globex):
            assert held(cast.petra, account, at=now + MINUTE) == set()

    @pytest.mark.trust("T8")
    def test_each_customer_reads_of_all_of_it_in_one_mail(self, cast, everywhere, now):
        self.leave(cast, at=now + MINUTE)

        assert [pair for pair in mails(now + MINUTE) if pair[1] in ("carol", "mallory")] == [
            ("ended", "mallory"),
            ("ended_together", "carol"),
        ]
        text = " ".join(Mail.objects.get(event="ended_together", to=cast.carol.email).text.split())
        assert text.count("The person left the company.") == 2
        assert "Requests that were withdrawn with it Petra asked by Pat on" in text
        for about_acme in Mail.objects.filter(created_at=now + MINUTE, to=cast.mallory.email):
            assert "Acme" not in about_acme.text

    def test_what_only_waited_is_withdrawn_as_ever(self, cast, pending, now):
        self.leave(cast, at=now + MINUTE)

        assert ("withdrawn_customer", "carol") in mails(now + MINUTE)
        assert fresh(pending).status == Status.CANCELLED

    def test_stays_ended_when_the_person_joins_again(self, cast, everywhere, now):
        self.leave(cast, at=now + MINUTE)
        Membership.objects.create(account=cast.bolt, user=cast.petra, role="member", joined_at=now + 2 * MINUTE)

        assert held(cast.petra, cast.acme, at=now + 3 * MINUTE) == set()

    def test_the_page_shows_first_what_ends_at_how_many_customers(self, cast, everywhere, signed_in):
        address = f"/accounts/700118/contacts/{member(cast.petra, cast.bolt).pk}/end/"
        browser = signed_in(cast.pat)
        page = words_of(browser.get(address))

        assert "With it end 3 accesses at 2 accounts:" in page
        assert "the access of Petra to Globex" in page
        assert AccessRequest.objects.filter(status=Status.PENDING).count() == 1
        browser.post(address)
        assert not everywhere.filter(ended_at=None).exists()

    def test_the_page_makes_as_many_queries_for_many_as_for_few(self, cast, granted, signed_in):
        address = f"/accounts/700118/contacts/{member(cast.petra, cast.bolt).pk}/end/"
        browser = signed_in(cast.pat)
        lend([granted.membership] * 3, like=granted)
        browser.get(address)
        with CaptureQueriesContext(connection) as few:
            assert "4 accesses" in browser.get(address).text
        lend([granted.membership] * 297, like=granted)
        with CaptureQueriesContext(connection) as many:
            assert "301 accesses" in browser.get(address).text
        assert len(many) == len(few)


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.trust("R6", "R8")
class TestAtOnce:
    @pytest.fixture(autouse=True)
    def nothing_deadlocks(self, db):
        before = deadlocks() if connection.vendor == "postgresql" else 0
        yield
        assert connection.vendor != "postgresql" or deadlocks() == before

    def test_of_two_who_end_everything_one_wins(self, several_deciders, lent, now):
        cast = several_deciders
        outcomes = at_once(*[lambda by=by: end_all(cast, by=by, at=now + MINUTE) for by in (cast.carol, cast.adam)])

        assert len(refused(outcomes, NotAllowedNow)) == 1
        for one in lent:
            assert events(one) == ["grant.opened", "grant.ended"]
        assert mails(now + MINUTE) == [
            ("ended", "petra"),
            *[("ended_together", who) for who in ("carol", "pat", "piotr")],
        ]

    def test_ending_everything_and_the_person_leaving(self, cast, lent, now):
        outcomes = at_once(
            lambda: end_all(cast, by=cast.carol, at=now + MINUTE),
            lambda: end_membership(membership=member(cast.piotr, cast.bolt), by=cast.pat, at=now + MINUTE),
            lambda: services.end_access(grant=lent[1], by=cast.petra, at=now + MINUTE),
        )

        refused(outcomes, NotAllowedNow)
        for one in lent:
            assert events(one) == ["grant.opened", "grant.ended"]
        carols = Mail.objects.filter(to=cast.carol.email, created_at=now + MINUTE, event__startswith="ended")
        assert sum(mail.text.count("never used") + mail.text.count("It was never used") for mail in carols) >= 3
        assert Grant.objects.filter(ended_at=None).count() == 0

    def test_ending_everything_and_giving_more(self, cast, lent, now):
        asked = ask(cast, case_number="C-9", at=now)
        _ended, given = at_once(
            lambda: end_all(cast, by=cast.carol, at=now + MINUTE),
            lambda: approve(asked, by=cast.carol, at=now + MINUTE),
        )

        assert not isinstance(given, Exception)
        # Given first it ended with the rest, given last it holds: nothing else is left
        left = Grant.objects.filter(ended_at=None)
        assert [one.request_id for one in left] in ([], [asked.public_id])
        assert held(cast.piotr, cast.acme, at=now + MINUTE) == set()
