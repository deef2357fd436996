"""Whether support may enter an account for a case: asked, approved, declined, withdrawn, finished."""

import hashlib
import json
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command

from accounts.models import AccessRole, Grant, Membership
from accounts.permissions import Role
from accounts.services import change_access_role, name_stand_in
from audit.models import TrailLine
from audit.record import canonical_json, canonical_time
from frame.refusals import NotAllowedNow
from notifications.models import Mail, Notice
from riders import selectors, services
from riders.models import CaseApproval, SessionRequest, SupportCase
from riders.signals import case_approval_withdrawn, case_solved
from riders.states import ApprovalEnd, CaseState
from riders.states import SessionRequestState as S
from tests.cast import READ_RECORDS, REPAIR, WEEK, member
from tests.pages import words_of
from tests.riders.approval_story import ask_to_enter, bundles, let_in, let_write_cases
from tests.riders.terms import request as ask_for_session

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def mailed(mail, case):
    """This will give who was mailed about a case, one for each copy."""
    found = Mail.objects.filter(event=mail, subject__contains=case.number)
    return sorted(to.partition("@")[0] for to in found.values_list("to", flat=True))


@pytest.fixture
def heard():
    """What was said to whoever listens above: reasons and approvals, and cases that are over."""
    said = []

    def on_withdrawn(sender, *, approvals, reason, by, at, **kwargs):
        said.append((reason, [approval.pk for approval in approvals], by, at))

    def on_solved(sender, *, case, by, at, **kwargs):
        said.append(("case", [case.pk], by, at))

    case_approval_withdrawn.connect(on_withdrawn)
    case_solved.connect(on_solved)
    yield said
    case_approval_withdrawn.disconnect(on_withdrawn)
    case_solved.disconnect(on_solved)


class TestAsking:
    @pytest.mark.seed("S3-1")
    def test_a_case_by_itself_lets_nobody_of_support_enter(self, cast, now, backups):
        assert not selectors.standing_approvals(backups, at=now).exists()
        assert not Grant.objects.filter(case_number=backups.number).exists()

    @pytest.mark.seed("S3-3", "S3-5")
    def test_the_associate_says_why_posts_the_link_and_whoever_may_answer_is_mailed(self, cast, now, backups):
        ask_to_enter(backups, by=cast.tess, at=now, names=(READ_RECORDS, REPAIR), reason=" To compare.\x00 ")

        backups.refresh_from_db()
        assert (backups.access_asked_by, backups.access_asked_at) == (cast.tess, now)
        assert (backups.access_asked_why, len(backups.access_asked_roles)) == ("To compare.", 2)
        [comment] = backups.comments.all()
        assert f"({settings.PORTAL_BASE_URL}/accounts/654321/cases/{backups.number}/access/)" in comment.text
        assert "An answer in a comment is not an approval." in comment.text
        assert mailed("case_access_asked", backups) == ["adam", "carol", "connie", "dora"]
        assert Notice.objects.filter(event="case_access_asked").count() == 4
        [line] = TrailLine.objects.filter(event="case_access.asked")
        assert (line.actor, line.account, line.case) == (cast.tess.email, "654321", backups.number)
        assert selectors.waits_for_answer(backups)

    @pytest.mark.parametrize("who", ["carol", "connie", "pat", "mallory", "greta"])
    def test_nobody_but_an_associate_asks(self, cast, now, backups, who):
        with pytest.raises(PermissionDenied):
            ask_to_enter(backups, by=getattr(cast, who), at=now)
        assert not backups.comments.exists()

    @pytest.mark.trust("D2")
    def test_it_is_not_asked_twice_within_the_hour_nor_within_the_hour_after_a_no(self, cast, now, backups):
        ask_to_enter(backups, by=cast.tess, at=now)
        with pytest.raises(NotAllowedNow, match="Tess has asked for it a moment ago"):
            ask_to_enter(backups, by=cast.tom, at=now + HOUR / 2)
        ask_to_enter(backups, by=cast.tom, at=now + HOUR)
        services.decline_case_access(case=backups, by=cast.carol, at=now + HOUR * 1.1)
        with pytest.raises(NotAllowedNow, match="Carol has just declined"):
            ask_to_enter(backups, by=cast.tess, at=now + HOUR * 2)
        ask_to_enter(backups, by=cast.tom, at=now + HOUR * 2.1)
        services.decline_case_access(case=backups, by=cast.carol, at=now + HOUR * 3)
        let_in(backups, by=cast.adam, at=now + HOUR * 3)
        ask_to_enter(backups, by=cast.tess, at=now + HOUR * 3)

        assert backups.comments.count() == 4

    @pytest.mark.parametrize("reason", ["", "  ", "\u200b", "x" * 2001])
    def test_a_reason_is_needed_and_no_novel(self, cast, now, backups, reason):
        with pytest.raises(ValidationError) as refused:
            ask_to_enter(backups, by=cast.tess, at=now, reason=reason)
        assert refused.value.code == "reason"

    def test_for_bundles_that_are_on_offer_and_on_cases_that_are_worked_on(self, cast, now, backups):
        with pytest.raises(ValidationError, match="at least one bundle"):
            ask_to_enter(backups, by=cast.tess, at=now, names=())
        role, gone = AccessRole.objects.get(name=READ_RECORDS), {"active": False, "by": cast.stan, "at": now}
        facts = {name: getattr(role, name) for name in ("name", "description", "permissions")}
        change_access_role(role=role, **facts, **gone)
        with pytest.raises(NotAllowedNow, match="not on offer any more"):
            ask_to_enter(backups, by=cast.tess, at=now)
        services.solve_case(case=backups, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody works on this case"):
            ask_to_enter(backups, by=cast.tess, at=now, names=(REPAIR,))

    @pytest.mark.seed("S3-4", "S3-5")
    def test_a_case_opened_by_somebody_who_does_not_answer_asks_those_who_do(self, cast, now, backups):
        assert (backups.access_asked_at, mailed("case_access_asked", backups)) == (None, [])
        mikes = services.open_case(account=cast.acme, subject="Slow", by=let_write_cases(cast), at=now)

        assert mailed("case_access_asked", mikes) == ["adam", "carol", "connie", "dora"]
        assert selectors.waits_for_answer(mikes)
        assert list(selectors.cases_to_answer(cast.connie, at=now)) == [mikes]
        for person in (cast.mike, cast.tess, cast.pat, cast.mallory):
            assert not selectors.cases_to_answer(person, at=now).exists()

    @pytest.mark.seed("S3-5", "S3-6")
    def test_a_case_by_mail_asks_them_too_and_says_that_the_portal_is_quicker(self, cast, now):
        facts = {"account": cast.acme, "channel": "mail", "sender": "m@acme.example", "subject": "Slow"}
        case = services.record_case(**facts, by=cast.tess, at=now)

        recorded = Mail.objects.filter(event="case_recorded", about__contains=case.number)
        assert sorted(mail.to.partition("@")[0] for mail in recorded) == ["carol", "connie"]
        for mail in recorded:  # one copy where two rows meet
            assert "Reporting in the portal is quicker" in " ".join(mail.text.split())
            assert f"/accounts/654321/cases/{case.number}/access/" in mail.text
        assert mailed("case_access_asked", case) == ["adam", "dora"]
        mail = Mail.objects.filter(event="case_access_asked").first()
        assert "Opening a case in the portal is quicker" in " ".join(mail.text.split())
        assert selectors.waits_for_answer(case)


class TestApproving:
    @pytest.mark.seed("S3-2")
    @pytest.mark.parametrize("who", ["carol", "adam", "dora", "connie"])
    def test_a_contact_an_administrator_and_the_primary_user_let_support_enter(self, cast, now, backups, who):
        given = let_in(backups, by=getattr(cast, who), at=now)

        assert list(selectors.standing_approvals(backups, at=now)) == [given]
        assert not selectors.standing_approvals(backups, at=now + WEEK).exists()  # to the second, without any job
        assert [role["name"] for role in given.roles] == [READ_RECORDS]
        [line] = TrailLine.objects.filter(event="case_access.approved")
        assert (line.account, line.case, line.details["agreed"]) == ("654321", backups.number, given.digest)
        assert not Grant.objects.filter(case_number=backups.number).exists()  # it opens nothing by itself

    @pytest.mark.seed("S3-2")
    @pytest.mark.trust("A7")
    @pytest.mark.parametrize("who", ["ursula", "mike", "pat", "petra", "piotr", "quinn", "tess", "root", "mallory"])
    def test_nobody_else_does(self, cast, now, backups, who):
        let_write_cases(cast)
        with pytest.raises(PermissionDenied):
            let_in(backups, by=getattr(cast, who), at=now)
        with pytest.raises(PermissionDenied):
            services.decline_case_access(case=backups, by=getattr(cast, who), at=now)
        assert not CaseApproval.objects.exists()

    @pytest.mark.seed("S3-2")
    def test_an_access_administrator_with_the_flag_does_for_cases(self, cast, now, backups):
        Membership.objects.filter(user=cast.ursula).update(authorized_contact=True)
        let_in(backups, by=cast.ursula, at=now)
        with pytest.raises(PermissionDenied, match="approve bundles that only look"):
            let_in(backups, by=cast.ursula, at=now, names=(REPAIR,))

    @pytest.mark.seed("S3-2")
    def test_a_contact_who_decides_nothing_else_lends_what_only_looks(self, cast, now, backups):
        with pytest.raises(PermissionDenied, match="approve bundles that only look"):
            let_in(backups, by=cast.connie, at=now, names=(READ_RECORDS, REPAIR))
        assert not CaseApproval.objects.exists()

        let_in(backups, by=cast.adam, at=now, names=(READ_RECORDS, REPAIR))
        assert CaseApproval.objects.get().approved_by == cast.adam

    def test_a_stand_in_answers_while_named(self, cast, now, backups):
        until = now + WEEK
        name_stand_in(membership=member(cast.mike, cast.acme), starts_at=now, ends_at=until, by=cast.carol, at=now)

        assert let_in(backups, by=cast.mike, at=now + HOUR, names=(REPAIR,)).approved_by == cast.mike
        with pytest.raises(PermissionDenied):
            let_in(backups, by=cast.mike, at=until)

    @pytest.mark.trust("A7", "I5")
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MEMBER])
    def test_nobody_of_the_vendor_lets_the_vendor_in_whatever_else_they_are(self, cast, now, backups, role):
        facts = {"user": cast.tess, "account": cast.acme, "role": role, "authorized_contact": True, "joined_at": now}
        Membership.objects.create(**facts)

        with pytest.raises(PermissionDenied):
            let_in(backups, by=cast.tess, at=now)
        assert not selectors.may_approve(cast.tess, cast.acme, at=now)
        SupportCase.objects.update(access_asked_at=now)
        assert not selectors.cases_to_answer(cast.tess, at=now).exists()

    @pytest.mark.trust("E5")
    @pytest.mark.parametrize("length", [DAY * 0, -DAY, DAY / 2, DAY * 91, timedelta.max])
    def test_no_shorter_than_a_day_and_no_longer_than_the_most(self, cast, now, backups, length):
        with pytest.raises(ValidationError, match="1 to 90 days"):
            let_in(backups, by=cast.carol, at=now, length=length)

    def test_a_case_on_which_nobody_works_is_not_entered(self, cast, now, backups):
        services.solve_case(case=backups, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody works on this case any more"):
            let_in(backups, by=cast.carol, at=now)

    @pytest.mark.trust("I4")
    def test_it_binds_to_what_was_read_and_says_so_in_its_digest(self, cast, now, backups):
        seen = selectors.seen_of(backups)
        role, more = AccessRole.objects.get(name=READ_RECORDS), ["view_orders", "change_configuration"]
        facts = {"name": role.name, "description": role.description, "active": True, "by": cast.stan, "at": now}
        change_access_role(role=role, permissions=more, **facts)
        with pytest.raises(NotAllowedNow, match="something changed since the page was drawn"):
            let_in(backups, by=cast.carol, at=now, seen=seen)

        given = let_in(backups, by=cast.carol, at=now, seen=selectors.seen_of(backups))
        agreed = {
            "account": "654321",
            "case": backups.number,
            "roles": [{"name": role.name, "description": role.description, "permissions": more}],
            "approved_by": cast.carol.pk,
            "approved_at": canonical_time(now),
            "ends_at": canonical_time(now + WEEK),
        }
        assert given.digest == hashlib.sha256(canonical_json(agreed)).hexdigest()
        change_access_role(role=role, permissions=["view_orders"], **facts)
        given.refresh_from_db()
        assert [right.value for right in given.rights] == more  # what was agreed stays what was agreed

    @pytest.mark.trust("R1")
    def test_a_double_click_approves_once(self, cast, now, backups):
        seen = selectors.seen_of(backups)
        let_in(backups, by=cast.carol, at=now, seen=seen)
        with pytest.raises(NotAllowedNow):
            let_in(backups, by=cast.carol, at=now, seen=seen)
        with pytest.raises(NotAllowedNow, match="approved that already"):
            let_in(backups, by=cast.carol, at=now)
        let_in(backups, by=cast.carol, at=now + DAY)  # for longer is more

        assert CaseApproval.objects.count() == 2

    def test_support_that_works_on_the_case_is_told(self, cast, now, backups):
        services.follow_case(case=backups, by=cast.tom, support=True, at=now)
        ask_to_enter(backups, by=cast.tess, at=now)
        let_in(backups, by=cast.connie, at=now + HOUR)

        assert mailed("case_access_answered", backups) == ["tess", "tom"]
        mail = Mail.objects.filter(event="case_access_answered").first()
        assert "connie" not in mail.text  # by name, not by address
        assert "Connie lets support enter Acme" in " ".join(mail.html.split())

    @pytest.mark.seed("S3-4")
    def test_the_yes_comes_with_the_case_or_neither_does(self, cast, now):
        facts = {"account": cast.acme, "subject": "Slow", "at": now, "length": WEEK}
        with pytest.raises(PermissionDenied):
            services.open_case_and_approve(roles=bundles(REPAIR), by=cast.connie, **facts)
        assert not SupportCase.objects.exists()

        case = services.open_case_and_approve(roles=bundles(READ_RECORDS), by=cast.connie, **facts)
        assert case.approvals.get().approved_by == cast.connie
        assert not selectors.waits_for_answer(case)


class TestDeclining:
    def test_settles_the_question_and_leaves_the_way_to_yes(self, cast, now, backups):
        ask_to_enter(backups, by=cast.tess, at=now)
        services.decline_case_access(case=backups, by=cast.connie, at=now + HOUR)

        assert mailed("case_access_answered", backups) == ["tess"]
        assert TrailLine.objects.filter(event="case_access.declined", actor=cast.connie.email).count() == 1
        assert not selectors.cases_to_answer(cast.carol, at=now).exists()
        with pytest.raises(NotAllowedNow, match="answered already"):
            services.decline_case_access(case=backups, by=cast.carol, at=now + HOUR)
        let_in(backups, by=cast.carol, at=now + HOUR)

    def test_needs_a_question(self, cast, now, backups):
        with pytest.raises(NotAllowedNow, match="Nobody waits for an answer"):
            services.decline_case_access(case=backups, by=cast.carol, at=now)


class TestEnding:
    @pytest.mark.seed("S3-15")
    def test_who_may_end_access_takes_back_all_of_it_a_contact_their_own(self, cast, now, backups, heard):
        carols, connies = let_in(backups, by=cast.carol, at=now), let_in(backups, by=cast.connie, at=now)

        assert services.withdraw_case_access(case=backups, by=cast.connie, at=now) == [connies]
        with pytest.raises(PermissionDenied, match="Only who approved it"):
            services.withdraw_case_access(case=backups, by=cast.connie, at=now)
        assert services.withdraw_case_access(case=backups, by=cast.ursula, at=now + DAY) == [carols]
        with pytest.raises(NotAllowedNow, match="nothing to withdraw"):
            services.withdraw_case_access(case=backups, by=cast.carol, at=now + DAY)

        assert heard == [
            (ApprovalEnd.WITHDRAWN, [connies.pk], cast.connie, now),
            (ApprovalEnd.WITHDRAWN, [carols.pk], cast.ursula, now + DAY),
        ]
        assert mailed("case_access_ended", backups) == ["carol"]  # nobody of support works on it

    @pytest.mark.parametrize("who", ["mike", "pat", "piotr", "tess", "mallory"])
    def test_nobody_else_takes_it_back(self, cast, now, backups, who):
        let_in(backups, by=cast.carol, at=now)
        with pytest.raises(PermissionDenied):
            services.withdraw_case_access(case=backups, by=getattr(cast, who), at=now)
        assert selectors.standing_approvals(backups, at=now).exists()

    def test_who_has_left_takes_nothing_back(self, cast, now, backups):
        let_in(backups, by=cast.connie, at=now)
        Membership.objects.filter(user=cast.connie).update(ended_at=now, ended_by=cast.carol)
        with pytest.raises(PermissionDenied):
            services.withdraw_case_access(case=backups, by=cast.connie, at=now)

    @pytest.mark.trust("T8", "I11")
    @pytest.mark.parametrize("change", [{"ended_at": 0, "ended_by": 0}, {"authorized_contact": False}])
    def test_who_approved_and_speaks_for_the_account_no_more_is_told_nothing(self, cast, now, backups, change):
        let_in(backups, by=cast.connie, at=now)
        change = {name: {"ended_at": now, "ended_by": cast.carol}.get(name, value) for name, value in change.items()}
        Membership.objects.filter(user=cast.connie, account=cast.acme).update(**change)
        services.withdraw_case_access(case=backups, by=cast.carol, at=now)
        assert mailed("case_access_ended", backups) == []

    @pytest.mark.seed("S3-14")
    def test_support_says_that_it_is_done(self, cast, now, backups, heard):
        given = let_in(backups, by=cast.carol, at=now)
        for person in (cast.carol, cast.pat, cast.mallory):
            with pytest.raises(PermissionDenied):
                services.finish_investigation(case=backups, by=person, at=now)
        services.finish_investigation(case=backups, by=cast.tom, at=now)

        given.refresh_from_db()
        assert (given.end_reason, given.ended_by, given.ended_at) == (ApprovalEnd.FINISHED, cast.tom, now)
        assert heard == [(ApprovalEnd.FINISHED, [given.pk], cast.tom, now)]
        assert mailed("case_access_ended", backups) == ["carol"]
        with pytest.raises(NotAllowedNow, match="nothing to finish"):
            services.finish_investigation(case=backups, by=cast.tom, at=now)

    @pytest.mark.seed("S3-16")
    @pytest.mark.parametrize("to", [CaseState.SOLVED, CaseState.CLOSED])
    def test_solving_or_closing_ends_it_and_reopening_brings_nothing_back(self, cast, now, backups, heard, to):
        given = let_in(backups, by=cast.carol, at=now)
        services.move_case(case=backups, to=to, by=cast.tess, support=True, at=now)

        assert heard == [
            (ApprovalEnd.SOLVED, [given.pk], cast.tess, now),
            ("case", [backups.pk], cast.tess, now),
        ]
        if to == CaseState.SOLVED:
            services.move_case(case=backups, to=CaseState.OPEN, text="Again", by=cast.connie, at=now)
        assert not selectors.standing_approvals(backups, at=now).exists()

    @pytest.mark.seed("S3-16")
    def test_one_case_solved_leaves_the_approval_of_another(self, cast, now, backups):
        other = services.open_case(account=cast.acme, subject="Slow", by=cast.connie, at=now)
        let_in(backups, by=cast.carol, at=now)
        stays = let_in(other, by=cast.carol, at=now)
        services.solve_case(case=backups, by=cast.connie, at=now)

        assert list(selectors.standing_approvals(other, at=now)) == [stays]

    def test_closing_what_was_solved_before_says_nothing_anew(self, cast, now, backups, heard):
        services.solve_case(case=backups, by=cast.connie, at=now)
        services.move_case(case=backups, to=CaseState.CLOSED, by=cast.connie, at=now)
        assert heard == [("case", [backups.pk], cast.connie, now)]

    @pytest.mark.parametrize("to", [CaseState.SOLVED, CaseState.CLOSED])
    def test_a_request_for_a_session_is_withdrawn_with_it_and_told(self, cast, now, backups, rider, to):
        both = {"digest": rider.digest, "agreed": True}
        ask_for_session(backups, by=cast.carol, at=now, **both)
        services.follow_case(case=backups, by=cast.tom, support=True, at=now)
        services.move_case(case=backups, to=to, by=cast.connie, at=now)

        asked = SessionRequest.objects.get()
        assert (asked.state, asked.answered_by) == (S.WITHDRAWN, cast.connie)
        answered = Mail.objects.filter(event="session_answered")
        assert sorted(mail.to.partition("@")[0] for mail in answered) == ["carol", "tom"]


class TestReading:
    def test_operators_read_what_was_approved_by_whom_and_how_it_ended(self, cast, now, backups):
        given = let_in(backups, by=cast.connie, at=now)
        services.withdraw_case_access(case=backups, by=cast.carol, at=now + HOUR)
        out = StringIO()
        call_command("portal_state", "--json", stdout=out)

        [row] = json.loads(out.getvalue())["approvals"]
        assert row == {
            "account": "654321",
            "case": backups.number,
            "approved_by": cast.connie.email,
            "approved_at": canonical_time(now),
            "ends_at": canonical_time(now + WEEK),
            "permissions": ["view_orders", "view_invoices", "view_usage"],
            "digest": given.digest,
            "ended_at": canonical_time(now + HOUR),
            "ended_by": cast.carol.email,
            "end_reason": "withdrawn",
        }

    def test_staff_see_that_it_is_and_not_what_it_lends(self, cast, now, backups, signed_in):
        given = let_in(backups, by=cast.connie, at=now)
        page = signed_in(cast.root).get(f"/admin/riders/caseapproval/{given.pk}/change/")

        assert page.status_code == 200
        assert "Connie" in words_of(page)
        assert READ_RECORDS not in page.content.decode()
