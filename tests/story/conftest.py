"""The house that every test with real servers plays in."""

import pytest

from .house import open_house


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    """The portal as in production, open for all tests; each leaves everything running."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened
