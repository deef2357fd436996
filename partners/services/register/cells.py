"""What a cell may hold. Each reader takes the text of a cell and gives it in the one form it is kept in.

They raise :class:`ValueError` with a sentence that is shown beside the cell's place.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from accounts.models import validate_zone
from frame.wording import one_paragraph

SHOWN_MAX = 40
INTEGER_MAX = 2**31 - 1
YEARS = range(1900, 2200)
Reader = Callable[[str], str]
_email = EmailValidator()


def shown(value: str) -> str:
    """A cell as a message quotes it: on one line, not too long, nothing unseen."""
    text = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in value[: SHOWN_MAX + 1])
    return text if len(value) <= SHOWN_MAX else text[:SHOWN_MAX] + "…"


def plain(cell: str) -> str:
    """A cell as one paragraph of what can be seen.

    :raises ValueError: it holds a character that belongs into no text
    """
    if cell.isascii() and cell.isprintable():
        return cell.strip() if "  " not in cell else " ".join(cell.split())
    for char in cell:
        if unicodedata.category(char) in {"Cc", "Cs", "Cn", "Co"} and not char.isspace():
            words = _("“%(value)s” holds the character U+%(code)04X, which belongs into no text.")
            raise ValueError(words % {"value": shown(cell), "code": ord(char)})
    return one_paragraph(cell)


def text(longest: int, *, blank: bool = False) -> Reader:
    """Any text of up to ``longest`` characters."""

    def read(cell):
        value = plain(cell)
        if not value and not blank:
            raise ValueError(_("This cell is empty."))
        if len(value) > longest:
            raise ValueError(
                _("“%(value)s” is longer than %(longest)d characters.") % {"value": shown(value), "longest": longest}
            )
        return value

    return read


def matching(pattern: str, refusal: Callable[[], str]) -> Reader:
    """Text of one form; ``refusal`` says what is wanted instead, after the text that is not it."""
    form = re.compile(pattern, re.ASCII)

    def read(cell):
        value = _filled(cell)
        if not form.fullmatch(value):
            raise ValueError(refusal() % {"value": shown(value)})
        return value

    return read


def one_of(values) -> Reader:
    """One of a few words."""
    words = {str(value) for value in values}

    def read(cell):
        value = _filled(cell)
        if value not in words:
            offered = {"value": shown(value), "offered": ", ".join(str(value) for value in values)}
            raise ValueError(_("“%(value)s” is none of: %(offered)s.") % offered)
        return value

    return read


def whole(least: int) -> Reader:
    """A whole number from ``least`` on."""

    def read(cell):
        value = _filled(cell)
        if not re.fullmatch("[0-9]{1,10}", value) or not least <= int(value) <= INTEGER_MAX:
            raise ValueError(
                _("“%(value)s” is no whole number from %(least)d on.") % {"value": shown(value), "least": least}
            )
        return str(int(value))

    return read


def amount(digits: int, places: int) -> Reader:
    """A number with a point and up to ``places`` places after it."""
    form = re.compile(rf"-?[0-9]{{1,{digits}}}(\.[0-9]{{1,{places}}})?")
    unit = Decimal(1).scaleb(-places)

    def read(cell):
        value = _filled(cell)
        if not form.fullmatch(value):
            words = _("“%(value)s” is no amount such as 1234.50, with a point and at most %(places)d places.")
            raise ValueError(words % {"value": shown(value), "places": places})
        return str(Decimal(value).quantize(unit) + 0)

    return read


def day(cell: str) -> str:
    """A day such as 2026-11-27."""
    value = _filled(cell)
    try:
        found = date.fromisoformat(value) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) else None
    except ValueError:
        found = None
    if found is None or found.year not in YEARS:
        raise ValueError(_("“%(value)s” is no day such as 2026-11-27.") % {"value": shown(value)})
    return value


def month(cell: str) -> str:
    """A month such as 2026-11; kept as its first day."""
    value = _filled(cell)
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", value) or int(value[:4]) not in YEARS:
        raise ValueError(_("“%(value)s” is no month such as 2026-11.") % {"value": shown(value)})
    return f"{value}-01"


def address(cell: str) -> str:
    """A mail address, in lower case."""
    value = _filled(cell).lower()
    try:
        _email(value)
    except ValidationError:
        raise ValueError(_("“%(value)s” is no mail address.") % {"value": shown(value)}) from None
    if len(value) > 254:
        raise ValueError(
            _("“%(value)s” is longer than %(longest)d characters.") % {"value": shown(value), "longest": 254}
        )
    return value


def zone(cell: str) -> str:
    """The name of a time zone."""
    value = _filled(cell)
    try:
        validate_zone(value)
    except ValidationError:
        words = _("“%(value)s” is not the name of a time zone, such as Europe/Stockholm.")
        raise ValueError(words % {"value": shown(value)}) from None
    return value


def _filled(cell):
    value = plain(cell)
    if not value:
        raise ValueError(_("This cell is empty."))
    return value
