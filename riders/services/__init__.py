"""Writes of cases, their threads, articles, terms and sessions."""

from .articles import add_article, change_article, publish_article, withdraw_article
from .cases import open_case, solve_case
from .terms import change_rider, download_rider, draft_rider, publish_rider
from .threads import post_comment

__all__ = [
    "add_article",
    "change_article",
    "change_rider",
    "download_rider",
    "draft_rider",
    "open_case",
    "post_comment",
    "publish_article",
    "publish_rider",
    "solve_case",
    "withdraw_article",
]
