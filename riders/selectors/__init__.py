"""Reads of cases, articles, terms and sessions."""

from .articles import articles, articles_about, find_article
from .calendars import calendar_of
from .cases import cases_of, find_case, find_case_at_desk, find_unsolved
from .riders import current_rider, rider_by_digest, rider_bytes
from .sessions import (
    Tools,
    all_confirmed,
    attendees_of,
    find_session,
    may_attend,
    running_session,
    sessions_of,
    told_of,
    tools_of,
    what_became_of,
    why_no_work,
    why_not_start,
)
from .terms import valid_acknowledgement

__all__ = [
    "Tools",
    "all_confirmed",
    "articles",
    "articles_about",
    "attendees_of",
    "calendar_of",
    "cases_of",
    "current_rider",
    "find_article",
    "find_case",
    "find_case_at_desk",
    "find_session",
    "find_unsolved",
    "may_attend",
    "rider_by_digest",
    "rider_bytes",
    "running_session",
    "sessions_of",
    "told_of",
    "tools_of",
    "valid_acknowledgement",
    "what_became_of",
    "why_no_work",
    "why_not_start",
]
