"""Two people at one case at the same moment: one of them is told that the other was faster."""

import pytest

from audit.verification import verify
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import CaseComment, SupportCase
from riders.states import CaseState
from tests.access_requests.racing import at_once, refused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def case(cast, now, signed_in):
    """Connie reports something; Tess and Tom are associates."""
    signed_in(cast.tess)
    signed_in(cast.tom)
    return services.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)


def test_solving_from_both_sides(cast, now, case):
    outcomes = at_once(
        lambda: services.solve_case(case=case, by=cast.tess, support=True, at=now),
        lambda: services.solve_case(case=case, by=cast.connie, at=now),
        lambda: services.solve_case(case=case, by=cast.tom, support=True, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 2
    assert SupportCase.objects.get().state == CaseState.SOLVED
    assert verify() == []


@pytest.mark.parametrize("times", range(3))
def test_a_comment_and_closing_for_good(cast, now, case, times):
    outcomes = at_once(
        lambda: services.post_comment(case=case, text="Wait!", by=cast.connie, at=now),
        lambda: services.move_case(case=case, to=CaseState.CLOSED, by=cast.tess, support=True, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == (0 if CaseComment.objects.exists() else 1)
    assert SupportCase.objects.get().state == CaseState.CLOSED
    assert verify() == []


@pytest.mark.parametrize("times", range(3))
def test_two_associates_who_looked_at_the_same_state(cast, now, case, times):
    def move(to, by):
        return lambda: services.move_case(case=case, to=to, by=by, seen=CaseState.OPEN, support=True, at=now)

    outcomes = at_once(move(CaseState.WAITING_CUSTOMER, cast.tess), move(CaseState.WAITING_SUPPORT, cast.tom))

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert verify() == []


def test_reopening_while_the_clock_closes(cast, now, case):
    over = services.solve_case(case=case, by=cast.tess, support=True, at=now).reopen_until
    outcomes = at_once(
        lambda: services.close_due_cases(at=over),
        lambda: services.close_due_cases(at=over),
        lambda: services.move_case(case=case, to=CaseState.OPEN, text="Again.", by=cast.connie, at=over),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert sorted(outcomes[:2]) == [0, 1]
    assert SupportCase.objects.get().state == CaseState.CLOSED


def test_many_comments_at_once_are_all_kept_and_told(cast, now, case):
    outcomes = at_once(
        lambda: services.post_comment(case=case, text="One", by=cast.connie, at=now),
        lambda: services.post_comment(case=case, text="Two", by=cast.carol, at=now),
        lambda: services.post_comment(case=case, text="Three", by=cast.tess, support=True, at=now),
    )

    assert refused(outcomes, Exception) == []
    assert {one.text for one in selectors.thread(case)} == {"One", "Two", "Three"}
    assert verify() == []
