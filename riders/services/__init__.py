"""Writes of cases, their threads, articles, terms and sessions."""

from .acknowledging import acknowledge, ask_for_terms, decline_terms, open_case_with_terms
from .articles import add_article, change_article, publish_article, withdraw_article
from .cases import open_case, solve_case
from .requesting import accept_session_request, decline_session_request, request_session, withdraw_session_request
from .terms import change_rider, download_rider, draft_rider, publish_rider
from .threads import post_comment

__all__ = [
    "accept_session_request",
    "acknowledge",
    "add_article",
    "ask_for_terms",
    "change_article",
    "change_rider",
    "decline_session_request",
    "decline_terms",
    "download_rider",
    "draft_rider",
    "open_case",
    "open_case_with_terms",
    "post_comment",
    "publish_article",
    "publish_rider",
    "request_session",
    "solve_case",
    "withdraw_article",
    "withdraw_session_request",
]
