"""Writes of cases, their threads, articles, terms and sessions."""

from .acknowledging import acknowledge, ask_for_terms, decline_terms, open_case_with_terms
from .approving import (
    approve_case_access,
    ask_case_access,
    decline_case_access,
    finish_investigation,
    tell_new_approvers,
    withdraw_case_access,
)
from .articles import add_article, change_article, publish_article, withdraw_article
from .cases import open_case, record_case
from .moving import close_due_cases, move_case, solve_case
from .opening import open_case_and_approve
from .planning import confirm_attendee, invite_attendee, plan_session, replan, withdraw_attendee
from .requesting import accept_session_request, decline_session_request, request_session, withdraw_session_request
from .sessions import call_off_session, change_remote_tools, end_session, join_session, start_session
from .terms import change_rider, discard_rider, download_rider, draft_rider, publish_rider
from .threads import follow_case, post_comment, unfollow_case

__all__ = [
    "accept_session_request",
    "acknowledge",
    "add_article",
    "approve_case_access",
    "ask_case_access",
    "ask_for_terms",
    "call_off_session",
    "change_article",
    "change_remote_tools",
    "change_rider",
    "close_due_cases",
    "confirm_attendee",
    "decline_case_access",
    "decline_session_request",
    "decline_terms",
    "discard_rider",
    "download_rider",
    "draft_rider",
    "end_session",
    "finish_investigation",
    "follow_case",
    "invite_attendee",
    "join_session",
    "move_case",
    "open_case",
    "open_case_and_approve",
    "open_case_with_terms",
    "plan_session",
    "post_comment",
    "publish_article",
    "publish_rider",
    "record_case",
    "replan",
    "request_session",
    "solve_case",
    "start_session",
    "tell_new_approvers",
    "unfollow_case",
    "withdraw_article",
    "withdraw_attendee",
    "withdraw_case_access",
    "withdraw_session_request",
]
