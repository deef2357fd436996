"""Access for a case at the same moment: turned on against withdrawn, solved, left; brought in against handed back."""

from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

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
from riders.models import CaseApproval
from riders.services import finish_investigation, solve_case, withdraw_case_access
from tests.access_requests.case_access import a_case, activate, bring_in, let_in
from tests.access_requests.racing import at_once, refused
from tests.cast import approve, ask_for_support, fresh, member, open_browser, told

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def associates(cast):
    """Tess, Tom and Stan have a second factor, so they are associates."""
    for person in (cast.tess, cast.tom, cast.stan):
        open_browser(person)


@pytest.fixture
def case(cast, now):
    """A case of Connie's, for which she lets support in."""
    found = a_case(cast, at=now)
    let_in(found, by=cast.connie, at=now)
    return found


def lent():
    return Grant.objects.filter(kind=RequestKind.CASE)


def nobody_is_in(cast, now):
    """This will say that none of support is in, by any row and by the door."""
    return not lent().unended(now).exists() and not any(
        held(who, cast.acme, at=now) for who in (cast.tess, cast.tom, cast.stan)
    )


@pytest.mark.seed("S3-7")
@pytest.mark.trust("R1", "R3")
@pytest.mark.parametrize("how", ["withdrawn", "finished", "solved"])
@pytest.mark.parametrize("times", range(2))
def test_turning_it_on_and_the_end_of_what_was_approved(cast, case, now, how, times):
    end = {
        "withdrawn": partial(withdraw_case_access, case=case, by=cast.connie, at=now),
        "finished": partial(finish_investigation, case=case, by=cast.stan, at=now),
        "solved": partial(solve_case, case=case, by=cast.connie, at=now),
    }[how]
    outcomes = at_once(partial(activate, case, by=cast.tess, of=cast.connie, at=now), end)

    assert len(refused(outcomes, NotAllowedNow)) == (0 if lent().exists() else 1)
    assert nobody_is_in(cast, now)
    assert not CaseApproval.objects.standing(now).exists()
    assert set(lent().values_list("end_reason", flat=True)) <= {how}
    assert verify() == []


@pytest.mark.trust("R1")
def test_turning_it_on_many_times_at_once_turns_it_on_once(cast, case, now):
    outcomes = at_once(*[partial(activate, case, by=cast.tess, of=cast.connie, at=now)] * 5)

    assert len(refused(outcomes, NotAllowedNow)) == 4
    [grant] = lent()
    assert told("activated", grant) == ["connie@acme.example"]


@pytest.mark.trust("C2", "I12")
@pytest.mark.parametrize("times", range(2))
def test_turning_it_on_and_leaving(cast, case, now, times):
    leave = partial(accounts.end_membership, membership=member(cast.tess, cast.vendor), by=cast.root, at=now)
    outcomes = at_once(partial(activate, case, by=cast.tess, of=cast.connie, at=now), leave)

    assert len(refused(outcomes, PermissionDenied)) <= 1
    assert nobody_is_in(cast, now)
    assert verify() == []


@pytest.mark.trust("C2")
def test_turning_it_on_and_the_contact_leaving(cast, case, now):
    leave = partial(accounts.end_membership, membership=member(cast.connie, cast.acme), by=cast.carol, at=now)
    outcomes = at_once(partial(activate, case, by=cast.tess, of=cast.connie, at=now), leave)

    assert len(refused(outcomes, NotAllowedNow)) == (0 if lent().exists() else 1)
    assert verify() == []


@pytest.mark.trust("D1")
def test_wrong_addresses_are_counted_though_they_come_at_once(cast, case, now):
    outcomes = at_once(*[partial(activate, case, by=cast.tess, of=cast.carol, at=now)] * 8)

    assert len(refused(outcomes, (ValidationError, TooMuch))) == 8
    assert TrailLine.objects.filter(event="activation.refused").count() == 5


@pytest.mark.seed("S3-10")
@pytest.mark.trust("I6")
@pytest.mark.parametrize("how", ["handed back", "ended", "withdrawn", "solved"])
@pytest.mark.parametrize("times", range(2))
def test_bringing_somebody_in_and_the_end_of_ones_own(cast, case, now, how, times):
    grant = activate(case, by=cast.tess, of=cast.connie, at=now)
    end = {
        "handed back": partial(services.hand_back_access, account=cast.acme, by=cast.tess, at=now),
        "ended": partial(services.end_access, grant=grant, by=cast.carol, at=now),
        "withdrawn": partial(withdraw_case_access, case=case, by=cast.connie, at=now),
        "solved": partial(solve_case, case=case, by=cast.tess, support=True, at=now),
    }[how]
    outcomes = at_once(partial(bring_in, grant, who=cast.tom, at=now), end)

    assert len(refused(outcomes, NotAllowedNow)) == (0 if lent().filter(grantee=cast.tom).exists() else 1)
    assert nobody_is_in(cast, now)
    assert verify() == []


def test_brought_in_by_two_at_once_one_of_them_wins(cast, case, now):
    grants = [activate(case, by=who, of=cast.connie, at=now) for who in (cast.tess, cast.tom)]
    outcomes = at_once(*[partial(bring_in, grant, who=cast.stan, at=now) for grant in grants])

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert lent().filter(grantee=cast.stan).count() == 1


@pytest.mark.seed("S0-3", "S3-16")
@pytest.mark.trust("R3")
@pytest.mark.parametrize("times", range(3))
def test_saying_yes_to_a_request_and_solving_the_case_it_names(cast, case, now, times):
    request = ask_for_support(cast, case_number=case.number, at=now)
    outcomes = at_once(
        partial(approve, request, by=cast.carol, at=now), partial(solve_case, case=case, by=cast.connie, at=now)
    )

    given = Grant.objects.filter(kind=RequestKind.SUPPORT)
    assert len(refused(outcomes, NotAllowedNow)) == (0 if given.exists() else 1)
    assert fresh(request).status == (Status.APPROVED if given.exists() else Status.CANCELLED)
    assert not given.unended(now).exists()
    assert held(cast.tess, cast.acme, at=now) == set()
    assert verify() == []


@pytest.mark.trust("R3")
@pytest.mark.parametrize("times", range(2))
def test_asking_about_a_case_and_solving_it(cast, case, now, times):
    outcomes = at_once(
        partial(ask_for_support, cast, case_number=case.number, at=now),
        partial(solve_case, case=case, by=cast.connie, at=now),
    )

    refused(outcomes, ValidationError)
    assert verify() == []
    assert not AccessRequest.objects.waiting(now).exists()


def test_two_cases_solved_while_access_for_both_is_used_and_passed_on(cast, case, now):
    """Locks are taken in one order whoever comes from where, so nobody waits for ever."""
    other = a_case(cast, at=now, subject="Slow mornings")
    let_in(other, by=cast.carol, at=now, roles=["Follow up cases"])
    first = activate(case, by=cast.tess, of=cast.connie, at=now)
    second = activate(other, by=cast.tess, of=cast.carol, at=now)
    outcomes = at_once(
        partial(solve_case, case=case, by=cast.tess, at=now),
        partial(solve_case, case=other, by=cast.tess, at=now),
        partial(bring_in, first, who=cast.tom, at=now),
        partial(bring_in, second, who=cast.stan, at=now),
        partial(services.end_due_grants, at=now),
        partial(accounts.deactivate_person, user=cast.tom, by=cast.root, at=now),
    )

    refused(outcomes, (NotAllowedNow, PermissionDenied, ValidationError))
    assert not lent().unended(now).filter(grantee=cast.tom).exists()
    assert verify() == []
