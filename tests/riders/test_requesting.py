"""Asking support for a session: together with the terms, under them, or as a draft; and support's answer."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.permissions import AccountPermission as P
from accounts.services import set_member_rights
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from riders import selectors, services
from riders.models import Acknowledgement, RemoteSession, RemoteTools, SessionRequest
from riders.services.threads import follow
from riders.states import CaseState, Why, WhyNot
from riders.states import SessionRequestState as S
from tests import nasty
from tests.cast import approve, ask, ask_for_support, member
from tests.pages import form_of, soup_of
from tests.riders.terms import ASKED, accept, publish, request
from tests.riders.test_acknowledging import close, mailed

HOUR = timedelta(hours=1)


@pytest.fixture
def accepted(cast, now, backups, rider):
    """Carol has accepted the terms for the case."""
    return accept(backups, rider, by=cast.carol, at=now)


@pytest.fixture
def mike(cast, now):
    """Mike, a plain member, may read and write cases, and not accept terms."""
    rights = [P.VIEW_CASES, P.WRITE_CASES]
    set_member_rights(membership=member(cast.mike, cast.acme), permissions=rights, by=cast.adam, at=now)
    return cast.mike


@pytest.fixture
def asked(cast, now, backups, accepted):
    """Connie has asked for a session, under the terms."""
    return request(backups, by=cast.connie, at=now)


def lines(case):
    """This will give the events of a case that are about sessions and terms, oldest first."""
    found = TrailLine.objects.filter(case=case.number, event__regex=r"^(session|rider)\.").order_by("pk")
    return list(found.values_list("event", flat=True))


@pytest.mark.seed("S1-2")
@pytest.mark.parametrize("why", Why.values)
def test_every_reason_a_session_is_good_for_is_offered_and_kept(cast, now, backups, accepted, signed_in, why):
    carol = signed_in(cast.carol)
    page = f"/accounts/654321/cases/{backups.number}/session/"
    offered = {box["value"] for box in soup_of(carol.get(page)).select("input[name=why]")}

    answer = carol.post(page, {**form_of(carol.get(page)), **ASKED, "why": why})

    assert offered == {"observe", "diagnose", "plan", "third_party", "agreed"}
    assert answer.status_code == 302
    assert backups.session_requests.get().why == why


class TestTogether:
    @pytest.mark.seed("S1-29", "S1-20", "S1-21", "S1-22")
    def test_request_and_acknowledgement_are_saved_together(self, cast, now, backups, rider):
        made = request(
            backups, by=cast.carol, at=now, digest=rider.digest, agreed=True, link="https://meet.acme.example/1"
        )

        assert (made.state, made.asked_by, made.why, made.link) == (
            S.SUBMITTED,
            cast.carol,
            "observe",
            "https://meet.acme.example/1",
        )
        assert (made.expectation, made.impact) == (ASKED["expectation"], ASKED["impact"])
        assert selectors.valid_acknowledgement(backups, now).given_by == cast.carol
        assert lines(backups) == ["rider.acknowledged", "session.requested"]

    @pytest.mark.seed("S1-29")
    def test_or_neither(self, cast, now, backups, rider):
        for wrong, refusal in (
            ({"digest": rider.digest, "agreed": False}, ValidationError),
            ({"digest": "0" * 64, "agreed": True}, NotAllowedNow),
            ({"agreed": True}, NotAllowedNow),
            ({"digest": rider.digest, "agreed": True, "why": "other"}, ValidationError),
            ({"digest": rider.digest, "agreed": True, "impact": "…"}, ValidationError),
            ({"digest": rider.digest, "agreed": True, "link": "http://meet.example"}, ValidationError),
        ):
            with pytest.raises(refusal):
                request(backups, by=cast.carol, at=now, **wrong)
        assert not SessionRequest.objects.exists()
        assert not Acknowledgement.objects.exists()
        assert lines(backups) == []

    @pytest.mark.parametrize("field", ["expectation", "impact"])
    @pytest.mark.parametrize("words", nasty.NOT_A_WORD)
    def test_words_are_needed(self, cast, now, backups, accepted, field, words):
        with pytest.raises(ValidationError) as refused:
            request(backups, by=cast.carol, at=now, **{field: words})
        assert refused.value.code == field

    @pytest.mark.parametrize(
        "link", ["http://meet.example/", "javascript:alert(1)", "//meet.example", "meet.example", "https://", "ftp://x"]
    )
    def test_a_link_is_https_or_none(self, cast, now, backups, accepted, link):
        with pytest.raises(ValidationError) as refused:
            request(backups, by=cast.carol, at=now, link=link)
        assert refused.value.code == "link"

    def test_marks_that_turn_the_writing_do_not_reach_support(self, cast, now, backups, accepted):
        made = request(backups, by=cast.carol, at=now, expectation="See\u202e it\r\n\r\ntogether\u200b")

        assert made.expectation == "See it\n\ntogether"


class TestUnderTheTerms:
    def test_both_sides_are_told_but_whoever_asked(self, cast, now, backups, accepted):
        follow(backups, cast.tess, at=now)
        follow(backups, cast.adam, at=now)
        follow(backups, cast.connie, at=now)
        request(backups, by=cast.connie, at=now)

        assert mailed("session_requested", backups) == ["adam", "tess"]
        desk = Mail.objects.get(event="session_requested", to=cast.tess.email)
        assert desk.subject == f"Remote session for case {backups.number}: requested"
        assert f"/admin/internal/cases/{backups.number}/" in desk.text
        assert "accepted by Carol on" in " ".join(desk.text.split())
        assert (
            f"/accounts/654321/cases/{backups.number}/"
            in Mail.objects.get(event="session_requested", to=cast.adam.email).text
        )

    def test_the_link_is_in_no_mail(self, cast, now, backups, accepted):
        follow(backups, cast.tess, at=now)
        request(backups, by=cast.connie, at=now, link="https://meet.acme.example/secret")

        mail = Mail.objects.get(event="session_requested")
        assert "secret" not in mail.text + mail.html
        assert "given by the customer, see the case" in mail.text

    def test_who_follows_and_may_not_read_the_case_any_more_is_not_told(self, cast, now, backups, accepted, mike):
        follow(backups, mike, at=now)
        follow(backups, cast.mallory, at=now)
        set_member_rights(membership=member(mike, cast.acme), permissions=[], by=cast.adam, at=now)
        request(backups, by=cast.connie, at=now)

        assert mailed("session_requested", backups) == []

    def test_a_case_that_waited_for_the_customer_waits_for_support(self, cast, now, backups, accepted):
        type(backups).objects.filter(pk=backups.pk).update(state=CaseState.WAITING_CUSTOMER)
        request(backups, by=cast.connie, at=now)

        backups.refresh_from_db()
        assert backups.state == CaseState.WAITING_SUPPORT

    @pytest.mark.seed("S1-24")
    def test_one_waits_at_a_time(self, cast, now, backups, asked):
        with pytest.raises(NotAllowedNow, match="Connie has asked for a session on this case already"):
            request(backups, by=cast.carol, at=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionRequest.objects.create(case=backups, state=S.DRAFT, asked_by=cast.adam, asked_at=now, **ASKED)

        services.accept_session_request(request=asked, by=cast.tess, at=now)
        assert request(backups, by=cast.carol, at=now + HOUR).state == S.SUBMITTED

    def test_only_on_a_case_that_is_worked_on(self, cast, now, backups, accepted):
        services.solve_case(case=backups, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="worked on"):
            request(backups, by=cast.carol, at=now)
        close(backups, now)
        with pytest.raises(NotAllowedNow, match="worked on"):
            request(backups, by=cast.carol, at=now)

    def test_not_before_there_are_terms(self, cast, now, backups, mike):
        for who in (cast.carol, mike):
            with pytest.raises(NotAllowedNow, match="no terms for remote sessions yet"):
                request(backups, by=who, at=now)

    @pytest.mark.parametrize("who", ["mike", "pat", "tess", "root", "mallory", "greta"])
    def test_is_for_those_who_write_on_cases(self, cast, now, backups, accepted, who):
        with pytest.raises(PermissionDenied):
            request(backups, by=getattr(cast, who), at=now)

    @pytest.mark.trust("L4")
    def test_from_outside_the_line_names_the_access(self, cast, now, backups, accepted):
        grant = approve(ask(cast, permissions=[P.VIEW_CASES, P.WRITE_CASES], at=now), by=cast.carol, at=now)
        request(backups, by=cast.petra, at=now)

        line = TrailLine.objects.get(event="session.requested")
        assert (line.actor_name, line.grants, line.case) == ("Petra", [grant.public_id], backups.number)


class TestDrafts:
    @pytest.mark.seed("S1-29")
    def test_who_may_not_accept_keeps_a_draft_and_those_who_may_are_asked(self, cast, now, backups, rider, mike):
        draft = request(backups, by=mike, at=now)

        assert draft.state == S.DRAFT
        assert mailed("terms_asked", backups) == ["adam", "carol", "connie", "dora"]
        words = " ".join(Mail.objects.filter(event="terms_asked").first().text.split())
        assert "Mike wants to ask our support for a remote session." in words
        assert ASKED["expectation"] in words
        assert lines(backups) == ["session.drafted"]
        assert mailed("session_requested", backups) == []

    @pytest.mark.seed("S1-29")
    def test_it_goes_to_support_with_the_yes(self, cast, now, backups, rider, mike):
        follow(backups, cast.tess, at=now)
        draft = request(backups, by=mike, at=now)
        accept(backups, rider, by=cast.connie, at=now + HOUR)

        draft.refresh_from_db()
        assert draft.state == S.SUBMITTED
        assert lines(backups) == ["session.drafted", "rider.acknowledged", "session.requested"]
        assert mailed("session_requested", backups) == ["mike", "tess"]
        assert mailed("terms_answered", backups) == ["mike", "tess"]

    def test_it_stays_when_the_terms_are_declined_and_support_cannot_answer_it(self, cast, now, backups, rider, mike):
        draft = request(backups, by=mike, at=now)
        services.decline_terms(case=backups, digest=rider.digest, by=cast.carol, at=now)

        draft.refresh_from_db()
        assert draft.state == S.DRAFT
        with pytest.raises(NotAllowedNow, match="Nobody has accepted the terms"):
            services.accept_session_request(request=draft, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody has accepted the terms"):
            services.decline_session_request(request=draft, why_not=WhyNot.STANDING_BY, by=cast.tess, at=now)
        assert not RemoteSession.objects.exists()

    @pytest.mark.trust("A9")
    def test_no_digest_helps_whoever_may_not_accept(self, cast, now, backups, rider, mike):
        with pytest.raises(PermissionDenied, match="You may not accept terms"):
            request(backups, by=mike, at=now, digest=rider.digest, agreed=True)
        assert not SessionRequest.objects.exists()

    def test_under_terms_that_were_accepted_it_goes_to_support_at_once(self, cast, now, backups, accepted, mike):
        assert request(backups, by=mike, at=now).state == S.SUBMITTED


class TestWithdrawing:
    def test_takes_it_back_and_support_is_told(self, cast, now, backups, asked):
        follow(backups, cast.tess, at=now)
        services.withdraw_session_request(request=asked, by=cast.carol, at=now)

        assert (asked.state, asked.answered_by) == (S.WITHDRAWN, cast.carol)
        assert mailed("session_answered", backups) == ["connie", "tess"]
        assert request(backups, by=cast.connie, at=now + HOUR).state == S.SUBMITTED

    def test_of_a_draft_is_no_news_to_support(self, cast, now, backups, rider, mike):
        draft = request(backups, by=mike, at=now)
        services.withdraw_session_request(request=draft, by=mike, at=now)

        assert mailed("session_answered", backups) == []

    def test_after_the_answer_is_too_late(self, cast, now, backups, asked):
        services.accept_session_request(request=asked, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="settled already, by Tess: Accepted"):
            services.withdraw_session_request(request=asked, by=cast.carol, at=now)

    @pytest.mark.parametrize("who", ["mike", "pat", "tess", "mallory"])
    def test_is_for_those_who_write_on_cases(self, cast, now, asked, who):
        with pytest.raises(PermissionDenied):
            services.withdraw_session_request(request=asked, by=getattr(cast, who), at=now)


class TestAnswering:
    @pytest.mark.seed("S1-25")
    def test_a_yes_makes_a_session_that_has_not_started(self, cast, now, settings, backups, asked):
        session = services.accept_session_request(request=asked, by=cast.tess, at=now)

        assert (session.case, session.request, session.started_at, session.acknowledgement) == (
            backups,
            asked,
            None,
            None,
        )
        assert (session.ours, session.tool) == (True, settings.PORTAL_REMOTE_TOOL)
        assert mailed("session_answered", backups) == ["connie"]
        assert lines(backups)[-1] == "session.accepted"
        assert backups.followers.filter(person=cast.tess).exists()

    @pytest.mark.seed("S1-27", "S1-28")
    def test_with_the_tool_the_account_permits_or_where_the_customer_says(self, cast, now, backups, asked):
        RemoteTools.objects.create(
            account=cast.acme, primary_permitted=False, others="Screen Hall", changed_at=now, changed_by=cast.carol
        )
        one = services.accept_session_request(request=asked, by=cast.tess, at=now)
        RemoteTools.objects.all().delete()
        linked = request(backups, by=cast.connie, at=now, link="https://meet.acme.example/1")
        two = services.accept_session_request(request=linked, by=cast.tess, at=now)

        assert [(session.ours, session.tool) for session in (one, two)] == [
            (False, "Screen Hall"),
            (False, "meet.acme.example"),
        ]

    @pytest.mark.seed("S1-3")
    @pytest.mark.parametrize("why_not", WhyNot.values)
    def test_a_no_says_why(self, cast, now, settings, backups, asked, why_not):
        settings.PORTAL_SUPPORT_TELEPHONE = "+31 20 555 0100"
        services.decline_session_request(
            request=asked, why_not=why_not, words="Read the article.", by=cast.tess, at=now
        )

        assert (asked.state, asked.why_not, asked.answered_by) == (S.DECLINED, why_not, cast.tess)
        words = " ".join(Mail.objects.get(event="session_answered", to=cast.connie.email).text.split())
        assert str(WhyNot(why_not).label) in words
        assert "Read the article." in words
        assert ("+31 20 555 0100" in words) == (why_not == WhyNot.NOT_TECHNICAL)
        assert not RemoteSession.objects.exists()

    def test_a_no_needs_a_reason_and_another_reason_words(self, cast, now, asked):
        for why_not, words, field in (("", "", "why_not"), ("odd", "x", "why_not"), (WhyNot.OTHER, " … ", "words")):
            with pytest.raises(ValidationError) as refused:
                services.decline_session_request(request=asked, why_not=why_not, words=words, by=cast.tess, at=now)
            assert refused.value.code == field

    def test_the_second_answer_is_too_late(self, cast, now, asked):
        services.decline_session_request(request=asked, why_not=WhyNot.AFTER_SOLUTION, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="settled already, by Tess: Declined"):
            services.accept_session_request(request=asked, by=cast.tom, at=now)
        assert not RemoteSession.objects.exists()

    @pytest.mark.parametrize("who", ["carol", "connie", "pat", "mallory", "greta"])
    def test_is_for_associates(self, cast, now, asked, who):
        by = getattr(cast, who)
        with pytest.raises(PermissionDenied):
            services.accept_session_request(request=asked, by=by, at=now)
        with pytest.raises(PermissionDenied):
            services.decline_session_request(request=asked, why_not=WhyNot.STANDING_BY, by=by, at=now)

    def test_an_associate_does_not_answer_what_they_asked_for_themself(self, cast, now, backups, accepted):
        approve(ask_for_support(cast, roles=["Follow up cases"], at=now), by=cast.carol, at=now)
        own = request(backups, by=cast.tess, at=now)

        with pytest.raises(PermissionDenied, match="Somebody else of support answers"):
            services.accept_session_request(request=own, by=cast.tess, at=now)
        assert services.accept_session_request(request=own, by=cast.tom, at=now).case == backups

    def test_not_on_a_case_that_is_not_worked_on(self, cast, now, backups, asked):
        services.solve_case(case=backups, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="not worked on"):
            services.accept_session_request(request=asked, by=cast.tess, at=now)


@pytest.mark.trust("A9")
def test_no_row_names_two_customers(cast, now, backups, mallorys, asked, rider):
    accept(mallorys, rider, by=cast.mallory, at=now)
    request(mallorys, by=cast.mallory, at=now)

    assert selectors.find_session_request(mallorys, asked.pk) is None
    assert {one.case.account for one in SessionRequest.objects.filter(asked_by=cast.mallory)} == {cast.globex}
    assert {one.case.account for one in Acknowledgement.objects.filter(given_by=cast.mallory)} == {cast.globex}
    assert publish(cast, at=now).version == 2
