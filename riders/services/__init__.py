"""Writes of cases, their threads, articles, terms and sessions."""

from .acknowledging import acknowledge, ask_for_terms, decline_terms, open_case_with_terms
from .cases import open_case, solve_case
from .requesting import (
    accept_session_request,
    decline_session_request,
    request_session,
    withdraw_session_request,
)
from .threads import post_comment

__all__ = [
    "accept_session_request",
    "acknowledge",
    "ask_for_terms",
    "decline_session_request",
    "decline_terms",
    "open_case",
    "open_case_with_terms",
    "post_comment",
    "request_session",
    "solve_case",
    "withdraw_session_request",
]
