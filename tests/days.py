"""Days on the customer's clock, found by how many hours they have: on two of them each year the clocks change."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DAY = timedelta(days=1)
LENGTHS = {"clocks go forward": 23, "clocks go back": 25, "an ordinary day": 24}  # in hours


def day_of(hours, *, after):
    """This will give the midnight in Amsterdam with which the next day of so many hours begins."""
    midnight = datetime.combine(after.astimezone(AMSTERDAM).date() + DAY, time(), AMSTERDAM)
    while (midnight + DAY).timestamp() - midnight.timestamp() != hours * 3600:
        midnight += DAY
    return midnight
