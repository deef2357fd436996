"""One process that serves pages and does the jobs, from start to a clean stop."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings

pytestmark = pytest.mark.once

PATIENCE = 120  # seconds a process may take; a busy machine is slow


@pytest.fixture
def environment(tmp_path):
    """A portal of its own in ``tmp_path``, on a free port that nobody else is given until it has come and gone."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with socket.socket() as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gunicorn has it, which may then listen there
        door.bind(("127.0.0.1", 0))
        yield kept | {
            "PORTAL_ENV": "embedded",
            "PORT": str(door.getsockname()[1]),
            "SECRET_KEY": "x" * 60,
            "DATABASE_URL": f"sqlite:///{tmp_path / 'portal.sqlite3'}",
            "PORTAL_MAIL_DIR": str(tmp_path / "mail"),
        }


def start(environment):
    return subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", "config/gunicorn.py"],
        cwd=settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def readiness(environment):
    try:
        with urllib.request.urlopen(f"http://localhost:{environment['PORT']}/readyz", timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)
    except OSError:
        return {"status": "silent"}


def works(report):
    """Whether the portal is fit, and its jobs run as often as they should."""
    return report["status"] == "ok" and report["sweep_age"] < 3


def gone(group, *, within=30):
    """This will say whether every process of the group has ended, giving the system a moment to clear them away."""
    patience = time.monotonic() + within
    while time.monotonic() < patience:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.trust("K9")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_serves_works_and_leaves_nothing_behind(environment, sign):
    migrate = [sys.executable, "manage.py", "migrate", "-v0"]
    subprocess.run(migrate, cwd=settings.BASE_DIR, env=environment, check=True, timeout=PATIENCE)
    portal = start(environment)
    try:
        patience = time.monotonic() + PATIENCE
        while not works(report := readiness(environment)) and time.monotonic() < patience:
            time.sleep(0.2)
        assert works(report), report

        os.killpg(portal.pid, sign)
        _out, errors = portal.communicate(timeout=PATIENCE)
    finally:
        portal.kill()

    assert portal.returncode == 0, errors
    assert "Traceback" not in errors
    assert gone(portal.pid)


def test_refuses_more_processes_than_the_jobs_reach(environment):
    portal = start(environment | {"WEB_CONCURRENCY": "2"})
    _out, errors = portal.communicate(timeout=PATIENCE)

    assert portal.returncode != 0
    assert "set WEB_CONCURRENCY=1, or set REDIS_URL" in errors
