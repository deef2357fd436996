"""What belongs to a row, beside it: each app answers with the first rows of its own windows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import display_for_field, display_for_value, label_for_field, lookup_field
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import ManyToOneRel, Model
from django.dispatch import Signal
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

AT_FIRST = 8
NOTHING = "–"

# A question upward, sent by a row's model: every receiver (request, row, at) answers a list of :class:`Panel` or None
staff_panels = Signal()

# Another: every receiver (request, row; ``None`` for the list) answers what may be begun there: ``[(words, address)]``
staff_tools = Signal()


@dataclass(frozen=True)
class Panel:
    """The first few rows of a window that concern another row, and the way to all of them."""

    title: Any
    headings: list
    lines: list  # each row as the address of its page and its cells
    total: int
    address: str
    place: int


def panel(request, model, title, columns, narrowed, *, place=50, choose: Callable | None = None):
    """The panel of a window's rows, or ``None`` where this person may not open the window.

    :param narrowed: ``{column: text}``, the way the window's list is narrowed to the same rows by its address
    :param choose: a function of rows that leaves some out
    """
    window: Any = admin.site.get_model_admin(model)
    if not window.has_view_permission(request):
        return None
    rows = window.get_queryset(request).filter(**narrowed)
    rows = choose(rows) if choose else rows
    related = window.list_select_related
    found = rows.select_related(*related) if related else rows
    first = [window.veil(row) for row in found[:AT_FIRST]]
    return Panel(
        title=title,
        headings=headings(window, columns),
        lines=[(page_of_row(row), cells(window, row, columns)) for row in first],
        total=rows.count(),
        address=f"{list_of(model)}?{urlencode(narrowed)}",
        place=place,
    )


def panels_of(request, row, *, at):
    """Everything that the apps know about a row, in the order of their places."""
    answers: list[Any] = staff_panels.send(type(row), request=request, row=row, at=at)
    found = [one for _receiver, panels in answers for one in panels if one is not None]
    return sorted(found, key=lambda one: one.place)


def tools_of(request, model, row=None):
    """What may be begun on the list of a window or on the page of a row, as links: ``[(words, address)]``."""
    answers: list[Any] = staff_tools.send(model, request=request, row=row)
    return [tool for _receiver, tools in answers for tool in tools]


def list_of(model):
    """The address of the list of a window."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of_row(row):
    """The address of the page of a row."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def headings(window, columns):
    """What stands above the columns of a window's list, or beside the facts of a row's page."""
    return [label_for_field(name, window.model, window) for name in columns]


def cells(window, row, columns):
    """What the columns of a window's list say of a row, fit for a page."""
    return [_cell(window, row, name) for name in columns]


def facts(window, row, fieldsets):
    """What the page of a row says: ``[(heading, [(label, value), …]), …]``; other rows as links to their pages."""
    return [
        (
            heading,
            [(label_for_field(name, window.model, window), _fact(window, row, name)) for name in options["fields"]],
        )
        for heading, options in fieldsets
    ]


def _cell(window, row, name):
    try:
        field, said_by, value = lookup_field(name, row, window)
    except ObjectDoesNotExist:  # kept from staff: the row points at nobody any more
        return NOTHING
    if value is None or value == "":
        return NOTHING
    if value is True or value is False:
        return _("Yes") if value else _("No")
    if field is None:
        return display_for_value(value, NOTHING, getattr(said_by, "boolean", False))
    if isinstance(field.remote_field, ManyToOneRel):
        return value
    return display_for_field(value, field, NOTHING)


def _fact(window, row, name):
    value = _cell(window, row, name)
    known = isinstance(value, Model) and window.admin_site.is_registered(type(value))
    return format_html('<a href="{}">{}</a>', page_of_row(value), value) if known else value
