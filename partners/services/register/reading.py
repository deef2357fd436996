"""From bytes to cells (RFC 4180, UTF-8), line by line, so that a file of any size takes the same memory.

A fault costs the row it stands in: reading goes on with the line after the one where the row began.
"""

import csv
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from django.utils.translation import gettext as _

from .cells import shown
from .faults import Faults
from .sheets import Sheet

LINE_MAX = 65_536  # bytes
BROKEN_MAX = 100  # rows whose cells cannot be told apart, before the rest of a file is left unread
_SEPARATORS = {";": ";", "\t": "TAB", "|": "|"}


class _TooLong(Exception):
    """A line no row of a register has."""


class _Lines:
    """The lines of a file, decoded and counted. Bytes that are not UTF-8 become lone surrogates."""

    def __init__(self, stream: BinaryIO):
        self.stream = stream
        self.number = 0  # of the last line given
        self.taken: list[str] = []  # what the row being read is made of
        self._again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._next()
        self.number += 1
        self.taken.append(line)
        return line

    def _next(self) -> str:
        raw = self.stream.readline(LINE_MAX + 1)
        if not raw:
            raise StopIteration
        if len(raw) > LINE_MAX:
            while raw and not raw.endswith(b"\n"):
                raw = self.stream.readline(LINE_MAX)
            self.number += 1
            raise _TooLong
        if self.number == 0:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        return raw.decode("utf-8", "surrogateescape")

    def back_to_the_second(self) -> None:
        """Give the lines of a broken row again, but for its first."""
        self._again.extendleft(reversed(self.taken[1:]))
        self.number -= len(self.taken) - 1


class _Rows:
    """The rows of a file as cells, each with the line it begins on; one whose cells cannot be told apart has none."""

    def __init__(self, sheet: Sheet, stream: BinaryIO, faults: Faults):
        self.sheet, self.faults = sheet, faults
        self.names: list[str] = []  # of the columns, as soon as they are known
        self._lines = _Lines(stream)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        broken, reader = 0, csv.reader(self._lines, strict=True)
        while broken < BROKEN_MAX:
            self._lines.taken.clear()
            begins = self._lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (_TooLong, csv.Error) as error:
                self._note(error, begins)
                yield begins, []
                broken += 1
                reader = csv.reader(self._lines, strict=True)
            else:
                if any(cell.strip() for cell in cells):
                    yield begins, cells
        self.fault(self._lines.number + 1, "", _("The rest of this file was not read: too many rows are broken."))

    def fault(self, line: int, column: str, words: str) -> None:
        """Note what is wrong with this file."""
        self.faults.add(self.sheet.file, line, column, words)

    def _note(self, error, begins):
        if isinstance(error, _TooLong):
            words = _("This line is longer than %(longest)d bytes.") % {"longest": LINE_MAX}
            self.fault(self._lines.number, "", words)
            return
        down, place, words = _what_is_broken("".join(self._lines.taken))
        self.fault(begins + down, self.names[place] if place < len(self.names) else "", words)
        self._lines.back_to_the_second()


def _what_is_broken(text):
    """Where in a row its cells cannot be told apart: how many lines below its first, in which cell, and why."""
    place = at = 0
    while at < len(text):
        if text[at] == '"':
            opened, at = at, _end_of_quotes(text, at)
            if text[at : at + 1] not in {",", "\r", "\n"}:
                words = _("The quotation mark that opens this cell is not closed before the next comma.")
                return text.count("\n", 0, opened), place, words
        else:
            while at < len(text) and text[at] not in ",\r\n":
                at += 1
        if text[at : at + 1] != ",":
            break
        place, at = place + 1, at + 1
    return text.count("\n", 0, at), place, _("A line break stands here where a comma is wanted.")


def _end_of_quotes(text, at):
    """The place after the quotation mark that closes the one at ``at``, or the end of the text."""
    while (at := text.find('"', at + 1)) != -1:
        if text[at + 1 : at + 2] != '"':
            return at + 1
        at += 1
    return len(text)


def rows_of(sheet: Sheet, stream: BinaryIO, faults: Faults) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The rows of a file: the line each begins on, and its values by column, ``None`` where one is no good.

    What is wrong is added to ``faults``. A row that cannot be understood, the first line among them, is all ``None``.

    :raises OSError: the file cannot be read
    """
    nothing: dict[str, str | None] = dict.fromkeys(sheet.columns)
    rows = _Rows(sheet, stream, faults)
    records = iter(rows)
    line, header = next(records, (0, []))
    if line == 0:
        rows.fault(1, "", _("The file is empty; its first line must be: %(header)s") % {"header": sheet.header})
    if not _header_in_order(rows, line, header):
        yield line, nothing
        return
    rows.names = [cell.strip() for cell in header]
    garbled = False
    for line, cells in records:
        if cells and len(cells) != len(rows.names):
            words = _("This row has %(count)d cells; %(wanted)d are wanted.")
            rows.fault(line, "", words % {"count": len(cells), "wanted": len(rows.names)})
        values = dict(nothing)
        if len(cells) == len(rows.names):
            garbled |= _read(rows, line, cells, values, garbled=garbled)
        yield line, values


def _read(rows, line, cells, values, *, garbled):
    """Put what the cells say into ``values``.

    :param garbled: that the file is not UTF-8 was said already
    :returns: whether these cells are not
    """
    found = False
    for name, cell in zip(rows.names, cells, strict=True):
        reader = rows.sheet.columns.get(name)
        if reader is None:
            continue
        if _garbled(cell):
            if not (garbled or found):
                rows.fault(line, name, _not_utf8())
            found = True
            continue
        try:
            values[name] = reader(cell)
        except ValueError as refusal:
            rows.fault(line, name, str(refusal))
    return found


def _garbled(text):
    return not text.isascii() and any("\udc80" <= char <= "\udcff" for char in text)


def _not_utf8():
    return _("This is not UTF-8. It is the first such place; save the whole file as UTF-8.")


def _header_in_order(rows, line, header):
    """Whether the rows below can be understood; what is wrong with the first line is noted."""
    if not header:
        return False  # there is none, or its cells cannot be told apart, and that was said
    names, wanted = [cell.strip() for cell in header], rows.sheet.columns
    if any(_garbled(name) or "\0" in name for name in names):
        rows.fault(line, "", _not_utf8())
        return False
    sign = next((sign for sign in _SEPARATORS if len(names) == 1 and sign in names[0]), None)
    if sign:
        words = _("The cells are separated by “%(sign)s”; commas are wanted.")
        rows.fault(line, "", words % {"sign": _SEPARATORS[sign]})
        return False
    for name in sorted({name for name in names if names.count(name) > 1}):
        rows.fault(line, shown(name), _("Several columns have this name."))
    for name in names:
        if name not in wanted:
            words = _("There is no such column; the first line must be: %(header)s")
            rows.fault(line, shown(name), words % {"header": rows.sheet.header})
    missing = [name for name in wanted if name not in names]
    for name in missing:
        rows.fault(line, name, _("This column is missing."))
    return len(missing) < len(wanted)
