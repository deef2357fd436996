"""The page of who has access, narrowed down, sorted, paged and taken as a file, now and at a moment."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from accounts.models import Grant, Membership, User
from accounts.permissions import LENDABLE
from accounts.services import end_membership
from frame import clock
from tests import days
from tests.access_requests.test_ending_together import lend
from tests.access_requests.test_views_lists import colleagues
from tests.cast import approve, ask, member
from tests.pages import soup_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = "/accounts/654321/access/"


@pytest.fixture
def lent(cast, granted, now):
    """Piotr of Bolt for a year, Petra of Bolt for a week, Quinn of Crow IT from tomorrow on for a day."""
    window = services.Window(starts_at=now + DAY, ends_at=now + 2 * DAY)
    quinns = approve(ask(cast, by=cast.quinn, for_=cast.quinn, window=window, at=now), by=cast.carol, at=now)
    return {"piotr": Grant.objects.get(grantee=cast.piotr), "petra": granted, "quinn": quinns}


def people(answer):
    """This will give the names in the first column of the page's table, in order."""
    return [cell.find("b").get_text() for cell in soup_of(answer).select("main tbody th")]


def lines(answer):
    """This will give the rows of a file, each as ``{heading: value}``."""
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def spelt(moment, account):
    return moment.astimezone(account.zone).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.seed("S2-40")
class TestNow:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, ["Quinn", "Petra", "Piotr"]),  # soonest end first
            ({"sort": "who"}, ["Petra", "Piotr", "Quinn"]),
            ({"sort": "-who"}, ["Quinn", "Piotr", "Petra"]),
            ({"sort": "-end"}, ["Piotr", "Petra", "Quinn"]),
            ({"sort": "company", "name": "crow"}, ["Quinn"]),
            ({"name": "pet"}, ["Petra"]),
            ({"name": "piotr@"}, ["Piotr"]),
            ({"company": "700118", "sort": "who"}, ["Petra", "Piotr"]),
            ({"company": "700118", "name": "quinn"}, []),
            ({"state": "live", "sort": "who"}, ["Petra", "Piotr"]),
            ({"state": "next"}, ["Quinn"]),
            ({"state": "past"}, []),
            ({"sort": "who", "size": "5", "page": "1"}, ["Petra", "Piotr", "Quinn"]),
        ],
        ids=str,
    )
    def test_is_narrowed_down_and_sorted(self, cast, lent, signed_in, query, found):
        assert people(signed_in(cast.carol).get(PAGE, query)) == found

    def test_what_is_over_is_a_list_of_its_own_and_stands_below(self, cast, lent, now, signed_in):
        services.end_access(grant=lent["petra"], by=cast.carol, at=now)
        browser = signed_in(cast.carol)

        assert people(browser.get(PAGE, {"state": "past"})) == ["Petra"]
        assert people(browser.get(PAGE)) == ["Quinn", "Piotr", "Petra"]
        assert people(browser.get(PAGE, {"company": "700226"})) == ["Quinn"]
        assert people(browser.get(PAGE, {"state": "live"})) == ["Piotr"]

    @pytest.mark.trust("F2")
    @pytest.mark.parametrize(
        "query",
        [{"sort": "password"}, {"state": "gone"}, {"format": "exe"}, {"page": "2"}, {"page": "1e309"}],
        ids=str,
    )
    def test_what_no_link_says_does_not_exist(self, cast, lent, signed_in, query):
        assert signed_in(cast.carol).get(PAGE, query).status_code == 404

    def test_counts_people_and_not_rows_of_the_page(self, cast, granted, signed_in):
        lend(colleagues(cast, 30), like=granted)
        lend([granted.membership], like=granted)

        page = signed_in(cast.carol).get(PAGE, {"size": "5"}).text
        assert "32 people from outside can open your account now." in page

    def test_as_a_file_says_everything(self, cast, lent, signed_in):
        answer = signed_in(cast.carol).get(PAGE, {"format": "csv", "sort": "who"})
        (petra, piotr, quinn) = lines(answer)

        assert answer.headers["Content-Disposition"] == 'attachment; filename="access-654321.csv"'
        assert (petra["Who"], petra["Company"], petra["May see and do"]) == ("Petra", "Bolt Partners", "See invoices")
        assert (piotr["Administrator"], piotr["May add colleagues"], petra["Administrator"]) == ("Yes", "Yes", "No")
        assert (quinn["Mail address"], quinn["On whose word"]) == (cast.quinn.email, "Carol")

    def test_a_file_is_as_narrow_as_the_page(self, cast, lent, signed_in):
        answer = signed_in(cast.carol).get(PAGE, {"format": "csv", "company": "700226"})
        assert [line["Who"] for line in lines(answer)] == ["Quinn"]

    @pytest.mark.trust("F6")
    @pytest.mark.parametrize("start", ["=", "+", "-", "@"])
    def test_no_cell_of_a_file_is_run(self, cast, granted, signed_in, start):
        User.objects.filter(pk=cast.petra.pk).update(first_name=f"{start}HYPERLINK(1)")
        Grant.objects.filter(pk=granted.pk).update(reason=f"{start}cmd")

        (line,) = lines(signed_in(cast.carol).get(PAGE, {"format": "csv", "name": "petra@"}))
        assert (line["Who"], line["Reason"]) == (f"'{start}HYPERLINK(1)", f"'{start}cmd")

    @pytest.mark.trust("E8")
    def test_a_file_stops_where_its_reader_may_read_no_further(self, cast, lent, signed_in):
        answer = signed_in(cast.adam).get(PAGE, {"format": "csv"})
        Membership.objects.filter(user=cast.adam).update(ended_at=clock.now())

        text = b"".join(answer.streaming_content).decode()
        assert "not complete" in text
        assert "Petra" not in text

    @pytest.mark.trust("A2")
    @pytest.mark.parametrize("query", [{"format": "csv"}, {"format": "csv", "moment": "2026-11-27T17:00"}], ids=str)
    @pytest.mark.parametrize(("who", "status"), [("mallory", 404), ("petra", 403), ("mike", 403), ("piotr", 403)])
    def test_strangers_get_no_file(self, cast, lent, signed_in, who, status, query):
        answer = signed_in(getattr(cast, who)).get(PAGE, query)
        assert (answer.status_code, answer.streaming) == (status, False)

    @pytest.mark.parametrize(
        ("query", "fewer"),
        [
            ("", 1),
            ("?sort=who&name=bolt&company=700118", 1),
            ("?state=live&sort=used", 0),
        ],  # the last page asks once more
    )
    def test_makes_as_many_queries_for_many_as_for_few(self, cast, granted, signed_in, query, fewer):
        browser, there = signed_in(cast.carol), colleagues(cast, 300)
        lend(there[:3], like=granted)
        browser.get(PAGE + query)
        with CaptureQueriesContext(connection) as few:
            browser.get(PAGE + query)
        lend(there[3:], like=granted)
        with CaptureQueriesContext(connection) as many:
            assert "302 people from outside" in browser.get(PAGE + query).text
        assert len(many) == len(few) - fewer


@pytest.mark.seed("S2-40")
class TestAtAMoment:
    @pytest.fixture(autouse=True)
    def no_time_comes_twice(self, cast):
        """A moment is asked for as a clock shows it, and on a day in autumn clocks in Amsterdam show an hour twice."""
        cast.acme.time_zone = days.NEVER_CHANGED
        cast.acme.save(update_fields=["time_zone"])

    def look(self, browser, cast, moment, **query):
        return browser.get(PAGE, {"moment": spelt(moment, cast.acme), **query})

    def test_is_narrowed_down_and_sorted(self, cast, lent, now, signed_in):
        browser = signed_in(cast.carol)

        assert people(self.look(browser, cast, now + HOUR, sort="-who")) == ["Piotr", "Petra"]
        assert people(self.look(browser, cast, now + DAY + HOUR, sort="who")) == ["Petra", "Piotr", "Quinn"]
        assert people(self.look(browser, cast, now + DAY + HOUR, name="crow")) == ["Quinn"]
        assert people(self.look(browser, cast, now + DAY + HOUR, company="700118", sort="who")) == ["Petra", "Piotr"]

    def test_as_a_file_says_who_could_open_what_then(self, cast, lent, now, signed_in):
        services.shrink_access(
            grant=lent["piotr"],
            by=cast.carol,
            ends_at=lent["piotr"].ends_at,
            permissions=["view_orders"],
            may_delegate=False,
            at=now + 2 * HOUR,
        )
        services.end_access(grant=lent["petra"], by=cast.carol, at=now + 3 * HOUR)
        browser = signed_in(cast.carol)

        before = lines(self.look(browser, cast, now + HOUR, format="csv", sort="who"))
        after = lines(self.look(browser, cast, now + 4 * HOUR, format="csv"))
        assert [(line["Who"], line["May see and do"].count(",")) for line in before] == [
            ("Petra", 0),
            ("Piotr", len(LENDABLE) - 1),
        ]
        assert [(line["Who"], line["May see and do"]) for line in after] == [("Piotr", "See orders")]
        assert after[0]["Looked at"].startswith(spelt(now + 4 * HOUR, cast.acme)[:16])

    def test_own_people_stand_beside_it_and_are_a_file_too(self, cast, now, signed_in):
        end_membership(membership=member(cast.mike, cast.acme), by=cast.carol, at=now)
        browser = signed_in(cast.carol)

        then = lines(self.look(browser, cast, now - HOUR, of="members", format="csv", sort="who"))
        assert [line["Who"] for line in then] == ["Adam", "Carol", "Connie", "Dora", "Mike", "Ursula"]
        assert then[1]["Role"] == "Primary user"
        now_there = soup_of(self.look(browser, cast, now + HOUR, of="members")).select("main tbody th")
        assert "Mike" not in [cell.get_text() for cell in now_there]
        assert len(now_there) == 5

    @pytest.mark.parametrize("of", ["", "members"])
    def test_makes_as_many_queries_for_many_as_for_few(self, cast, granted, now, signed_in, of):
        browser, there = signed_in(cast.carol), colleagues(cast, 300)
        self.look(browser, cast, now + HOUR, of=of)
        with CaptureQueriesContext(connection) as few:
            self.look(browser, cast, now + HOUR, of=of)
        lend(there, like=granted)
        Membership.objects.bulk_create(
            Membership(account=cast.acme, user=one.user, role="member", joined_at=now - DAY) for one in there
        )
        with CaptureQueriesContext(connection) as many:
            page = self.look(browser, cast, now + HOUR, of=of).text
        assert "of 30" in page
        assert len(many) == len(few)
