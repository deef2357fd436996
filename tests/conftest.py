"""What every test stands on. The people are in ``tests/cast.py``."""

import django
import pytest

from tests import surroundings

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
    """This will leave out the tests that cannot run here (the header has said so), and keep together what is dear.

    Of a browser there is one at a time, and a portal with all its servers is set up once for all tests of a file.
    """
    missing = surroundings.left_out()
    cannot = [item for item in items if any(item.get_closest_marker(name) for name in missing)]
    config.hook.pytest_deselected(items=cannot)
    items[:] = [item for item in items if item not in cannot]
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.xdist_group("browser"))
        elif "house" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """SQLite in a file, as shipped: in memory, threads would share one connection and prove nothing."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(PLACE / "test.sqlite3")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The installed Chromium, calling nobody but the portal."""
    return {**browser_type_launch_args, **surroundings.launch_arguments()}


@pytest.fixture(autouse=True)
def forgetful_cache():
    """Rates and notices kept by one test must not reach the next."""
    yield
    from django.core.cache import cache

    cache.clear()
