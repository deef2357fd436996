"""Every mail about people, and about what support proposes to change."""

from .changes import change_closed, change_proposed, change_reminder
from .people import (
    factor_reset_completed,
    factor_reset_started,
    factor_reset_stopped,
    invited,
    joined,
    membership_changed,
    membership_over,
    replaced,
    replacement_started,
    replacement_stopped,
    successor_named,
)

__all__ = [
    "change_closed",
    "change_proposed",
    "change_reminder",
    "factor_reset_completed",
    "factor_reset_started",
    "factor_reset_stopped",
    "invited",
    "joined",
    "membership_changed",
    "membership_over",
    "replaced",
    "replacement_started",
    "replacement_stopped",
    "successor_named",
]
