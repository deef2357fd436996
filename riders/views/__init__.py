"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .articles import articles
from .cases import case, case_open, cases
from .desk import desk_case
from .meeting import desk_session, session
from .sessions import case_sessions, desk_case_sessions, desk_session_calendar, desk_session_plan, session_calendar
from .tools import desk_remote_tools, remote_tools

__all__ = [
    "articles",
    "case",
    "case_open",
    "case_sessions",
    "cases",
    "desk_case",
    "desk_case_sessions",
    "desk_remote_tools",
    "desk_session",
    "desk_session_calendar",
    "desk_session_plan",
    "remote_tools",
    "session",
    "session_calendar",
]
