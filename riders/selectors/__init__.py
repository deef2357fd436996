"""Reads of cases, articles, terms and sessions."""

from .articles import articles
from .cases import cases_of, find_case, find_case_at_desk, find_unsolved

__all__ = ["articles", "cases_of", "find_case", "find_case_at_desk", "find_unsolved"]
