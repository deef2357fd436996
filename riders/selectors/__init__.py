"""Reads of cases, articles, terms and sessions."""

from .articles import articles, articles_about, find_article
from .cases import cases_of, find_case, find_case_at_desk, find_unsolved
from .riders import current_rider, rider_by_digest, rider_bytes

__all__ = [
    "articles",
    "articles_about",
    "cases_of",
    "current_rider",
    "find_article",
    "find_case",
    "find_case_at_desk",
    "find_unsolved",
    "rider_by_digest",
    "rider_bytes",
]
