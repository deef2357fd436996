"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .approving import case_approval, case_inside, case_withdraw, desk_access_ask, desk_finish
from .articles import article, article_suggestions, articles, desk_article, desk_articles
from .cases import case, case_close, case_follow, case_open, cases
from .desk import desk_case, desk_cases, desk_close, desk_follow, desk_record
from .meeting import desk_session, session
from .requesting import desk_session_request, session_request
from .riders import desk_rider, desk_rider_download, rider, rider_download
from .sessions import case_sessions, desk_case_sessions, desk_session_calendar, desk_session_plan, session_calendar
from .terms import case_terms, desk_terms_ask
from .tools import desk_remote_tools, remote_tools

__all__ = [
    "article",
    "article_suggestions",
    "articles",
    "case",
    "case_approval",
    "case_close",
    "case_follow",
    "case_inside",
    "case_open",
    "case_sessions",
    "case_terms",
    "case_withdraw",
    "cases",
    "desk_access_ask",
    "desk_article",
    "desk_articles",
    "desk_case",
    "desk_case_sessions",
    "desk_cases",
    "desk_close",
    "desk_finish",
    "desk_follow",
    "desk_record",
    "desk_remote_tools",
    "desk_rider",
    "desk_rider_download",
    "desk_session",
    "desk_session_calendar",
    "desk_session_plan",
    "desk_session_request",
    "desk_terms_ask",
    "remote_tools",
    "rider",
    "rider_download",
    "session",
    "session_calendar",
    "session_request",
]
