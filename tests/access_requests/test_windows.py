"""For how long access may be asked, each rule with a sentence of its own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from access_requests.services import Window, check_window

AT = datetime(2031, 5, 20, 9, 30, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)


def check(*, at=AT, zone=ZONE, **window):
    """This will ask whether the window may be asked for."""
    check_window(Window(**window), zone=zone, at=at)


@pytest.mark.parametrize("duration", [timedelta(minutes=15), timedelta(hours=1), 365 * DAY])
def test_a_length_from_a_quarter_of_an_hour_to_a_year_is_in_order(duration):
    check(duration=duration)


@pytest.mark.trust("E5")
@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(), "too short"),
        (-DAY, "too short"),
        (timedelta(minutes=15) - timedelta(microseconds=1), "too short"),
        (365 * DAY + timedelta(microseconds=1), "too long"),
        (timedelta.max, "too long"),
    ],
)
def test_any_other_length_is_refused(duration, words):
    with pytest.raises(ValidationError, match=words) as refusal:
        check(duration=duration)

    assert refusal.value.code == "duration"


@pytest.mark.trust("E5")
@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (-timedelta(microseconds=1), DAY, "starts_at"),
        (60 * DAY + timedelta(microseconds=1), 70 * DAY, "starts_at"),
        (DAY, DAY, "ends_at"),
        (2 * DAY, DAY, "ends_at"),
        (timedelta(), 366 * DAY + timedelta(microseconds=1), "ends_at"),
    ],
    ids=["start in the past", "start too far ahead", "nothing between", "end before start", "over a year"],
)
def test_a_fixed_window_out_of_bounds_is_refused(starts, ends, field):
    with pytest.raises(ValidationError) as refusal:
        check(starts_at=AT + starts, ends_at=AT + ends)

    assert refusal.value.code == field


@pytest.mark.parametrize("starts", [timedelta(), 60 * DAY])
def test_a_fixed_window_may_begin_now_or_sixty_days_ahead(starts):
    check(starts_at=AT + starts, ends_at=AT + starts + DAY)


def test_a_window_without_both_moments_is_refused():
    for window in ({}, {"starts_at": AT}, {"ends_at": AT + DAY}):
        with pytest.raises(ValidationError) as refusal:
            check(**window)
        assert refusal.value.code == "ends_at"


@pytest.mark.seed("S0-6")
def test_a_year_is_a_calendar_year_on_the_accounts_own_clock():
    starts = datetime(2031, 3, 30, 8, tzinfo=ZONE)  # after the clocks went forward, before they do the year after
    check(starts_at=starts, ends_at=datetime(2032, 3, 30, 8, tzinfo=ZONE), at=AT - 60 * DAY)
    with pytest.raises(ValidationError, match="too long"):
        check(starts_at=starts, ends_at=datetime(2032, 3, 30, 8, 0, 1, tzinfo=ZONE), at=AT - 60 * DAY)


def test_a_year_from_a_leap_day_ends_on_the_last_of_february():
    at = datetime(2032, 2, 29, 12, tzinfo=UTC)
    check(starts_at=at, ends_at=datetime(2033, 2, 28, 12, tzinfo=UTC), at=at, zone=UTC)
    with pytest.raises(ValidationError):
        check(starts_at=at, ends_at=datetime(2033, 3, 1, 12, tzinfo=UTC), at=at, zone=UTC)


def test_an_operators_shorter_maximum_binds_fixed_windows_too(settings):
    settings.PORTAL_DURATION_MAX = 30 * DAY
    check(starts_at=AT, ends_at=AT + 30 * DAY)
    with pytest.raises(ValidationError):
        check(starts_at=AT, ends_at=AT + 31 * DAY)


def test_the_bounds_are_from_the_later_of_asked_and_now():
    assert Window(duration=DAY).bounds(AT) == (AT, AT + DAY)
    assert Window(starts_at=AT - DAY, ends_at=AT + DAY).bounds(AT) == (AT, AT + DAY)
    assert Window(starts_at=AT + DAY, ends_at=AT + 2 * DAY).bounds(AT) == (AT + DAY, AT + 2 * DAY)
