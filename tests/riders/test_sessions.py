"""Remote sessions: none without the terms accepted for its own case, whoever starts it and with whatever tool."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.models import AccessRole
from accounts.permissions import LENDABLE
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from riders import selectors, services
from riders.models import Acknowledgement, CaseComment, RemoteSession, RemoteTools, Rider, SessionRequest, SupportCase
from riders.states import Answer, CaseState, SessionRequestState, SessionStage, Why
from tests.cast import approve, ask, ask_for_support
from tests.riders.acting_on_sessions import HOUR, LINK, a_case, a_session, accept, permit_other_tools, rider

MAKES_NO_LINK = [
    "",
    "http://join.example/room",
    "javascript:alert(1)",
    "join.example/room",
    "https://join.example/a b",
    "https://join.example/>)[x](https://elsewhere.example",
    "https://join.example/" + "x" * 500,
]


@pytest.fixture
def case(cast, now):
    """Connie has reported something, and follows it."""
    return a_case(cast, at=now)


@pytest.fixture
def planned(cast, case, now):
    """Tess has planned a session for tomorrow."""
    return a_session(cast, case, at=now)


def start(session, *, by, at, joining=LINK, support=True):
    return services.start_session(session=session, joining=joining, by=by, at=at, support=support)


def events(case):
    lines = TrailLine.objects.filter(case=case.number).order_by("sequence")
    return [line.event for line in lines if not line.event.startswith("case.")]


class TestStarting:
    @pytest.mark.seed("S1-18", "S1-26", "S1-1")
    def test_with_its_own_tool_support_begins_and_the_link_stands_on_the_case(self, cast, case, planned, now):
        accepted = accept(cast, case, at=now)

        session = start(planned, by=cast.tess, at=now)

        assert (session.stage, session.started_by, session.acknowledgement) == ("running", cast.tess, accepted)
        comment = CaseComment.objects.get(case=case)
        assert (comment.author, comment.from_support) == (cast.tess, True)
        assert f"<{LINK}>" in comment.text
        assert events(case) == ["session.planned", "session.started"]

    @pytest.mark.seed("S1-14", "S1-5")
    @pytest.mark.trust("I13")
    def test_nothing_begins_before_somebody_has_accepted_the_terms_for_this_case(self, cast, case, planned, now):
        for make in (
            lambda: None,
            lambda: accept(cast, case, at=now, answer=Answer.DECLINED),
            lambda: accept(cast, a_case(cast, at=now), at=now),
            lambda: accept(cast, a_case(cast, account=cast.globex, by=cast.mallory, at=now), at=now, by=cast.mallory),
            lambda: services.post_comment(case=case, text="I agree", by=cast.connie, at=now),
        ):
            make()
            with pytest.raises(NotAllowedNow, match="nobody of the customer has accepted"):
                start(planned, by=cast.tess, at=now)

        planned.refresh_from_db()
        assert planned.started_at is None
        assert not CaseComment.objects.filter(text__contains=LINK).exists()

    @pytest.mark.trust("I13", "C4")
    def test_nor_where_the_kept_terms_are_not_what_was_read(self, cast, case, planned, now):
        yes = accept(cast, case, at=now)
        Acknowledgement.objects.update(digest="0" * 64)
        with pytest.raises(NotAllowedNow, match="nobody of the customer has accepted"):
            start(planned, by=cast.tess, at=now)

        forged = {"title": "Terms", "text": "Terms", "published_at": now, "published_by": cast.stan}
        forged = Rider.objects.create(
            version=7, pdf=b"%PDF another", digest=hashlib.sha256(b"%PDF").hexdigest(), **forged
        )
        Acknowledgement.objects.filter(pk=yes.pk).update(rider=forged, digest=forged.digest)
        with pytest.raises(NotAllowedNow, match="nobody of the customer has accepted"):
            start(planned, by=cast.tess, at=now)

    @pytest.mark.trust("I13")
    def test_one_yes_holds_for_every_session_of_the_case_and_for_a_newer_version_too(self, cast, case, planned, now):
        accept(cast, case, at=now)
        rider(cast, at=now, version=2)
        for _time in range(2):
            session = start(a_session(cast, case, at=now), by=cast.tess, at=now)
            services.end_session(session=session, by=cast.connie, at=now + HOUR)

        assert RemoteSession.objects.filter(acknowledgement__rider__version=1).count() == 2

    @pytest.mark.trust("I13")
    def test_once_the_case_is_closed_by_the_clock_the_yes_is_worth_nothing(self, cast, case, planned, now):
        accept(cast, case, at=now)
        services.solve_case(case=case, by=cast.connie, at=now)
        case.refresh_from_db()
        with pytest.raises(NotAllowedNow, match="Reopen it first"):
            start(planned, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="closed for good"):
            start(planned, by=cast.tess, at=case.reopen_until)
        assert selectors.valid_acknowledgement(case, case.reopen_until) is None

    @pytest.mark.trust("I13")
    def test_the_database_knows_it_too(self, cast, case, planned, now):
        rows = RemoteSession.objects.filter(pk=planned.pk)
        for wrong in (
            {"started_at": now, "started_by": cast.tess},
            {"joined_at": now, "joined_by": cast.tess},
            {"ended_at": now, "ended_by": cast.tess},
            {"starts_at": planned.ends_at, "ends_at": planned.starts_at},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**wrong)

        yes = accept(cast, case, at=now)
        other = a_session(cast, case, at=now)
        rows.update(started_at=now, started_by=cast.tess, acknowledgement=yes)
        with pytest.raises(IntegrityError, match=r"one_session_of_a_case_runs|case_id"), transaction.atomic():
            RemoteSession.objects.filter(pk=other.pk).update(started_at=now, started_by=cast.tess, acknowledgement=yes)

    @pytest.mark.seed("S1-25")
    def test_a_session_that_support_has_not_accepted_does_not_begin(self, cast, case, now):
        accept(cast, case, at=now)
        asked = SessionRequest.objects.create(
            case=case,
            why=Why.OBSERVE,
            expectation="Look",
            impact="None",
            asked_at=now,
            asked_by=cast.connie,
            state="submitted",
        )
        session = RemoteSession.objects.create(
            case=case, request=asked, created_at=now, created_by=cast.connie, tool="Remote Help", ours=True
        )
        with pytest.raises(NotAllowedNow, match="support has not accepted the request"):
            start(session, by=cast.tess, at=now)

        SessionRequest.objects.update(state=SessionRequestState.ACCEPTED, answered_at=now, answered_by=cast.tess)
        assert start(session, by=cast.tess, at=now).stage == SessionStage.RUNNING

    @pytest.mark.parametrize("support", [True, False])
    @pytest.mark.parametrize("who", ["connie", "carol", "mallory", "pat"])
    def test_with_its_own_tool_nobody_but_an_associate_begins(self, cast, case, planned, now, who, support):
        accept(cast, case, at=now)
        with pytest.raises(PermissionDenied):
            start(planned, by=getattr(cast, who), at=now, support=support)
        assert not RemoteSession.objects.running().exists()

    @pytest.mark.seed("S1-26")
    @pytest.mark.parametrize("link", MAKES_NO_LINK)
    def test_the_link_is_one_people_can_follow_safely(self, cast, case, planned, now, link):
        accept(cast, case, at=now)
        with pytest.raises(ValidationError) as refused:
            start(planned, by=cast.tess, at=now, joining=link)

        assert refused.value.code == "joining"
        assert not RemoteSession.objects.running().exists()

    def test_one_at_a_time(self, cast, case, planned, now):
        accept(cast, case, at=now)
        start(planned, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="has started already"):
            start(planned, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="Another session of this case is running"):
            start(a_session(cast, case, at=now), by=cast.tess, at=now)
        assert selectors.running_session(case) == planned


class TestOtherTools:
    @pytest.fixture
    def elsewhere(self, cast, case, planned, now):
        """Acme permits Meetwell alone; the planned session goes along."""
        permit_other_tools(cast, at=now)
        planned.refresh_from_db()
        return planned

    @pytest.mark.seed("S1-28", "S1-27", "S1-18")
    def test_only_the_customer_begins_and_support_writes_down_that_it_joined(self, cast, case, elsewhere, now):
        accept(cast, case, at=now)
        assert (elsewhere.ours, elsewhere.tool) == (False, "Meetwell")
        with pytest.raises(PermissionDenied, match="Acme begins this session, with Meetwell"):
            start(elsewhere, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="has not started yet"):
            services.join_session(session=elsewhere, by=cast.tess, at=now)

        start(elsewhere, by=cast.connie, at=now, joining="Call room 12 on Meetwell.", support=False)
        session = services.join_session(session=elsewhere, by=cast.tess, at=now + HOUR)

        comment = CaseComment.objects.get(case=case)
        assert (comment.author, comment.from_support) == (cast.connie, False)
        assert "Call room 12 on Meetwell." in comment.text
        assert (session.joined_by, session.stage) == (cast.tess, SessionStage.RUNNING)
        assert events(case) == ["session.planned", "session.started", "session.joined"]
        with pytest.raises(NotAllowedNow, match="joined already"):
            services.join_session(session=elsewhere, by=cast.tess, at=now)

    @pytest.mark.seed("S1-5", "S1-14")
    @pytest.mark.trust("I13")
    def test_without_the_terms_the_customer_does_not_begin_either_and_support_does_not_join(
        self, cast, case, elsewhere, now
    ):
        with pytest.raises(NotAllowedNow, match="nobody of the customer has accepted"):
            start(elsewhere, by=cast.connie, at=now, joining="Come in.", support=False)

        accept(cast, case, at=now)
        start(elsewhere, by=cast.connie, at=now, joining="Come in.", support=False)
        Acknowledgement.objects.update(digest="0" * 64)
        with pytest.raises(NotAllowedNow, match="Nobody of the customer has accepted"):
            services.join_session(session=elsewhere, by=cast.tess, at=now)

    def test_an_associate_who_was_lent_the_account_is_not_the_customer(self, cast, case, elsewhere, now):
        AccessRole.objects.create(name="All", description="All.", permissions=[right.value for right in LENDABLE])
        approve(ask_for_support(cast, roles=["All"], at=now), by=cast.carol, at=now)
        accept(cast, case, at=now)

        with pytest.raises(PermissionDenied, match="Acme begins this session"):
            start(elsewhere, by=cast.tess, at=now, joining="Come in.", support=False)

    @pytest.mark.seed("S1-28")
    def test_nor_is_a_partner_who_was_lent_its_cases(self, cast, case, elsewhere, now):
        approve(ask(cast, permissions=["view_cases", "write_cases"], at=now), by=cast.carol, at=now)
        accept(cast, case, at=now)

        with pytest.raises(PermissionDenied, match="Acme begins this session, with Meetwell"):
            start(elsewhere, by=cast.petra, at=now, joining="Come in.", support=False)

        assert not RemoteSession.objects.running().exists()
        assert start(elsewhere, by=cast.dora, at=now, joining="Come in.", support=False).started_by == cast.dora

    @pytest.mark.parametrize("words", ["", " ", "\u200b", "…", "x" * 2001])
    def test_instructions_say_something(self, cast, case, elsewhere, now, words):
        accept(cast, case, at=now)
        with pytest.raises(ValidationError):
            start(elsewhere, by=cast.connie, at=now, joining=words, support=False)

    def test_where_support_begins_there_is_nothing_to_join(self, cast, case, planned, now):
        accept(cast, case, at=now)
        start(planned, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="nothing to join"):
            services.join_session(session=planned, by=cast.tess, at=now)


class TestTools:
    @pytest.mark.seed("S1-27")
    def test_what_an_account_permits_holds_for_what_has_not_started(self, cast, case, planned, now):
        accept(cast, case, at=now)
        running = start(planned, by=cast.tess, at=now)
        ahead = a_session(cast, case, at=now)

        services.change_remote_tools(
            account=cast.acme, primary_permitted=False, others="Meetwell", by=cast.tess, at=now, case=case
        )

        running.refresh_from_db()
        ahead.refresh_from_db()
        assert (running.ours, ahead.ours, ahead.tool) == (True, False, "Meetwell")
        line = TrailLine.objects.get(event="tools.changed")
        assert (line.actor, line.details["after"], line.details["by_support"]) == (
            "tess@latchkey.example",
            [False, "Meetwell"],
            True,
        )
        with pytest.raises(ValidationError, match="like that already"):
            permit_other_tools(cast, at=now)

    def test_what_support_writes_down_is_told_to_who_speaks_for_the_customer(self, cast, case, now):
        services.follow_case(case=case, by=cast.adam, at=now)
        approve(ask(cast, permissions=["view_cases"], at=now), by=cast.carol, at=now)
        before = Mail.objects.count()
        wrong = {"account": cast.acme, "primary_permitted": False, "others": "Meetwell", "case": case}
        for by in (cast.carol, cast.petra, cast.mallory):
            with pytest.raises(PermissionDenied):
                services.change_remote_tools(**wrong, by=by, at=now)
        assert Mail.objects.count() == before

        services.change_remote_tools(**wrong, by=cast.tess, at=now)

        told = Mail.objects.filter(event="tools_noted")
        assert {mail.to for mail in told} == {f"{name}@acme.example" for name in ("adam", "carol", "connie")}
        text = " ".join(told.first().text.split())
        assert "TESS OF SUPPORT HAS WRITTEN DOWN WHICH TOOLS ACME PERMITS" in text
        assert "Sessions are held with Meetwell. Acme begins them and says how to join." in text
        assert f"/accounts/654321/cases/{case.number}/" in text
        assert TrailLine.objects.get(event="tools.changed").case == case.number
        permit_other_tools(cast, others="Otherwell", at=now)
        assert Mail.objects.filter(event="tools_noted").count() == 3

    def test_an_account_that_permits_nothing_cannot_be_helped(self, cast, now):
        for others in ("", " ", "…", "\u200b"):
            with pytest.raises(ValidationError, match="at least one tool"):
                permit_other_tools(cast, others=others, at=now)

    @pytest.mark.parametrize("who", ["connie", "mike", "ursula", "pat", "mallory", "tess"])
    def test_whoever_does_not_run_the_settings_does_not_say(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            services.change_remote_tools(
                account=cast.acme, primary_permitted=False, others="X", by=getattr(cast, who), at=now
            )
        assert not RemoteTools.objects.exists()


class TestEnding:
    @pytest.mark.parametrize(("who", "support"), [("connie", False), ("tom", True)])
    def test_either_side_ends_it_and_everybody_reads_how_long_it_was(self, cast, case, planned, now, who, support):
        accept(cast, case, at=now)
        start(planned, by=cast.tess, at=now)

        session = services.end_session(session=planned, by=getattr(cast, who), at=now + 2 * HOUR, support=support)

        assert (session.stage, session.lasted) == (SessionStage.ENDED, 2 * HOUR)
        line = TrailLine.objects.get(event="session.ended")
        assert (line.actor_name, line.details["seconds"]) == (who.capitalize(), 7200)
        assert selectors.running_session(case) is None
        with pytest.raises(NotAllowedNow, match="has ended"):
            services.end_session(session=planned, by=cast.tess, at=now + 3 * HOUR, support=True)

    def test_what_has_not_started_cannot_end(self, cast, planned, now):
        with pytest.raises(NotAllowedNow, match="not started yet"):
            services.end_session(session=planned, by=cast.tess, at=now, support=True)

    @pytest.mark.parametrize(("who", "support"), [("connie", False), ("tom", True)])
    def test_either_side_calls_it_off_before_it_starts(self, cast, case, planned, now, who, support):
        session = services.call_off_session(session=planned, by=getattr(cast, who), at=now, support=support)

        assert (session.stage, session.revision) == (SessionStage.CALLED_OFF, 2)
        accept(cast, case, at=now)
        for act in (
            lambda: start(planned, by=cast.tess, at=now),
            lambda: services.call_off_session(session=planned, by=cast.tess, at=now, support=True),
        ):
            with pytest.raises(NotAllowedNow, match="was called off"):
                act()

    def test_not_any_more_once_it_runs(self, cast, case, planned, now):
        accept(cast, case, at=now)
        start(planned, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="started already"):
            services.call_off_session(session=planned, by=cast.connie, at=now)

    @pytest.mark.parametrize("who", ["mallory", "mike", "pat", "quinn"])
    def test_strangers_do_nothing_at_all(self, cast, case, planned, now, who):
        by = getattr(cast, who)
        accept(cast, case, at=now)
        seat = planned.attendees.get(person=cast.tess)
        for support in (True, False):
            how = {"by": by, "at": now, "support": support}
            for act in (
                lambda how=how: services.end_session(session=planned, **how),
                lambda how=how: services.call_off_session(session=planned, **how),
                lambda how=how: services.start_session(session=planned, joining=LINK, **how),
                lambda how=how: services.replan(
                    session=planned, starts_at=now + HOUR, ends_at=now + 2 * HOUR, seen=1, **how
                ),
                lambda how=how: services.invite_attendee(session=planned, name="X", email="x@x.example", **how),
                lambda how=how: services.confirm_attendee(attendee=seat, seen=1, **how),
                lambda how=how: services.withdraw_attendee(attendee=seat, **how),
            ):
                with pytest.raises(PermissionDenied):
                    act()
        with pytest.raises(PermissionDenied):
            services.plan_session(case=case, starts_at=now + HOUR, ends_at=now + 2 * HOUR, by=by, at=now)
        with pytest.raises(PermissionDenied):
            services.join_session(session=planned, by=by, at=now)
        assert events(case) == ["session.planned"]


class TestMails:
    @pytest.mark.trust("T3")
    def test_the_link_to_join_stands_on_the_case_and_in_no_mail(self, cast, case, planned, now):
        accept(cast, case, at=now)
        start(planned, by=cast.tess, at=now)
        services.end_session(session=planned, by=cast.tess, at=now, support=True)

        told = Mail.objects.filter(event__startswith="session_").order_by("pk")
        assert [(mail.event, mail.to) for mail in told] == [
            (event, to)
            for event in ("session_scheduled", "session_started", "session_ended")
            for to in ("connie@acme.example", "tess@latchkey.example")
        ]
        assert not any(LINK in part for mail in Mail.objects.all() for part in (mail.subject, mail.text, mail.html))
        assert [mail.subject for mail in told[::2]] == [
            f"Remote session for case {case.number}: {what}" for what in ("scheduled", "started", "ended")
        ]

    def test_each_reads_the_time_on_their_own_clock(self, cast, case, now):
        cast.connie.time_zone = "Asia/Tokyo"
        cast.connie.save(update_fields=["time_zone"])
        a_session(cast, case, at=now)

        scheduled = Mail.objects.filter(event="session_scheduled").order_by("to")
        connies, tesss = (" ".join(mail.text.split()) for mail in scheduled)
        assert "Tokyo time (UTC+9)" in connies
        assert "Tokyo" not in tesss

    def test_whoever_may_not_see_the_case_any_more_is_told_nothing(self, cast, case, planned, now):
        Mail.objects.all().delete()
        connie = cast.connie.memberships.get()
        connie.authorized_contact = False
        connie.save(update_fields=["authorized_contact"])

        services.call_off_session(session=planned, by=cast.tess, at=now, support=True)

        assert {mail.to for mail in Mail.objects.filter(event="session_called_off")} == {"tess@latchkey.example"}


def test_a_case_of_another_tenant_keeps_its_own_sessions(cast, case, planned, now):
    theirs = a_case(cast, account=cast.globex, by=cast.mallory, at=now)

    assert selectors.find_session(theirs, planned.public_id) is None
    assert selectors.find_session(case, planned.public_id) == planned
    assert SupportCase.objects.get(pk=theirs.pk).state_at(now) == CaseState.OPEN
