"""The surroundings the tests run in: environment, database, Redis, browser.

Imported by ``tests/conftest.py`` before anything touches Django, because settings read the environment once.
``PORTAL_TEST_RESTARTS`` says how often Redis and PostgreSQL are taken away (once, where not said).
``PORTAL_TEST_DATABASE`` is ``sqlite`` (default) or ``postgres``, which brings Redis with it; with xdist the
controller starts the servers and its workers find them in their environment.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests import servers

_STARTED = "PORTAL_TEST_SERVERS"
_KEPT = {
    "PORTAL_TEST_DATABASE",
    "PORTAL_REQUIRE_SERVICES",
    "PORTAL_REQUIRE_BROWSER",
    "PORTAL_WRITE_SCREENSHOTS",
    "PORTAL_CHAINS",
    "PORTAL_TEST_RESTARTS",
    _STARTED,
}
_NOT_OURS = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "SECRET_KEY", "SECRET_KEY_FALLBACKS", "ALLOWED_HOSTS"}
_CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
_QUIET_BROWSER = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

database = os.environ.get("PORTAL_TEST_DATABASE", "sqlite")
on_postgres = database == "postgres"
_ending = ExitStack()
chromium = next((found for found in map(shutil.which, _CHROMIUMS) if found), None)


def arrange():
    """This will set the environment the settings read, starting servers where they are asked for.

    What the shell of whoever runs the tests happens to hold must not decide how the portal behaves in them.

    :raises ServerMissing: PostgreSQL was asked for and is not installed
    """
    if database not in {"sqlite", "postgres"}:
        raise ValueError("PORTAL_TEST_DATABASE must be sqlite or postgres")
    started = os.environ.get(_STARTED, "")
    for name in list(os.environ):
        if name in _NOT_OURS or (name.startswith("PORTAL_") and name not in _KEPT):
            del os.environ[name]
    place = Path(_ending.enter_context(tempfile.TemporaryDirectory(prefix="latchkey-tests-")))
    atexit.register(clear_away)  # for a run that ends before pytest says goodbye
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright keeps an event loop in the tests' own thread
        "PORTAL_ENV": "embedded",
        "PORTAL_FAST_HASHING": "1",
        "AIOSMTPD_CONTROLLER_TIMEOUT": "60",  # seconds a mail server of ours may take to answer; a busy machine is slow
        "PORTAL_MAIL_DIR": str(place / "mail"),
        "SECRET_KEY": "only-for-tests-" + "k" * 50,
        "DATABASE_URL": f"sqlite:///{place / 'portal.sqlite3'}",
    }
    if on_postgres:
        if not started:
            running = [_ending.enter_context(server()) for server in (servers.postgres, servers.redis_server)]
            started = os.environ[_STARTED] = " ".join(running)
        database_url, redis_url = started.split()
        os.environ["DATABASE_URL"] = database_url
        # two database numbers for each worker: the broker's, and the next one for the cache
        os.environ["REDIS_URL"] = f"{redis_url.rpartition('/')[0]}/{2 * _worker()}"
    return place


def leave_workers_to_themselves():
    """This will forget the settings' name once the settings are read.

    A worker of xdist inherits our environment, and pytest-django reads the settings it names before any conftest is
    there: every worker would then live in our surroundings, and count and clear in one and the same cache.
    """
    del os.environ["DJANGO_SETTINGS_MODULE"]


def clear_away():
    """This will stop what was started and remove what was kept; a second call finds nothing to do."""
    _ending.close()


def launch_arguments():
    """This will give what Playwright starts the installed Chromium with, so that it calls nobody."""
    unboxed = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    return {"executable_path": chromium, "args": [*_QUIET_BROWSER, *unboxed]}


def left_out():
    """This will give the markers whose tests cannot run here, each with the reason.

    :raises RuntimeError: they were required
    """
    reasons = {}
    if not on_postgres:
        reasons["services"] = "they run with PORTAL_TEST_DATABASE=postgres"
    if chromium is None:
        if os.environ.get("PORTAL_REQUIRE_BROWSER") == "1":
            raise RuntimeError("PORTAL_REQUIRE_BROWSER=1, and Chromium is not installed")
        reasons["browser"] = "Chromium is not installed"
    return reasons


def _worker():
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
