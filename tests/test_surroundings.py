"""Every worker of the tests has surroundings of its own."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests import surroundings
from tests.cast import uses_the_database
from tests.conftest import PLACE


def test_the_settings_were_read_after_the_surroundings_were_arranged():
    assert settings.PORTAL_MAIL_DIR == PLACE / "mail"
    assert Path(os.environ["PORTAL_MAIL_DIR"]) == PLACE / "mail"


def test_what_runs_once_has_nothing_to_do_with_the_tests_own_database(request):
    once = [item for item in request.session.items if item.get_closest_marker("once")]

    assert [item.nodeid for item in once if uses_the_database(item)] == []


@pytest.mark.services
def test_what_one_worker_counts_no_other_clears():
    place = 2 * surroundings._worker()

    assert settings.REDIS_URL.endswith(f"/{place}")
    assert settings.CACHES["default"]["LOCATION"].endswith(f"/{place + 1}")
