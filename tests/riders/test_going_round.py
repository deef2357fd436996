"""Ways round the terms that were tried: support accepting for the customer, closed accounts, access that ended."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from access_requests import services as requests
from accounts.models import Account, Membership
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from riders import services
from riders.models import Acknowledgement, CaseComment, SessionRequest
from riders.states import CaseState, SessionRequestState
from tests.cast import approve, ask
from tests.riders import acting_on_sessions as acting
from tests.riders.terms import accept, publish, request

SECOND = timedelta(seconds=1)


@pytest.fixture
def case(cast, now):
    """Connie has reported something."""
    return acting.a_case(cast, at=now)


@pytest.mark.trust("I13", "A7")
def test_an_associate_does_not_accept_for_a_customer_even_as_a_member_there(cast, case, now):
    Membership.objects.create(user=cast.tess, account=cast.acme, role=Role.ADMINISTRATOR, joined_at=now)
    rider = publish(cast, at=now)

    with pytest.raises(PermissionDenied, match="its own terms"):
        accept(case, rider, by=cast.tess, at=now)
    assert not Acknowledgement.objects.exists()
    services.post_comment(case=case, text="I look into it.", by=cast.tess, at=now)
    assert CaseComment.objects.get().from_support


@pytest.mark.trust("I13")
def test_no_session_starts_on_a_closed_account(cast, case, now):
    session = acting.a_session(cast, case, at=now)
    acting.accept(cast, case, at=now)
    Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)

    with pytest.raises(NotAllowedNow, match="account is closed"):
        services.start_session(session=session, joining=acting.LINK, by=cast.tess, at=now, support=True)
    session.refresh_from_db()
    assert session.started_at is None


@pytest.mark.trust("E6")
def test_what_waited_for_the_end_of_the_access_it_stands_on_does_not_happen(cast, case, now):
    grant = approve(ask(cast, permissions=[P.VIEW_CASES, P.WRITE_CASES], at=now), by=cast.carol, at=now)
    requests.end_access(grant=grant, by=cast.carol, at=now + SECOND)

    with pytest.raises(PermissionDenied, match="has ended"):
        services.post_comment(case=case, text="Too late.", by=cast.petra, at=now)
    assert not CaseComment.objects.exists()


@pytest.mark.seed("S1-29")
def test_a_draft_of_somebody_whose_access_has_ended_is_not_sent(cast, case, now):
    rider = publish(cast, at=now)
    grant = approve(ask(cast, permissions=[P.VIEW_CASES, P.WRITE_CASES], at=now), by=cast.carol, at=now)
    draft = request(case, by=cast.petra, at=now)
    assert draft.state == SessionRequestState.DRAFT
    requests.end_access(grant=grant, by=cast.carol, at=now + SECOND)

    accept(case, rider, by=cast.connie, at=now + SECOND)

    assert SessionRequest.objects.get().state == SessionRequestState.WITHDRAWN
    assert TrailLine.objects.filter(event="session.withdrawn", case=case.number).count() == 1


def test_nobody_is_invited_once_the_case_is_closed_for_good(cast, case, now):
    session = acting.a_session(cast, case, at=now)
    services.move_case(case=case, to=CaseState.CLOSED, by=cast.connie, at=now)

    with pytest.raises(NotAllowedNow, match="closed for good"):
        services.invite_attendee(session=session, person=cast.connie, by=cast.tess, at=now, support=True)


def test_a_clock_that_is_a_little_behind_ends_a_session_at_its_start(cast, case, now):
    session = acting.a_session(cast, case, at=now)
    acting.accept(cast, case, at=now)
    session = services.start_session(session=session, joining=acting.LINK, by=cast.tess, at=now, support=True)

    ended = services.end_session(session=session, by=cast.connie, at=now - SECOND)

    assert ended.ended_at == ended.started_at
