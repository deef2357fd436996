"""The thread of a case: who says what, who is told, and how far the case is then."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from access_requests import services as requests
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.services import deactivate_person, end_membership, set_member_rights
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail, Notice
from riders import selectors, services
from riders.models import CaseComment, CaseFollower, RemoteSession, SupportCase
from riders.signals import case_solved
from riders.states import CASE_MOVES, UNSOLVED, CaseState, moves
from tests import nasty
from tests.cast import approve, ask, ask_for_support, member
from tests.crowd import many_people
from tests.pages import form_of, sentence_beside, soup_of, words_of
from tests.riders.acting_on_sessions import a_session, accept

CASES = "/accounts/654321/cases/"
DESK = "/admin/internal/cases/"
WITHIN = settings.PORTAL_CASE_REOPEN_WITHIN
SECOND = timedelta(seconds=1)


@pytest.fixture
def case(cast, now, signed_in):
    """Connie reports something; Tess and Tom are associates with a second factor."""
    signed_in(cast.tess)
    signed_in(cast.tom)
    return services.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)


def told(*, event="case_changed"):
    """This will give who got a mail of this kind, once for each copy."""
    return sorted(to.partition("@")[0] for to in Mail.objects.filter(event=event).values_list("to", flat=True))


def lines_of(case):
    """This will give what the trail has of a case, oldest first."""
    return list(TrailLine.objects.filter(case=case.number).order_by("sequence").values_list("event", flat=True))


def in_state(case, state, *, by, at):
    """This will bring a case into a state, as support would."""
    if state != case.state:
        services.move_case(case=case, to=state, by=by, at=at, support=True)
    return SupportCase.objects.get(pk=case.pk)


class TestComments:
    @pytest.mark.seed("S2-1")
    def test_both_sides_speak_and_each_hears_the_other(self, cast, now, case):
        asked = services.post_comment(case=case, text="Which night?", by=cast.tess, support=True, at=now)
        assert told() == ["connie"]
        services.post_comment(case=case, text="Last night.", by=cast.connie, at=now + SECOND)
        assert told() == ["connie", "tess"]

        said = [(one.author, one.company, one.from_support, one.text) for one in selectors.thread(case)]
        assert said == [
            (cast.tess, cast.tess.memberships.get().account.name, True, "Which night?"),
            (cast.connie, "Acme", False, "Last night."),
        ]
        assert lines_of(case) == ["case.opened", "case.commented", "case.commented"]
        mail = Mail.objects.get(to=cast.connie.email)
        assert mail.subject == f"[{case.number}] Backups stop"
        assert f"{CASES}{case.number}/?page=1#comment-{asked.pk}" in mail.text
        assert "choose Stop following" in " ".join(mail.text.split())
        assert f"{DESK}{case.number}/" in Mail.objects.get(to=cast.tess.email).text
        assert Notice.objects.get(recipient=cast.tess).path.startswith(f"{DESK}{case.number}/")

    @pytest.mark.parametrize("who", ["mike", "pat", "petra", "tess", "mallory", "quinn", "root"])
    def test_nobody_else_speaks_in_the_account(self, cast, now, case, who):
        for act in (services.post_comment, services.move_case):
            with pytest.raises(PermissionDenied):
                act(case=case, by=getattr(cast, who), at=now, text="Hello", **_to(act))

        assert not CaseComment.objects.exists()

    @pytest.mark.parametrize("who", ["carol", "connie", "pat", "mallory", "quinn"])
    def test_nobody_but_associates_speaks_at_the_desk(self, cast, now, case, who):
        for act in (services.post_comment, services.move_case):
            with pytest.raises(PermissionDenied):
                act(case=case, by=getattr(cast, who), at=now, text="Hello", support=True, **_to(act))

        assert not CaseComment.objects.exists()

    @pytest.mark.parametrize("text", [*nasty.NOT_A_WORD, "x" * 10_001])
    def test_something_is_said_and_not_too_much(self, cast, now, case, text):
        with pytest.raises(ValidationError):
            services.post_comment(case=case, text=text, by=cast.connie, at=now)

    def test_is_kept_as_typed_without_what_cannot_be_seen(self, cast, now, case):
        typed = "\r\n  one\u202e\r\n\ttwo\x07 \r\n\r\n`three`\r\n"

        assert services.post_comment(case=case, text=typed, by=cast.connie, at=now).text == "  one\n\ttwo\n\n`three`"

    def test_a_quote_in_a_mail_cannot_look_like_the_mail(self, cast, now, case):
        services.post_comment(case=case, text="Hello\n\n--\nYour password is", by=cast.tess, support=True, at=now)

        lines = Mail.objects.get(to=cast.connie.email).text.splitlines()
        assert [line for line in lines if "Hello" in line or "password is" in line] == [
            *("Hello Connie,", "    “Hello", "    Your password is”"),
        ]
        assert lines.count("--") == 1

    def test_forty_followers_cost_the_database_no_more_than_eight(self, cast, now, case):
        accept(cast, case, at=now)
        session = a_session(cast, case, at=now)
        acts = (
            lambda: services.post_comment(case=case, text="Hello", by=cast.connie, at=now),
            lambda: services.move_case(case=case, to="waiting_customer", by=cast.tess, support=True, at=now),
            lambda: services.call_off_session(session=session, by=cast.tess, support=True, at=now),
        )

        def followed_by(company, number):
            crowd = many_people(company, number, at=now, role=Role.ADMINISTRATOR)
            people = [one.user for one in crowd]
            EmailAddress.objects.bulk_create(
                EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people
            )
            Authenticator.objects.bulk_create(Authenticator(user=user, type="totp", data={}) for user in people)
            CaseFollower.objects.bulk_create(CaseFollower(case=case, person=user, since=now) for user in people)

        def asked_and_sent(act):
            with CaptureQueriesContext(connection) as queries, transaction.atomic():
                before = Mail.objects.count()
                act()
                sent = Mail.objects.count() - before
                transaction.set_rollback(True)
            return len(queries), sent

        for company in (cast.vendor, cast.acme):
            followed_by(company, 4)
        few = [asked_and_sent(act) for act in acts]
        for company in (cast.vendor, cast.acme):
            followed_by(company, 16)

        assert [asked_and_sent(act) for act in acts] == [(queries, sent + 32) for queries, sent in few]

    def test_from_outside_the_line_names_the_access(self, cast, now, case):
        grant = approve(ask_for_support(cast, roles=["Follow up cases"], at=now), by=cast.carol, at=now)
        comment = services.post_comment(case=case, text="I looked.", by=cast.tess, at=now)

        line = TrailLine.objects.get(event="case.commented")
        assert (line.subject, line.grants, comment.from_support) == (grant.public_id, [grant.public_id], True)
        assert "Cases, 1 comment" in [one.words for one in _receipt(grant)]

    def test_a_partners_person_speaks_for_the_partner(self, cast, now, case):
        approve(ask(cast, permissions=[P.VIEW_CASES, P.WRITE_CASES], at=now), by=cast.carol, at=now)

        comment = services.post_comment(case=case, text="We changed nothing.", by=cast.petra, at=now)

        assert (comment.company, comment.from_support) == ("Bolt Partners", False)


def _to(act):
    return {"to": CaseState.SOLVED} if act is services.move_case else {}


def _receipt(grant):
    from access_requests import selectors as asked

    return asked.receipt(grant)


class TestFollowers:
    def test_those_who_spoke_or_asked_for_it_follow_until_they_stop(self, cast, now, case):
        services.follow_case(case=case, by=cast.adam, at=now)
        services.follow_case(case=case, by=cast.tom, support=True, at=now)
        services.post_comment(case=case, text="Hello", by=cast.carol, at=now)
        assert told() == ["adam", "connie", "tom"]

        services.unfollow_case(case=case, by=cast.connie, at=now)
        services.unfollow_case(case=case, by=cast.tom, support=True, at=now)
        services.post_comment(case=case, text="Hello again", by=cast.carol, at=now)
        assert told() == ["adam", "adam", "connie", "tom"]
        assert {"case.followed", "case.unfollowed"} < set(lines_of(case))

    def test_twice_is_refused(self, cast, now, case):
        with pytest.raises(NotAllowedNow, match="already"):
            services.follow_case(case=case, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="do not follow"):
            services.unfollow_case(case=case, by=cast.adam, at=now)

    @pytest.mark.parametrize("who", ["mike", "petra", "tess", "mallory", "root"])
    def test_only_who_may_read_it_follows(self, cast, now, case, who):
        with pytest.raises(PermissionDenied):
            services.follow_case(case=case, by=getattr(cast, who), at=now)

    @pytest.mark.trust("C1")
    def test_who_may_not_read_it_any_more_is_not_told(self, cast, now, case):
        set_member_rights(membership=member(cast.mike, cast.acme), permissions=[P.VIEW_CASES], by=cast.adam, at=now)
        grant = approve(ask(cast, permissions=[P.VIEW_CASES], at=now), by=cast.carol, at=now)
        for person in (cast.adam, cast.mike, cast.petra, cast.ursula):
            services.follow_case(case=case, by=person, at=now)
        services.follow_case(case=case, by=cast.tom, support=True, at=now)
        set_member_rights(membership=member(cast.mike, cast.acme), permissions=[], by=cast.adam, at=now)
        requests.end_access(grant=grant, by=cast.carol, at=now)
        end_membership(membership=member(cast.ursula, cast.acme), by=cast.carol, at=now)
        deactivate_person(user=cast.tom, by=None, at=now)

        services.post_comment(case=case, text="Hello", by=cast.connie, at=now + SECOND)

        assert told() == ["adam"]
        assert CaseFollower.objects.filter(case=case).count() == 6

    def test_the_access_that_ends_on_its_own_is_enough(self, cast, now, case):
        grant = approve(ask(cast, permissions=[P.VIEW_CASES], at=now), by=cast.carol, at=now)
        services.follow_case(case=case, by=cast.petra, at=now)

        services.post_comment(case=case, text="One", by=cast.carol, at=grant.ends_at - SECOND)
        assert told() == ["connie", "petra"]
        services.post_comment(case=case, text="Two", by=cast.carol, at=grant.ends_at)
        assert told() == ["connie", "connie", "petra"]

    @pytest.mark.trust("C1")
    def test_what_was_said_by_somebody_who_is_gone_still_has_their_name(self, cast, now, case, signed_in):
        services.post_comment(case=case, text="I was here.", by=cast.adam, at=now)
        services.post_comment(case=case, text="And I.", by=cast.tom, support=True, at=now)
        deactivate_person(user=cast.adam, by=None, at=now)
        deactivate_person(user=cast.tom, by=None, at=now)

        for page in (
            signed_in(cast.carol).get(f"{CASES}{case.number}/"),
            signed_in(cast.tess).get(f"{DESK}{case.number}/"),
            signed_in(cast.stan).get(f"/admin/riders/supportcase/{case.pk}/change/"),
        ):
            assert {one.b.get_text() for one in soup_of(page).select(".thread .comment")} == {"Adam", "Tom"}


class TestMoves:
    @pytest.mark.parametrize("support", [False, True])
    @pytest.mark.parametrize("before", list(CaseState))
    @pytest.mark.parametrize("to", list(CaseState))
    def test_a_case_goes_where_the_table_says_and_nowhere_else(self, cast, now, case, before, to, support):
        services.follow_case(case=case, by=cast.tom, support=True, at=now)
        case = in_state(case, before, by=cast.tess, at=now)
        Mail.objects.all().delete()
        stands, by = nasty.what_stands(), cast.tess if support else cast.connie
        sent = {"to": to, "by": by, "support": support, "text": "So it is.", "at": now + SECOND}
        if to in moves(before, support=support):
            services.move_case(case=case, **sent)
            assert SupportCase.objects.get(pk=case.pk).state == to
            assert lines_of(case)[-1] == CASE_MOVES[before][to]
            assert told() == (["connie", "tom"] if support else ["tom"])
        else:
            kind = PermissionDenied if to in CASE_MOVES[before] else NotAllowedNow
            with pytest.raises(kind), transaction.atomic():
                services.move_case(case=case, **sent)
            assert nasty.what_stands() == stands

    def test_the_buttons_are_those_of_the_table(self, cast, now, case, signed_in):
        carol, tess = signed_in(cast.carol), signed_in(cast.tess)
        for state in CaseState:
            case = in_state(case, state, by=cast.tess, at=now)
            ours = soup_of(carol.get(f"{CASES}{case.number}/"))
            theirs = soup_of(tess.get(f"{DESK}{case.number}/"))
            offered = {one["value"] for one in ours.select("#reply button[name=to]")}
            offered |= {"closed"} & {"closed" for _link in ours.select(f'a[href="{CASES}{case.number}/close/"]')}
            at_desk = {one["value"] for one in theirs.select("#reply select[name=to] option[value]")} - {""}
            at_desk |= {"closed"} & {"closed" for _link in theirs.select(f'a[href="{DESK}{case.number}/close/"]')}
            assert offered == set(moves(state, support=False))
            assert at_desk == set(moves(state, support=True))
            if state == CaseState.SOLVED:
                services.move_case(case=case, to=CaseState.OPEN, text="No.", by=cast.tess, support=True, at=now)
                case.refresh_from_db()
                services.solve_case(case=case, by=cast.tess, support=True, at=now)
                case.refresh_from_db()

    def test_every_state_is_in_the_table(self):
        assert set(CASE_MOVES) == set(CaseState)
        assert {state for state in CaseState if not CASE_MOVES[state]} == {CaseState.CLOSED}
        assert set(UNSOLVED) == set(CaseState) - {CaseState.SOLVED, CaseState.CLOSED}

    def test_the_customers_answer_turns_the_waiting_round(self, cast, now, case):
        services.move_case(
            case=case, to=CaseState.WAITING_CUSTOMER, by=cast.tess, support=True, text="Which night?", at=now
        )
        services.post_comment(case=case, text="And which disk?", by=cast.tom, support=True, at=now)
        assert SupportCase.objects.get().state == CaseState.WAITING_CUSTOMER

        services.post_comment(case=case, text="Monday.", by=cast.carol, at=now)

        assert SupportCase.objects.get().state == CaseState.WAITING_SUPPORT
        assert TrailLine.objects.filter(case=case.number).order_by("sequence").last().details["state"] == (
            CaseState.WAITING_SUPPORT
        )

    def test_a_comment_and_a_move_are_one_line_and_one_mail(self, cast, now, case):
        services.move_case(case=case, to=CaseState.SOLVED, text="It is fixed.", by=cast.tess, support=True, at=now)

        assert lines_of(case) == ["case.opened", "case.solved"]
        mail = Mail.objects.get(event="case_changed")
        words = " ".join(mail.text.split())
        assert f"SAYS THAT CASE {case.number} IS SOLVED" in words
        assert "“It is fixed.”" in words
        assert "can reopen it until" in words

    def test_whoever_is_slower_is_told(self, cast, now, case):
        services.move_case(case=case, to=CaseState.WAITING_CUSTOMER, by=cast.tess, support=True, at=now)

        with pytest.raises(NotAllowedNow, match="Waiting for customer"):
            services.move_case(
                case=case, to=CaseState.WAITING_SUPPORT, seen=CaseState.OPEN, by=cast.tom, support=True, at=now
            )

    def test_solving_is_heard_above_in_the_same_transaction(self, cast, now, case):
        heard = []

        def refuse(sender, *, case, by, at, **kwargs):
            heard.append((sender, case.number, case.state, by, at, connection.in_atomic_block))
            raise RuntimeError("not today")

        case_solved.connect(refuse)
        try:
            with pytest.raises(RuntimeError, match="not today"), transaction.atomic():
                services.solve_case(case=case, by=cast.connie, at=now)
        finally:
            case_solved.disconnect(refuse)

        assert heard == [(SupportCase, case.number, CaseState.SOLVED, cast.connie, now, True)]
        assert SupportCase.objects.get().state == CaseState.OPEN
        assert lines_of(case) == ["case.opened"]


class TestEnding:
    def test_a_solved_case_is_reopened_with_a_reason_until_its_time_is_over(self, cast, now, case):
        services.solve_case(case=case, by=cast.tess, support=True, at=now)
        with pytest.raises(ValidationError):
            services.move_case(case=case, to=CaseState.OPEN, by=cast.connie, text=" ", at=now)

        services.move_case(case=case, to=CaseState.OPEN, by=cast.connie, text="Again.", at=now + WITHIN - SECOND)

        again = SupportCase.objects.get()
        assert (again.state, again.solved_at, again.solved_by, again.reopen_until) == (CaseState.OPEN, None, None, None)
        assert selectors.thread(case).get().text == "Again."
        assert lines_of(case)[-1] == "case.reopened"

    def test_then_it_is_closed_whether_or_not_a_job_ran(self, cast, now, case, signed_in):
        solved = services.solve_case(case=case, by=cast.tess, support=True, at=now)
        over = solved.reopen_until

        assert (solved.state_at(over - SECOND), solved.state_at(over)) == (CaseState.SOLVED, CaseState.CLOSED)
        for act in (services.post_comment, services.move_case):
            with pytest.raises(NotAllowedNow, match="closed for good"):
                act(case=case, text="Again.", by=cast.connie, at=over, **({"to": "open"} if _to(act) else {}))
        assert not CaseComment.objects.exists()

    def test_the_job_stores_it_and_tells_everybody_once(self, cast, now, case):
        over = services.solve_case(case=case, by=cast.tess, support=True, at=now).reopen_until
        services.follow_case(case=case, by=cast.tom, support=True, at=now)
        Mail.objects.all().delete()

        assert services.close_due_cases(at=over - SECOND) == 0
        assert services.close_due_cases(at=over + 90 * SECOND) == 1
        assert services.close_due_cases(at=over + 91 * SECOND) == 0

        closed = SupportCase.objects.get()
        assert (closed.state, closed.closed_at, closed.closed_by) == (CaseState.CLOSED, over, None)
        assert told() == ["connie", "tom"]
        line = TrailLine.objects.filter(case=case.number).order_by("sequence").last()
        assert (line.event, line.actor, line.account) == ("case.closed", "", "654321")

    def test_the_sweep_does_it(self, cast, now, case):
        over = services.solve_case(case=case, by=cast.tess, support=True, at=now).reopen_until

        requests.sweep(at=over)

        assert SupportCase.objects.get().state == CaseState.CLOSED

    @pytest.mark.parametrize("support", [False, True])
    def test_either_side_closes_for_good_and_nothing_follows(self, cast, now, case, support):
        by = cast.tess if support else cast.connie
        services.move_case(case=case, to=CaseState.CLOSED, by=by, at=now, support=support)

        closed = SupportCase.objects.get()
        assert (closed.closed_at, closed.closed_by, closed.solved_at) == (now, by, None)
        for state in CaseState:
            with pytest.raises(NotAllowedNow, match="closed for good"):
                services.move_case(case=case, to=state, by=cast.tess, support=True, text="No.", at=now)
        with pytest.raises(NotAllowedNow, match="closed for good"):
            services.post_comment(case=case, text="Hello?", by=cast.connie, at=now)

    def test_not_while_a_session_runs(self, cast, now, case, acknowledged):
        RemoteSession.objects.create(
            case=case,
            created_at=now,
            created_by=cast.tess,
            tool="Remote Help",
            ours=True,
            acknowledgement=acknowledged,
            started_at=now,
            started_by=cast.tess,
        )
        with pytest.raises(NotAllowedNow, match="session"):
            services.move_case(case=case, to=CaseState.CLOSED, by=cast.connie, at=now)

        RemoteSession.objects.update(ended_at=now, ended_by=cast.tess)
        services.move_case(case=case, to=CaseState.CLOSED, by=cast.connie, at=now)


@pytest.fixture
def acknowledged(cast, now, case):
    """Connie has accepted the terms for the case."""
    from riders.models import Acknowledgement, Rider

    facts = {"text": "Be kind.", "pdf": b"%PDF", "digest": "a" * 64, "published_at": now, "published_by": cast.stan}
    rider = Rider.objects.create(version=1, title="Terms", **facts)
    given = {"answer": "accepted", "given_at": now, "given_by": cast.connie}
    return Acknowledgement.objects.create(case=case, rider=rider, digest=rider.digest, **given)


class TestPages:
    def test_the_same_thread_stands_on_all_three_pages(self, cast, now, case, signed_in):
        services.post_comment(case=case, text="Which **night**?", by=cast.tess, support=True, at=now)
        services.post_comment(case=case, text="<script>alert(1)</script>", by=cast.connie, at=now)

        seen = []
        for page in (
            signed_in(cast.carol).get(f"{CASES}{case.number}/"),
            signed_in(cast.tess).get(f"{DESK}{case.number}/"),
            signed_in(cast.stan).get(f"/admin/riders/supportcase/{case.pk}/change/"),
        ):
            assert page.status_code == 200
            seen.append([(one["id"], str(one.select_one(".written"))) for one in soup_of(page).select(".thread > li")])

        assert seen[0] == seen[1] == seen[2]
        assert ("<strong>night</strong>" in seen[0][0][1], "<script" in seen[0][1][1]) == (True, False)

    def test_a_customer_says_something_and_what_is_missing_is_said(self, cast, now, case, signed_in):
        browser, here = signed_in(cast.connie), f"{CASES}{case.number}/"
        page = browser.get(here)
        assert "Files cannot be attached here." in words_of(page)
        empty = browser.post(here, form_of(page) | {"text": "  "})
        assert (empty.status_code, sentence_beside(empty, "text")) == (400, "Say something.")

        assert browser.post(here, form_of(page) | {"text": "Every night."}).headers["Location"] == here
        assert selectors.thread(case).get().text == "Every night."

    def test_what_was_typed_survives_when_somebody_was_faster(self, cast, now, case, signed_in):
        browser, here = signed_in(cast.tess), f"{DESK}{case.number}/"
        sent = form_of(browser.get(here)) | {"text": "Which night?", "to": "waiting_customer"}
        services.move_case(case=case, to=CaseState.WAITING_CUSTOMER, by=cast.tom, support=True, at=now)

        page = browser.post(here, sent)

        assert (page.status_code, form_of(page)["text"], form_of(page)["seen"]) == (
            409,
            ["Which night?"],
            ["waiting_customer"],
        )
        assert not CaseComment.objects.exists()
        assert browser.post(here, form_of(page) | {"to": "open"}).status_code == 302

    def test_whoever_says_very_much_waits_and_loses_nothing(self, cast, now, case, signed_in, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"comment": "2/300s/user"}
        connie, tess, here = signed_in(cast.connie), signed_in(cast.tess), f"{CASES}{case.number}/"
        assert connie.post(here, form_of(connie.get(here)) | {"text": " "}).status_code == 400
        for text in ("One.", "Two."):
            assert connie.post(here, form_of(connie.get(here)) | {"text": text}).status_code == 302
        mails = Mail.objects.count()

        page = connie.post(here, form_of(connie.get(here)) | {"text": "Three."})

        assert (page.status_code, form_of(page)["text"]) == (429, ["Three."])
        assert "Wait a few minutes, then try again. Nothing was changed." in words_of(page)
        assert ([one.text for one in selectors.thread(case)], Mail.objects.count()) == (["One.", "Two."], mails)
        desk = f"{DESK}{case.number}/"
        assert tess.post(desk, form_of(tess.get(desk)) | {"text": "Four."}).status_code == 302

    def test_reopening_without_a_reason_says_so_beside_the_field(self, cast, now, case, signed_in):
        services.solve_case(case=case, by=cast.tess, support=True, at=now)
        browser, here = signed_in(cast.connie), f"{CASES}{case.number}/"

        page = browser.post(here, form_of(browser.get(here)) | {"to": "open"})

        assert (page.status_code, sentence_beside(page, "text")) == (400, "Say something.")

    def test_closing_for_good_is_confirmed_on_a_page_that_says_what_ends(self, cast, now, case, signed_in):
        browser, here = signed_in(cast.connie), f"{CASES}{case.number}/close/"
        page = browser.get(here)
        assert "cannot be reopened" in words_of(page)
        assert "Terms of remote access that were accepted for it end." in words_of(page)
        assert SupportCase.objects.get().state == CaseState.OPEN

        assert browser.post(here, form_of(page)).status_code == 302
        assert SupportCase.objects.get().state == CaseState.CLOSED
        assert browser.post(here, form_of(page)).status_code == 409
        assert "closed for good" in words_of(browser.get(f"{CASES}{case.number}/"))

    def test_following_is_a_button_and_a_page(self, cast, now, case, signed_in):
        browser, here = signed_in(cast.adam), f"{CASES}{case.number}/follow/"
        assert "Follow case" in words_of(browser.get(here))
        assert browser.post(here, {"follow": "yes"}).status_code == 302
        assert "Stop following" in words_of(browser.get(f"{CASES}{case.number}/"))
        assert browser.post(here, {"follow": "yes"}).status_code == 409
        assert browser.post(here, {"follow": "maybe"}).status_code == 400
        assert browser.post(here, {"follow": "no"}).status_code == 302

    def test_looking_changes_nothing(self, cast, now, case, signed_in):
        browser, stands = signed_in(cast.connie), nasty.what_stands()
        for page in ("", "follow/", "close/", "?follow=no", "?to=solved"):
            assert browser.get(f"{CASES}{case.number}/{page}").status_code == 200
        assert nasty.what_stands() == stands

    @pytest.mark.trust("A9")
    def test_a_case_of_another_customer_is_like_one_there_is_not_in_every_form(self, cast, now, case, signed_in):
        mallory, stands = signed_in(cast.mallory), nasty.what_stands()
        sent = {"text": "Mine", "seen": "open", "to": "solved", "follow": "yes"}
        for number in ("654321", "810432"):
            for rest in ("", "follow/", "close/"):
                for made_up, path in enumerate(f"/accounts/{number}/cases/{one}/{rest}" for one in (case.number, "1")):
                    answers = mallory.get(path), mallory.post(path, sent)
                    assert [one.status_code for one in answers] == [404, 404], (path, made_up)
        assert nasty.what_stands() == stands

    @pytest.mark.parametrize("who", ["carol", "connie", "pat", "mallory"])
    def test_the_desk_is_not_there_for_anybody_but_associates(self, cast, now, case, signed_in, who):
        browser, stands = signed_in(getattr(cast, who)), nasty.what_stands()
        sent = {"text": "Mine", "seen": "open", "to": "solved", "follow": "yes"}
        for rest in ("", "record/", *(f"{case.number}/{more}" for more in ("", "follow/", "close/"))):
            assert browser.get(f"{DESK}{rest}").status_code == 404
            assert browser.post(f"{DESK}{rest}", sent).status_code == (404 if rest else 405)
        assert nasty.what_stands() == stands

    def test_two_thousand_comments_open_as_quickly_as_twenty(
        self, cast, now, case, signed_in, django_assert_num_queries
    ):
        browsers = {
            f"{CASES}{case.number}/": signed_in(cast.carol),
            f"{DESK}{case.number}/": signed_in(cast.tess),
            f"/admin/riders/supportcase/{case.pk}/change/": signed_in(cast.stan),
        }
        say(case, cast, now, range(21))
        few = {}
        for path, browser in browsers.items():
            browser.get(path)  # the first page of a session writes it
            with CaptureQueriesContext(connection) as queries:
                browser.get(path)
            few[path] = len(queries)
        say(case, cast, now, range(21, 2000))

        for path, browser in browsers.items():
            first = soup_of(browser.get(path, {"page": 1}))  # and what may be noted of the session by now
            assert first.select_one(".thread .written").get_text().strip() == "Comment 0"
            with django_assert_num_queries(few[path]):
                newest = browser.get(path)
            assert [one.get_text().strip() for one in soup_of(newest).select(".thread .written")] == [
                f"Comment {number}" for number in range(1980, 2000)
            ]
            assert browser.get(path, {"page": 101}).status_code == 404


def say(case, cast, now, numbers):
    """This will write so many comments straight into the table, of both sides and several people."""
    people = [cast.connie, cast.tess, cast.carol, cast.tom]
    CaseComment.objects.bulk_create(
        CaseComment(
            case=case,
            author=people[number % 4],
            company="Acme",
            from_support=number % 2,
            text=f"Comment {number}",
            at=now + number * SECOND,
        )
        for number in numbers
    )
