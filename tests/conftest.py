"""What every test stands on. The people are in ``tests/cast.py``."""

import gc

import django
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests import surroundings

STORY = "tests/story/"
NEW_THINGS = 50_000  # so many before the garbage among them is looked for
gc.disable()  # what is loaded stays
PLACE = surroundings.arrange()
django.setup()
surroundings.leave_workers_to_themselves()
pytest_plugins = ["tests.cast"]


def pytest_configure():
    """This will refuse to run where what was required is missing."""
    try:
        surroundings.left_out()
    except RuntimeError as missing:
        raise pytest.UsageError(str(missing)) from missing


def pytest_unconfigure():
    """This will leave nothing running and nothing lying about, in xdist's workers too."""
    surroundings.clear_away()


def pytest_report_header():
    """This will say what the tests run on, and what is left out and why: nothing is skipped in silence."""
    lines = [f"database: {surroundings.database}; browser: {surroundings.chromium or 'none'}"]
    return lines + [f"left out: {name} tests, {why}" for name, why in surroundings.left_out().items()]


def pytest_collection_modifyitems(config, items):
    """This will leave out the tests that cannot run here; the header has said so."""
    missing = surroundings.left_out()
    cannot = [item for item in items if any(item.get_closest_marker(name) for name in missing)]
    config.hook.pytest_deselected(items=cannot)
    items[:] = [item for item in items if item not in cannot]


def pytest_collection_finish():
    """This will have garbage looked for among what the tests make, and no more among all that was loaded for them.

    To look through everything, again and again, took a sixth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_THINGS)
    gc.enable()


class OneStory(LoadScopeScheduling):
    """Hands out tests one by one, but all of the story, which wants the browser and the servers, to one worker."""

    def _split_scope(self, nodeid):
        return STORY if nodeid.startswith(STORY) else nodeid


def pytest_xdist_make_scheduler(config, log):
    """This will have xdist's workers share the tests so, the story first."""
    return OneStory(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """SQLite in a file, as shipped: in memory, threads would share one connection and prove nothing.

    Only the disk is not waited for: how a commit outlasts a power cut is SQLite's own promise. On PostgreSQL whoever
    races nine others waits longer than the portal lets people wait: a busy machine takes seconds for what is held.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(PLACE / "test.sqlite3")
        connection.settings_dict["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
    else:
        connection.settings_dict["OPTIONS"]["options"] += " -c lock_timeout=60s -c statement_timeout=60s"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The installed Chromium, calling nobody but the portal."""
    return {**browser_type_launch_args, **surroundings.launch_arguments()}


@pytest.fixture(autouse=True)
def forgetful_cache():
    """Rates and notices kept by one test must not reach the next, nor a mail that a page did not wait for."""
    yield
    from django.core.cache import cache

    from tests.doorbell import mails_about_signing_in_have_left

    mails_about_signing_in_have_left()
    cache.clear()
