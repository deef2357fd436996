"""The pages of cases, articles, terms and sessions: the customer's, and support's own desk."""

from .articles import articles
from .cases import case, case_open, cases
from .desk import desk_case

__all__ = ["articles", "case", "case_open", "cases", "desk_case"]
