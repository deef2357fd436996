"""The end of a partnership: who may, what ends with it, who is told, and what the page shows first."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from access_requests import services
from access_requests.states import Status
from accounts.authorization import held
from accounts.models import Grant
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from partners.models import Partnership
from partners.services import end_partnership, make_known
from partners.states import PartnershipState
from tests.cast import INVOICES, approve, ask, fresh, member

MINUTE = timedelta(minutes=1)


@pytest.fixture
def link(cast):
    """Bolt and Acme, linked since Carol lent Administrator to Piotr."""
    return Partnership.objects.get(partner=cast.bolt, customer=cast.acme)


@pytest.fixture
def colleague(cast, now):
    """Petra's access, lent on by Piotr."""
    return services.add_colleague(
        account=cast.acme,
        membership=member(cast.petra, cast.bolt),
        by=cast.piotr,
        permissions=[INVOICES],
        administrator=False,
        reason="The monthly check.",
        at=now,
    )


def told(at):
    """Who was told what at this moment."""
    return set(Mail.objects.filter(created_at=at).values_list("event", "to"))


@pytest.mark.seed("S2-42")
@pytest.mark.trust("C3")
class TestEndPartnership:
    @pytest.mark.parametrize("who", ["carol", "pat"])
    def test_either_side_ends_it(self, cast, link, now, who):
        end_partnership(partnership=link, by=getattr(cast, who), at=now)

        link.refresh_from_db()
        assert (link.state, link.ended_at, link.ended_by) == (PartnershipState.ENDED, now, getattr(cast, who))

    def test_so_does_staff(self, cast, link, now):
        end_partnership(partnership=link, by=cast.stan, staff=True, at=now)

        assert not Partnership.objects.living().filter(pk=link.pk).exists()

    @pytest.mark.parametrize("who", ["adam", "ursula", "mike", "petra", "piotr", "quinn", "tess", "stan", "mallory"])
    def test_is_refused_to_everybody_else(self, cast, link, now, who):
        with pytest.raises(PermissionDenied):
            end_partnership(partnership=link, by=getattr(cast, who), at=now)

        assert Partnership.objects.living().filter(pk=link.pk).exists()
        assert Grant.objects.unended(now).count() == 1

    def test_every_access_under_it_denies_at_once(self, cast, link, colleague, now):
        end_partnership(partnership=link, by=cast.carol, at=now + MINUTE)

        assert held(cast.piotr, cast.acme, at=now + MINUTE) == set()
        assert held(cast.petra, cast.acme, at=now + MINUTE) == set()
        assert set(Grant.objects.values_list("end_reason", "ended_at")) == {("link", now + MINUTE)}

    def test_what_waits_is_withdrawn_and_nothing_new_can_be_asked(self, cast, link, pending, now):
        end_partnership(partnership=link, by=cast.pat, at=now + MINUTE)

        assert fresh(pending).status == Status.CANCELLED
        with pytest.raises(NotAllowedNow):
            approve(pending, by=cast.carol, at=now + MINUTE)
        with pytest.raises(NotAllowedNow):
            ask(cast, at=now + MINUTE)

    def test_what_another_partner_has_and_asks_stays(self, cast, link, now):
        theirs = approve(ask(cast, at=now, by=cast.quinn, for_=cast.quinn), by=cast.carol, at=now)
        globex = ask(cast, at=now, account=cast.globex)

        end_partnership(partnership=link, by=cast.carol, at=now + MINUTE)

        assert held(cast.quinn, cast.acme, at=now + MINUTE) == {INVOICES}
        assert Grant.objects.get(pk=theirs.pk).ended_at is None
        assert fresh(globex).status == Status.PENDING

    def test_twice_is_refused(self, cast, link, now):
        end_partnership(partnership=link, by=cast.carol, at=now)

        with pytest.raises(NotAllowedNow):
            end_partnership(partnership=link, by=cast.pat, at=now)

    def test_made_known_again_it_is_a_new_one_and_old_access_stays_ended(self, cast, link, now):
        end_partnership(partnership=link, by=cast.carol, at=now)
        again = make_known(partner=cast.bolt, customer=cast.acme, by=cast.stan, at=now + MINUTE)
        approve(ask(cast, at=now + MINUTE), by=cast.carol, at=now + MINUTE)

        assert again.pk != link.pk
        assert held(cast.piotr, cast.acme, at=now + MINUTE) == set()

    def test_leaves_its_line_last(self, cast, link, colleague, now):
        end_partnership(partnership=link, by=cast.carol, at=now + MINUTE)

        lines = TrailLine.objects.filter(account=cast.acme.number, at=now + MINUTE).order_by("sequence")
        assert [line.event for line in lines] == ["grant.ended", "grant.ended", "partnership.ended"]

    @pytest.mark.trust("T8")
    def test_both_sides_are_told_once_and_each_person_of_their_own(self, cast, link, pending, colleague, now):
        ask(cast, at=now, for_=cast.dora)
        end_partnership(partnership=link, by=cast.carol, at=now + MINUTE)

        assert told(now + MINUTE) == {
            ("unlinked", cast.carol.email),
            ("unlinked", cast.pat.email),
            ("ended_together", cast.piotr.email),
            ("ended", cast.petra.email),
        }
        mail = Mail.objects.get(event="unlinked", to=cast.carol.email)
        assert mail.subject == "Your company and Bolt Partners are no longer linked on our Latchkey portal"
        words = " ".join(mail.text.split())
        assert "You ended the link." in words
        assert "Piotr See orders, See invoices, See usage, See contacts," in words
        assert "Dora asked by Pat on" in words
        assert "are no longer linked" in Mail.objects.get(event="unlinked", to=cast.pat.email).subject

    def test_where_nothing_was_linked_only_withdrawals_are_told(self, cast, now):
        asked = ask(cast, at=now, by=cast.quinn, for_=cast.quinn)
        end_partnership(partnership=Partnership.objects.get(partner=cast.crow), by=cast.carol, at=now + MINUTE)

        assert fresh(asked).status == Status.CANCELLED
        assert told(now + MINUTE) == {("withdrawn_customer", cast.carol.email)}


@pytest.mark.seed("S2-42")
class TestPages:
    def test_the_customer_sees_its_partners_and_what_would_end(self, cast, pending, signed_in):
        browser = signed_in(cast.carol)
        page = browser.get("/accounts/654321/partners/").text
        assert "Bolt Partners" in page
        assert "Crow IT" in page
        assert "/accounts/654321/partners/700118/unlink/" in page
        assert "/accounts/654321/partners/" in browser.get("/accounts/654321/").text

        first = browser.get("/accounts/654321/partners/700118/unlink/").text
        assert "Piotr" in first
        assert "for Petra, asked by Pat" in first
        assert Partnership.objects.living().filter(partner=cast.bolt, customer=cast.acme).exists()

        answer = browser.post("/accounts/654321/partners/700118/unlink/", follow=True)
        assert "Ended." in answer.text
        assert "Bolt Partners" not in answer.text.partition("<main")[2].partition("Ended.")[2]
        assert fresh(pending).status == Status.CANCELLED

    def test_the_partner_ends_it_from_its_contacts(self, cast, link, signed_in):
        browser = signed_in(cast.pat)
        assert "/contacts/unlink/654321/" in browser.get("/contacts/?customer=654321").text
        assert "Piotr" in browser.get("/contacts/unlink/654321/").text

        assert browser.post("/contacts/unlink/654321/").status_code == 302
        assert browser.get("/contacts/?customer=654321").status_code == 404
        assert browser.post("/contacts/unlink/654321/").status_code == 404

    @pytest.mark.parametrize("who", ["adam", "ursula"])
    def test_who_only_sees_access_reads_and_changes_nothing(self, cast, link, signed_in, who):
        browser = signed_in(getattr(cast, who))
        page = browser.get("/accounts/654321/partners/")
        assert page.status_code == 200
        assert "unlink" not in page.text
        assert "/give/" not in page.text

        for path in ("700118/unlink/", "give/"):
            assert browser.get(f"/accounts/654321/partners/{path}").status_code == 403
            assert browser.post(f"/accounts/654321/partners/{path}").status_code == 403
        assert Partnership.objects.living().filter(pk=link.pk).exists()
        assert TrailLine.objects.filter(event="access.refused", account="654321").count() == 2

    @pytest.mark.parametrize("who", ["mallory", "quinn", "pat", "tess"])
    def test_does_not_exist_for_strangers(self, cast, link, signed_in, who):
        browser = signed_in(getattr(cast, who))
        for path in ("", "give/", "700118/unlink/"):
            assert browser.get(f"/accounts/654321/partners/{path}").status_code == 404
            if path:
                assert browser.post(f"/accounts/654321/partners/{path}").status_code == 404
        assert Partnership.objects.living().filter(pk=link.pk).exists()

    @pytest.mark.parametrize("who", ["mallory", "petra", "piotr", "carol", "tess"])
    def test_the_partners_page_is_for_its_admins(self, cast, link, signed_in, who):
        browser = signed_in(getattr(cast, who))
        assert browser.get("/contacts/unlink/654321/").status_code == 404
        assert browser.post("/contacts/unlink/654321/").status_code == 404
        assert Partnership.objects.living().filter(pk=link.pk).exists()

    def test_a_partner_ends_nothing_of_another_partners(self, cast, signed_in):
        assert signed_in(cast.quinn).post("/contacts/unlink/810432/").status_code == 404
        assert Partnership.objects.living().filter(partner=cast.bolt, customer=cast.globex).exists()

    def test_a_partners_own_account_has_no_such_page(self, cast, signed_in):
        browser = signed_in(cast.pat)
        assert browser.get("/accounts/700118/partners/").status_code == 404
        assert "/partners/" not in browser.get("/accounts/700118/").text

    def test_takes_as_many_queries_for_three_partners_as_for_one(self, cast, now, signed_in, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        end_partnership(partnership=Partnership.objects.get(partner=cast.crow), by=cast.carol, at=now)
        browser = signed_in(cast.carol)
        browser.get("/accounts/654321/partners/")
        with CaptureQueriesContext(
            connection,
        ) as one:
            browser.get("/accounts/654321/partners/")
        make_known(partner=cast.crow, customer=cast.acme, by=None, at=now)
        approve(ask(cast, at=now, by=cast.quinn, for_=cast.quinn), by=cast.carol, at=now)
        with django_assert_num_queries(len(one)):
            page = browser.get("/accounts/654321/partners/").text
        assert "Crow IT" in page
