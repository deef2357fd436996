"""The pages of remote sessions, for the customer and at support's desk."""

from datetime import timedelta
from uuid import uuid4

import pytest

from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from frame import clock
from riders import services
from riders.models import Attendee, CaseComment, RemoteSession, RemoteTools
from riders.states import SessionStage
from tests import nasty
from tests.cast import approve, ask
from tests.pages import form_of, sentence_beside, soup_of, words_of
from tests.riders.acting_on_sessions import HOUR, LINK, a_case, a_session, accept, permit_other_tools

TOOLS = "/accounts/654321/cases/tools/"


@pytest.fixture
def case(cast, now):
    """Connie has reported something, and follows it."""
    return a_case(cast, at=now)


@pytest.fixture
def planned(cast, case, now):
    """Tess has planned a session for tomorrow."""
    return a_session(cast, case, at=now)


def typed(cast, moment):
    """A moment as somebody types it on Acme's clock, which shows an hour twice where it is put back."""
    return f"{moment.astimezone(cast.acme.zone):%Y-%m-%dT%H:%M}"


class TestBothSides:
    @pytest.mark.seed("S1-1", "S1-4", "S1-18", "S1-26", "S1-30")
    def test_play_a_session_from_the_plan_to_the_end(self, cast, case, now, signed_in):
        tess, connie = signed_in(cast.tess), signed_in(cast.connie)
        desk = f"/admin/internal/cases/{case.number}/"
        times = {"starts_at": typed(cast, now + 24 * HOUR), "ends_at": typed(cast, now + 26 * HOUR)}

        assert "Plan a session" in words_of(tess.get(desk))
        there = tess.post(f"{desk}sessions/plan/", times, follow=True)
        assert "Planned, and both sides have been told" in words_of(there)
        session = RemoteSession.objects.get()
        desk_page, page = session.get_desk_url(), session.get_absolute_url()

        tess.post(desk_page, {"do": "invite", "person": cast.connie.pk, "name": "", "email": ""})
        connie.post(page, {"do": "invite", "person": "", "name": "Vera", "email": "vera@else.example"})
        assert "Not everybody invited has confirmed yet." in words_of(connie.get(page))
        for seat in Attendee.objects.filter(confirmed_at=None):
            connie.post(page, {"do": "confirm", "attendee": seat.pk, "seen": session.revision})
        assert "Everybody invited has confirmed." in words_of(tess.get(desk_page))

        assert "Until then no session can start" in words_of(tess.get(desk_page))
        assert tess.post(desk_page, {"do": "start", "joining": LINK}).status_code == 409
        accept(cast, case, at=clock.now())
        assert "Connie accepted “Remote access rider, version 1” for this case" in words_of(connie.get(page))
        assert words_of(tess.post(desk_page, {"do": "start", "joining": LINK}, follow=True)).count("Started.")

        assert LINK in words_of(connie.get(case.get_absolute_url())) or LINK in CaseComment.objects.get().text
        assert LINK not in words_of(connie.get(page))
        assert "How to join stands on the case" in words_of(connie.get(case.get_absolute_url()))
        assert "Ended." in words_of(connie.post(page, {"do": "end"}, follow=True))
        beside = words_of(tess.get(desk))
        assert "Begun by Tess, ended by Connie. It took less than a minute." in beside
        session.refresh_from_db()
        assert session.stage == SessionStage.ENDED

    @pytest.mark.seed("S1-27", "S1-28")
    def test_where_the_tool_is_not_permitted_the_customer_begins(self, cast, case, planned, now, signed_in):
        carol, connie, tess = (signed_in(who) for who in (cast.carol, cast.connie, cast.tess))
        assert form_of(carol.get(TOOLS)) == {"primary_permitted": ["on"], "others": [""]}
        answer = carol.post(TOOLS, {"others": ""})
        assert (answer.status_code, sentence_beside(answer, "others")) == (
            400,
            "Name at least one tool that is permitted.",
        )
        carol.post(TOOLS, {"others": "Meetwell"})
        accept(cast, case, at=now)

        assert "Sessions are held with Meetwell. Acme begins them" in words_of(connie.get(case.get_absolute_url()))
        assert tess.post(planned.get_desk_url(), {"do": "start", "joining": LINK}).status_code == 403
        assert "Start the session" not in words_of(tess.get(planned.get_desk_url()))
        assert tess.post(planned.get_desk_url(), {"do": "join"}).status_code == 409
        connie.post(planned.get_absolute_url(), {"do": "start", "joining": "Room 12, as always."})
        assert "I have joined" in words_of(tess.get(planned.get_desk_url()))
        assert connie.post(planned.get_absolute_url(), {"do": "join"}).status_code == 404
        tess.post(planned.get_desk_url(), {"do": "join"})

        planned.refresh_from_db()
        assert (planned.started_by, planned.joined_by) == (cast.connie, cast.tess)
        assert "Tess of support has joined" in words_of(connie.get(case.get_absolute_url()))

    def test_support_writes_down_which_tools_the_customer_named(self, cast, case, signed_in):
        path = f"/admin/internal/cases/{case.number}/tools/"
        signed_in(cast.tess).post(path, {"others": "Meetwell"})

        assert RemoteTools.objects.get().changed_by == cast.tess
        assert TrailLine.objects.get(event="tools.changed").account == "654321"

    @pytest.mark.seed("S1-4")
    def test_the_time_is_on_the_accounts_clock_written_out_with_its_zone(self, cast, case, planned, now, signed_in):
        for browser, page in (
            (signed_in(cast.connie), planned.get_absolute_url()),
            (signed_in(cast.tess), planned.get_desk_url()),
        ):
            words = words_of(browser.get(page))
            assert f"{planned.starts_at.astimezone(cast.acme.zone):%H:%M} Amsterdam time (UTC+" in words
            assert f"{planned.starts_at:%H:%M} UTC" in words
            assert "The times are on the clock of Acme: Amsterdam time" in words

    def test_a_mistake_is_said_beside_its_field_and_what_was_typed_stays(self, cast, case, planned, now, signed_in):
        tess = signed_in(cast.tess)
        wrong = {"starts_at": typed(cast, now + 2 * HOUR), "ends_at": typed(cast, now + 20 * HOUR)}
        for path, sent in (
            (f"/admin/internal/cases/{case.number}/sessions/plan/", wrong),
            (planned.get_desk_url(), wrong | {"do": "replan", "seen": 1}),
        ):
            answer = tess.post(path, sent)
            assert (answer.status_code, sentence_beside(answer, "ends_at")) == (
                400,
                "A session lasts 12 hours at most. Choose an earlier end.",
            )
            assert wrong["starts_at"] in answer.content.decode()
        answer = tess.post(planned.get_desk_url(), {"do": "invite", "person": "", "name": "Vera", "email": ""})
        assert (answer.status_code, sentence_beside(answer, "email")) == (
            400,
            "Give an e-mail address, such as name@company.example.",
        )
        assert answer.content.decode().count('value="Vera"') == 1
        answer = tess.post(planned.get_desk_url(), {"do": "invite", "person": cast.tom.pk, "name": "Vera", "email": ""})
        assert "one at a time" in words_of(answer)

    def test_who_was_slower_sees_the_new_plan_and_keeps_what_they_typed(self, cast, planned, now, signed_in):
        mine = {"starts_at": typed(cast, now + 50 * HOUR), "ends_at": typed(cast, now + 52 * HOUR)}
        services.replan(
            session=planned,
            starts_at=now + 30 * HOUR,
            ends_at=now + 31 * HOUR,
            seen=1,
            by=cast.tess,
            at=now,
            support=True,
        )
        connie = signed_in(cast.connie)
        answer = connie.post(planned.get_absolute_url(), mine | {"do": "replan", "seen": 1})

        assert answer.status_code == 409
        assert "The plan was changed after you opened the page. Below is how it stands now." in words_of(answer)
        again = soup_of(answer).select_one("form:has([name=do][value=replan])")
        assert again.select_one("[name=starts_at]")["value"] == mine["starts_at"]
        assert again.select_one("[name=seen]")["value"] == "2"
        assert connie.post(planned.get_absolute_url(), mine | {"do": "replan", "seen": 2}).status_code == 302


class TestWhoMay:
    @pytest.mark.trust("A8", "A9")
    def test_anothers_session_is_like_one_there_is_not(self, cast, case, planned, now, signed_in):
        accept(cast, case, at=now)
        mallory, before = signed_in(cast.mallory), nasty.what_stands()
        theirs = a_case(cast, at=now, account=cast.globex, by=cast.mallory)
        before = nasty.what_stands()
        other = a_case(cast, at=now)
        stands = nasty.what_stands()
        base = f"/accounts/810432/cases/{theirs.number}/sessions/"
        real, made_up = (mallory.get(f"{base}{one}/") for one in (planned.public_id, uuid4()))
        assert (real.status_code, words_of(real)) == (404, words_of(made_up))
        for path in (
            planned.get_absolute_url(),
            f"{base}{planned.public_id}/",
            f"/accounts/810432/cases/{case.number}/sessions/{planned.public_id}/",
        ):
            for do in ("start", "end", "call_off", "replan", "invite", "confirm", "withdraw", "join", "odd", ""):
                assert mallory.post(path, {"do": do, "joining": LINK}).status_code == 404
        for who in (cast.mallory, cast.carol, cast.pat):
            browser = signed_in(who)
            for name in ("", "sessions/", "sessions/plan/", "tools/"):
                path = f"/admin/internal/cases/{case.number}/{name}"
                assert {browser.get(path).status_code, browser.post(path).status_code} <= {404, 405}
            assert browser.post(planned.get_desk_url(), {"do": "call_off"}).status_code == 404
        tess = signed_in(cast.tess)
        for odd in ("1", "x" * 300, f"{{{planned.public_id}}}", str(planned.public_id).upper(), planned.public_id.hex):
            assert tess.get(f"/admin/internal/cases/{case.number}/sessions/{odd}/").status_code == 404
            assert tess.get(f"/admin/internal/cases/{case.number}/sessions/{odd}.ics").status_code == 404
        wrong = f"/admin/internal/cases/{other.number}/sessions/{planned.public_id}/"
        assert tess.post(wrong, {"do": "call_off"}).status_code == 404
        assert before != stands == nasty.what_stands()

    def test_who_may_only_read_reads_and_confirms_for_themself(self, cast, case, planned, now, signed_in):
        approve(ask(cast, permissions=[P.VIEW_CASES], at=now), by=cast.carol, at=now)
        seat = services.invite_attendee(session=planned, person=cast.petra, by=cast.tess, at=now, support=True)
        petra, page = signed_in(cast.petra), planned.get_absolute_url()

        words = words_of(petra.get(page))
        for button in ("Call off the session", "Set the time", "Invite somebody", "Start the session"):
            assert button not in words
        for do in ("call_off", "end", "invite", "replan", "start"):
            sent = {"starts_at": "2031-01-01T10:00", "ends_at": "2031-01-01T11:00", "seen": 1, "joining": "Hello"}
            assert petra.post(page, sent | {"do": do, "name": "V", "email": "v@else.example"}).status_code in (400, 403)
        assert petra.post(page, {"do": "confirm", "attendee": seat.pk, "seen": 1}).status_code == 302
        assert petra.post(page, {"do": "confirm", "attendee": 10**12, "seen": 1}).status_code == 400
        [line] = TrailLine.objects.filter(event="attendee.confirmed")
        assert line.grants

    def test_what_the_customer_begins_is_not_offered_to_whom_it_lent_its_cases(
        self, cast, case, planned, now, signed_in
    ):
        permit_other_tools(cast, at=now)
        approve(ask(cast, permissions=[P.VIEW_CASES, P.WRITE_CASES], at=now), by=cast.carol, at=now)
        accept(cast, case, at=now)
        petra, page = signed_in(cast.petra), planned.get_absolute_url()

        words = words_of(petra.get(page))

        assert "Acme begins it with Meetwell. How to join then stands on the case." in words
        assert "Start the session" not in words
        assert petra.post(page, {"do": "start", "joining": "Come in."}).status_code == 403
        assert "Start the session" in words_of(signed_in(cast.connie).get(page))

    @pytest.mark.parametrize("who", ["connie", "ursula", "mike", "pat", "tess"])
    def test_the_tools_are_for_whoever_runs_the_settings(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))
        assert {browser.get(TOOLS).status_code, browser.post(TOOLS, {"others": "X"}).status_code} <= {403, 404}
        assert not RemoteTools.objects.exists()


class TestLists:
    def test_the_case_shows_the_latest_and_the_list_all_of_them(self, cast, case, planned, now, signed_in):
        facts = {"case": case, "created_by": cast.tess, "tool": "Remote Help", "ours": True}
        RemoteSession.objects.bulk_create(
            RemoteSession(**facts, created_at=now + timedelta(seconds=one)) for one in range(30)
        )
        for browser, page, every in (
            (signed_in(cast.connie), case.get_absolute_url(), "sessions/"),
            (signed_in(cast.tess), f"/admin/internal/cases/{case.number}/", "sessions/"),
        ):
            beside = soup_of(browser.get(page)).select("section:has(#sessions-h) .keys li")
            assert len(beside) == 5
            assert len(soup_of(browser.get(f"{page}{every}")).select(".keys li")) == 20
            assert len(soup_of(browser.get(f"{page}{every}?page=2")).select(".keys li")) == 11

    def test_nothing_is_changed_by_looking(self, cast, case, planned, now, signed_in):
        connie, tess, before = signed_in(cast.connie), signed_in(cast.tess), nasty.what_stands()
        for browser, page in ((connie, planned.get_absolute_url()), (tess, planned.get_desk_url())):
            assert browser.get(page).status_code == browser.get(page.rstrip("/") + ".ics").status_code == 200
            assert browser.get(f"{page}?do=call_off").status_code == 200
        assert nasty.what_stands() == before

    def test_other_tools_are_said_where_they_are_used(self, cast, case, planned, now, signed_in):
        permit_other_tools(cast, at=now)
        assert "Acme begins it with Meetwell" in words_of(signed_in(cast.tess).get(planned.get_desk_url()))
