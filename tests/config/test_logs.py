"""What is written down, and what must not be."""

import json
import logging

import pytest

from config import logs


def line(message, *args):
    record = logging.LogRecord("portal", logging.WARNING, __file__, 1, message, args, None)
    return logs.JsonLines().format(record)


@pytest.mark.trust("T5")
@pytest.mark.parametrize(
    "message",
    [
        "Cookie: session=hushhush; other=1",
        "POST password=hushhush",
        '{"token": "hushhush"}',
        "Authorization: Bearer hushhush",
        "could not reach redis://:hushhush@redis.example:6379/0",
        "code=hushhush&next=/",
    ],
)
def test_what_opens_a_door_is_masked(message):
    assert "hushhush" not in line(message)


@pytest.mark.trust("L5")
def test_one_record_is_one_line_whatever_it_says():
    written = line("reason: %s", "a\r\nb\x1b[31mc")

    assert "\n" not in written
    assert "\x1b" not in written
    assert json.loads(written)["message"] == "reason: a\r\nb\x1b[31mc"


def test_a_flood_is_cut_short():
    assert len(line("x" * 1_000_000)) < 5_000
