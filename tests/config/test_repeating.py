"""Jobs of a process without Celery."""

import os
import signal
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection

from audit.models import JobRun
from config.repeating import repeat

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(milliseconds=20)
PATIENCE = 60  # seconds


@contextmanager
def ended_once(happened, number):
    """This will send the signal to this very process as soon as that happened in the block, which listens by then.

    Sent earlier, it would end the tests.
    """
    over, until = threading.Event(), time.monotonic() + PATIENCE

    def watch():
        try:
            while not over.wait(0.02):
                if happened() or time.monotonic() > until:
                    os.kill(os.getpid(), number)
                    return
        finally:
            connection.close()

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join()


@pytest.mark.trust("K3")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("command", "job"), [("portal_sweep", "sweep"), ("portal_outbox", "outbox")])
def test_goes_on_until_it_is_asked_to_end(settings, command, job, number):
    settings.PORTAL_SWEEP_EVERY = settings.PORTAL_OUTBOX_EVERY = SOON
    before, rounds = signal.getsignal(number), set()

    def went_on():
        rounds.update(JobRun.objects.filter(name=job).values_list("ran_at", flat=True))
        return len(rounds) > 1

    with ended_once(went_on, number):
        call_command(command)

    assert len(rounds) == 2
    assert signal.getsignal(number) is before


def test_finishes_the_job_in_hand():
    done = []

    def job():
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("whole")

    repeat(job, every=timedelta(hours=1))

    assert done == ["whole"]


def test_waits_for_a_database_that_is_gone(caplog):
    done = []

    def job():
        done.append("tried")
        if len(done) == 1:
            raise OperationalError("the server went away")
        os.kill(os.getpid(), signal.SIGTERM)

    repeat(job, every=SOON)

    assert done == ["tried", "tried"]
    assert "The job did not go through and is tried again" in caplog.text
