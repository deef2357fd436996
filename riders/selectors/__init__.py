"""Reads of cases, articles, terms and sessions."""

from .articles import articles
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

__all__ = [
    "articles",
    "cases_at_desk",
    "cases_of",
    "find_case",
    "find_case_at_desk",
    "find_unsolved",
    "followers_of_customer",
    "followers_of_support",
    "follows",
    "page_of_newest",
    "spoken_with",
    "thread",
]
