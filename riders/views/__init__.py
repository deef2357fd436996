"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .articles import articles
from .cases import case, case_open, cases

__all__ = ["articles", "case", "case_open", "cases"]
