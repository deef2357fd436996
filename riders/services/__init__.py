"""Writes of cases, their threads, articles, terms and sessions."""

from .acknowledging import acknowledge, ask_for_terms, decline_terms, open_case_with_terms
from .articles import add_article, change_article, publish_article, withdraw_article
from .cases import open_case, record_case
from .moving import close_due_cases, move_case, solve_case
from .requesting import accept_session_request, decline_session_request, request_session, withdraw_session_request
from .terms import change_rider, download_rider, draft_rider, publish_rider
from .threads import follow_case, post_comment, unfollow_case

__all__ = [
    "accept_session_request",
    "acknowledge",
    "add_article",
    "ask_for_terms",
    "change_article",
    "change_rider",
    "close_due_cases",
    "decline_session_request",
    "decline_terms",
    "download_rider",
    "draft_rider",
    "follow_case",
    "move_case",
    "open_case",
    "open_case_with_terms",
    "post_comment",
    "publish_article",
    "publish_rider",
    "record_case",
    "request_session",
    "solve_case",
    "unfollow_case",
    "withdraw_article",
    "withdraw_session_request",
]
