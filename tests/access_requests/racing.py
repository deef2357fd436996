"""Several people at the same moment: real threads, each with a database connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from django.db import connection


def at_once(*calls):
    """This will start all calls at a barrier and give, in order, what each returned or raised."""
    barrier = Barrier(len(calls), timeout=30)

    def run(call):
        try:
            connection.ensure_connection()  # connecting takes longer than what is raced for
            barrier.wait()
            return call()
        except Exception as outcome:
            return outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


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
