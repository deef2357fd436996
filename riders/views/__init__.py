"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .articles import articles
from .cases import case, case_close, case_follow, case_open, cases
from .desk import desk_case, desk_cases, desk_close, desk_follow, desk_record

__all__ = [
    "articles",
    "case",
    "case_close",
    "case_follow",
    "case_open",
    "cases",
    "desk_case",
    "desk_cases",
    "desk_close",
    "desk_follow",
    "desk_record",
]
