"""Internal → Cases: what support finds there, and what it writes down for customers."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import AccountPermission as P
from accounts.services import set_member_rights
from audit.models import TrailLine
from notifications.models import Mail
from riders import selectors, services
from riders.models import CaseFollower, SupportCase
from riders.states import CaseState
from tests import nasty
from tests.cast import member
from tests.pages import form_of, sentence_beside, soup_of, words_of

DESK = "/admin/internal/cases/"
HOUR = timedelta(hours=1)


@pytest.fixture
def tess(cast, signed_in):
    """Tess's browser."""
    return signed_in(cast.tess)


@pytest.fixture
def cases(cast, now, tess):
    """Some cases of two customers in several states, by their subjects."""
    made = {}
    for place, (account, by, subject, severity) in enumerate(
        [
            (cast.acme, cast.connie, "Slow", 4),
            (cast.acme, cast.carol, "Down", 1),
            (cast.globex, cast.mallory, "Odd", 4),
            (cast.acme, cast.carol, "Asked", 1),
            (cast.acme, cast.carol, "Done", 1),
            (cast.acme, cast.carol, "Over", 1),
        ]
    ):
        made[subject] = services.open_case(
            account=account, subject=subject, severity=severity, by=by, at=now - (10 - place) * HOUR
        )
    desk = {"by": cast.tess, "support": True}
    services.move_case(case=made["Asked"], to=CaseState.WAITING_CUSTOMER, at=now - HOUR, **desk)
    services.solve_case(case=made["Done"], at=now - HOUR, **desk)
    services.solve_case(case=made["Over"], at=now - HOUR, **desk)
    SupportCase.objects.filter(subject="Over").update(reopen_until=now - timedelta(minutes=1))
    return made


def subjects(page):
    """This will give the subjects in a list of cases, in order."""
    return [row.select("td")[2].get_text() for row in soup_of(page).select("tbody tr")]


class TestTheList:
    def test_what_waits_for_support_comes_first_the_worst_and_the_oldest_on_top(self, cases, tess):
        page = tess.get(DESK)

        assert subjects(page)[:4] == ["Down", "Slow", "Odd", "Asked"]
        assert set(subjects(page)[4:]) == {"Done", "Over"}
        assert [row.select("td")[2].get_text() for row in soup_of(page).select("tr.waits")] == ["Down", "Slow", "Odd"]

    def test_it_narrows_by_state_severity_account_and_words(self, cases, tess):
        assert subjects(tess.get(DESK, {"state": "solved"})) == ["Done"]
        assert subjects(tess.get(DESK, {"state": "closed"})) == ["Over"]
        assert subjects(tess.get(DESK, {"severity": "4"})) == ["Slow", "Odd"]
        assert subjects(tess.get(DESK, {"account": "810432"})) == ["Odd"]
        assert subjects(tess.get(DESK, {"search": "globex od"})) == ["Odd"]
        assert subjects(tess.get(DESK, {"search": cases["Asked"].number[:7]})) == ["Asked"]
        assert subjects(tess.get(DESK, {"search": "nothing such"})) == []
        for wrong in ({"state": "odd"}, {"severity": "9"}, {"sort": "odd"}, {"page": "9"}, {"format": "pdf"}):
            assert tess.get(DESK, wrong).status_code == 404

    def test_it_sorts_by_every_column(self, cases, tess):
        for column in ("number", "tag", "account", "subject", "severity", "state", "changed", "opened"):
            one, other = (subjects(tess.get(DESK, {"sort": f"{sign}{column}"})) for sign in ("", "-"))
            assert sorted(one) == sorted(cases)
            assert one != other

    def test_it_can_be_taken_along_as_a_file(self, cases, tess):
        written = b"".join(tess.get(DESK, {"format": "csv", "state": "closed"}).streaming_content).decode("utf-8-sig")

        heading, *rows = csv.reader(StringIO(written))
        assert heading[:4] == ["Case", "Account number", "Account", "Subject"]
        assert [row[:4] for row in rows] == [[cases["Over"].number, "654321", "Acme", "Over"]]
        assert rows[0][5] == "Closed for good"

    def test_it_asks_as_often_for_three_hundred_as_for_three(self, cast, cases, tess, now, django_assert_num_queries):
        moments = {"opened_at": now, "changed_at": now}
        tess.get(DESK)
        with CaptureQueriesContext(connection) as few:
            tess.get(DESK, {"size": 50})
        SupportCase.objects.bulk_create(
            SupportCase(number=str(place), account=cast.acme, subject="Many", opened_by=cast.connie, **moments)
            for place in range(300)
        )
        with django_assert_num_queries(len(few)):
            assert len(subjects(tess.get(DESK, {"size": 50}))) == 50

    def test_associates_find_it_in_their_menu_and_nobody_else_does(self, cast, tess, signed_in):
        assert soup_of(tess.get("/")).select_one(f'.menu-sheet a[href="{DESK}"]')
        assert not soup_of(signed_in(cast.carol).get("/")).select(f'a[href="{DESK}"]')


@pytest.fixture
def sent():
    """What Tess types of a call."""
    return {
        "account": "654321",
        "channel": "telephone",
        "sender": "+31 20 555 0100",
        "subject": "The lift is stuck",
        "description": "Between *two* floors.",
        "product": "Lift",
        "severity": "1",
    }


class TestRecording:
    def test_those_who_speak_for_the_customer_are_told_and_follow(self, cast, now, tess, sent):
        page = tess.post(f"{DESK}record/", sent, follow=True)

        case = SupportCase.objects.get()
        assert "by telephone from +31 20 555 0100, recorded by Tess" in words_of(page)
        assert (case.account, case.opened_by, case.severity) == (cast.acme, cast.tess, 1)
        mails = Mail.objects.filter(event="case_recorded")
        assert sorted(mails.values_list("to", flat=True)) == [cast.carol.email, cast.connie.email]
        assert all("Reporting in the portal is quicker" in " ".join(mail.text.split()) for mail in mails)
        followers = CaseFollower.objects.values_list("person__first_name", flat=True)
        assert sorted(followers) == ["Carol", "Connie", "Tess"]
        line = TrailLine.objects.get(event="case.recorded")
        assert (line.account, line.actor_name, line.subject, line.details["channel"]) == (
            *("654321", "Tess", case.number),
            "telephone",
        )

    def test_whoever_sent_it_is_told_if_they_read_cases(self, cast, now, tess):
        facts = {"account": cast.acme, "channel": "mail", "subject": "Help", "by": cast.tess, "at": now}
        services.record_case(sender="MIKE@acme.example", **facts)
        assert not Mail.objects.filter(event="case_recorded", to=cast.mike.email).exists()

        set_member_rights(membership=member(cast.mike, cast.acme), permissions=[P.VIEW_CASES], by=cast.adam, at=now)
        services.record_case(sender="MIKE@acme.example", **facts)
        services.record_case(sender=cast.mallory.email, **facts)
        told = list(Mail.objects.filter(event="case_recorded").values_list("to", flat=True))
        assert (told.count(cast.mike.email), told.count(cast.mallory.email)) == (1, 0)

    @pytest.mark.parametrize("who", ["carol", "connie", "pat", "mallory"])
    def test_nobody_but_an_associate_records(self, cast, now, tess, who):
        facts = {"account": cast.acme, "channel": "mail", "sender": "a@b.example", "subject": "Help", "at": now}
        with pytest.raises(PermissionDenied):
            services.record_case(by=getattr(cast, who), **facts)

    @pytest.mark.parametrize(
        ("field", "value", "sentence"),
        [
            ("account", "999999", "No customer has this account number."),
            ("account", "700118", "No customer has this account number."),
            ("sender", " \u200b", "Say who it came from."),
            ("subject", "…", "Say in one line what it is about."),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, tess, sent, field, value, sentence):
        page = tess.post(f"{DESK}record/", sent | {field: value})

        assert (page.status_code, sentence_beside(page, field)) == (400, sentence)
        assert form_of(page)["description"] == ["Between *two* floors."]
        assert not SupportCase.objects.exists()

    @pytest.mark.parametrize("field", ["subject", "description", "product", "sender"])
    def test_a_service_keeps_no_more_than_the_table_holds(self, cast, now, tess, field):
        facts = {"channel": "mail", "sender": "a@b.example", "subject": "Help", field: "x" * 10_001}
        with pytest.raises(ValidationError):
            services.record_case(account=cast.acme, by=cast.tess, at=now, **facts)

    def test_a_case_from_the_portal_is_not_recorded(self, cast, now, tess):
        facts = {"sender": "a@b.example", "subject": "Help", "by": cast.tess, "at": now}
        with pytest.raises(ValidationError):
            services.record_case(account=cast.acme, channel="portal", **facts)


class TestOneCase:
    def test_support_answers_and_lets_the_customer_wait_no_longer(self, cast, cases, tess):
        case, here = cases["Slow"], f"{DESK}{cases['Slow'].number}/"
        page = tess.get(here)
        assert tess.post(here, form_of(page) | {"text": "How slow?", "to": "waiting_customer"}).status_code == 302

        case.refresh_from_db()
        assert (case.state, selectors.thread(case).get().text) == (CaseState.WAITING_CUSTOMER, "How slow?")
        assert Mail.objects.filter(event="case_changed", to=cast.connie.email).count() == 1
        assert soup_of(tess.get(here)).select_one(".pill-waiting_customer")

    def test_support_follows_and_closes(self, cases, tess):
        here = f"{DESK}{cases['Slow'].number}/"
        assert tess.post(f"{here}follow/", {"follow": "yes"}).headers["Location"] == here
        assert "Stop following" in words_of(tess.get(f"{here}follow/"))
        page = tess.get(f"{here}close/")
        assert tess.post(f"{here}close/", form_of(page)).headers["Location"] == here
        assert SupportCase.objects.get(subject="Slow").state == CaseState.CLOSED
        assert "closed for good already" in words_of(tess.get(f"{here}close/"))

    def test_looking_changes_nothing(self, cases, tess):
        here, stands = f"{DESK}{cases['Slow'].number}/", nasty.what_stands()
        for path in (DESK, f"{DESK}record/", here, f"{here}follow/", f"{here}close/"):
            assert tess.get(path).status_code == 200
        assert nasty.what_stands() == stands


class TestAdminSite:
    def test_staff_narrow_by_state_severity_and_channel(self, cast, cases, signed_in):
        browser = signed_in(cast.stan)
        for query, number in (
            ({"state__exact": "solved"}, 2),
            ({"severity__exact": 4}, 2),
            ({"channel__exact": "mail"}, 0),
        ):
            page = browser.get("/admin/riders/supportcase/", query)
            assert (page.status_code, len(soup_of(page).select("#result_list tbody tr"))) == (200, number)

    def test_the_state_is_that_of_the_moment(self, cast, cases, signed_in):
        page = signed_in(cast.stan).get(f"/admin/riders/supportcase/{cases['Over'].pk}/change/")

        assert soup_of(page).select_one(".facts-of-row .pill-closed")
