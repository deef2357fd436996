"""Every worker of the tests has surroundings of its own."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests import surroundings
from tests.conftest import PLACE


def test_the_settings_were_read_after_the_surroundings_were_arranged():
    assert settings.PORTAL_MAIL_DIR == PLACE / "mail"
    assert Path(os.environ["PORTAL_MAIL_DIR"]) == PLACE / "mail"


@pytest.mark.services
def test_what_one_worker_counts_no_other_clears():
    place = 2 * surroundings._worker()

    assert settings.REDIS_URL.endswith(f"/{place}")
    assert settings.CACHES["default"]["LOCATION"].endswith(f"/{place + 1}")
