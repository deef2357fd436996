"""Writes of cases, their threads, articles, terms and sessions."""

from .cases import open_case, solve_case
from .planning import confirm_attendee, invite_attendee, plan_session, replan, withdraw_attendee
from .sessions import call_off_session, change_remote_tools, end_session, join_session, start_session
from .threads import post_comment

__all__ = [
    "call_off_session",
    "change_remote_tools",
    "confirm_attendee",
    "end_session",
    "invite_attendee",
    "join_session",
    "open_case",
    "plan_session",
    "post_comment",
    "replan",
    "solve_case",
    "start_session",
    "withdraw_attendee",
]
