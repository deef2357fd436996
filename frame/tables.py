"""Lists that people sort, page and take with them as a file.

A table gets its rows by a function of the moment. So a file that is still being written when access ends reads the
clock and asks the door again for every few hundred rows, and says so where it had to stop.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from frame import clock
from frame.paging import page_of

CHUNK = 500
# OWASP ASVS 5.0, 1.2.10: a spreadsheet would run such a cell as a formula
_RUN_BY_SPREADSHEETS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


@dataclass(frozen=True)
class Column:
    """One column: its name in the address, its heading, what a file says in it, and what it is sorted by.

    ``value`` gives the plain value of a row; ``order`` names the fields to sort by, and without any the column
    cannot be sorted.
    """

    name: str
    label: Any
    value: Callable[[Any], Any]
    order: tuple[str, ...] = ()
    numeric: bool = False


@dataclass
class Table:
    """The rows of a page in the order the reader chose (``sort=name``, or ``sort=-name`` for backwards).

    :raises Http404: there is no such column, page or format
    """

    request: Any
    rows: Callable[[datetime], QuerySet]
    columns: tuple[Column, ...]
    at: datetime
    sorted_by: str = field(init=False, default="")
    backwards: bool = field(init=False, default=False)

    def __post_init__(self):
        asked = self.request.GET.get("sort", "")
        self.backwards, self.sorted_by = asked.startswith("-"), asked.removeprefix("-")
        if asked and not self._sorting():
            raise Http404
        if self.request.GET.get("format", "") not in ("", "csv"):
            raise Http404

    @property
    def wants_file(self):
        """Whether the reader asked for all the rows as a file."""
        return self.request.GET.get("format") == "csv"

    def page(self):
        """The page the reader asked for. Two queries, however many rows there are."""
        return page_of(self.request, self._ordered(self.rows(self.at)))

    def file(self, name):
        """All the rows as comma-separated values (RFC 4180), sent bit by bit.

        :param name: what the file is called, without its ending: plain letters, digits and hyphens
        """
        # The page's language and zone are gone by the time a stream is read
        lines = self._lines(translation.get_language() or "en", timezone.get_current_timezone())
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response

    def column(self, name):
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)

    def _sorting(self):
        return next((column.order for column in self.columns if column.name == self.sorted_by), ())

    def _ordered(self, rows):
        fields = self._sorting()
        if not fields:
            return rows
        turned = [field.removeprefix("-") if field.startswith("-") else f"-{field}" for field in fields]
        return rows.order_by(*(turned if self.backwards else fields), "pk")

    def _lines(self, language, zone) -> Iterator[str]:
        writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
        wanted = list(self._ordered(self.rows(self.at)).values_list("pk", flat=True))
        with translation.override(language):
            yield "\N{BYTE ORDER MARK}" + writer.writerow([safe_cell(column.label) for column in self.columns])
        for start in range(0, len(wanted), CHUNK):
            some = wanted[start : start + CHUNK]
            found = {row.pk: row for row in self.rows(clock.now()).filter(pk__in=some)}
            with translation.override(language), timezone.override(zone):
                for row in (found[pk] for pk in some if pk in found):
                    yield writer.writerow([safe_cell(column.value(row)) for column in self.columns])
                if len(found) < len(some):
                    yield writer.writerow([_("This list is not complete: you may not read the rest of it any more.")])
                    return


def safe_cell(value):
    """A value as text that no spreadsheet runs: what begins like a formula gets a quote character in front."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).isoformat(timespec="minutes")
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_RUN_BY_SPREADSHEETS) else text


class _Echo:
    """Gives a written line back instead of keeping it."""

    def write(self, line):
        return line
