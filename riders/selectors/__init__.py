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
from .requests import customers_on, find_session_request, last_request, support_on, telephone_for, waiting_request
from .riders import current_rider, rider_by_digest, rider_bytes
from .terms import acceptance_of, declined_since, last_answer_to, may_accept, valid_acknowledgement

__all__ = [
    "acceptance_of",
    "articles",
    "articles_about",
    "cases_at_desk",
    "cases_of",
    "current_rider",
    "customers_on",
    "declined_since",
    "find_article",
    "find_case",
    "find_case_at_desk",
    "find_session_request",
    "find_unsolved",
    "followers_of_customer",
    "followers_of_support",
    "follows",
    "last_answer_to",
    "last_request",
    "may_accept",
    "page_of_newest",
    "rider_by_digest",
    "rider_bytes",
    "spoken_with",
    "support_on",
    "telephone_for",
    "thread",
    "valid_acknowledgement",
    "waiting_request",
]
