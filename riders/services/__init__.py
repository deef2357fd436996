"""Writes of cases, their threads, articles, terms and sessions."""

from .articles import add_article, change_article, publish_article, withdraw_article
from .cases import open_case, solve_case
from .planning import confirm_attendee, invite_attendee, plan_session, replan, withdraw_attendee
from .sessions import call_off_session, change_remote_tools, end_session, join_session, start_session
from .terms import change_rider, download_rider, draft_rider, publish_rider
from .threads import post_comment

__all__ = [
    "add_article",
    "call_off_session",
    "change_article",
    "change_remote_tools",
    "change_rider",
    "confirm_attendee",
    "download_rider",
    "draft_rider",
    "end_session",
    "invite_attendee",
    "join_session",
    "open_case",
    "plan_session",
    "post_comment",
    "publish_article",
    "publish_rider",
    "replan",
    "solve_case",
    "start_session",
    "withdraw_article",
    "withdraw_attendee",
]
