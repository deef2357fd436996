"""Whether support may enter an account for a case: asked, approved, declined, withdrawn, finished."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AccessRole
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import CaseApproval
from riders.signals import case_approval_withdrawn, case_solved
from riders.states import ApprovalEnd, CaseState
from tests.cast import READ_RECORDS, REPAIR, WEEK

DAY = timedelta(days=1)


def bundles(*names):
    """This will give the bundles with these names."""
    return list(AccessRole.objects.filter(name__in=names))


def approve(case, *, by, at, names=(READ_RECORDS,), length=WEEK, **more):
    """This will let support enter for a case, where not said otherwise to read the records, for a week."""
    return services.approve_case_access(case=case, roles=bundles(*names), length=length, by=by, at=at, **more)


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


class TestApproving:
    @pytest.mark.seed("S3-2")
    @pytest.mark.parametrize("who", ["carol", "adam", "dora", "connie"])
    def test_a_contact_an_administrator_and_the_primary_user_let_support_enter(self, cast, now, backups, who):
        given = approve(backups, by=getattr(cast, who), at=now)

        assert list(selectors.standing_approvals(backups, at=now)) == [given]
        assert given.ends_at == now + WEEK
        assert [role["name"] for role in given.roles] == [READ_RECORDS]
        [line] = TrailLine.objects.filter(event="case_access.approved")
        assert (line.account, line.case, line.details["agreed"]) == ("654321", backups.number, given.digest)

    @pytest.mark.seed("S3-2")
    @pytest.mark.parametrize("who", ["ursula", "mike", "pat", "petra", "piotr", "quinn", "tess", "root", "mallory"])
    def test_nobody_else_does(self, cast, now, backups, who):
        with pytest.raises(PermissionDenied):
            approve(backups, by=getattr(cast, who), at=now)
        assert not CaseApproval.objects.exists()

    @pytest.mark.seed("S3-2")
    def test_a_contact_who_decides_nothing_else_lends_what_only_looks(self, cast, now, backups):
        with pytest.raises(PermissionDenied, match="approve bundles that only look"):
            approve(backups, by=cast.connie, at=now, names=(READ_RECORDS, REPAIR))
        assert not CaseApproval.objects.exists()

        approve(backups, by=cast.adam, at=now, names=(READ_RECORDS, REPAIR))
        assert CaseApproval.objects.get().approved_by == cast.adam

    @pytest.mark.trust("E5")
    @pytest.mark.parametrize("length", [DAY * 0, -DAY, DAY / 2, DAY * 91])
    def test_no_shorter_than_a_day_and_no_longer_than_the_most(self, cast, now, backups, length):
        with pytest.raises(ValidationError, match="1 to 90 days"):
            approve(backups, by=cast.carol, at=now, length=length)

    def test_a_case_on_which_nobody_works_is_not_entered(self, cast, now, backups):
        services.solve_case(case=backups, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody works on this case any more"):
            approve(backups, by=cast.carol, at=now)


class TestEnding:
    @pytest.mark.seed("S3-15")
    def test_who_may_end_access_takes_back_all_of_it_a_contact_their_own(self, cast, now, backups, heard):
        carols, connies = approve(backups, by=cast.carol, at=now), approve(backups, by=cast.connie, at=now)

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

    @pytest.mark.seed("S3-14")
    def test_support_says_that_it_is_done(self, cast, now, backups, heard):
        given = approve(backups, by=cast.carol, at=now)
        services.finish_investigation(case=backups, by=cast.tom, at=now)

        given.refresh_from_db()
        assert (given.end_reason, given.ended_by, given.ended_at) == (ApprovalEnd.FINISHED, cast.tom, now)
        assert heard == [(ApprovalEnd.FINISHED, [given.pk], cast.tom, now)]
        with pytest.raises(NotAllowedNow, match="nothing to finish"):
            services.finish_investigation(case=backups, by=cast.tom, at=now)

    @pytest.mark.seed("S3-16")
    @pytest.mark.parametrize("to", [CaseState.SOLVED, CaseState.CLOSED])
    def test_solving_or_closing_ends_it_and_reopening_brings_nothing_back(self, cast, now, backups, heard, to):
        given = approve(backups, by=cast.carol, at=now)
        services.move_case(case=backups, to=to, by=cast.tess, support=True, at=now)

        assert heard == [
            (ApprovalEnd.SOLVED, [given.pk], cast.tess, now),
            ("case", [backups.pk], cast.tess, now),
        ]
        if to == CaseState.SOLVED:
            services.move_case(case=backups, to=CaseState.OPEN, text="Again", by=cast.connie, at=now)
        assert not selectors.standing_approvals(backups, at=now).exists()
