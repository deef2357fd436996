"""Support at the same moment: asking twice, answering while it is withdrawn, while its associate leaves."""

import pytest

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.states import Status
from accounts import services as accounts
from accounts.authorization import held
from accounts.models import Grant
from accounts.states import RequestKind
from audit.verification import verify
from frame.refusals import NotAllowedNow
from tests.access_requests.racing import at_once, refused
from tests.cast import ask_for_support, fresh, member

pytestmark = pytest.mark.django_db(transaction=True)


def approve_it(cast, request, now):
    return lambda: services.approve_request(request=request, seen=request.as_seen(), by=cast.carol, at=now)


def test_asking_twice_asks_once(cast, now):
    outcomes = at_once(*[lambda: ask_for_support(cast, at=now)] * 3)

    assert len(refused(outcomes, NotAllowedNow)) == 2
    assert AccessRequest.objects.filter(kind=RequestKind.SUPPORT).count() == 1
    assert verify() == []


@pytest.mark.seed("S0-26", "S0-27")
@pytest.mark.parametrize("times", range(3))
def test_approving_and_withdrawing(cast, now, times):
    request = ask_for_support(cast, at=now)
    outcomes = at_once(
        approve_it(cast, request, now), lambda: services.cancel_request(request=request, by=cast.tess, at=now)
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    given = Grant.objects.filter(kind=RequestKind.SUPPORT).exists()
    assert fresh(request).status == (Status.APPROVED if given else Status.CANCELLED)


@pytest.mark.trust("H7")
@pytest.mark.parametrize("times", range(2))
def test_approving_and_the_associate_leaving(cast, now, times):
    request = ask_for_support(cast, at=now)
    leaving = member(cast.tess, cast.vendor)
    outcomes = at_once(
        approve_it(cast, request, now), lambda: accounts.end_membership(membership=leaving, by=cast.root, at=now)
    )

    assert len(refused(outcomes, NotAllowedNow)) <= 1
    assert not Grant.objects.unended(now).filter(grantee=cast.tess).exists()
    assert held(cast.tess, cast.acme, at=now) == set()
    assert verify() == []


def test_two_who_decide(cast, now):
    request = ask_for_support(cast, at=now)
    outcomes = at_once(
        approve_it(cast, request, now),
        lambda: services.deny_request(request=request, seen=request.as_seen(), by=cast.adam, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert Grant.objects.filter(kind=RequestKind.SUPPORT).exists() == (fresh(request).status == Status.APPROVED)
