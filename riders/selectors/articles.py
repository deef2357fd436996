"""Reads of articles."""

from ..models import Article


def articles():
    """The articles customers may read, by title."""
    return Article.objects.published().order_by("title", "id")
