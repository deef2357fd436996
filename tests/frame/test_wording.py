"""Moments, lengths, zones and amounts in words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from frame import wording

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 23, 9, 12, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def test_a_day_has_its_weekday_and_no_digits_for_the_month():
    assert wording.spell_day(date(2026, 11, 27)) == "Fri 27 Nov 2026"


def test_a_moment_is_said_in_the_zone_given():
    assert wording.spell_moment(FRIDAY, AMSTERDAM) == "Fri 27 Nov 2026, 17:00"


def test_a_moment_of_the_same_day_is_today():
    assert wording.spell_moment(MONDAY + timedelta(hours=1), AMSTERDAM, MONDAY) == "today, 11:12"


def test_today_is_the_day_of_the_zone_and_not_of_utc():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    assert wording.spell_moment(late, AMSTERDAM, MONDAY) == "Tue 24 Nov 2026, 00:30"


def test_in_full_a_moment_names_zone_offset_and_utc():
    assert wording.spell_moment_in_full(FRIDAY, AMSTERDAM) == (
        "Fri 27 Nov 2026, 17:00 Amsterdam time (UTC+1), 16:00 UTC"
    )


def test_in_full_utc_has_its_own_day_where_it_is_another():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    assert wording.spell_moment_in_full(late, AMSTERDAM) == (
        "Tue 24 Nov 2026, 00:30 Amsterdam time (UTC+1), Mon 23 Nov 2026, 23:30 UTC"
    )


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(0), "less than a minute"),
        (timedelta(seconds=29), "less than a minute"),
        (timedelta(seconds=31), "1 minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(minutes=59, seconds=59), "1 hour"),
        (timedelta(hours=1, minutes=18), "1 hour 18 minutes"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=4, hours=8), "4 days"),
        (timedelta(days=59), "59 days"),
        (timedelta(days=90), "3 months"),
        (timedelta(days=365), "12 months"),
        (timedelta(days=1000), "3 years"),
    ],
)
def test_a_length_is_said_in_its_largest_unit(span, words):
    assert wording.spell_duration(span) == words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(days=4), "in 4 days"),
        (-timedelta(hours=2), "2 hours ago"),
    ],
)
def test_a_distance_looks_both_ways(span, words):
    assert wording.spell_distance(MONDAY + span, MONDAY) == words


@pytest.mark.parametrize(
    ("name", "at", "words"),
    [
        ("Europe/Amsterdam", MONDAY, "Amsterdam time (UTC+1)"),
        ("Europe/Amsterdam", datetime(2026, 7, 1, tzinfo=UTC), "Amsterdam time (UTC+2)"),
        ("Asia/Kolkata", MONDAY, "Kolkata time (UTC+5:30)"),
        ("America/St_Johns", MONDAY, "St Johns time (UTC-3:30)"),
        ("UTC", MONDAY, "UTC"),
    ],
)
def test_a_zone_is_a_place_and_its_offset_at_that_moment(name, at, words):
    assert wording.spell_zone(ZoneInfo(name), at) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("4812.6"), "EUR", "€\N{NO-BREAK SPACE}4,812.60"),
        (Decimal("-120"), "EUR", "\N{MINUS SIGN} €\N{NO-BREAK SPACE}120.00"),
        (Decimal("5"), "SEK", "SEK\N{NO-BREAK SPACE}5.00"),
    ],
)
def test_an_amount_has_its_currency_before_it(amount, currency, words):
    assert wording.spell_money(amount, currency) == words


@pytest.mark.parametrize(
    ("words", "sentence"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_a_list_is_joined_as_a_sentence_does(words, sentence):
    assert wording.spell_list(words) == sentence


@pytest.mark.trust("L5", "T8")
class TestOneParagraph:
    def test_nobody_sets_a_line_of_their_own(self):
        assert wording.one_paragraph("One.\r\n\nAPPROVED\u2028by us") == "One. APPROVED by us"

    def test_marks_that_turn_or_cannot_be_seen_go(self):
        assert wording.one_paragraph("a\u202eb\u2066c\u200bd\x1b[31m\x07") == "abcd[31m"

    def test_joiners_that_scripts_need_stay(self):
        want = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"  # "I want", in Persian

        assert wording.one_paragraph(want) == want

    def test_nothing_that_can_be_seen_is_nothing(self):
        assert wording.one_paragraph("\u200b\u200c \u2060") == ""
