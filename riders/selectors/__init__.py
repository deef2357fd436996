"""Reads of cases, articles, terms and sessions."""

from .articles import articles, articles_about, find_article
from .cases import (
    cases_at_desk,
    cases_of,
    find_case,
    find_case_at_desk,
    find_unsolved,
    followers_of_customer,
    followers_of_support,
    follows,
    page_of_newest,
    spoken_with,
    thread,
)
from .riders import current_rider, rider_by_digest, rider_bytes

__all__ = [
    "articles",
    "articles_about",
    "cases_at_desk",
    "cases_of",
    "current_rider",
    "find_article",
    "find_case",
    "find_case_at_desk",
    "find_unsolved",
    "followers_of_customer",
    "followers_of_support",
    "follows",
    "page_of_newest",
    "rider_by_digest",
    "rider_bytes",
    "spoken_with",
    "thread",
]
