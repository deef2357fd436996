"""Terms and session requests at the same moment: two who accept, accepting and closing, asking twice, two answers."""

import pytest
from django.db import transaction

from accounts.permissions import AccountPermission as P
from accounts.services import set_member_rights
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import Acknowledgement, RemoteSession, SessionRequest, SupportCase
from riders.services.acting import as_support
from riders.states import CaseState, WhyNot
from riders.states import SessionRequestState as S
from tests.access_requests.racing import at_once, refused
from tests.cast import member
from tests.riders.terms import accept, request

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = pytest.mark.parametrize("times", range(3))


@transaction.atomic
def close(case, by, at):
    """This will close a case for good under the locks that every write of a case begins with."""
    as_support(account=case.account, case=case, by=by, at=at)
    SupportCase.objects.filter(pk=case.pk).update(state=CaseState.CLOSED, closed_at=at, closed_by=by)


@TIMES
def test_two_who_accept(cast, now, backups, rider, times):
    people = (cast.carol, cast.adam, cast.connie)
    outcomes = at_once(*[lambda by=by: accept(backups, rider, by=by, at=now) for by in people])

    assert len(refused(outcomes, NotAllowedNow)) == 2
    assert Acknowledgement.objects.count() == TrailLine.objects.filter(event="rider.acknowledged").count() == 1
    assert verify() == []


@TIMES
def test_accepting_and_declining(cast, now, backups, rider, times):
    decline = {"case": backups, "digest": rider.digest, "by": cast.adam, "at": now}
    outcomes = at_once(lambda: accept(backups, rider, by=cast.carol, at=now), lambda: services.decline_terms(**decline))

    # A no before the yes stands beside it; a no after it is too late
    assert len(refused(outcomes, NotAllowedNow)) == 2 - Acknowledgement.objects.count()
    assert selectors.valid_acknowledgement(backups, now).given_by == cast.carol


@TIMES
@pytest.mark.trust("I13")
def test_accepting_and_closing(cast, now, backups, rider, times):
    outcomes = at_once(lambda: accept(backups, rider, by=cast.carol, at=now), lambda: close(backups, cast.tess, now))

    backups.refresh_from_db()
    assert len(refused(outcomes, NotAllowedNow)) == 1 - Acknowledgement.objects.count()
    assert selectors.valid_acknowledgement(backups, now) is None
    assert verify() == []


@TIMES
@pytest.mark.seed("S1-24", "S1-29")
def test_asking_twice_asks_once_and_accepts_once(cast, now, backups, rider, times):
    both = {"digest": rider.digest, "agreed": True, "at": now}
    outcomes = at_once(*[lambda by=by: request(backups, by=by, **both) for by in (cast.carol, cast.adam)])

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert SessionRequest.objects.get().asked_by == Acknowledgement.objects.get().given_by
    assert verify() == []


@TIMES
def test_a_yes_to_the_terms_and_a_draft(cast, now, backups, rider, times):
    rights = [P.VIEW_CASES, P.WRITE_CASES]
    set_member_rights(membership=member(cast.mike, cast.acme), permissions=rights, by=cast.adam, at=now)
    outcomes = at_once(
        lambda: accept(backups, rider, by=cast.carol, at=now), lambda: request(backups, by=cast.mike, at=now)
    )

    assert refused(outcomes, NotAllowedNow) == []
    assert SessionRequest.objects.get().state == S.SUBMITTED
    assert TrailLine.objects.filter(event="session.requested").count() == 1


@TIMES
@pytest.mark.seed("S1-25")
def test_support_says_yes_and_no_while_the_customer_withdraws(cast, now, backups, rider, times):
    accept(backups, rider, by=cast.carol, at=now)
    waiting = request(backups, by=cast.connie, at=now)
    seen = [SessionRequest.objects.get(pk=waiting.pk) for _one in range(3)]
    outcomes = at_once(
        lambda: services.accept_session_request(request=seen[0], by=cast.tess, at=now),
        lambda: services.decline_session_request(request=seen[1], why_not=WhyNot.STANDING_BY, by=cast.tom, at=now),
        lambda: services.withdraw_session_request(request=seen[2], by=cast.carol, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 2
    waiting.refresh_from_db()
    assert RemoteSession.objects.exists() == (waiting.state == S.ACCEPTED)
    answers = ["session.accepted", "session.declined", "session.withdrawn"]
    assert TrailLine.objects.filter(event__in=answers).count() == 1
    assert verify() == []
