"""For how long access may be asked: the rules, each with its own sentence."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from frame.wording import spell_duration


@dataclass(frozen=True)
class Window:
    """Either two fixed moments, or a length that begins with the approval."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    duration: timedelta | None = None

    def bounds(self, at):
        """When access would begin and end if it were approved at ``at``."""
        if self.duration is not None:
            return at, at + self.duration
        return max(self.starts_at, at), self.ends_at


def check_window(window, *, zone, at):
    """Refuse a window that may not be asked for.

    Rules: S0-6 (at most one calendar year, in the account's zone) and the facts of the systems behind
    seed 000 (start not in the past and at most 60 days ahead, end after start).

    :param zone: the account's zone as :class:`zoneinfo.ZoneInfo`
    :raises ValidationError: naming the rule; its ``code`` is the field it belongs to
    """
    if window.duration is not None:
        _check_length(window.duration)
        return
    if window.starts_at is None or window.ends_at is None:
        raise ValidationError(_("Say from when until when, or for how long."), code="ends_at")
    if window.starts_at < at:
        raise ValidationError(_("The start is in the past. Choose a later start."), code="starts_at")
    if window.starts_at > at + settings.PORTAL_START_AHEAD_MAX:
        ahead = spell_duration(settings.PORTAL_START_AHEAD_MAX)
        raise ValidationError(
            _("The start is too far ahead. Access can start at most %(ahead)s from now.") % {"ahead": ahead},
            code="starts_at",
        )
    if window.ends_at <= window.starts_at:
        raise ValidationError(_("The end is not after the start. Choose a later end."), code="ends_at")
    if window.ends_at > _latest_end(window.starts_at, zone):
        raise ValidationError(_("That is too long. Access lasts one year at most."), code="ends_at")


def check_changed_window(*, request, window, at):
    """Refuse a window to which a waiting request may not be changed.

    A start that was in order when it was asked for stays in order until it is changed; the end is still to come.

    :raises ValidationError: as :func:`check_window`
    """
    kept = window.starts_at is not None and window.starts_at == request.starts_at
    check_window(window, zone=request.account.zone, at=request.submitted_at if kept else at)
    if window.ends_at is not None and window.ends_at <= at:
        raise ValidationError(_("The end is in the past. Choose a later end."), code="ends_at")


def _check_length(duration):
    if duration < settings.PORTAL_DURATION_MIN:
        shortest = spell_duration(settings.PORTAL_DURATION_MIN)
        raise ValidationError(
            _("That is too short. Access lasts at least %(shortest)s.") % {"shortest": shortest},
            code="duration",
        )
    if duration > settings.PORTAL_DURATION_MAX:
        longest = spell_duration(settings.PORTAL_DURATION_MAX)
        raise ValidationError(
            _("That is too long. Access lasts at most %(longest)s.") % {"longest": longest}, code="duration"
        )


def _latest_end(starts_at, zone):
    """One calendar year after the start on the account's own clock, or the operator's shorter maximum."""
    there = starts_at.astimezone(zone)
    leap_day = (there.month, there.day) == (2, 29)
    a_year_on = there.replace(year=there.year + 1, day=28 if leap_day else there.day)
    if timedelta(days=365) > settings.PORTAL_DURATION_MAX:
        return min(a_year_on, starts_at + settings.PORTAL_DURATION_MAX)
    return a_year_on
