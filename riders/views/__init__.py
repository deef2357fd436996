"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .articles import articles
from .cases import case, case_open, cases
from .desk import desk_case
from .requesting import desk_session_request, session_request
from .terms import case_terms, desk_terms_ask

__all__ = [
    "articles",
    "case",
    "case_open",
    "case_terms",
    "cases",
    "desk_case",
    "desk_session_request",
    "desk_terms_ask",
    "session_request",
]
