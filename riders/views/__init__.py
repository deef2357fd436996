"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .articles import article, article_suggestions, articles, desk_article, desk_articles
from .cases import case, case_open, cases
from .desk import desk_case
from .meeting import desk_session, session
from .riders import desk_rider, desk_rider_download, rider, rider_download
from .sessions import case_sessions, desk_case_sessions, desk_session_calendar, desk_session_plan, session_calendar
from .tools import desk_remote_tools, remote_tools

__all__ = [
    "article",
    "article_suggestions",
    "articles",
    "case",
    "case_open",
    "case_sessions",
    "cases",
    "desk_article",
    "desk_articles",
    "desk_case",
    "desk_case_sessions",
    "desk_remote_tools",
    "desk_rider",
    "desk_rider_download",
    "desk_session",
    "desk_session_calendar",
    "desk_session_plan",
    "remote_tools",
    "rider",
    "rider_download",
    "session",
    "session_calendar",
]
