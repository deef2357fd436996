"""What of a row staff do not read, in lists, searches, filters, sorting, histories and pages alike.

Whoever owns the rule answers ``kept_from_staff``; a window says which of its columns holds the public id the rule
speaks of (``kept_by``), and what may be read all the same (``readable``). A kept row loses everything else the
moment it comes from the database, so that no page, title or message can show it by mistake.
"""

from typing import Any

from django.conf import settings
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.db.models import Case, CharField, Exists, JSONField, OuterRef, Q, TextField, When
from django.db.models.functions import Substr
from django.dispatch import Signal
from django.utils.text import smart_split, unescape_string_literal

# A question upward: every receiver answers querysets of rows whose ``public_id`` is kept from staff
kept_from_staff = Signal()

_BEFORE_AN_ID = ("/requests/", "/access/", f"/{settings.ADMIN_PATH}internal/access-requests/")
_ID_LENGTH = 32
_OF_THE_LIST_ITSELF = {ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR}


def kept(column):
    """A condition on rows: the thing whose public id stands in ``column`` is kept from staff.

    :param column: a column, a path to one, or an annotation
    """
    condition = Q(pk__in=[])
    answers: list[Any] = kept_from_staff.send(None)
    for _receiver, querysets in answers:
        for rows in querysets:
            condition |= Q(Exists(rows.filter(public_id=OuterRef(column)).order_by()))
    return condition


def id_in_path(column, default):
    """The public id that the path of a page names, as an expression; ``default`` where it names none."""
    named = [
        When(Q(**{f"{column}__startswith": before}), then=Substr(column, len(before) + 1, _ID_LENGTH))
        for before in _BEFORE_AN_ID
    ]
    return Case(*named, default=default, output_field=CharField())


class Kept:
    """The part of a window that keeps. Needs a :class:`~django.contrib.admin.ModelAdmin` beside it."""

    kept_by = ""
    readable: tuple[str, ...] = ()

    def mark(self, rows):
        """``rows`` with ``is_kept``: whether staff read of a row no more than ``readable``."""
        return rows.annotate(is_kept=kept(self.kept_by)) if self.kept_by else rows

    def veil(self, row):
        """The row as staff may see it."""
        if getattr(row, "is_kept", False):
            for field in row._meta.concrete_fields:
                if field.name not in self.readable and not field.primary_key:
                    setattr(row, field.name, _nothing(field))
        return row

    def apart_from_kept(self, request, rows):
        """``rows`` without the kept ones where the list is narrowed or sorted by what is not to be read of them."""
        asked = {name.partition("__")[0] for name in request.GET.keys() - _OF_THE_LIST_ITSELF}
        asked |= set(self._sorted_by(request))
        return rows.filter(is_kept=False) if self.kept_by and asked - set(self.readable) else rows

    def find_kept(self, request, rows, words, search):
        """What a search finds: an open row by anything it is searched by, a kept one by what may be read.

        :param search: the window's usual search, a function of rows
        """
        found, may_repeat = search(rows.filter(is_kept=False))
        fields = [field for field in self.get_search_fields(request) if field in self.readable]  # type: ignore[attr-defined]
        matches = Q(is_kept=True) & (_all_words(words, fields) if fields else Q(pk__in=[]))
        return rows.filter(Q(pk__in=found.order_by().values("pk")) | matches), may_repeat

    def _sorted_by(self, request):
        columns = self.get_list_display(request)  # type: ignore[attr-defined]
        first = 1 if self.get_actions(request) else 0  # type: ignore[attr-defined]  # before it, the boxes to tick
        for part in request.GET.get(ORDER_VAR, "").split("."):
            number = part.rpartition("-")[2]
            known = number.isascii() and number.isdecimal() and len(number) < 4
            yield from columns[int(number) - first :][:1] if known and int(number) >= first else [part] * bool(part)


def _all_words(words, fields):
    condition = Q()
    for word in smart_split(words):
        quoted = word[0] in "\"'" and word[0] == word[-1] and len(word) > 1
        text = unescape_string_literal(word) if quoted else word
        condition &= Q(*[(f"{field}__icontains", text) for field in fields], _connector=Q.OR)
    return condition


def _nothing(field):
    if isinstance(field, JSONField):
        return field.get_default()
    return "" if isinstance(field, CharField | TextField) else None
