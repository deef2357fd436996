"""Writes of cases, their threads, articles, terms and sessions."""

from .articles import add_article, change_article, publish_article, withdraw_article
from .cases import open_case, record_case
from .moving import close_due_cases, move_case, solve_case
from .terms import change_rider, download_rider, draft_rider, publish_rider
from .threads import follow_case, post_comment, unfollow_case

__all__ = [
    "add_article",
    "change_article",
    "change_rider",
    "close_due_cases",
    "download_rider",
    "draft_rider",
    "follow_case",
    "move_case",
    "open_case",
    "post_comment",
    "publish_article",
    "publish_rider",
    "record_case",
    "solve_case",
    "unfollow_case",
    "withdraw_article",
]
