"""Support's entering for a case, answered at the same moment: twice, beside solving, beside withdrawing."""

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import CaseApproval
from riders.states import ApprovalEnd
from tests.access_requests.racing import at_once, refused
from tests.riders.approval_story import ask_to_enter, let_in

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = pytest.mark.parametrize("times", range(3))


@TIMES
@pytest.mark.trust("R1")
def test_a_double_click(cast, now, backups, times):
    seen = selectors.seen_of(backups)
    outcomes = at_once(*[lambda: let_in(backups, by=cast.carol, at=now, seen=seen)] * 4)

    assert len(refused(outcomes, NotAllowedNow)) == 3
    assert CaseApproval.objects.count() == TrailLine.objects.filter(event="case_access.approved").count() == 1
    assert verify() == []


@TIMES
@pytest.mark.seed("S3-16")
@pytest.mark.trust("R3")
def test_approving_and_solving(cast, now, backups, times):
    outcomes = at_once(
        lambda: let_in(backups, by=cast.carol, at=now),
        lambda: services.solve_case(case=backups, by=cast.tess, at=now, support=True),
    )

    # A yes before the solving ended with it; a yes after it is too late
    assert len(refused(outcomes, NotAllowedNow)) == 1 - CaseApproval.objects.count()
    assert not CaseApproval.objects.exclude(end_reason=ApprovalEnd.SOLVED).exists()
    assert verify() == []


@TIMES
@pytest.mark.trust("R3")
def test_approving_and_withdrawing(cast, now, backups, times):
    let_in(backups, by=cast.connie, at=now)
    outcomes = at_once(
        lambda: let_in(backups, by=cast.adam, at=now),
        lambda: services.withdraw_case_access(case=backups, by=cast.carol, at=now),
    )

    assert refused(outcomes, NotAllowedNow) == []
    ended = TrailLine.objects.get(event="case_access.withdrawn").details["approvals"]
    assert sorted(ended) == sorted(CaseApproval.objects.exclude(ended_at=None).values_list("pk", flat=True))
    assert verify() == []


@TIMES
def test_two_who_withdraw_and_support_that_finishes(cast, now, backups, times):
    let_in(backups, by=cast.connie, at=now)
    outcomes = at_once(
        lambda: services.withdraw_case_access(case=backups, by=cast.carol, at=now),
        lambda: services.withdraw_case_access(case=backups, by=cast.connie, at=now),
        lambda: services.finish_investigation(case=backups, by=cast.tess, at=now),
    )

    assert len(refused(outcomes, (NotAllowedNow, PermissionDenied))) == 2
    assert TrailLine.objects.filter(event__in=["case_access.withdrawn", "case_access.finished"]).count() == 1
    assert verify() == []


@TIMES
def test_a_yes_and_a_no_to_the_same_question(cast, now, backups, times):
    ask_to_enter(backups, by=cast.tess, at=now)
    backups.refresh_from_db()
    seen = selectors.seen_of(backups)
    outcomes = at_once(
        lambda: let_in(backups, by=cast.carol, at=now, seen=seen),
        lambda: services.decline_case_access(case=backups, by=cast.adam, at=now, seen=seen),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    backups.refresh_from_db()
    assert (backups.access_declined_at is None) == CaseApproval.objects.exists()
    assert verify() == []
