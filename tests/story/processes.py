"""The portal's own processes, run as an operator runs them, and stopped by their number."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.servers import ending_with_us
from tests.servers import free_port as free_port  # part of running a process; others take it from here

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240  # seconds a process may take to come up, to end, or to do what is waited for; a busy machine is slow


def surroundings(**settings):
    """This will give the environment of a process: the path, and the settings given. Nothing of the shell's."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", **settings}


def manage(*words, env):
    """This will run a command of ``manage.py`` to its end and give what it printed.

    :raises AssertionError: it failed
    """
    ended = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE
    )
    assert ended.returncode == 0, ended.stderr[-3000:]
    return ended.stdout


class Running:
    """A process of the portal and what it has said so far."""

    def __init__(self, process, log, excused):
        self.process, self.log = process, log
        self._excused, self._read = excused, 0

    @property
    def output(self):
        """Everything it has printed."""
        return self.log.read_text(errors="replace")

    def is_at_peace(self, *, excused=None):
        """This will look for trouble in what it said since the last look.

        :param excused: a pattern of the lines that were to be expected this time
        :raises AssertionError: there was some
        """
        lines = self.output.splitlines()[self._read :]
        self._read += len(lines)
        trouble = [line for line in lines if _is_trouble(line, excused or self._excused)]
        assert not trouble, "\n".join(trouble)[-4000:]

    def stop(self):
        """This will ask the process to end, as an operator would, and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@contextmanager
def running(module, *words, env, log, excused=None):
    """This will run ``python -m module`` until the block ends, and then look for trouble in what it said.

    :param excused: a pattern of the lines that are to be expected although they look like trouble
    """
    with log.open("w") as output:
        process = subprocess.Popen(
            [*ending_with_us(), sys.executable, "-m", module, *words],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    started = Running(process, log, excused)
    try:
        yield started
    finally:
        started.stop()
    started.is_at_peace()


@contextmanager
def web(*words, env, log, excused=None):
    """This will serve the portal by gunicorn and give the running process once it answers."""
    with running("gunicorn", "--config", "config/gunicorn.py", *words, env=env, log=log, excused=excused) as server:
        until(lambda: _lives(env), or_say=lambda: server.output[-3000:])
        yield server


def _lives(env):
    """Whether the portal answers on its port, asked as a proxy before it asks."""
    link = http.client.HTTPConnection("127.0.0.1", int(env["PORT"]), timeout=5)
    try:
        link.request("GET", "/healthz", headers={"Host": urlsplit(env["PORTAL_BASE_URL"]).netloc})
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


def until(happened, *, within=PATIENCE, or_say=lambda: ""):
    """This will look again and again until ``happened()`` gives something, and give that.

    :raises AssertionError: it did not happen in time
    """
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        found = happened()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"It did not happen within {within} seconds. {or_say()}")


def _is_trouble(line, excused):
    """Whether a line tells of a failure; a refusal, which is told of as a warning, is none."""
    if excused is not None and re.search(excused, line):
        return False
    try:
        return json.loads(line)["level"] in {"error", "critical"}
    except (ValueError, KeyError, TypeError):
        return re.search(r"Traceback|\bERROR\b|\bCRITICAL\b|\w+Warning\b", line) is not None
