"""What the customer sees of what is done with access: every page and change, live, with a way to end it beside it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import selectors, services
from accounts.models import Account, Grant
from accounts.services import enter
from audit.models import TrailLine
from frame import clock
from notifications.models import Mail
from riders.services import open_case
from tests.cast import REPAIR, approve, ask_for_support, deny, fresh
from tests.doorbell import age_session
from tests.pages import soup_of, words_of

ACME = "/accounts/654321/"


@pytest.fixture
def lent(cast, now, support_asked):
    """Tess reads Acme's records for a week."""
    return approve(support_asked, by=cast.carol, at=now)


@pytest.fixture
def lent_again(cast, now, lent):
    """Beside it she reads the same records for a case."""
    case = open_case(account=cast.acme, subject="Nobody can sign in", by=cast.connie, at=now)
    asked = ask_for_support(cast, roles=["Read orders, invoices and usage", REPAIR], case_number=case.number, at=now)
    return approve(asked, by=cast.carol, at=now)


def page_of(grant):
    """This will give the address of the page of an access of support."""
    return f"/requests/{grant.request_id}/"


def news_of(grant, after=0):
    """This will give the address where a page asks for what was done since."""
    return f"/access/{grant.public_id}/done/?after={after}"


def deeds(page):
    """This will give what a page, or what comes after it, says was done, newest first."""
    soup = soup_of(page)
    lines = soup.select("section[aria-labelledby=done-h] .trail li" if soup.html else "li")
    return [line.span.get_text(strip=True) for line in lines]


def looks(cast, *, at, number):
    """This will let Tess open Acme's orders so many times."""
    for place in range(number):
        moment = at + timedelta(seconds=place)
        enter(user=cast.tess, number="654321", permission="view_orders", page="orders", at=moment)


def more_of(line, number):
    """This will give so many more lines like the last of a chain, as later ones of it."""
    values = {field.attname: getattr(line, field.attname) for field in TrailLine._meta.concrete_fields}
    for place in range(1, number + 1):
        later = {"id": None, "sequence": line.sequence + place, "at": line.at + timedelta(seconds=place)}
        yield TrailLine(**values | later)


@pytest.mark.seed("S0-8", "S0-3")
class TestThePage:
    @pytest.mark.parametrize("who", ["carol", "adam", "ursula"])
    def test_says_who_opened_and_changed_what_and_when_newest_first(self, cast, lent_again, signed_in, who):
        Account.objects.filter(pk=cast.acme.pk).update(support_changes_need_agreement=False)
        tess = signed_in(cast.tess)
        tess.get(ACME)
        tess.get(f"{ACME}invoices/")
        tess.get(f"{ACME}usage/?format=csv")
        seen = 0  # the version of a configuration nobody has changed
        tess.post(f"{ACME}configuration/change/", {"version": seen, "seen": seen, "domains": "acme.example"})

        page = signed_in(getattr(cast, who)).get(page_of(lent_again))

        assert deeds(page) == [
            "Tess changed: Allowed mail domains, from none to acme.example",
            "Tess opened the page: Usage, as a file",
            "Tess opened the page: Invoices",
            "Tess opened the page: Overview",
        ]
        times = [line["datetime"] for line in soup_of(page).select("#done-lines time")]
        assert times == sorted(times, reverse=True)
        assert len(times) == 4

    def test_has_the_way_to_end_it_beside_it_and_nothing_to_end_for_who_may_not(self, cast, lent, signed_in):
        end = f"{page_of(lent)}end/"

        section = soup_of(signed_in(cast.carol).get(page_of(lent))).select_one("section[aria-labelledby=done-h]")
        assert section.select_one(f"a[href='{end}']").get_text() == "End it now"

        services.end_access(grant=lent, by=cast.carol, at=clock.now())
        over = soup_of(signed_in(cast.carol).get(page_of(lent)))
        assert not over.select(f"a[href='{end}']")
        assert not over.select("[hx-get*='/done/']")
        assert "It was never used." in over.main.get_text()

    def test_says_that_nothing_was_done_yet(self, cast, lent, signed_in):
        assert "Nothing yet. Every page that is opened" in words_of(signed_in(cast.carol).get(page_of(lent)))

    def test_two_that_give_the_same_right_both_show_what_was_opened(self, cast, lent, lent_again, signed_in):
        signed_in(cast.tess).get(f"{ACME}orders/")
        carol = signed_in(cast.carol)

        for grant in (lent, lent_again):
            assert deeds(carol.get(page_of(grant))) == ["Tess opened the page: Orders"]
            assert [line.words for line in selectors.receipt(grant)] == ["Orders, opened 1 time"]
        assert TrailLine.objects.filter(event="account.viewed").count() == 1

    def test_what_only_one_gives_stands_under_that_one(self, cast, lent, lent_again, signed_in):
        signed_in(cast.tess).get(f"{ACME}configuration/")
        carol = signed_in(cast.carol)

        assert [deeds(carol.get(page_of(grant))) for grant in (lent, lent_again)] == [
            [],
            ["Tess opened the page: Configuration"],
        ]

    def test_what_others_did_stands_under_theirs(self, cast, lent, now, signed_in):
        toms = approve(ask_for_support(cast, by=cast.tom, at=now), by=cast.carol, at=now)
        signed_in(cast.tom).get(f"{ACME}orders/")
        carol = signed_in(cast.carol)

        assert deeds(carol.get(page_of(lent))) == []
        assert deeds(carol.get(page_of(toms))) == ["Tom opened the page: Orders"]

    @pytest.mark.seed("S0-20")
    def test_an_answer_that_was_changed_keeps_what_was_done_under_the_first(self, cast, lent, support_asked, signed_in):
        tess = signed_in(cast.tess)
        tess.get(f"{ACME}orders/")
        deny(fresh(support_asked), by=cast.carol, at=clock.now())
        second = approve(fresh(support_asked), by=cast.carol, at=clock.now())
        tess.get(f"{ACME}usage/")

        page = signed_in(cast.carol).get(page_of(second))
        assert deeds(page) == ["Tess opened the page: Usage", "Tess opened the page: Orders"]

    def test_comes_in_pages_with_a_steady_number_of_queries(self, cast, lent, signed_in, now):
        client = signed_in(cast.carol)

        def queries():
            client.get(page_of(lent))
            with CaptureQueriesContext(connection) as asked:
                assert client.get(page_of(lent)).status_code == 200
            return len(asked)

        looks(cast, at=now, number=3)
        few = queries()
        TrailLine.objects.bulk_create(more_of(TrailLine.objects.latest("pk"), 300))

        assert queries() == few
        assert len(deeds(client.get(page_of(lent)))) == 20
        second = client.get(f"{page_of(lent)}?page=2")
        assert len(deeds(second)) == 20
        assert not soup_of(second).select("[hx-get*='/done/']")  # only the newest page is live
        assert client.get(f"{page_of(lent)}?page=99").status_code == 404

    def test_access_of_a_partner_shows_the_same(self, cast, granted, signed_in):
        signed_in(cast.petra).get(f"{ACME}invoices/")

        for who in (cast.carol, cast.pat, cast.petra):
            assert deeds(signed_in(who).get(page_of(granted))) == ["Petra opened the page: Invoices"]


class TestTheNews:
    def test_are_what_was_done_since_and_nothing_else(self, cast, lent, signed_in):
        carol, tess = signed_in(cast.carol), signed_in(cast.tess)
        tess.get(f"{ACME}orders/")
        drawn = soup_of(carol.get(page_of(lent)))
        known = drawn.select_one("#done-after")["value"]
        assert drawn.select_one("#done-lines")["hx-get"] == news_of(lent).partition("?")[0]
        assert drawn.select_one("[role=log] #done-lines")

        nothing = carol.get(news_of(lent, known))
        tess.get(f"{ACME}usage/")
        news = carol.get(news_of(lent, known))

        assert (nothing.status_code, nothing.content) == (204, b"")
        assert deeds(news) == ["Tess opened the page: Usage"]
        after = soup_of(news).select_one("#done-after")
        assert after["hx-swap-oob"] == "true"
        assert carol.get(news_of(lent, after["value"])).status_code == 204

    def test_once_it_is_over_the_whole_page_comes_anew_with_the_receipt(self, cast, lent, signed_in):
        carol = signed_in(cast.carol)
        signed_in(cast.tess).get(f"{ACME}orders/")
        services.end_access(grant=lent, by=cast.tess, at=clock.now())

        assert carol.get(news_of(lent)).headers["HX-Refresh"] == "true"
        page = words_of(carol.get(page_of(lent)))
        assert "Handed back" in page
        assert "Orders, opened 1 time" in page
        receipts = Mail.objects.filter(event="ended", about=lent.public_id)
        assert {mail.to for mail in receipts} == {"carol@acme.example", "tess@latchkey.example"}
        assert all("Orders, opened 1 time" in mail.text for mail in receipts)

    @pytest.mark.parametrize("after", ["", "x", "-1", "1e9", "9" * 40, "٣", "%00"])
    def test_nonsense_brings_nothing(self, cast, lent, signed_in, after):
        assert signed_in(cast.carol).get(news_of(lent, after)).status_code in {204, 400}

    @pytest.mark.trust("A5", "A8")
    @pytest.mark.parametrize("who", ["mallory", "tom", "quinn", "mike", "root"])
    def test_are_nobody_elses(self, cast, lent, signed_in, who):
        client = signed_in(getattr(cast, who))
        signed_in(cast.tess).get(f"{ACME}orders/")

        foreign, nothing = client.get(news_of(lent)), client.get(f"/access/{'0' * 32}/done/?after=0")

        assert foreign.status_code == nothing.status_code == 404
        assert soup_of(foreign).get_text() == soup_of(nothing).get_text()

    def test_asking_for_them_keeps_nobody_signed_in(self, cast, lent, signed_in):
        client = signed_in(cast.carol)
        client.get("/")
        for _look in range(3):
            age_session(client, seconds=6 * 60)
            answer = client.get(news_of(lent))

        assert answer.status_code == 302

    def test_asking_for_them_changes_nothing(self, cast, lent, signed_in):
        client = signed_in(cast.carol)
        signed_in(cast.tess).get(f"{ACME}orders/")
        before = list(TrailLine.objects.values()), list(Grant.objects.values())

        client.get(news_of(lent))

        assert (list(TrailLine.objects.values()), list(Grant.objects.values())) == before
