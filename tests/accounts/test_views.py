"""The account's own pages: who gets in, where they see they are, what is written down, and going out again."""

import pytest

from access_requests import services
from accounts.models import Grant
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from config import world
from frame import clock
from tests.cast import approve, ask
from tests.doorbell import age_session
from tests.pages import soup_of, words_of

PAGES = {P.VIEW_ORDERS: "orders", P.VIEW_INVOICES: "invoices", P.VIEW_USAGE: "usage", P.VIEW_CONTACTS: "contacts"}
EVERY_PAGE = PAGES | {
    P.VIEW_CONFIGURATION: "configuration",
    P.CHANGE_CONFIGURATION: "configuration/change",
    P.VIEW_ARTICLES: "articles",
    P.VIEW_CASES: "cases",
    P.WRITE_CASES: "cases/open",
}


def path_of(page=None, number="654321"):
    """This will give the address of a page of an account."""
    return f"/accounts/{number}/{page}/" if page else f"/accounts/{number}/"


def looks(**what):
    """This will give who looked at what from outside, oldest first, as the trail has it."""
    lines = TrailLine.objects.filter(event="account.viewed", **what).order_by("pk")
    return [(line.actor, line.account, line.details["page"], line.grants) for line in lines]


@pytest.mark.seed("S2-1")
class TestTheRightPages:
    @pytest.mark.parametrize("right", LENDABLE)
    def test_one_right_opens_its_page_and_no_other(self, cast, now, signed_in, right):
        approve(ask(cast, permissions=(right,), at=now), by=cast.carol, at=now)
        client = signed_in(cast.petra)

        found = {page: client.get(path_of(page)).status_code for page in EVERY_PAGE.values()}

        assert found == dict.fromkeys(EVERY_PAGE.values(), 403) | {EVERY_PAGE[right]: 200}
        tabs = soup_of(client.get(path_of())).select(".tabs a")
        assert [tab["href"] for tab in tabs] == [path_of(), path_of(EVERY_PAGE[right])]

    @pytest.mark.seed("S2-12")
    def test_administrator_opens_them_all(self, cast, signed_in):
        client = signed_in(cast.piotr)

        pages = EVERY_PAGE.values()
        assert [client.get(path_of(page)).status_code for page in pages] == [200] * len(pages)

    def test_shows_the_accounts_own_records_and_nobody_elses(self, cast, now, signed_in):
        world.add_records(cast, today=now.date())
        client = signed_in(cast.carol)

        for page, rows in (("orders", 12), ("invoices", 20), ("usage", 20)):
            shown = client.get(path_of(page)).context["page"].object_list
            assert len(shown) == rows
            assert {row.account_id for row in shown} == {cast.acme.pk}
        assert "I-810" not in words_of(client.get(path_of("invoices")))

    def test_an_account_without_records_says_so(self, cast, signed_in):
        client = signed_in(cast.carol)

        assert [
            "Nothing here yet" in words_of(client.get(path_of(page))) for page in ("orders", "invoices", "usage")
        ] == [True] * 3


class TestWhoGetsIn:
    @pytest.mark.parametrize("tab", [None, *PAGES.values()], ids=str)
    def test_members_by_role_outsiders_by_grant_nobody_by_being_staff(self, cast, granted, signed_in, tab):
        living = {name: person for name, person in cast.people.items() if person.is_active}

        found = {name: signed_in(person).get(path_of(tab)).status_code for name, person in living.items()}

        runs_it = dict.fromkeys(["carol", "adam", "ursula", "dora", "piotr"], 200)
        members = dict.fromkeys(["mike", "connie"], 200 if tab is None else 403)
        petra = {"petra": 200 if tab in {None, "invoices"} else 403}
        assert found == dict.fromkeys(living, 404) | runs_it | members | petra

    @pytest.mark.trust("A8")
    @pytest.mark.parametrize("tab", [None, *PAGES.values()], ids=str)
    @pytest.mark.parametrize("who", ["mallory", "root", "tess"])
    def test_a_foreign_account_answers_like_none(self, cast, signed_in, tab, who):
        client = signed_in(getattr(cast, who))

        foreign, nothing = client.get(path_of(tab)), client.get(path_of(tab, "999999"))

        assert foreign.status_code == nothing.status_code == 404
        assert soup_of(foreign).get_text() == soup_of(nothing).get_text()
        assert len(foreign.content) == len(nothing.content)

    @pytest.mark.seed("S2-30")
    def test_denied_means_nothing_is_there(self, cast, pending, signed_in):
        services.deny_request(request=pending, seen=pending.as_seen(), by=cast.carol, at=clock.now())
        client = signed_in(cast.petra)

        assert [client.get(path_of(page)).status_code for page in (None, *PAGES.values())] == [404] * (1 + len(PAGES))
        assert client.post("/switch/", {"account": "654321"}).status_code == 404
        assert "Acme" not in soup_of(client.get("/")).select_one("header").get_text()

    def test_once_ones_own_access_has_ended_the_pages_say_so_and_no_more(self, cast, granted, signed_in):
        services.end_access(grant=granted, by=cast.carol, at=clock.now())
        client = signed_in(cast.petra)

        for page in (None, *PAGES.values()):
            response = client.get(path_of(page))
            assert response.status_code == 403
            assert "Your access to account 654321 ended" in words_of(response)
            assert "Acme" not in words_of(response)

    @pytest.mark.trust("E3")
    def test_the_clock_ends_it_though_nothing_ran(self, cast, pending, signed_in, now):
        granted = approve(pending, by=cast.carol, at=now)
        client = signed_in(cast.petra)
        assert client.get(path_of("invoices")).status_code == 200

        Grant.objects.filter(pk=granted.pk).update(starts_at=now - (granted.ends_at - now), ends_at=now)

        assert client.get(path_of("invoices")).status_code == 403


class TestTheBanner:
    @pytest.mark.seed("S0-29", "S2-23")
    def test_stands_on_every_page_of_somebody_elses_account_and_on_no_other(self, cast, granted, signed_in):
        client = signed_in(cast.petra)

        def banner(path):
            found = soup_of(client.get(path)).select_one(".acting")
            return found and found.b.get_text()

        assert [banner(path) for path in (path_of(), path_of("invoices"))] == ["Viewing as account 654321"] * 2
        assert [banner(path) for path in ("/", "/requests/", path_of(number="700118"))] == [None] * 3
        assert soup_of(signed_in(cast.carol).get(path_of())).select_one(".acting") is None

    @pytest.mark.seed("S0-28")
    def test_the_switcher_goes_there_and_back(self, cast, granted, signed_in):
        client = signed_in(cast.petra)
        offered = [button["value"] for button in soup_of(client.get("/")).select(".menu-switch button[name=account]")]

        there = client.post("/switch/", {"account": "654321"})
        back = client.post("/switch/", {"account": "700118"})

        assert offered == ["700118", "654321"]
        assert [there.headers["Location"], back.headers["Location"]] == [path_of(), path_of(number="700118")]
        assert [client.get("/switch/").status_code, client.post("/switch/").status_code] == [405, 404]
        assert client.post("/switch/", {"account": "810432"}).status_code == 404


class TestWhatIsWrittenDown:
    @pytest.mark.trust("L4")
    def test_every_look_from_outside_names_the_person_and_the_grant(self, cast, granted, signed_in):
        client = signed_in(cast.petra, REMOTE_ADDR="192.0.2.7", HTTP_USER_AGENT="Petra's browser")

        client.get(path_of())
        client.get(path_of("invoices"))
        client.get(path_of("orders"))

        grant = [granted.public_id]
        assert looks() == [
            ("petra@bolt.example", "654321", "overview", grant),
            ("petra@bolt.example", "654321", "invoices", grant),
        ]
        line = TrailLine.objects.filter(event="account.viewed").first()
        assert (line.ip, line.user_agent, line.digest) == ("192.0.2.7", "Petra's browser", granted.request_digest)
        granted.refresh_from_db()
        assert granted.last_used_at is not None

    def test_members_looking_at_their_own_account_leave_no_line(self, cast, signed_in):
        client = signed_in(cast.carol)

        assert [client.get(path_of(page)).status_code for page in (None, *PAGES.values())] == [200] * (1 + len(PAGES))
        assert looks() == []

    def test_two_grants_that_give_the_same_are_both_named(self, cast, granted, signed_in, now):
        second = approve(ask(cast, permissions=(P.VIEW_INVOICES, P.VIEW_USAGE), at=now), by=cast.carol, at=now)
        client = signed_in(cast.petra)

        client.get(path_of("invoices"))
        client.get(path_of("usage"))

        assert looks() == [
            ("petra@bolt.example", "654321", "invoices", [granted.public_id, second.public_id]),
            ("petra@bolt.example", "654321", "usage", [second.public_id]),
        ]

    def test_a_refused_switch_is_written_down(self, cast, signed_in):
        signed_in(cast.mallory).post("/switch/", {"account": "654321"})

        refused = TrailLine.objects.filter(event="access.refused").values_list("actor", "account")
        assert list(refused) == [("mallory@globex.example", "654321")]


@pytest.mark.trust("H6")
class TestNothingIsLeftBehind:
    @pytest.mark.parametrize("path", ["/", "/requests/", path_of(), path_of("invoices"), "/notices/", "/nowhere/"])
    def test_no_page_is_stored(self, cast, signed_in, path):
        assert signed_in(cast.carol).get(path).headers["Cache-Control"] == "no-store"

    def test_after_signing_out_the_page_is_gone(self, cast, signed_in):
        client = signed_in(cast.carol)
        assert client.get(path_of("invoices")).status_code == 200

        out = client.post("/auth/logout/")
        after = client.get(path_of("invoices"))

        assert '"cache"' in out.headers["Clear-Site-Data"]
        assert (after.status_code, after.headers["Location"]) == (302, "/auth/login/?next=/accounts/654321/invoices/")

    def test_after_the_session_is_over_the_page_is_gone(self, cast, signed_in):
        client = signed_in(cast.carol)
        age_session(client, seconds=16 * 60)

        after = client.get(path_of("invoices"))

        assert (after.status_code, after.headers["Location"]) == (302, "/auth/login/?next=/accounts/654321/invoices/")
        assert '"cache"' in after.headers["Clear-Site-Data"]
