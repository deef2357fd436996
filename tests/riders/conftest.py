"""A case of Acme's, one of Globex's, and a published version of the terms."""

import pytest

from riders import services
from tests.riders.terms import publish


@pytest.fixture
def backups(cast, now):
    """Connie, an authorized contact of Acme, reports something."""
    return services.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)


@pytest.fixture
def mallorys(cast, now):
    """Mallory reports something at Globex."""
    return services.open_case(account=cast.globex, subject="Slow mornings", by=cast.mallory, at=now)


@pytest.fixture
def rider(cast, now):
    """The terms, as they hold now."""
    return publish(cast, at=now)
