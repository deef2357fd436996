"""The picture of access over time: one lane a grant, places in percent of the width, so that no style is needed."""

from dataclasses import dataclass
from datetime import timedelta

BEFORE, AFTER = timedelta(days=7), timedelta(days=21)
SHORTEST = 0.6


@dataclass(frozen=True)
class Lane:
    """Where one access lies: ``kind`` is ``live``, ``next`` or ``past``; ``cut`` is what its end took away."""

    kind: str
    x: float
    width: float
    cut_x: float
    cut_width: float
    text_x: float


@dataclass(frozen=True)
class Picture:
    """Four weeks around now: where now lies, where the weeks begin, and the lanes by grant id."""

    now_x: float
    weeks: list
    lanes: dict


def picture(grants, *, at, zone):
    """Draw the lanes of the grants.

    :param zone: the account's zone, in which days begin
    """
    first = (at - BEFORE).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    last = first + BEFORE + AFTER
    weeks = [(first + timedelta(days=7 * week), round(25.0 * week, 2)) for week in range(4)]
    lanes = {grant.pk: _lane(grant, first, last, at) for grant in grants}
    return Picture(_place(at, first, last), weeks, lanes)


def _lane(grant, first, last, at):
    end = grant.ended_at or grant.ends_at
    x, end_x = _place(grant.starts_at, first, last), _place(end, first, last)
    cut_x = _place(grant.ends_at, first, last)
    kind = "next" if grant.starts_at > at else "live" if grant.live_at(at) else "past"
    width = max(round(end_x - x, 2), SHORTEST)
    return Lane(kind, min(x, 100 - SHORTEST), width, end_x, max(round(cut_x - end_x, 2), 0.0), min(x, 60.0))


def _place(moment, first, last):
    return round(min(max((moment - first) / (last - first), 0.0), 1.0) * 100, 2)
