"""Writes of cases, their threads, articles, terms and sessions."""

from .cases import open_case, solve_case
from .threads import post_comment

__all__ = ["open_case", "post_comment", "solve_case"]
