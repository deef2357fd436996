"""What staff see of a table on the admin site: a window, not a workbench."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path


class Window(admin.ModelAdmin):
    """Lists and shows rows. Nothing is added, changed or deleted here, whatever Django permissions somebody holds.

    What little may be done is an action that calls one service, and asks for a Django permission of its own.
    """

    list_per_page = 50
    show_full_result_count = False
    view_on_site = False

    def get_urls(self):
        """Three addresses: the list, one row, and the row's history. Those that could change a row are not there."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        site = self.admin_site
        return [
            path("", site.admin_view(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/history/", site.admin_view(self.history_view), name=f"{name}_history"),
            path("<path:object_id>/change/", site.admin_view(self.change_view), name=f"{name}_change"),
        ]

    def lookup_allowed(self, lookup, value, request=None):
        """Rows are narrowed by the offered filters and nothing else: a column nobody is shown is not guessed at."""
        offered = [entry[0] if isinstance(entry, tuple) else entry for entry in self.get_list_filter(request)]
        return any(lookup == name or lookup.startswith(f"{name}__") for name in offered)

    def has_add_permission(self, request):
        """Nobody adds a row."""
        return False

    def has_change_permission(self, request, obj=None):
        """Nobody changes a row."""
        return False

    def has_delete_permission(self, request, obj=None):
        """Nobody deletes a row."""
        return False

    def get_object(self, request, object_id, from_field=None):
        """The row, or the same 404 as everywhere."""
        row = super().get_object(request, object_id, from_field)
        if row is None:
            raise Http404
        return row

    def changelist_view(self, request, extra_context=None):
        """The list. It takes no form but that of an action this person may use.

        :raises PermissionDenied: anything else was sent
        """
        if request.method == "POST" and request.POST.get("action") not in self.get_actions(request):
            raise PermissionDenied
        return super().changelist_view(request, extra_context)

    def holds(self, request, action):
        """Whether this person has Django's permission ``action`` on the table: for actions' own questions."""
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")
