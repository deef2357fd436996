"""Doing a job again and again until the process is asked to end, where no Celery runs."""

import logging
import signal
import threading
from contextlib import contextmanager

from django.db import DatabaseError, close_old_connections

logger = logging.getLogger(__name__)


def repeat(job, *, every):
    """This will run ``job`` every so often until SIGTERM or SIGINT; the job in hand is finished first.

    A database that is gone for a while is waited for: whatever was due is found again.

    :param every: a :class:`~datetime.timedelta`
    """
    with _asked_to_end() as asked:
        while not asked.is_set():
            close_old_connections()
            try:
                job()
            except DatabaseError:
                logger.exception("The job did not go through and is tried again")
            asked.wait(every.total_seconds())


@contextmanager
def _asked_to_end():
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    for number in before:
        signal.signal(number, lambda *_signal: asked.set())
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
