"""The customer's side of what support asks: finding it, reading it, answering it, and changing the answer."""

import csv
import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests import services
from access_requests.models import AccessRequest, new_public_id
from access_requests.states import Status
from accounts.authorization import held
from accounts.models import Account, Grant, Membership, User
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from frame import clock
from tests.cast import REPAIR, approve, ask, ask_for_support, deny, fresh
from tests.pages import form_of, soup_of, words_of

LIST = "/accounts/654321/access/requests/"
COLUMNS = ["Request", "First name", "Last name", "Start", "End", "Created", "Decision"]
SORTED_BY = ["request", "first", "last", "start", "end", "asked", "decision"]


@pytest.fixture
def three_asked(cast, now, support_asked):
    """Tess asked; Tom was denied; Stan, who has a last name, was approved for an hour from now on."""
    User.objects.filter(pk=cast.stan.pk).update(last_name="Larsson")
    cast.stan.refresh_from_db()
    denied, given = (ask_for_support(cast, by=who, at=now) for who in (cast.tom, cast.stan))
    deny(denied, by=cast.adam, at=now)
    approve(given, by=cast.carol, ends_at=now + timedelta(hours=1), at=now)
    three = [support_asked, denied, given]
    for minutes, one in zip((3, 2, 1), three, strict=True):
        AccessRequest.objects.filter(pk=one.pk).update(submitted_at=now - timedelta(minutes=minutes))
    return [fresh(one) for one in three]


def shown(response):
    """This will give the ids on a page of the list, as they stand there."""
    links = soup_of(response).select("main tbody th a")
    return [link["href"].split("/")[2] for link in links]


def answer(client, request, **changes):
    """This will open the decision page as a browser does and send its form, changed here and there."""
    page = f"/requests/{request.public_id}/decide/"
    return client.post(page, form_of(client.get(page)) | changes, follow=True)


def buttons(client, request):
    """This will give what stands on the buttons of the answer: ``{answer: can be pressed}``."""
    soup = soup_of(client.get(f"/requests/{request.public_id}/decide/"))
    found = soup.select("main button[name=answer]")
    return {one["value"]: not one.has_attr("disabled") for one in found if one["value"] != "unexpected"}


@pytest.mark.seed("S0-15", "S0-16")
class TestTheList:
    @pytest.mark.parametrize("who", ["carol", "adam", "ursula"])
    def test_is_one_click_from_the_menu_on_any_page(self, cast, three_asked, signed_in, who):
        client = signed_in(getattr(cast, who))

        for page in ("/", "/requests/", "/notices/", "/accounts/654321/"):
            [link] = soup_of(client.get(page)).select(f'.menu-sheet a[href="{LIST}"]')
            assert link.b.get_text() == "Access requests"
        assert client.get(LIST).status_code == 200

    def test_has_the_columns_and_every_request_of_support_with_its_decision(self, cast, three_asked, signed_in, now):
        ask(cast, at=now)  # a partner's: not support's
        page = signed_in(cast.carol).get(LIST)

        head = [one.get_text(strip=True) for one in soup_of(page).select("main thead th")]
        rows = [
            [cell.get_text(" ", strip=True) for cell in row.select("td")] for row in soup_of(page).select("tbody tr")
        ]
        assert head == COLUMNS
        assert [(row[0], row[1], row[5]) for row in rows] == [
            ("Stan", "Larsson", "Approved"),
            ("Tom", "", "Denied"),
            ("Tess", "", "Pending"),
        ]
        assert [row[2:4] for row in rows[1:]] == [["on approval", "7 days later"]] * 2
        assert "approval" not in rows[0][2]

    def test_an_id_leads_to_the_question_while_it_waits_and_to_the_details_then(self, cast, three_asked, signed_in):
        page = signed_in(cast.carol).get(LIST)

        links = {link["href"] for link in soup_of(page).select("main tbody th a")}
        waits, denied, given = (one.public_id for one in three_asked)
        assert links == {f"/requests/{waits}/decide/", f"/requests/{denied}/", f"/requests/{given}/"}
        assert all(re.fullmatch("[0-9a-f]{32}", one) for one in (waits, denied, given))
        assert "waits" in soup_of(page).select("tbody tr")[2]["class"]

    @pytest.mark.parametrize(
        ("asked", "places"),
        [
            ("status=pending", [0]),
            ("status=denied", [1]),
            ("status=approved", [2]),
            ("status=expired", []),
            ("name=larss", [2]),
            ("name=TOM", [1]),
            ("name=tom&status=approved", []),
            ("name=nobody", []),
        ],
    )
    def test_is_narrowed_by_status_and_name(self, cast, three_asked, signed_in, asked, places):
        page = signed_in(cast.carol).get(f"{LIST}?{asked}")

        assert shown(page) == [three_asked[place].public_id for place in places]
        assert ("No request here" in words_of(page)) == (not places)

    def test_what_was_ended_early_says_so_and_ends_when_it_ended(self, cast, three_asked, signed_in):
        services.end_access(grant=three_asked[2].grant, by=cast.carol, at=clock.now())

        for who, path in ((cast.carol, LIST), (cast.stan, "/admin/internal/access-requests/")):
            row = soup_of(signed_in(who).get(f"{path}?status=approved")).select_one("main tbody tr")
            assert row.select("td")[-1].get_text(" ", strip=True) == "Approved ended"
            begins, ends = (datetime.fromisoformat(time["datetime"]) for time in row.select("time")[:2])
            assert begins <= ends <= clock.now()

    def test_what_has_lapsed_is_shown_as_expired_before_any_job_has_run(self, cast, three_asked, signed_in, now):
        AccessRequest.objects.filter(pk=three_asked[0].pk).update(respond_by=now)
        client = signed_in(cast.carol)

        assert shown(client.get(f"{LIST}?status=expired")) == [three_asked[0].public_id]
        assert shown(client.get(f"{LIST}?status=pending")) == []

    @pytest.mark.parametrize("column", SORTED_BY)
    def test_is_sorted_by_any_column_both_ways(self, cast, three_asked, signed_in, column):
        client = signed_in(cast.carol)

        up, down = (client.get(f"{LIST}?sort={way}{column}") for way in ("", "-"))

        rows = [soup_of(page).select_one(f"thead th:nth-child({SORTED_BY.index(column) + 1})") for page in (up, down)]
        assert [row["aria-sort"] for row in rows] == ["ascending", "descending"]
        assert sorted(shown(up)) == sorted(shown(down)) == sorted(one.public_id for one in three_asked)
        by = {
            "request": lambda one: one.public_id,
            "first": lambda one: one.asker.first_name,
            "last": lambda one: one.asker.last_name,
            "asked": lambda one: one.submitted_at,
            "decision": lambda one: fresh(one).status,
        }.get(column)
        if by is not None:
            known = {one.public_id: by(one) for one in three_asked}
            assert [known[one] for one in shown(up)] == sorted(known.values())
            assert [known[one] for one in shown(down)] == sorted(known.values(), reverse=True)

    @pytest.mark.parametrize(("size", "rows"), [("", 20), ("5", 5), ("10", 10), ("20", 20), ("50", 50)])
    def test_comes_in_pages_with_a_steady_number_of_queries(self, cast, support_asked, signed_in, size, rows):
        client, page = signed_in(cast.carol), f"{LIST}?size={size}"
        many_more(cast, support_asked, 3)
        few = queries(client, page)
        many_more(cast, support_asked, 300)

        assert queries(client, page) == few
        assert len(shown(client.get(page))) == rows

    def test_can_be_taken_along_as_a_file(self, cast, three_asked, signed_in):
        file = b"".join(signed_in(cast.carol).get(f"{LIST}?format=csv&sort=first").streaming_content).decode(
            "utf-8-sig"
        )

        head, *rows = csv.reader(file.splitlines())
        assert head == COLUMNS
        assert [(row[0], row[1], row[-1]) for row in rows] == [
            (three_asked[2].public_id, "Stan", "Approved"),
            (three_asked[0].public_id, "Tess", "Pending"),
            (three_asked[1].public_id, "Tom", "Denied"),
        ]

    @pytest.mark.trust("A8")
    @pytest.mark.parametrize("path", [LIST, f"{LIST}?format=csv"])
    def test_is_for_whoever_sees_who_has_access_and_for_nobody_else(self, cast, three_asked, signed_in, path):
        outside = ["mallory", "pat", "petra", "quinn", "tess", "tom", "root"]
        found = {who: signed_in(getattr(cast, who)).get(path).status_code for who in ["mike", "connie", *outside]}

        stan = signed_in(cast.stan).get(path).status_code  # he is in, but not to read this
        assert found == {"mike": 403, "connie": 403} | dict.fromkeys(outside, 404)
        assert stan == 403
        for who in ("mallory", "tess", "mike"):
            assert LIST not in signed_in(getattr(cast, who)).get("/").content.decode()

    def test_dora_finds_it_from_her_partners_page_and_mallory_her_own(self, cast, signed_in):
        assert LIST in signed_in(cast.dora).get("/").content.decode()
        assert "/accounts/810432/access/requests/" in signed_in(cast.mallory).get("/").content.decode()

    def test_whoever_has_many_accounts_finds_that_of_the_one_they_are_in(self, cast, signed_in, now):
        rows = [
            Account(kind="customer", number=f"30000{place}", org_id=f"3000000{place}", name=f"C {place}", opened_at=now)
            for place in range(9)
        ]
        theirs = Account.objects.bulk_create(rows)
        Membership.objects.bulk_create(
            Membership(user=cast.carol, account=one, role=Role.ADMINISTRATOR, joined_at=now) for one in theirs
        )
        carol = signed_in(cast.carol)

        for one in (cast.acme, theirs[0], theirs[-1]):
            [link] = soup_of(carol.get(f"/accounts/{one.number}/")).select('.menu-sheet a[href$="/access/requests/"]')
            assert link["href"] == f"/accounts/{one.number}/access/requests/"
        assert soup_of(carol.get("/")).select_one(f'.menu-sheet a[href="{LIST}"]')

    def test_there_is_none_of_a_partners_account(self, cast, signed_in):
        assert signed_in(cast.pat).get("/accounts/700118/access/requests/").status_code == 404


class TestReading:
    @pytest.mark.seed("S0-17", "S0-4")
    @pytest.mark.parametrize("place", ["", "decide/"])
    def test_every_role_stands_there_in_words_with_each_of_its_rights(self, cast, signed_in, now, place):
        asked = ask_for_support(cast, roles=["Read orders, invoices and usage", REPAIR], at=now)

        page = soup_of(signed_in(cast.carol).get(f"/requests/{asked.public_id}/{place}"))

        roles = page.select("ul.roles li")
        assert [role.b.get_text() for role in roles] == ["Read orders, invoices and usage", REPAIR]
        assert "Whoever holds this can lock people out, or in." in roles[1].get_text()
        assert "See orders, See invoices, See usage" in roles[0].get_text()
        words = page.main.get_text(" ")
        assert all(str(right.label) in words for right in asked.rights)
        assert "Carol called." in words

    def test_each_right_has_a_switch_of_its_own_and_nothing_is_hidden_behind_a_role(
        self, cast, support_asked, signed_in
    ):
        page = soup_of(signed_in(cast.carol).get(f"/requests/{support_asked.public_id}/decide/"))

        switches = {box["value"]: box.has_attr("checked") for box in page.select("input[name=permissions]")}
        assert switches == dict.fromkeys(["view_orders", "view_invoices", "view_usage"], True)
        assert not page.select("input[name=administrator], input[name=may_delegate]")


class TestAnswering:
    @pytest.mark.seed("S0-12", "S0-18", "S0-19", "S0-20", "S0-8")
    def test_yes_then_no_then_yes_each_confirmed_the_button_equal_to_the_state_disabled(
        self, cast, support_asked, signed_in
    ):
        client = signed_in(cast.carol)
        assert buttons(client, support_asked) == {"approve": True, "deny": True}

        yes = answer(client, support_asked, answer="approve")
        assert ("Approved. Tess has been told." in words_of(yes), fresh(support_asked).status) == (
            True,
            Status.APPROVED,
        )
        assert "Change the answer" in words_of(yes)
        assert buttons(client, support_asked) == {"approve": False, "deny": True}

        no = answer(client, support_asked, answer="deny")
        assert ("Denied. Tess has been told." in words_of(no), fresh(support_asked).status) == (True, Status.DENIED)
        assert held(cast.tess, cast.acme, at=clock.now()) == set()
        assert buttons(client, support_asked) == {"approve": True, "deny": False}

        again = answer(client, support_asked, answer="approve")
        assert "Approved." in words_of(again)
        assert Grant.objects.filter(request_id=support_asked.public_id).count() == 2

    @pytest.mark.seed("S0-4")
    def test_less_than_asked(self, cast, support_asked, signed_in):
        answer(signed_in(cast.carol), support_asked, answer="approve", permissions=["view_usage"], until="day")

        [grant] = Grant.objects.filter(request_id=support_asked.public_id)
        assert held(cast.tess, cast.acme, at=clock.now()) == {P.VIEW_USAGE}
        assert timedelta(hours=23) < grant.ends_at - clock.now() <= timedelta(days=1)

    @pytest.mark.seed("S0-20")
    def test_whoever_changes_the_answer_reads_what_was_given_and_finds_no_switch_that_does_nothing(
        self, cast, support_asked, signed_in
    ):
        carol = signed_in(cast.carol)
        answer(carol, support_asked, answer="approve", permissions=["view_usage"], until="day")

        soup = soup_of(carol.get(f"/requests/{support_asked.public_id}/decide/"))
        assert [line.get_text(strip=True) for line in soup.select(".given-list li")] == ["See usage"]
        assert not soup.select("main [role=switch], main [name=until]")
        assert "rights switched on" not in soup.main.get_text()
        less = soup.find("a", string="Make it less")["href"]
        assert carol.get(less).status_code == 200

        answer(carol, support_asked, answer="deny")
        soup = soup_of(carol.get(f"/requests/{support_asked.public_id}/decide/"))  # who approves again chooses again
        assert len(soup.select("main [role=switch]")) == 3

    @pytest.mark.seed("S0-13")
    @pytest.mark.trust("A6")
    @pytest.mark.parametrize(
        ("who", "status"),
        [("ursula", 403), ("mike", 403), ("connie", 403), ("pat", 404), ("quinn", 404), ("tom", 404), ("mallory", 404)],
    )
    def test_nobody_else_answers(self, cast, support_asked, signed_in, who, status):
        path, sent = f"/requests/{support_asked.public_id}/decide/", form_of_carol(cast, support_asked, signed_in)

        client = signed_in(getattr(cast, who))
        assert [client.get(path).status_code, client.post(path, sent).status_code] == [status] * 2
        assert fresh(support_asked).status == Status.PENDING

    @pytest.mark.trust("A7")
    def test_least_of_all_who_asked(self, cast, support_asked, signed_in):
        sent = form_of_carol(cast, support_asked, signed_in)

        assert signed_in(cast.tess).post(f"/requests/{support_asked.public_id}/decide/", sent).status_code == 403
        assert fresh(support_asked).status == Status.PENDING

    @pytest.mark.trust("E4")
    def test_too_late_is_too_late_though_no_job_has_run(self, cast, support_asked, signed_in):
        client = signed_in(cast.carol)
        sent = form_of_carol(cast, support_asked, signed_in)
        AccessRequest.objects.filter(pk=support_asked.pk).update(respond_by=clock.now())

        assert client.post(f"/requests/{support_asked.public_id}/decide/", sent).status_code == 409
        assert not Grant.objects.filter(request_id=support_asked.public_id).exists()


def form_of_carol(cast, request, signed_in):
    """This will give the form as it stands on Carol's page, with her yes."""
    return form_of(signed_in(cast.carol).get(f"/requests/{request.public_id}/decide/")) | {"answer": "approve"}


def queries(client, path):
    """This will give how many questions a page puts to the database, once it is warm."""
    client.get(path)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def many_more(cast, like, number):
    """This will let so many more associates ask what ``like`` asks."""
    like, begun = fresh(like), User.objects.count()
    people = User.objects.bulk_create(
        User(email=f"associate-{place}@latchkey.example", first_name=f"Associate {place}")
        for place in range(begun, begun + number)
    )
    members = Membership.objects.bulk_create(
        Membership(user=one, account=cast.vendor, role=Role.MEMBER, joined_at=timezone.now()) for one in people
    )
    known = {"id", "public_id", "asker", "beneficiary", "membership", "grant"}
    values = {
        field.attname: getattr(like, field.attname)
        for field in AccessRequest._meta.concrete_fields
        if field.name not in known
    }
    AccessRequest.objects.bulk_create(
        AccessRequest(**values, public_id=new_public_id(), membership=one, asker=one.user, beneficiary=one.user)
        for one in members
    )
