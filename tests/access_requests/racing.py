"""Several people at the same moment: real threads, each with a database connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from allauth.core.internal import ratelimit
from django.db import connection
from django.test import Client

PATIENCE = 60  # seconds a racer may wait for the others


def at_once(*calls):
    """This will start all calls at a barrier and give, in order, what each returned or raised.

    Who waits for a second while others count their tries is told to come back, and on a busy machine ten wait as long.
    """
    barrier = Barrier(len(calls), timeout=PATIENCE)

    def run(call):
        try:
            connection.ensure_connection()  # connecting takes longer than what is raced for
            barrier.wait()
            return call()
        except Exception as outcome:
            return outcome
        finally:
            connection.close()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(len(calls)) as pool:
        patch.setattr(ratelimit, "CACHE_LOCK_WAIT_TIMEOUT", PATIENCE)
        return list(pool.map(run, calls))


def sent_at_once(browser, path, sent, *, times=4):
    """This will send the same form so many times at once from one browser, and give the answers."""

    def click():
        again = Client()
        again.cookies = browser.cookies
        return again.post(path, sent)

    answers = at_once(*[click] * times)
    refused(answers, ())  # no failure of ours
    return answers


def refused(outcomes, kind):
    """This will give the outcomes that are refusals of that kind; any other exception is raised again."""
    for outcome in outcomes:
        if isinstance(outcome, Exception) and not isinstance(outcome, kind):
            raise outcome
    return [outcome for outcome in outcomes if isinstance(outcome, kind)]


def deadlocks():
    """This will count the deadlocks in the log of the PostgreSQL server the tests run on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW unix_socket_directories")
        (place,) = cursor.fetchone()
    return (Path(place) / "log").read_text().count("deadlock detected")
