"""The worker and its schedule as two threads of the process that serves the pages."""

import logging
import threading
import time
from dataclasses import dataclass

from celery import beat
from celery.worker import WorkController, state

from config.celery import app

logger = logging.getLogger(__name__)

_LONGEST_NAP = 1.0
_PATIENCE = 4.0


@dataclass
class Jobs:
    """The two threads, so that they can be stopped together."""

    clockwork: beat.Service
    threads: list[threading.Thread]

    def stop(self):
        """This will ask both to end and wait a few seconds for the job in hand."""
        self.clockwork.stop()
        state.should_stop = 0
        patience = time.monotonic() + _PATIENCE
        for thread in self.threads:
            thread.join(max(0.0, patience - time.monotonic()))
            if thread.is_alive():
                logger.warning("The thread %s did not end in time and is left behind", thread.name)


def start():
    """This will start worker and schedule; the answer is there to stop them by."""
    worker = WorkController(
        app=app,
        hostname="jobs@embedded",
        pool_cls="solo",
        concurrency=1,
        without_mingle=True,
        without_gossip=True,
        without_heartbeat=True,
    )
    clockwork = beat.Service(app, max_interval=_LONGEST_NAP, scheduler_cls=beat.Scheduler)
    threads = [
        threading.Thread(target=worker.start, name="jobs", daemon=True),
        threading.Thread(target=clockwork.start, name="schedule", daemon=True),
    ]
    for thread in threads:
        thread.start()
    return Jobs(clockwork, threads)
