"""A proposed change at the same moment: yes against no, a direct change, the end of the access; and twice."""

from functools import partial

import pytest

from access_requests.services import end_access
from accounts import services
from accounts.selectors import configuration_of
from accounts.states import ChangeState
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail
from tests.access_requests.racing import at_once, refused
from tests.accounts.proposals import METADATA, agree, anew, lend_for_case, propose

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seed("S3-13")]


@pytest.fixture
def lent(cast, now):
    return lend_for_case(cast, at=now)


@pytest.fixture
def change(cast, lent, now):
    return propose(cast, at=now)


def changed():
    return TrailLine.objects.filter(event="configuration.changed").count()


def closings():
    return sorted(TrailLine.objects.filter(event__startswith="change.").values_list("event", flat=True))


@pytest.mark.trust("R2")
@pytest.mark.parametrize("times", range(3))
def test_of_yes_and_no_exactly_one_wins(cast, change, now, times):
    outcomes = at_once(
        partial(agree, change, by=cast.carol, at=now),
        partial(services.refuse_change, change=change, by=cast.connie, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    agreed = anew(change).state == ChangeState.AGREED
    assert configuration_of(cast.acme).version == changed() == int(agreed)
    assert closings() == sorted(["change.proposed", "change.agreed" if agreed else "change.refused"])
    assert Mail.objects.filter(event="change_closed").count() == 5


@pytest.mark.trust("R1")
def test_agreeing_many_times_at_once_changes_it_once(cast, change, now):
    outcomes = at_once(*[partial(agree, change, by=who, at=now) for who in (cast.carol, cast.adam, cast.connie) * 2])

    assert len(refused(outcomes, NotAllowedNow)) == 5
    assert (configuration_of(cast.acme).version, changed()) == (1, 1)
    assert Mail.objects.filter(event="change_closed").count() == 5


@pytest.mark.trust("R8")
@pytest.mark.parametrize("times", range(3))
def test_agreeing_and_a_change_of_ones_own(cast, change, now, times):
    own = {"account": cast.acme, "seen": 0, "by": cast.adam, "at": now, "metadata_url": METADATA}
    outcomes = at_once(partial(agree, change, by=cast.carol, at=now), partial(services.change_configuration, **own))

    assert len(refused(outcomes, NotAllowedNow)) == 1
    here = configuration_of(cast.acme)
    agreed = anew(change).state == ChangeState.AGREED
    assert (here.version, bool(here.domains), bool(here.metadata_url)) == (1, agreed, not agreed)
    assert anew(change).state == (ChangeState.AGREED if agreed else ChangeState.OUTDATED)
    assert verify() == []


@pytest.mark.trust("C3", "E3")
@pytest.mark.parametrize("times", range(3))
def test_agreeing_and_the_end_of_the_access(cast, lent, change, now, times):
    outcomes = at_once(
        partial(agree, change, by=cast.carol, at=now), partial(end_access, grant=lent, by=cast.adam, at=now)
    )

    refused(outcomes[:1], NotAllowedNow)
    assert not isinstance(outcomes[1], Exception)
    events = [line.event for line in TrailLine.objects.filter(account="654321").order_by("sequence")]
    assert ("configuration.changed" in events) == (anew(change).state == ChangeState.AGREED)
    if "configuration.changed" in events:
        assert events.index("configuration.changed") < events.index("grant.ended")


def test_agreeing_and_taking_it_back(cast, change, now):
    outcomes = at_once(
        partial(agree, change, by=cast.carol, at=now),
        partial(services.withdraw_change, change=change, by=cast.tess, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert configuration_of(cast.acme).version == int(anew(change).state == ChangeState.AGREED)


@pytest.mark.trust("R4", "B1")
def test_agreeing_at_the_last_instant_and_the_sweep(cast, change, now):
    over = change.respond_by
    outcomes = at_once(
        partial(agree, change, by=cast.carol, at=over.replace(microsecond=0)),
        *[partial(services.lapse_due_changes, at=over)] * 2,
    )

    refused(outcomes, NotAllowedNow)
    assert anew(change).state in (ChangeState.AGREED, ChangeState.LAPSED)
    assert configuration_of(cast.acme).version == int(anew(change).state == ChangeState.AGREED)
    assert Mail.objects.filter(event="change_closed").count() == 5


@pytest.mark.trust("D1")
def test_proposing_many_times_at_once_leaves_no_more_than_may_wait(cast, lent, now):
    outcomes = at_once(*[partial(propose, cast, at=now, domains=[f"d{one}.example"]) for one in range(6)])

    assert len(refused(outcomes, TooMuch)) == 1
    assert verify() == []
