"""A window on one table: its list, a page for each row with all that belongs to it, and the row's history."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, get_fields_from_path, unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from frame import clock
from frame.paging import page_of

from .keeping import Kept
from .panels import NOTHING, cells, facts, headings, page_of_row, panels_of, tools_of

_BETWEEN, _PLAINLY = frozenset({"gte", "lt"}), frozenset({"exact", "isnull", "isempty"})
HISTORY = ("at", "event", "who", "facts")


class _List(ChangeList):
    """The rows of one page of a list, as staff may see them."""

    model_admin: Any

    def get_results(self, request):
        super().get_results(request)
        self.result_list = [self.model_admin.veil(row) for row in self.result_list]


class Window(Kept, admin.ModelAdmin):
    """Lists and shows rows. Nothing is added, changed or deleted here, whatever Django permissions somebody holds.

    What little may be done is an action that calls one service, and asks for a Django permission of its own. Those
    in ``on_the_page`` stand as buttons on a row's page too. ``narrowed_by`` names the columns that links from other
    pages may narrow the list by.
    """

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # a count beside each filter is a query, and tells of what is kept
    view_on_site = False
    empty_value_display = NOTHING
    change_list_template = "admin/list.html"
    change_form_template = "admin/window.html"
    narrowed_by: tuple[str, ...] = ()
    on_the_page: tuple[str, ...] = ()

    def get_urls(self):
        """Three addresses: the list, one row, and the row's history. Those that could change a row are not there."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        view = self.admin_site.admin_view
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/history/", view(self.history_view), name=f"{name}_history"),
            path("<path:object_id>/change/", view(self.change_view), name=f"{name}_change"),
        ]

    def lookup_allowed(self, lookup, value, request=None):
        """Rows are narrowed by the offered filters and nothing else: a column nobody is shown is not guessed at."""
        if lookup in self.narrowed_by:
            return True
        offered: list[Any] = [
            entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request)
        ]
        names = [entry if isinstance(entry, str) else entry.parameter_name for entry in offered]
        name, _between, how = lookup.rpartition("__")
        if how in _BETWEEN:
            return name in names and self._is_moment(name, value)
        return lookup in names or (name in names and how in _PLAINLY)

    def _is_moment(self, name, value):
        field = get_fields_from_path(self.model, name)[-1]
        timed = isinstance(field, DateTimeField)
        try:
            moment: Any = parse_datetime(value) if timed else parse_date(value)
        except ValueError:
            return False
        return moment is not None and 2000 <= moment.year <= 2200 and not (timed and moment.tzinfo is None)

    def has_add_permission(self, request):
        """Nobody adds a row."""
        return False

    def has_change_permission(self, request, obj=None):
        """Nobody changes a row."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Nobody deletes a row."""
        return False

    def holds(self, request, action):
        """Whether this person has Django's permission ``action`` on the table: for actions' own questions."""
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    # Rows

    def get_changelist(self, request, **kwargs):
        """The list that keeps what is to be kept."""
        return _List

    def get_queryset(self, request):
        """The rows, each with whether it is kept from staff."""
        return self.mark(super().get_queryset(request))

    def get_search_results(self, request, queryset, search_term):
        """What the list shows. What is kept is neither found, narrowed nor sorted by what staff do not read of it."""
        search, rows = super().get_search_results, self.apart_from_kept(request, queryset)
        if not (self.kept_by and search_term):
            return search(request, rows, search_term)
        return self.find_kept(request, rows, search_term, lambda some: search(request, some, search_term))

    def get_object(self, request, object_id, from_field=None):
        """The row, or the same 404 as everywhere."""
        known = object_id.isascii() and object_id.isdecimal()
        row = super().get_object(request, object_id, from_field) if known else None
        if row is None:
            raise Http404
        return self.veil(row)

    def get_fieldsets(self, request, obj=None):
        """What the page of a row says: of a kept one no more than may be read."""
        fieldsets = super().get_fieldsets(request, obj)
        if not getattr(obj, "is_kept", False):
            return fieldsets
        return [(None, {"fields": [name for name in flatten_fieldsets(fieldsets) if name in self.readable]})]

    def name_of(self, row):
        """What a row is called in headings and messages."""
        return f"{capfirst(self.opts.verbose_name)} {row.pk}" if getattr(row, "is_kept", False) else str(row)

    # What an app adds to its windows

    def history_of(self, row):
        """The trail's lines about a row, or ``None`` where the trail knows nothing of such rows."""
        return

    def buttons_of(self, row):
        """Which of the actions stand as buttons on the page of this row."""
        return self.on_the_page

    def facts_beside(self, request, row):
        """What the page of a row shows below its facts, as safe text; usually nothing."""
        return ""

    # Pages

    def changelist_view(self, request, extra_context=None):
        """The list. It takes no form but that of an action this person may use.

        :raises PermissionDenied: anything else was sent
        """
        if request.method == "POST" and request.POST.get("action") not in self.get_actions(request):
            raise PermissionDenied
        title = capfirst(self.opts.verbose_name_plural)
        narrowed = [request.GET[name] for name in self.narrowed_by if name in request.GET]
        more = {
            "title": title,
            "narrowed": ", ".join(narrowed),
            "tools": tools_of(request, self.model),
            **(extra_context or {}),
        }
        return super().changelist_view(request, more)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """The page of a row: its facts, what may be done, and all that belongs to it.

        :raises Http404: there is no such row
        :raises PermissionDenied: something was sent to it, or this person may not look
        """
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        at = clock.now()
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        offered: dict[str, Any] = self.get_actions(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.name_of(row),
            "at": at,
            "row": row,
            "buttons": [(name, offered[name][2]) for name in self.buttons_of(row) if name in offered],
            "tools": tools_of(request, self.model, row),
            "facts": facts(self, row, self.get_fieldsets(request, row)),
            "beside": self.facts_beside(request, row),
            "panels": [] if getattr(row, "is_kept", False) else panels_of(request, row, at=at),
            "history": self.history_of(row) is not None,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, self.change_form_template, context)

    def history_view(self, request, object_id, extra_context=None):
        """What the trail says about a row, oldest first.

        :raises Http404: there is no such row or page
        """
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("History: %(name)s") % {"name": self.name_of(row)},
            "name": self.name_of(row),
            "row": row,
            "opts": self.opts,
            **self._page_of_history(request, row),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/history.html", context)

    def _page_of_history(self, request, row):
        lines = self.history_of(row)
        if lines is None:
            return {}
        window: Any = self.admin_site.get_model_admin(lines.model)
        page = page_of(request, window.mark(lines))
        shown = [window.veil(line) for line in page.object_list]
        return {
            "page": page,
            "headings": headings(window, HISTORY),
            "lines": [(page_of_row(line), cells(window, line, HISTORY)) for line in shown],
            "linked": window.has_view_permission(request),
        }
