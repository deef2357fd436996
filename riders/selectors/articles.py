"""Reads of articles."""

import re
from typing import Any

from django.db.models import Case, IntegerField, Q, Value, When

from ..models import Article

WORDS_AT_MOST = 8
SUGGESTED = 3
_SHORTEST = 4


def articles(search=""):
    """The articles customers may read, by title; of them those whose title or text has every word of ``search``."""
    found = Article.objects.published().defer("text", "sought")
    for word in Article.folded(search).split()[:WORDS_AT_MOST]:
        found = found.filter(sought__contains=word)
    return found.order_by("title", "id")


def find_article(slug):
    """The published article at this address, or ``None``."""
    return Article.objects.published().filter(slug=slug).first()


def articles_about(subject):
    """The few articles that have most in common with what somebody says a case is about, as a list.

    Short words say little and are left out; of long ones the end is, for it changes with the grammar. What has less
    than half as much in common as the best is left out.
    """
    words = dict.fromkeys(re.findall(rf"\w{{{_SHORTEST},}}", Article.folded(subject)))
    stems = dict.fromkeys(word[: max(_SHORTEST, len(word) - 3)] for word in words)
    alike: Any = Value(0, output_field=IntegerField())
    for stem in list(stems)[:WORDS_AT_MOST]:
        has = When(Q(sought__contains=stem), then=Value(len(stem)))
        alike = alike + Case(has, default=Value(0), output_field=IntegerField())
    found = articles().annotate(alike=alike).filter(alike__gt=0)
    best = list(found.order_by("-alike", "title", "id")[:SUGGESTED])
    return [one for one in best if 2 * one.alike >= best[0].alike]
