"""Days on the customer's clock, found by how many hours they have: on two of them each year the clocks change.

For tests of something else, clocks on which it is never late and which never change.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
NEVER_CHANGED = "Asia/Kolkata"  # no time of day comes twice there, nor is one left out
LENGTHS = {"clocks go forward": 23, "clocks go back": 25, "an ordinary day": 24}  # in hours


def day_of(hours, *, after):
    """This will give the midnight in Amsterdam with which the next day of so many hours begins."""
    midnight = datetime.combine(after.astimezone(AMSTERDAM).date() + DAY, time(), AMSTERDAM)
    while (midnight + DAY).timestamp() - midnight.timestamp() != hours * 3600:
        midnight += DAY
    return midnight


def where_it_is_noon(now):
    """This will give the name of a zone whose clock shows some minute after noon: nothing there is about to be over."""
    west = now.astimezone(UTC).hour - 12
    return f"Etc/GMT{west:+d}" if west else "UTC"
