"""An hour at the same moment: granting against denying, lapsing, leaving, unlinking, and guessing the code."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.states import Status
from accounts import services as accounts
from accounts.authorization import held
from accounts.models import Grant
from accounts.states import RequestKind
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow, TooMuch
from partners.models import Partnership
from partners.services import end_partnership
from tests.access_requests.racing import at_once, refused
from tests.cast import ask_for_hour, deny, events, fresh, grant_hour, member, told, wrong_code

pytestmark = pytest.mark.django_db(transaction=True)


def lent():
    return Grant.objects.filter(kind=RequestKind.HOUR)


@pytest.mark.trust("R2", "I3")
@pytest.mark.parametrize("times", range(3))
def test_of_yes_and_no_exactly_one_wins(cast, now, times):
    asked = ask_for_hour(cast, at=now)
    outcomes = at_once(partial(grant_hour, asked, by=cast.carol, at=now), partial(deny, asked, by=cast.adam, at=now))

    assert len(refused(outcomes, NotAllowedNow)) == 1
    status = fresh(asked).status
    assert lent().exists() == (status == Status.APPROVED)
    assert events(asked) == ["request.submitted", f"request.{status}"]


@pytest.mark.trust("R1")
def test_granting_it_many_times_at_once_grants_it_once(cast, now):
    asked = ask_for_hour(cast, at=now)
    outcomes = at_once(*[partial(grant_hour, asked, by=who, at=now) for who in (cast.carol, cast.adam) * 3])

    assert len(refused(outcomes, NotAllowedNow)) == 5
    [grant] = lent()
    assert events(asked) == ["request.submitted", "request.approved"]
    assert len(told("hour_granted", grant)) == 4


@pytest.mark.seed("S4-9")
@pytest.mark.trust("R4", "B1")
@pytest.mark.parametrize("times", range(3))
def test_at_the_instant_the_hour_is_over_it_is_granted_or_lapsed(cast, now, times):
    asked = ask_for_hour(cast, at=now)
    over = asked.respond_by
    late = over if times else over.replace(microsecond=0)
    outcomes = at_once(
        partial(grant_hour, asked, by=cast.carol, at=late),
        partial(services.expire_due_requests, at=over),
        partial(services.expire_due_requests, at=over),
    )

    refused(outcomes, NotAllowedNow)
    status = fresh(asked).status
    assert status == Status.EXPIRED or (late < over and status == Status.APPROVED)
    assert lent().exists() == (status == Status.APPROVED)
    assert events(asked) == ["request.submitted", f"request.{status}"]


@pytest.mark.trust("R3")
def test_granting_and_withdrawing(cast, now):
    asked = ask_for_hour(cast, at=now)
    outcomes = at_once(
        partial(grant_hour, asked, by=cast.carol, at=now),
        partial(services.cancel_request, request=asked, by=cast.tess, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert lent().exists() == (fresh(asked).status == Status.APPROVED)


@pytest.mark.trust("C3", "I12")
@pytest.mark.parametrize("how", ["unlinked", "demoted", "gone"])
def test_granting_and_the_agent_going(cast, now, how):
    by = {"unlinked": cast.pat, "demoted": cast.petra, "gone": cast.tess}[how]
    petras = member(cast.petra, cast.bolt)
    accounts.change_role(membership=petras, role="administrator", by=cast.pat, at=now)
    asked = ask_for_hour(cast, by=by, at=now)
    link = Partnership.objects.get(partner=cast.bolt, customer=cast.acme)
    leave = {
        "unlinked": partial(end_partnership, partnership=link, by=cast.carol, at=now),
        "demoted": partial(accounts.change_role, membership=petras, role="member", by=cast.pat, at=now),
        "gone": partial(accounts.end_membership, membership=member(cast.tess, cast.vendor), by=cast.root, at=now),
    }[how]
    outcomes = at_once(partial(grant_hour, asked, by=cast.carol, at=now), leave)

    assert len(refused(outcomes, NotAllowedNow)) <= 1
    assert not lent().unended(now).exists()
    assert held(by, cast.acme, at=now) == set()
    assert verify() == []


@pytest.mark.trust("R1", "L1")
def test_however_many_guess_at_once_there_are_five_tries(cast, now):
    asked = ask_for_hour(cast, at=now)
    wrong = wrong_code(asked)
    guesses = [partial(grant_hour, asked, by=who, code=wrong, at=now) for who in (cast.carol, cast.adam) * 4]
    outcomes = at_once(*guesses)

    assert len(refused(outcomes, (ValidationError, NotAllowedNow))) == 8
    assert len([one for one in outcomes if isinstance(one, ValidationError)]) == 4
    assert (fresh(asked).misses, fresh(asked).status) == (5, Status.CANCELLED)
    assert events(asked) == ["request.submitted", *["code.missed"] * 5, "request.cancelled"]
    assert not lent().exists()


def test_of_several_guesses_and_the_right_code_the_right_one_opens_it_only_while_it_waits(cast, now):
    asked = ask_for_hour(cast, at=now)
    wrong = partial(grant_hour, asked, by=cast.adam, code=wrong_code(asked), at=now)
    refused(at_once(partial(grant_hour, asked, by=cast.carol, at=now), *[wrong] * 5), (ValidationError, NotAllowedNow))

    asked = fresh(asked)
    assert lent().exists() == (asked.status == Status.APPROVED)
    assert asked.misses <= 5
    assert (asked.misses == 5) == (asked.status == Status.CANCELLED)


@pytest.mark.trust("D1")
def test_asking_twice_asks_once_and_wrong_addresses_are_counted_though_they_come_at_once(cast, now):
    outcomes = at_once(*[partial(ask_for_hour, cast, at=now)] * 3)
    assert len(refused(outcomes, NotAllowedNow)) == 2
    assert AccessRequest.objects.filter(kind=RequestKind.HOUR).count() == 1

    tries = [partial(ask_for_hour, cast, by=cast.tom, of=cast.mike, account=one, at=now) for one in company_pair(cast)]
    outcomes = at_once(*tries * 4)
    assert len(refused(outcomes, (ValidationError, TooMuch))) == 8
    assert TrailLine.objects.filter(event="hour.refused").count() == 5
    assert verify() == []


def company_pair(cast):
    return [cast.acme, cast.globex]


@pytest.mark.trust("R6")
def test_reporting_it_and_granting_it(cast, now):
    asked = ask_for_hour(cast, at=now)
    outcomes = at_once(
        partial(grant_hour, asked, by=cast.carol, at=now),
        partial(services.report_unexpected, request=asked, seen=asked.as_seen(), by=cast.adam, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert lent().exists() == (fresh(asked).status == Status.APPROVED)
    assert verify() == []
