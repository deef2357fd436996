"""The portal's only clock, read at the edge and handed inwards as ``at``."""

from datetime import UTC, datetime


def now() -> datetime:
    """This will give the present moment, aware and in UTC."""
    return datetime.now(UTC)
