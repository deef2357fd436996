"""A partner that serves thousands signs in as quickly as one that serves three, and is told of each once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from access_requests.services import sweep
from notifications.models import Mail, Notice
from partners.models import Partnership
from partners.services import end_partnership, make_known, tell_of_available
from tests.crowd import many_customers

pytestmark = pytest.mark.seed("S2-5")


class Stopped(Exception):
    """The process went away in the middle."""


def news():
    """This will give of which partnerships somebody was told, one entry for each mail."""
    return sorted(Mail.objects.filter(event="new_customer").values_list("about", flat=True))


def untold():
    """This will count the partnerships that nobody was told of yet."""
    return Partnership.objects.filter(told_at=None, state="available").count()


def at_once(*calls):
    """This will start all calls together, each with a connection of its own, and give what they answered."""
    barrier = Barrier(len(calls), timeout=30)

    def run(call):
        try:
            connection.ensure_connection()
            barrier.wait()
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
class TestTwoLooksAtOnce:
    def test_tell_of_each_customer_once(self, cast, now, signed_in):
        made = many_customers(cast.crow, 130, at=now)
        signed_in(cast.quinn)

        done = at_once(*[lambda: tell_of_available(at=now)] * 3)
        while done[-1]:
            done.append(tell_of_available(at=now))

        acme = Partnership.objects.get(partner=cast.crow, customer=cast.acme)
        assert news() == sorted(f"partnership.{one.pk}" for one in [*made, acme])
        assert sum(done) == len(made) + 1
        assert Notice.objects.filter(event="new_customer", recipient=cast.quinn).count() == len(made) + 1

    def test_and_a_customer_made_known_meanwhile_is_told_of_once(self, cast, now, signed_in):
        many_customers(cast.crow, 60, at=now)
        signed_in(cast.quinn)

        at_once(
            lambda: tell_of_available(at=now),
            lambda: make_known(partner=cast.crow, customer=cast.globex, by=None, at=now),
            lambda: tell_of_available(at=now),
        )
        sweep(at=now)

        assert untold() == Partnership.objects.filter(partner=cast.bolt, state="available").count()
        assert len(news()) == len(set(news())) == 62

    def test_and_a_partnership_that_ends_meanwhile_is_not_waited_for(self, cast, now, signed_in):
        made = many_customers(cast.crow, 60, at=now)
        signed_in(cast.quinn)

        at_once(
            lambda: tell_of_available(at=now),
            lambda: end_partnership(partnership=made[0], by=cast.quinn, at=now),
        )
        sweep(at=now)

        assert len(news()) == len(set(news()))
        assert {f"partnership.{one.pk}" for one in made[1:]} < set(news())


@pytest.mark.django_db(transaction=True)
def test_what_a_look_did_not_finish_the_next_finds(cast, now, signed_in):
    many_customers(cast.crow, 5, at=now)
    signed_in(cast.quinn)

    def stop_after_telling():
        with transaction.atomic():
            assert tell_of_available(at=now) == 6
            raise Stopped

    with pytest.raises(Stopped):
        stop_after_telling()

    assert news() == []
    assert tell_of_available(at=now) == 6
    assert tell_of_available(at=now) == 0
    assert len(set(news())) == 6


def test_signing_in_writes_no_mail_and_asks_no_more_for_two_thousand(cast, now, signed_in):
    many_customers(cast.bolt, 3, at=now)
    signed_in(cast.pat)
    with CaptureQueriesContext(connection) as few:
        signed_in(cast.pat)
    many_customers(cast.bolt, 1997, at=now)

    with CaptureQueriesContext(connection) as many:
        signed_in(cast.pat)

    assert len(many) == len(few)
    assert news() == []


def test_one_look_tells_of_so_many_and_leaves_the_rest_to_the_next(cast, now, signed_in):
    many_customers(cast.crow, 449, at=now)
    signed_in(cast.quinn)

    assert [tell_of_available(at=now) for _look in range(3)] == [400, 50, 0]
    assert len(set(news())) == 450


def test_a_look_asks_the_same_number_of_times_for_few_and_for_fifty(cast, now, signed_in):
    signed_in(cast.quinn)
    counts = []
    for number in (3, 46):
        many_customers(cast.crow, number, at=now)
        with CaptureQueriesContext(connection) as queries:
            tell_of_available(at=now)
        counts.append(len(queries))

    assert counts[0] == counts[1]
