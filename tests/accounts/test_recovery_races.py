"""Stopping and taking effect at the same moment: one of them wins, whole; two sweeps do it once."""

from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.exceptions import ValidationError
from django.db import connection

from access_requests import services as requests
from accounts import services
from accounts.models import Account, FactorReset, Invitation, Replacement
from accounts.permissions import Role
from accounts.states import AccountKind, Outcome
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.access_requests.racing import at_once, deadlocks, refused
from tests.cast import member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]
ROUNDS = 6


@pytest.fixture(autouse=True)
def nothing_deadlocks(db):
    """No race ends in a deadlock, and every chain of the trail is whole afterwards."""
    before = deadlocks() if connection.vendor == "postgresql" else 0
    yield
    assert verify() == []
    if connection.vendor == "postgresql":
        assert deadlocks() == before


def replace(cast, *, at):
    begin = {"account": cast.acme, "successor": cast.mike, "reason": "Gone.", "by": cast.stan}
    return services.start_replacement(**begin, at=at)


def reset(cast, person, *, at):
    TOTP.activate(person, "A" * 32)
    return services.start_factor_reset(person=person, reason="Lost.", by=cast.stan, at=at)


@pytest.mark.trust("R6")
def test_stopping_a_replacement_against_its_effect(cast, now):
    for _round in range(ROUNDS):
        one = replace(cast, at=now)
        due = one.takes_effect_at
        calls = [
            lambda one=one, due=due: services.stop_replacement(replacement=one, by=cast.adam, at=due),
            lambda one=one, due=due: services.complete_replacement(replacement=one, at=due),
        ]
        outcomes = at_once(*(calls if _round % 2 else calls[::-1]))

        assert len(refused(outcomes, NotAllowedNow)) == 1
        one = Replacement.objects.get(pk=one.pk)
        done = one.outcome == Outcome.COMPLETED
        assert (member(cast.mike, cast.acme).role == Role.PRIMARY) is done
        assert (member(cast.carol, cast.acme).role == Role.MEMBER) is done
        ends = TrailLine.objects.filter(subject=one.public_id).exclude(event="replacement.started")
        assert [line.event for line in ends] == [f"replacement.{one.outcome}"]
        assert set(Mail.objects.filter(about=one.public_id).values_list("event", flat=True)) == {
            "replacement_started",
            "replaced" if done else "replacement_stopped",
        }
        if done:
            back = {"account": cast.acme, "successor": cast.carol}
            services.name_successor(**back, by=cast.mike, at=due)
            services.change_role(membership=member(cast.mike, cast.acme), role=Role.MEMBER, by=cast.carol, at=due)


@pytest.mark.trust("R6")
def test_stopping_a_reset_against_its_effect(cast, now):
    for _round in range(ROUNDS):
        one = reset(cast, cast.dora, at=now)
        due = one.takes_effect_at
        calls = [
            lambda one=one, due=due: services.stop_factor_reset(reset=one, by=cast.dora, at=due),
            lambda one=one, due=due: services.complete_factor_reset(reset=one, at=due),
        ]
        outcomes = at_once(*(calls if _round % 2 else calls[::-1]))

        assert len(refused(outcomes, NotAllowedNow)) == 1
        done = FactorReset.objects.get(pk=one.pk).outcome == Outcome.COMPLETED
        assert Authenticator.objects.filter(user=cast.dora).exists() is not done
        Authenticator.objects.filter(user=cast.dora).delete()


@pytest.mark.trust("B1")
def test_sweeps_side_by_side_do_it_once(cast, now):
    one, other = replace(cast, at=now), reset(cast, cast.dora, at=now)
    outcomes = at_once(*[lambda: requests.sweep(at=one.takes_effect_at)] * 6)

    assert refused(outcomes, NotAllowedNow) == []
    assert outcomes == [None] * 6
    assert Mail.objects.filter(event="replaced").count() == 4
    assert Mail.objects.filter(event="factor_reset_completed").count() == 4
    events = TrailLine.objects.filter(subject__in=[one.public_id, other.public_id], event__endswith=".completed")
    assert sorted(events.values_list("chain", "event")) == [
        ("654321", "factor_reset.completed"),
        ("654321", "replacement.completed"),
        ("700118", "factor_reset.completed"),
    ]


def test_a_successor_named_against_the_effect(cast, now):
    one = replace(cast, at=now)
    due = one.takes_effect_at
    named, done = at_once(
        lambda: services.name_successor(account=cast.acme, successor=cast.adam, by=cast.carol, at=due),
        lambda: services.complete_replacement(replacement=one, at=due),
    )

    completed = Replacement.objects.get(pk=one.pk).outcome == Outcome.COMPLETED
    assert isinstance(named if completed else done, Exception)
    assert not isinstance(done if completed else named, Exception)
    assert member(cast.mike if completed else cast.adam, cast.acme).role == Role.PRIMARY


def test_two_members_of_staff_begin_once(cast, now):
    outcomes = at_once(*[lambda: replace(cast, at=now)] * 4)

    assert len(refused(outcomes, NotAllowedNow)) == 3
    TOTP.activate(cast.adam, "A" * 32)
    begin = {"person": cast.adam, "reason": "Lost.", "by": cast.stan, "at": now}
    outcomes = at_once(*[lambda: services.start_factor_reset(**begin)] * 4)
    assert len(refused(outcomes, NotAllowedNow)) == 3
    assert (Replacement.objects.count(), FactorReset.objects.count()) == (1, 1)


def test_two_members_of_staff_open_one_account(cast, now):
    facts = {"kind": AccountKind.CUSTOMER, "number": "900100", "org_id": "49000100", "name": "Dunes", "seats": 3}
    person = {"email": "new@dunes.example", "first_name": "New", "last_name": "", "language": "en"}
    opening = partial(services.set_up_account, **facts, **person, time_zone="UTC", by=cast.stan, at=now)

    assert len(refused(at_once(*[opening] * 4), ValidationError)) == 3
    assert Invitation.objects.get().account == Account.objects.get(number="900100")
