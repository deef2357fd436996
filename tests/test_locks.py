"""The locks pin everything by hash and say nothing about where it came from."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PINNED = re.compile(r"(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)( ; [^\\]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def pins(lock):
    """This will give the pinned versions of a lock, by name; a name may have several, by platform."""
    found = (PINNED.fullmatch(line) for line in (ROOT / lock).read_text().splitlines())
    return {(pin["name"], pin["version"]) for pin in found if pin}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_holds_pins_and_hashes_and_nothing_else(lock):
    lines = (ROOT / lock).read_text().splitlines()

    assert [line for line in lines if not (PINNED.fullmatch(line) or HASH.fullmatch(line))] == []


def test_what_is_tested_is_what_is_run():
    assert pins("requirements.lock") - pins("requirements-dev.lock") == set()
