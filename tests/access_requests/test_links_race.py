"""Saying yes and cutting the link at the same moment: one of them wins, and nobody is left inside."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from access_requests import services
from access_requests.states import Status
from accounts.authorization import held
from accounts.models import Grant
from audit.verification import verify
from frame.refusals import NotAllowedNow
from partners.models import Partnership
from partners.services import end_partnership
from tests.cast import INVOICES, WEEK, ask, fresh, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.trust("C3", "I12"), pytest.mark.seed("S2-42")]


def at_once(*steps):
    """This will take the steps in threads that start together, and give ``None`` or the refusal for each."""
    together = Barrier(len(steps))

    def take(step):
        try:
            together.wait(20)
            step()
        except NotAllowedNow as refusal:
            return refusal
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(len(steps)) as threads:
        return list(threads.map(take, steps))


@pytest.mark.parametrize("first", [0, 1])
def test_approving_and_unlinking(cast, now, first):
    asked = ask(cast, at=now)
    link = Partnership.objects.get(partner=cast.bolt, customer=cast.acme)
    steps = [
        lambda: services.approve_request(request=asked, seen=asked.as_seen(), by=cast.carol, at=now),
        lambda: end_partnership(partnership=link, by=cast.pat, at=now),
    ]
    outcomes = at_once(*(steps if first == 0 else steps[::-1]))
    approved, ended = outcomes if first == 0 else outcomes[::-1]

    assert ended is None
    assert fresh(asked).status == (Status.CANCELLED if approved else Status.APPROVED)
    assert not Grant.objects.unended(now).exists()
    assert held(cast.petra, cast.acme, at=now) == set()
    assert verify() == []


def test_both_sides_unlinking(cast, now):
    link = Partnership.objects.get(partner=cast.bolt, customer=cast.acme)
    outcomes = at_once(
        lambda: end_partnership(partnership=link, by=cast.pat, at=now),
        lambda: end_partnership(partnership=link, by=cast.carol, at=now),
    )

    assert sorted(outcome is None for outcome in outcomes) == [False, True]
    assert not Grant.objects.unended(now).exists()


def test_giving_and_unlinking(cast, now):
    link = Partnership.objects.get(partner=cast.bolt, customer=cast.acme)
    person = member(cast.petra, cast.bolt)
    given, ended = at_once(
        lambda: services.give_access(
            account=cast.acme,
            membership=person,
            by=cast.carol,
            permissions=[INVOICES],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=WEEK),
            reason="x",
            at=now,
        ),
        lambda: end_partnership(partnership=link, by=cast.pat, at=now),
    )

    assert given is None
    assert ended is None
    living = Partnership.objects.living().filter(partner=cast.bolt, customer=cast.acme)
    assert living.exists() is Grant.objects.unended(now).filter(grantee=cast.petra).exists()
    assert held(cast.piotr, cast.acme, at=now) == set()


def test_a_look_from_outside_and_unlinking(cast, now, signed_in):
    browser = signed_in(cast.piotr)
    link = Partnership.objects.get(partner=cast.bolt, customer=cast.acme)
    looks = [lambda: browser.get("/accounts/654321/invoices/")] * 2
    outcomes = at_once(*looks, lambda: end_partnership(partnership=link, by=cast.carol, at=now))

    assert outcomes == [None, None, None]
    assert browser.get("/accounts/654321/invoices/").status_code == 403
    assert verify() == []
