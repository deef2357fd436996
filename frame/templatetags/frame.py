"""The tags every page and mail uses: moments, key tags, status pills, icons, amounts, pages, switches."""

import math
from datetime import timedelta
from urllib.parse import urlencode

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from frame import clock, wording
from frame.paging import SIZES

register = template.Library()

# word, icon; the class is the state itself, see marks.css
PILLS = {
    "pending": (_("Pending"), "clock"),
    "approved": (_("Approved"), "tick"),
    "denied": (_("Denied"), "cross"),
    "cancelled": (_("Cancelled"), "dash"),
    "expired": (_("Expired"), "gone"),
    "active": (_("Active"), "tick"),
    "upcoming": (_("Not begun yet"), "clock"),
    "ending": (_("Ends soon"), "sand"),
    "ended": (_("Ended"), "dash"),
    "open": (_("Open"), "clock"),
    "waiting_customer": (_("Waiting for customer"), "person"),
    "waiting_support": (_("Waiting for support"), "clock"),
    "solved": (_("Solved"), "tick"),
    "closed": (_("Closed for good"), "dash"),
    "waiting": (_("Waits for an answer"), "clock"),
    "agreed": (_("Agreed and applied"), "tick"),
    "refused": (_("Refused"), "cross"),
    "lapsed": (_("Not answered in time"), "gone"),
    "outdated": (_("Overtaken by another change"), "dash"),
    "withdrawn": (_("Withdrawn"), "dash"),
    "paid": (_("Paid"), "tick"),
    "overdue": (_("Overdue"), "care"),
    "delivered": (_("Delivered"), "tick"),
}


def _at(context):
    """Give the page's moment; only a page that was not handed one reads the clock."""
    return context.get("at") or clock.now()


@register.simple_tag(takes_context=True)
def when(context, moment) -> str:
    """Write a moment with its distance: "Fri 27 Nov 2026, 17:00 (in 4 days)"."""
    if not moment:
        return ""
    at = _at(context)
    return format_html(
        '<time datetime="{}">{} <span class="nowrap">({})</span></time>',
        moment.isoformat(),
        wording.spell_moment(moment, timezone.get_current_timezone(), at),
        wording.spell_distance(moment, at),
    )


@register.simple_tag(takes_context=True)
def moment(context, moment) -> str:
    """Write a moment alone, "Fri 27 Nov 2026, 17:00" or "today, 17:00", where its distance is no help."""
    if not moment:
        return ""
    spelt = wording.spell_moment(moment, timezone.get_current_timezone(), _at(context))
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), spelt)


@register.simple_tag(takes_context=True)
def seconds_until(context, moment) -> int:
    """Write how many seconds are left until a moment, for what counts down where script runs."""
    return max(0, math.ceil((moment - _at(context)).total_seconds()))


@register.simple_tag
def moment_of(moment, account) -> str:
    """Write a moment on an account's own clock, with zone and UTC: for whoever reads in another zone."""
    return wording.spell_moment_in_full(moment, account.zone)


@register.simple_tag
def day(day) -> str:
    """Write a day: "Fri 27 Nov 2026"."""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), wording.spell_day(day)) if day else ""


@register.filter
def moment_in_full(moment) -> str:
    """Write a moment as mails do, with zone, offset and UTC."""
    return wording.spell_moment_in_full(moment, timezone.get_current_timezone()) if moment else ""


@register.filter
def length_in_words(span) -> str:
    """Write a length of time: "1 hour 18 minutes"."""
    return wording.spell_duration(span)


@register.filter
def in_words(words) -> str:
    """Join a list as a sentence does: "orders, invoices and usage"."""
    return wording.spell_list(list(words))


@register.simple_tag(takes_context=True)
def zone_in_words(context) -> str:
    """Name the zone the page's times are in: "Amsterdam time (UTC+1)"."""
    return wording.spell_zone(timezone.get_current_timezone(), _at(context))


@register.simple_tag(takes_context=True)
def zone_of(context, account) -> str:
    """Name the zone an account keeps its times in, for wherever an end is chosen."""
    return wording.spell_zone(account.zone, _at(context))


@register.simple_tag
def account_tag(account, out=False) -> str:
    """Write an account's number on its key tag; brass (`out`) while the reader holds that account's key."""
    return format_html('<span class="tag{}">{}</span>', " tag-out" if out else "", getattr(account, "number", account))


@register.simple_tag
def pill(state, words="") -> str:
    """Write a state as word, glyph and colour; `words` replaces the usual word, never the glyph."""
    usual, glyph = PILLS[str(state)]
    return format_html('<span class="pill pill-{}">{}{}</span>', state, icon(glyph), words or usual)


@register.simple_tag(takes_context=True)
def pill_of(context, thing) -> str:
    """Write the state of whatever has one at a moment (`status_at`)."""
    return pill(thing.status_at(_at(context)))


@register.simple_tag(takes_context=True)
def waiting_pill(context, until) -> str:
    """Write that something waits, and within the last day for how long still: "49 minutes left"."""
    left = until - _at(context)
    if left > wording.DAY:
        return pill("pending")
    return pill("ending", gettext("%(span)s left") % {"span": wording.spell_duration(max(left, timedelta(0)))})


@register.simple_tag(takes_context=True)
def access_pill(context, grant) -> str:
    """Write how an access stands now: not begun, active, in its last day, or ended."""
    at = _at(context)
    if not grant.unended_at(at):
        return pill("ended")
    if at < grant.starts_at:
        return pill("upcoming")
    return pill("ending" if grant.ends_at - at <= wording.DAY else "active")


@register.simple_tag
def icon(name) -> SafeString:
    """Draw an icon of the page's sprite. It is never alone: a word stands beside it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def money(amount, currency) -> str:
    """Write an amount with its currency: "€ 4,812.60"."""
    return wording.spell_money(amount, currency)


def _query(context, **changes) -> str:
    """Write the page's own address with some of its query changed; an empty value takes a part away."""
    parts = {name: value for name, value in context["request"].GET.items() if name not in changes}
    parts |= {name: value for name, value in changes.items() if value not in ("", None)}
    return "?" + urlencode(parts)


@register.inclusion_tag("components/sort.html", takes_context=True)
def sort(context, name) -> dict:
    """Write the heading of a column of the page's `table`: a link that sorts by it, then backwards."""
    column, table = context["table"].column(name), context["table"]
    here = table.sorted_by == name
    again = f"-{name}" if here and not table.backwards else name
    return {
        "column": column,
        "url": _query(context, sort=again, page="") if column.order else "",
        "way": ("descending" if table.backwards else "ascending") if here else "",
    }


@register.simple_tag(takes_context=True)
def url_with(context, **changes) -> str:
    """Write the page's own address with some of its query changed."""
    return _query(context, **changes)


@register.simple_tag(takes_context=True)
def file_url(context) -> str:
    """Write the address of the page's list as a file: the same rows in the same order, all of them."""
    return _query(context, format="csv", page="", size="")


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context, page, label="") -> dict:
    """Write the pager of a list: which rows these are, how many at once, and plain links that keep the query."""
    numbers = [
        {"number": number, "url": _query(context, page=number) if isinstance(number, int) else ""}
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]
    return {
        "page": page,
        "label": label,
        "numbers": numbers,
        "sizes": [
            {"size": size, "url": _query(context, size=size, page=""), "current": size == page.paginator.per_page}
            for size in SIZES
            if page.paginator.count > SIZES[0]
        ],
        "before": _query(context, page=page.number - 1) if page.has_previous() else "",
        "after": _query(context, page=page.number + 1) if page.has_next() else "",
    }


@register.inclusion_tag("components/switch.html")
def switch(field, why="", opens="", words="") -> dict:
    """Write an on/off switch with its words in one line.

    :param field: a bound yes/no field, or one choice of a bound field with several
    :param why: what follows from switching it on; a yes/no field's help text otherwise
    :param opens: what it opens today, for instance "31 invoices"
    """
    choice = getattr(field, "data", None) if not hasattr(field, "field") else None
    if isinstance(choice, dict) and "attrs" in choice:
        attrs = choice["attrs"]
        line = {
            "name": choice["name"],
            "value": choice["value"],
            "id": attrs.get("id", ""),
            "on": choice["selected"],
            "off_limits": attrs.get("disabled", False),
            "words": words or choice["label"],
            "why": why,
        }
    else:
        line = {
            "name": field.html_name,
            "value": "on",
            "id": field.id_for_label,
            "on": bool(field.value()),
            "off_limits": field.field.disabled,
            "words": words or field.label,
            "why": why or field.help_text,
        }
    return line | {"opens": opens}


@register.simple_tag
def percent(place) -> str:
    """Write a place in a picture, "33.33%", with a point whatever the language."""
    return f"{place:.2f}%"


@register.simple_tag
def get_item(mapping, key):
    """Look something up under a key that is known in the template only."""
    return mapping.get(key)
