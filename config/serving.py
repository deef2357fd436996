"""The web's worker: gunicorn's threads, which wait for a slow sender only so long."""

import socket
import time
from contextlib import suppress
from threading import Lock

from gunicorn.workers.gthread import ThreadWorker

from config.limits import PORTAL_ARRIVE_WITHIN


class Worker(ThreadWorker):
    """Stops listening to a request that has not arrived whole in time.

    gunicorn reads headers and body without any limit of time, so whoever sends a byte now and then would hold a
    thread for as long as they like. Here the main loop, which wakes every second, ends the reading: half a head
    closes the connection, half a form is answered with 400. An answer that takes long is not touched by it.

    Browsers connect ahead of what they may ask. A worker that stops waits for no connection that has said nothing yet.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._arriving, self._guard = {}, Lock()

    def handle(self, conn):
        """Read and answer one request, in a thread of the pool."""
        with self._guard:
            self._arriving[conn] = time.monotonic() + PORTAL_ARRIVE_WITHIN.total_seconds()
        try:
            return super().handle(conn)
        finally:
            with self._guard:
                self._arriving.pop(conn, None)

    def murder_pending(self):
        """Close what has waited for too long; the main loop calls this on each of its turns."""
        now = time.monotonic()
        if not self.alive:
            for conn in self.pending_conns:
                conn.timeout = now
        super().murder_pending()
        with self._guard:
            late = [conn for conn, until in self._arriving.items() if until <= now or self._is_idle(conn)]
            for conn in late:
                del self._arriving[conn]
                with suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)  # what has arrived can still be read

    def _is_idle(self, conn):
        return not (self.alive or conn.initialized or conn.data_ready)
