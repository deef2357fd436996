"""Writes of cases, their threads, articles, terms and sessions."""

from .cases import open_case, record_case
from .moving import close_due_cases, move_case, solve_case
from .threads import follow_case, post_comment, unfollow_case

__all__ = [
    "close_due_cases",
    "follow_case",
    "move_case",
    "open_case",
    "post_comment",
    "record_case",
    "solve_case",
    "unfollow_case",
]
