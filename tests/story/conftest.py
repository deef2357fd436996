"""The demo as ``make demo`` runs it, people who sit down at it, and the house that tests with real servers play in."""

import shutil

import pytest
from playwright.sync_api import expect

from .house import open_house
from .processes import free_port, manage, surroundings, web
from .visitors import LONGEST_WAIT, Visitor

expect.set_options(timeout=LONGEST_WAIT)


@pytest.fixture(scope="package")
def house(tmp_path_factory):
    """The portal as in production, open for all tests of the story; each leaves everything running."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="session")
def first_day(tmp_path_factory):
    """The demo's database as its first start leaves it."""
    file = tmp_path_factory.mktemp("first-day") / "portal.sqlite3"
    env = _settings(file.parent, port=free_port(), file=file)
    manage("migrate", "--verbosity", "0", env=env)
    assert "Carol" in manage("portal_demo", env=env)
    return file


@pytest.fixture
def own_day(first_day, tmp_path):
    """A first day of the test's own: the environment of its processes."""
    file = tmp_path / "portal.sqlite3"
    shutil.copy(first_day, file)
    return _settings(tmp_path, port=free_port(), file=file)


@pytest.fixture
def demo(own_day, tmp_path):
    """The demo on its first day, served by one process; gives its address."""
    with web(env=own_day, log=tmp_path / "web.log"):
        yield own_day["PORTAL_BASE_URL"]


@pytest.fixture
def arrive(browser, demo):
    """``arrive(hands=…)`` is somebody sitting down at a browser of their own."""
    there = []

    def sit_down(**how):
        there.append(Visitor(browser, demo, **how))
        return there[-1]

    yield sit_down
    for visitor in there:
        visitor.leave()


def _settings(place, *, port, file):
    return surroundings(
        PORTAL_ENV="embedded",
        PORTAL_DEMO="1",
        PORT=str(port),
        PORTAL_BASE_URL=f"http://localhost:{port}",
        PORTAL_MAIL_DIR=str(place / "mail"),
        DATABASE_URL=f"sqlite:///{file}",
        SECRET_KEY="only-for-the-story-" + "k" * 50,
    )
