"""The pop-up: what comes in is told on any page within moments, once, and the count stays until it is dealt with."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frame import clock
from notifications.models import Notice
from notifications.selectors import known_id
from tests.cast import approve, ask, ask_for_hour, ask_for_support, deny, fresh
from tests.doorbell import age_session
from tests.pages import form_of, soup_of

ASKED = "Support access has been requested to your Account on our Latchkey portal"
URGENT = {"requested_customer"}


def news(client, after=0):
    """This will ask for what is new, as a page does."""
    return client.get(f"/notices/new/?after={after}")


def after_of(page):
    """This will give what a page, once drawn, has told already."""
    return soup_of(page).select_one("#toasts-after")["value"]


def count_of(page):
    """This will give how many wait, as the masthead says; 0 where it says nothing."""
    found = soup_of(page).select_one("#waiting-count .count")
    return int(found.find(string=True, recursive=False)) if found else 0


@pytest.mark.seed("S0-14")
class TestThePopUp:
    @pytest.mark.parametrize("who", ["carol", "adam", "dora"])
    def test_tells_whoever_decides_with_the_way_to_the_question_and_the_new_count(self, cast, now, signed_in, who):
        client = signed_in(getattr(cast, who))
        known = after_of(client.get("/accounts/654321/invoices/"))
        assert news(client, known).status_code == 204

        asked = ask_for_support(cast, at=clock.now())

        page = news(client, known)
        [toast] = soup_of(page).select(".toast")
        assert toast.b.get_text() == ASKED
        assert count_of(page) == 1
        assert soup_of(page).select_one("#waiting-count")["hx-swap-oob"] == "true"
        opened = client.post(toast.form["action"])
        assert opened.headers["Location"] == f"/requests/{asked.public_id}/decide/"

    @pytest.mark.parametrize("who", ["ursula", "mike", "connie", "pat", "quinn", "tom", "stan", "root", "mallory"])
    def test_tells_nobody_else(self, cast, now, signed_in, who):
        client = signed_in(getattr(cast, who))
        known = after_of(client.get("/"))
        ask_for_support(cast, at=clock.now())

        assert (news(client, known).status_code, news(client, known).content) == (204, b"")
        assert count_of(client.get("/")) == 0

    def test_is_said_aloud_and_asked_for_often_enough(self, cast, signed_in, settings):
        place = soup_of(signed_in(cast.carol).get("/")).select_one("#toasts")

        assert place["role"] == "status"
        assert place["hx-get"] == "/notices/new/"
        assert f"every {int(settings.PORTAL_POLL_EVERY.total_seconds())}s" in place["hx-trigger"]
        assert timedelta(seconds=20) >= settings.PORTAL_POLL_EVERY

    @pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/account/", "/admin/internal/access-requests/"])
    def test_stands_on_the_pages_of_the_admin_site_too(self, cast, signed_in, path):
        page = soup_of(signed_in(cast.root).get(path))

        assert page.select_one("#toasts[role=status]")["hx-get"] == "/notices/new/"
        assert page.select_one("#waiting-count")
        assert any("htmx" in script.get("src", "") for script in page.select("script"))
        assert any(script.get("src", "").endswith("portal.js") for script in page.select("script"))

    def test_the_count_on_the_admin_site_is_the_same(self, cast, now, signed_in):
        cast.carol.is_staff = True
        cast.carol.save()
        ask_for_support(cast, at=now)
        client = signed_in(cast.carol)

        assert [count_of(client.get(path)) for path in ("/", "/admin/")] == [1, 1]

    def test_comes_once_for_each_page_that_was_open(self, cast, now, signed_in):
        client = signed_in(cast.carol)
        known = after_of(client.get("/"))
        ask_for_support(cast, at=clock.now())
        first = news(client, known)

        assert news(client, after_of(first)).status_code == 204


class TestTheCount:
    @pytest.mark.parametrize("answer", [approve, deny], ids=["approved", "denied"])
    def test_stays_until_somebody_has_dealt_with_it(self, cast, now, support_asked, signed_in, answer):
        carol, adam = signed_in(cast.carol), signed_in(cast.adam)
        for _page in range(2):  # neither opening a page nor reading the notice deals with it
            toast = soup_of(news(carol)).select_one(".toast")
            assert [count_of(client.get("/requests/")) for client in (carol, adam)] == [1, 1]
        carol.post(toast.form["action"])
        assert count_of(carol.get("/")) == 1

        answer(fresh(support_asked), by=cast.adam, at=clock.now())

        assert [count_of(client.get("/requests/")) for client in (carol, adam)] == [0, 0]

    def test_answering_takes_the_pop_up_away_too(self, cast, support_asked, signed_in):
        client, page = signed_in(cast.carol), f"/requests/{support_asked.public_id}/decide/"
        client.post(page, form_of(client.get(page)) | {"answer": "deny"})

        assert not any(toast.b.get_text() == ASKED for toast in soup_of(news(client)).select(".toast"))


class TestBetweenTwoPages:
    def test_what_came_in_while_one_page_went_and_another_came_is_still_told(self, cast, signed_in):
        client = signed_in(cast.carol)
        client.get("/")
        ask_for_support(cast, at=clock.now())

        page = client.get("/requests/")  # drawn after it came in, and nothing was asked between

        assert ASKED in news(client, after_of(page)).content.decode()

    def test_but_neither_what_is_old_nor_what_is_read_nor_what_asks_nothing(self, cast, now, support_asked):
        [notice] = Notice.objects.filter(recipient=cast.carol, title=ASKED)
        newest = Notice.objects.filter(recipient=cast.carol).latest("id").pk
        before = notice.created_at - timedelta(seconds=1)

        assert known_id(cast.carol, urgent=URGENT, since=before) == notice.pk - 1
        assert known_id(cast.carol, urgent=URGENT, since=notice.created_at) == newest
        assert known_id(cast.carol, urgent=set(), since=before) == newest
        Notice.objects.filter(pk=notice.pk).update(read_at=now)
        assert known_id(cast.carol, urgent=URGENT, since=before) == newest
        assert known_id(cast.greta, urgent=URGENT, since=before) == 0


class TestLookingForNews:
    def test_that_brings_nothing_costs_one_query_beside_knowing_who_asks(self, cast, support_asked, signed_in):
        client = signed_in(cast.carol)
        known = Notice.objects.latest("id").pk
        news(client, known)
        with CaptureQueriesContext(connection) as asked:
            answer = news(client, known)

        tables = [query["sql"].split(" FROM ")[1].split()[0].strip('"') for query in asked]
        who = {"django_session", "accounts_user", "accounts_membership", "mfa_authenticator"}
        assert (answer.status_code, answer.content) == (204, b"")
        assert [table for table in tables if table not in who] == ["notifications_notice"]
        assert len(tables) <= 6

    def test_costs_the_same_with_three_notices_and_with_three_hundred(self, cast, signed_in, now):
        client = signed_in(cast.carol)

        def tell(places):
            Notice.objects.bulk_create(
                Notice(key=f"told {place}", recipient=cast.carol, event="told", title="Something", created_at=now)
                for place in places
            )

        def queries(after):
            news(client, after)
            with CaptureQueriesContext(connection) as asked:
                news(client, after)
            return len(asked)

        tell(range(3))
        few = queries(0), queries(Notice.objects.latest("id").pk)
        tell(range(3, 300))

        assert (queries(0), queries(Notice.objects.latest("id").pk)) == few
        assert len(soup_of(news(client)).select(".toast")) == 3  # a pop-up is brief

    def test_keeps_nobody_signed_in(self, cast, signed_in):
        client = signed_in(cast.carol)
        client.get("/")
        for _look in range(3):
            age_session(client, seconds=6 * 60)
            answer = news(client)

        assert answer.status_code == 302

    def test_of_partners_requests_is_the_same(self, cast, now, signed_in):
        ask(cast, at=now)

        assert "IT partner access has been requested" in news(signed_in(cast.carol)).content.decode()


def test_nothing_pops_up_over_an_answer(cast, pending, signed_in, now):
    hour = ask_for_hour(cast, at=now)
    carol = signed_in(cast.carol)

    for asked in (pending, hour):
        page = soup_of(carol.get(f"/requests/{asked.public_id}/decide/"))
        assert page.select_one("main button[name=answer]")
        assert page.select_one("#toasts") is None
    assert soup_of(carol.get(f"/requests/{pending.public_id}/")).select_one("#toasts")
