"""Moments, lengths, zones and amounts in words, for pages and mails alike.

Everything here is a plain function of its arguments and of the active language; nothing reads the
clock or the active zone. Strings that take part in a sentence carry no trailing stop.
"""

import unicodedata
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from django.utils import dateformat, formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAYS_COUNTED_SINGLY = 60
DAYS_IN_A_MONTH = 30.44
DAYS_IN_A_YEAR = 365.25

CURRENCY_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£"}


def spell_day(day: date) -> str:
    """Say a day with its weekday: "Fri 27 Nov 2026"."""
    # Translators: a date format of Django's; weekday, day, month, year. Never all digits.
    return dateformat.format(day, pgettext("date format", "D j M Y"))


def spell_time(moment: datetime, zone: tzinfo) -> str:
    """Say the time of day on a 24-hour clock: "17:00"."""
    return dateformat.time_format(moment.astimezone(zone).time(), "H:i")


def spell_moment(moment: datetime, zone: tzinfo, at: datetime | None = None) -> str:
    """Say a moment in a zone: "Fri 27 Nov 2026, 17:00", or "today, 17:00" where `at` is that day."""
    there = moment.astimezone(zone)
    if at is not None and at.astimezone(zone).date() == there.date():
        return _("today, %(time)s") % {"time": spell_time(moment, zone)}
    return _("%(day)s, %(time)s") % {"day": spell_day(there.date()), "time": spell_time(moment, zone)}


def spell_moment_in_full(moment: datetime, zone: tzinfo) -> str:
    """Say a moment so that it needs no page around it: with its zone and in UTC, as mails do."""
    same_day = moment.astimezone(UTC).date() == moment.astimezone(zone).date()
    return _("%(moment)s %(zone)s, %(utc)s UTC") % {
        "moment": spell_moment(moment, zone),
        "zone": spell_zone(zone, moment),
        "utc": spell_time(moment, UTC) if same_day else spell_moment(moment, UTC),
    }


def spell_distance(moment: datetime, at: datetime) -> str:
    """Say how far a moment is from `at`: "in 4 days", "2 hours ago", "now"."""
    span = moment - at
    if abs(span) < timedelta(minutes=1):
        return pgettext("distance in time", "now")
    if span > timedelta(0):
        return pgettext("distance in time", "in %(span)s") % {"span": spell_duration(span)}
    return pgettext("distance in time", "%(span)s ago") % {"span": spell_duration(-span)}


def spell_duration(span: timedelta) -> str:
    """Say a length: "15 minutes", "1 hour 18 minutes", "4 days", "12 months".

    From a day on it is rounded to days, from sixty days on to months, from two years on to years: it
    always stands beside the exact moment.
    """
    if span < timedelta(seconds=30):
        return _("less than a minute")
    if span >= DAY - timedelta(minutes=1):
        return _spell_days(round(span / DAY))
    hours, rest = divmod(span, HOUR)
    minutes = round(rest / timedelta(minutes=1))
    if minutes == 60:
        hours, minutes = hours + 1, 0
    parts = []
    if hours:
        parts.append(ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours})
    if minutes or not hours:
        parts.append(ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes})
    return " ".join(parts)


def _spell_days(days: int) -> str:
    if days < DAYS_COUNTED_SINGLY:
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    months = round(days / DAYS_IN_A_MONTH)
    if months < 24:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    years = round(days / DAYS_IN_A_YEAR)
    return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}


def spell_zone(zone: tzinfo, at: datetime) -> str:
    """Name a zone as people do, with its offset at that moment: "Amsterdam time (UTC+1)"."""
    offset = zone.utcoffset(at.astimezone(zone).replace(tzinfo=None)) or timedelta(0)
    place = str(zone).rpartition("/")[2].replace("_", " ")
    if place == "UTC":
        return "UTC"
    return _("%(place)s time (%(offset)s)") % {"place": place, "offset": _spell_offset(offset)}


def _spell_offset(offset: timedelta) -> str:
    minutes = round(offset / timedelta(minutes=1))
    sign = "-" if minutes < 0 else "+"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def spell_money(amount: Decimal, currency: str) -> str:
    """Say an amount with the sign or code of its currency, in English before it: "€ 4,812.60", "− € 120.00"."""
    sign = "− " if amount < 0 else ""
    digits = formats.number_format(abs(amount), decimal_pos=2, use_l10n=True, force_grouping=True)
    # Translators: an amount of money; where the language puts the currency last, turn the two round.
    words = _("%(currency)s %(digits)s") % {"currency": CURRENCY_SIGNS.get(currency, currency), "digits": digits}
    return sign + words.replace(" ", "\N{NO-BREAK SPACE}")


def one_paragraph(text: str) -> str:
    """What somebody typed, as one paragraph of what can be seen.

    Marks that turn the direction of writing or cannot be seen at all (Unicode category Cf, but for the two joiners
    that some scripts need) and line breaks go: nobody can set a line of their own into our pages and mails.
    """
    return " ".join(_seen(text).split()).strip("\u200c\u200d ")


def several_lines(text: str) -> str:
    """What somebody typed in several lines, made of what can be seen, as :func:`one_paragraph` does for one.

    Lines end as they do everywhere but in forms, with a line feed; there is none before the first and after the last.
    """
    lines = [_seen(line).rstrip() for line in text.splitlines()]
    return "\n".join(lines).strip("\n\u200c\u200d")


def _seen(text):
    """What can be seen of a text; of white space only the tab is a control character."""
    kept = (" " if char.isspace() and char < " " and char != "\t" else char for char in text)
    return "".join(char for char in kept if char in "\u200c\u200d\t" or unicodedata.category(char) not in {"Cf", "Cc"})


def spell_list(words: list[str]) -> str:
    """Join words as a sentence does: "orders, invoices and usage"."""
    words = [str(word) for word in words]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}
