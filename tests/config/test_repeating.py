"""Jobs of a process without Celery."""

import os
import signal
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError

from audit.models import JobRun
from config.repeating import repeat

pytestmark = pytest.mark.django_db(transaction=True)

SOON = timedelta(milliseconds=20)


def end_after(seconds, number):
    """This will send the signal to this very process a little later."""
    threading.Timer(seconds, os.kill, [os.getpid(), number]).start()


@pytest.mark.trust("K3")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(("command", "job"), [("portal_sweep", "sweep"), ("portal_outbox", "outbox")])
def test_goes_on_until_it_is_asked_to_end(settings, command, job, number):
    settings.PORTAL_SWEEP_EVERY = settings.PORTAL_OUTBOX_EVERY = SOON
    before = signal.getsignal(number)
    end_after(0.3, number)

    call_command(command)

    assert JobRun.objects.filter(name=job).exists()
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
