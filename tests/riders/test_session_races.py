"""Remote sessions at the same moment: whoever is second is refused, and one thing is true afterwards."""

import pytest

from audit.verification import verify
from frame.refusals import NotAllowedNow
from riders import services
from riders.models import RemoteSession, SupportCase
from riders.states import CaseState, SessionStage
from tests.access_requests.racing import at_once, refused
from tests.riders.acting_on_sessions import HOUR, LINK, a_case, a_session, accept

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ready(cast, now):
    """A planned session whose case has its acknowledgement."""
    case = a_case(cast, at=now)
    accept(cast, case, at=now)
    return a_session(cast, case, at=now)


def begin(session, *, by, at):
    return lambda: services.start_session(session=session, joining=LINK, by=by, at=at, support=True)


@pytest.mark.trust("I13")
@pytest.mark.parametrize("times", range(3))
def test_starting_twice(cast, ready, now, times):
    outcomes = at_once(begin(ready, by=cast.tess, at=now), begin(ready, by=cast.tom, at=now))

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert ready.case.comments.count() == 1
    assert verify() == []


@pytest.mark.parametrize("times", range(3))
def test_two_sessions_of_one_case(cast, ready, now, times):
    other = a_session(cast, ready.case, at=now)
    outcomes = at_once(begin(ready, by=cast.tess, at=now), begin(other, by=cast.tom, at=now))

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert RemoteSession.objects.running().count() == 1


@pytest.mark.parametrize("times", range(3))
def test_starting_and_calling_off(cast, ready, now, times):
    outcomes = at_once(
        begin(ready, by=cast.tess, at=now),
        lambda: services.call_off_session(session=ready, by=cast.connie, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    ready.refresh_from_db()
    assert ready.stage == (SessionStage.CALLED_OFF if ready.cancelled_at else SessionStage.RUNNING)
    assert verify() == []


@pytest.mark.trust("I13")
@pytest.mark.parametrize("times", range(3))
def test_starting_and_the_case_being_over(cast, ready, now, times):
    outcomes = at_once(
        begin(ready, by=cast.tess, at=now),
        lambda: services.solve_case(case=ready.case, by=cast.connie, at=now),
    )

    turned_away = refused(outcomes, NotAllowedNow)
    ready.refresh_from_db()
    case = SupportCase.objects.get(pk=ready.case.pk)
    if ready.started_at is None:
        assert (len(turned_away), case.state) == (1, CaseState.SOLVED)
    assert verify() == []


@pytest.mark.parametrize("times", range(2))
def test_two_who_choose_a_time(cast, ready, now, times):
    def choose(by, support, begins):
        return lambda: services.replan(
            session=ready, starts_at=now + begins, ends_at=now + begins + HOUR, seen=1, by=by, at=now, support=support
        )

    outcomes = at_once(choose(cast.tess, True, 2 * HOUR), choose(cast.connie, False, 5 * HOUR))

    assert len(refused(outcomes, NotAllowedNow)) == 1
    ready.refresh_from_db()
    assert ready.revision == 2


@pytest.mark.parametrize("times", range(2))
def test_ending_twice(cast, ready, now, times):
    begin(ready, by=cast.tess, at=now)()
    outcomes = at_once(
        lambda: services.end_session(session=ready, by=cast.tess, at=now + HOUR, support=True),
        lambda: services.end_session(session=ready, by=cast.connie, at=now + HOUR),
    )
    assert len(refused(outcomes, NotAllowedNow)) == 1


@pytest.mark.seed("S1-27")
@pytest.mark.parametrize("times", range(2))
def test_starting_and_the_tool_being_forbidden(cast, ready, now, times):
    outcomes = at_once(
        begin(ready, by=cast.tess, at=now),
        lambda: services.change_remote_tools(
            account=cast.acme, primary_permitted=False, others="Meetwell", by=cast.carol, at=now
        ),
    )
    ready.refresh_from_db()
    assert ready.ours == (ready.started_at is not None)
    assert len([one for one in outcomes if isinstance(one, Exception)]) == (ready.started_at is None)
    assert verify() == []
