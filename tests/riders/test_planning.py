"""Planning sessions: when, who takes part, and who has confirmed; the file a calendar takes."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from icalendar import Calendar

from accounts import authorization
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from riders import selectors, services
from riders.models import RemoteSession, SessionRequest
from riders.states import SessionRequestState, SessionStage, Side, Why
from tests.cast import approve, ask
from tests.pages import soup_of, words_of
from tests.riders.acting_on_sessions import HOUR, LINK, a_case, a_session, accept

DAY = timedelta(days=1)


@pytest.fixture
def case(cast, now):
    """Connie has reported something, and follows it."""
    return a_case(cast, at=now)


@pytest.fixture
def planned(cast, case, now):
    """Tess has planned a session for tomorrow."""
    return a_session(cast, case, at=now)


@pytest.fixture
def accepted(cast, case, now):
    """Support has accepted what Connie asked for; nobody has chosen a time."""
    asked = SessionRequest.objects.create(
        case=case,
        why=Why.OBSERVE,
        expectation="Look at it",
        impact="No backups",
        state=SessionRequestState.ACCEPTED,
        asked_at=now,
        asked_by=cast.connie,
        answered_at=now,
        answered_by=cast.tess,
    )
    return RemoteSession.objects.create(
        case=case, request=asked, created_at=now, created_by=cast.tess, tool="Remote Help", ours=True
    )


def replan(session, *, by, at, begins=2 * DAY, takes=HOUR, seen=None, support=True):
    session.refresh_from_db()
    seen = session.revision if seen is None else seen
    return services.replan(
        session=session, starts_at=at + begins, ends_at=at + begins + takes, seen=seen, by=by, at=at, support=support
    )


def confirmed(session):
    return {one.name for one in session.attendees.all() if one.confirmed_at}


class TestTime:
    @pytest.mark.seed("S1-4")
    @pytest.mark.parametrize(
        ("begins", "takes", "field", "words"),
        [
            (-HOUR, 2 * HOUR, "starts_at", "The start has passed"),
            (timedelta(0), HOUR, "starts_at", "The start has passed"),
            (DAY, timedelta(0), "ends_at", "The end is before the start"),
            (DAY, -HOUR, "ends_at", "The end is before the start"),
            (DAY, timedelta(hours=12, seconds=1), "ends_at", "12 hours at most"),
            (timedelta(days=60, seconds=1), HOUR, "starts_at", "at most 60 days ahead"),
        ],
    )
    def test_what_cannot_be_planned_is_refused_with_its_sentence(
        self, cast, case, planned, now, begins, takes, field, words
    ):
        for act in (
            lambda: a_session(cast, case, at=now, begins=begins, takes=takes),
            lambda: replan(planned, by=cast.connie, at=now, begins=begins, takes=takes, support=False),
        ):
            with pytest.raises(ValidationError, match=words) as refused:
                act()
            assert refused.value.code == field
        assert RemoteSession.objects.get().revision == 1

    @pytest.mark.parametrize(("begins", "takes"), [(timedelta(seconds=1), timedelta(hours=12)), (60 * DAY, HOUR)])
    def test_the_edges_can(self, cast, case, now, begins, takes):
        assert a_session(cast, case, at=now, begins=begins, takes=takes).stage == SessionStage.PLANNED

    def test_a_case_that_is_over_has_no_sessions_ahead(self, cast, case, planned, now):
        services.solve_case(case=case, by=cast.connie, at=now)
        for act in (lambda: a_session(cast, case, at=now), lambda: replan(planned, by=cast.tess, at=now)):
            with pytest.raises(NotAllowedNow, match="Reopen it first"):
                act()

    @pytest.mark.seed("S1-18")
    def test_an_accepted_request_gets_its_time_and_whoever_asked_is_invited(self, cast, accepted, now):
        replan(accepted, by=cast.tess, at=now)

        rows = {one.name: (one.side, bool(one.confirmed_at)) for one in accepted.attendees.all()}
        assert rows == {"Tess": (Side.VENDOR, True), "Connie": (Side.CUSTOMER, False)}
        assert set(Mail.objects.filter(event="session_scheduled").values_list("to", flat=True)) == {
            "connie@acme.example",
            "tess@latchkey.example",
        }

    @pytest.mark.seed("S1-4")
    def test_another_time_is_confirmed_anew_and_nobody_plans_over_somebody(self, cast, planned, now):
        services.invite_attendee(session=planned, person=cast.connie, by=cast.tess, at=now, support=True)
        services.confirm_attendee(attendee=planned.attendees.get(person=cast.connie), seen=1, by=cast.connie, at=now)
        assert confirmed(planned) == {"Tess", "Connie"}

        replan(planned, by=cast.connie, at=now, support=False)

        assert confirmed(planned) == {"Connie"}
        assert [mail.event for mail in Mail.objects.filter(to="tess@latchkey.example", event="session_changed")]
        with pytest.raises(NotAllowedNow, match="after you opened the page"):
            replan(planned, by=cast.tess, at=now, begins=3 * DAY, seen=1)
        with pytest.raises(ValidationError, match="like that already"):
            replan(planned, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="after you opened the page"):
            services.confirm_attendee(
                attendee=planned.attendees.get(person=cast.tess), seen=1, by=cast.tess, at=now, support=True
            )

    def test_what_has_started_is_not_planned_any_more(self, cast, case, planned, now):
        accept(cast, case, at=now)
        services.start_session(session=planned, joining=LINK, by=cast.tess, at=now, support=True)
        with pytest.raises(NotAllowedNow, match="started already"):
            replan(planned, by=cast.tess, at=now)


class TestAttendees:
    @pytest.mark.seed("S1-1", "S1-30")
    def test_three_sides_take_part_and_a_third_party_is_confirmed_by_who_invited_them(self, cast, planned, now):
        services.invite_attendee(session=planned, person=cast.connie, by=cast.tess, at=now, support=True)
        third = services.invite_attendee(
            session=planned, name=" Vera \u202eVendor ", email="vera@else.example", by=cast.connie, at=now
        )

        assert [(one.side, one.name) for one in selectors.attendees_of(planned)] == [
            (Side.CUSTOMER, "Connie"),
            (Side.VENDOR, "Tess"),
            (Side.THIRD_PARTY, "Vera Vendor"),
        ]
        for by, support in ((cast.tess, True), (cast.carol, False)):
            with pytest.raises(PermissionDenied, match="That is for Connie to say"):
                services.confirm_attendee(attendee=third, seen=1, by=by, at=now, support=support)
        services.confirm_attendee(attendee=third, seen=1, by=cast.connie, at=now)
        assert confirmed(planned) == {"Tess", "Vera Vendor"}
        assert not Mail.objects.filter(to="vera@else.example").exists()

    @pytest.mark.seed("S1-4")
    def test_people_confirm_themselves_and_nobody_for_them(self, cast, planned, now):
        seat = services.invite_attendee(session=planned, person=cast.connie, by=cast.tess, at=now, support=True)
        [invited, told] = Mail.objects.filter(to="connie@acme.example", event="session_scheduled").order_by("-pk")
        assert "Please say on the page whether you can be there then." in invited.text
        assert "You take no part yourself." in told.text
        with pytest.raises(PermissionDenied, match="That is for Connie to say"):
            services.confirm_attendee(attendee=seat, seen=1, by=cast.tess, at=now, support=True)
        services.confirm_attendee(attendee=seat, seen=1, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="confirmed already"):
            services.confirm_attendee(attendee=seat, seen=1, by=cast.connie, at=now)

        assert selectors.all_confirmed(selectors.attendees_of(planned))
        lines = TrailLine.objects.filter(event__startswith="attendee.").order_by("sequence")
        assert [(line.event, line.details["who"]) for line in lines] == [
            ("attendee.invited", "Connie"),
            ("attendee.confirmed", "Connie"),
        ]

    def test_without_a_time_there_is_nothing_to_confirm(self, cast, accepted, now):
        seat = services.invite_attendee(session=accepted, person=cast.tom, by=cast.tess, at=now, support=True)
        with pytest.raises(NotAllowedNow, match="no time to confirm"):
            services.confirm_attendee(attendee=seat, seen=0, by=cast.tom, at=now, support=True)
        assert not Mail.objects.filter(to="tom@latchkey.example").exists()

    @pytest.mark.trust("A9")
    def test_whoever_cannot_see_the_case_is_not_invited_by_account(self, cast, planned, now):
        for name in ("mallory", "mike", "petra", "greta"):
            with pytest.raises(ValidationError, match="can see this case"):
                services.invite_attendee(
                    session=planned, person=getattr(cast, name), by=cast.tess, at=now, support=True
                )
        assert planned.attendees.count() == 1

        approve(ask(cast, permissions=["view_cases"], at=now), by=cast.carol, at=now)
        services.invite_attendee(session=planned, person=cast.petra, by=cast.connie, at=now)
        assert Mail.objects.filter(to="petra@bolt.example", event="session_scheduled").count() == 1

    @pytest.mark.trust("I11")
    def test_whom_the_cases_were_lent_without_the_contacts_invites_whom_they_read_of_there(
        self, cast, case, planned, now, signed_in
    ):
        support = {str(person) for person in authorization.people_of_support(at=now)}
        approve(ask(cast, permissions=["view_cases", "write_cases"], at=now), by=cast.carol, at=now)
        petra, page = signed_in(cast.petra), planned.get_absolute_url()

        def offered(browser=petra):
            options = soup_of(browser.get(page)).select("select[name=person] option[value]")
            return {option.get_text() for option in options} - {"Nobody"}

        assert offered() - support == {"Connie", "Petra"}
        with pytest.raises(ValidationError, match="can see this case"):
            services.invite_attendee(session=planned, person=cast.adam, by=cast.petra, at=now)
        refused = petra.post(page, {"do": "invite", "person": cast.adam.pk, "name": "", "email": ""})
        assert (refused.status_code, "Adam" in words_of(refused)) == (400, False)

        services.post_comment(case=case, text="I look.", by=cast.adam, at=now)
        assert offered() - support == {"Adam", "Connie", "Petra"}
        services.invite_attendee(session=planned, person=cast.adam, by=cast.petra, at=now)
        assert {"Carol", "Dora", "Ursula"} <= offered(signed_in(cast.connie))

        approve(ask(cast, permissions=["view_contacts"], case_number="7", at=now), by=cast.carol, at=now)
        assert {"Carol", "Dora", "Ursula"} <= offered()

    @pytest.mark.parametrize(
        ("name", "email", "field"),
        [("", "a@b.example", "name"), ("…", "a@b.example", "name"), ("A", "", "email"), ("A", "no address", "email")],
    )
    def test_a_third_party_has_a_name_and_an_address(self, cast, planned, now, name, email, field):
        with pytest.raises(ValidationError) as refused:
            services.invite_attendee(session=planned, name=name, email=email, by=cast.connie, at=now)
        assert refused.value.code == field

    def test_nobody_takes_part_twice(self, cast, planned, now):
        third = {"name": "Vera", "email": "vera@else.example", "by": cast.connie, "at": now}
        services.invite_attendee(session=planned, **third)
        for again in (third | {"email": "VERA@else.example"}, {"person": cast.tess, "by": cast.connie, "at": now}):
            with pytest.raises(NotAllowedNow, match="takes part already"):
                services.invite_attendee(session=planned, **again)

    def test_who_takes_no_part_after_all_says_so_and_the_others_read_it(self, cast, planned, now):
        seat = services.invite_attendee(session=planned, person=cast.tom, by=cast.tess, at=now, support=True)
        with pytest.raises(PermissionDenied):
            services.withdraw_attendee(attendee=seat, by=cast.tess, at=now, support=True)
        services.withdraw_attendee(attendee=seat, by=cast.tom, at=now, support=True)

        assert [one.name for one in planned.attendees.all()] == ["Tess"]
        told = Mail.objects.filter(event="session_changed")
        assert {mail.to for mail in told} == {"connie@acme.example", "tess@latchkey.example"}
        assert all("Tom takes no part after all" in mail.text for mail in told)

    def test_what_is_over_has_no_new_attendees(self, cast, planned, now):
        services.call_off_session(session=planned, by=cast.tess, at=now, support=True)
        with pytest.raises(NotAllowedNow, match="called off"):
            services.invite_attendee(session=planned, person=cast.tom, by=cast.tess, at=now, support=True)


class TestCalendar:
    def read(self, browser, planned, *, at_desk=False):
        page = planned.get_desk_url() if at_desk else planned.get_absolute_url()
        answer = browser.get(page.rstrip("/") + ".ics")
        assert answer.status_code == 200
        return answer, Calendar.from_ical(answer.content)

    @pytest.mark.seed("S1-4")
    def test_the_plan_is_read_back_as_it_was_made(self, cast, case, planned, now, signed_in, settings):
        answer, calendar = self.read(signed_in(cast.connie), planned)
        [event] = calendar.walk("VEVENT")

        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert answer.headers["Content-Disposition"] == f'attachment; filename="session-{case.number}.ics"'
        assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
        starts, ends = event["DTSTART"].dt, event["DTEND"].dt
        assert (starts, ends) == tuple(moment.replace(microsecond=0) for moment in (planned.starts_at, planned.ends_at))
        assert b"DTSTART:" + starts.strftime("%Y%m%dT%H%M%SZ").encode() in answer.content
        assert starts.utcoffset() == timedelta(0)
        assert event["UID"] == f"{planned.public_id}@localhost"
        assert (event["SEQUENCE"], event["STATUS"]) == (1, "CONFIRMED")
        assert event["SUMMARY"] == f"Remote session for case {case.number}"
        assert event["URL"] == settings.PORTAL_BASE_URL + planned.get_absolute_url()

    def test_it_follows_the_plan_and_never_holds_a_way_in(self, cast, case, planned, now, signed_in):
        tess = signed_in(cast.tess)
        services.invite_attendee(session=planned, person=cast.connie, by=cast.tess, at=now, support=True)
        replan(planned, by=cast.tess, at=now)
        _answer, calendar = self.read(tess, planned, at_desk=True)
        [event] = calendar.walk("VEVENT")
        assert (event["SEQUENCE"], event["STATUS"]) == (2, "TENTATIVE")
        assert "/admin/internal/cases/" in event["URL"]

        other = a_session(cast, case, at=now)
        services.call_off_session(session=other, by=cast.tess, at=now, support=True)
        _answer, calendar = self.read(tess, other, at_desk=True)
        assert (calendar.walk("VEVENT")[0]["STATUS"], calendar.walk("VEVENT")[0]["SEQUENCE"]) == ("CANCELLED", 2)

        accept(cast, case, at=now)
        services.start_session(session=planned, joining=LINK, by=cast.tess, at=now, support=True)
        answer, _calendar = self.read(tess, planned, at_desk=True)
        assert LINK.encode() not in answer.content.replace(b"\r\n ", b"")

    @pytest.mark.trust("A8")
    def test_strangers_find_none(self, cast, case, planned, accepted, signed_in):
        for who in (cast.mallory, cast.mike, cast.stan):
            browser = signed_in(who)
            assert browser.get(planned.get_absolute_url().rstrip("/") + ".ics").status_code in (403, 404)
        assert signed_in(cast.carol).get(planned.get_desk_url().rstrip("/") + ".ics").status_code == 404
        assert signed_in(cast.carol).get(accepted.get_absolute_url().rstrip("/") + ".ics").status_code == 404
