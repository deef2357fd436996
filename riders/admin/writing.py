"""What windows on things that staff write have in common: a form to add one and to change one, each a page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window, page_of_row

from ..forms import WritingForm


class Writing(Window):
    """A window whose rows staff write. The page of a row shows it as readers see it.

    ``write`` and ``rewrite`` call the services: the first with what was typed, the second with the row as well.
    ``words`` says what adding one is called (``add``), and what follows from it (``added``).
    """

    words: dict[str, Any] = {}
    write: Callable[..., Any]
    rewrite: Callable[..., Any]

    def get_urls(self):
        """The addresses of a window, and those of the two forms."""
        name, view = f"{self.opts.app_label}_{self.opts.model_name}", self.admin_site.admin_view
        return [
            path("add/", view(self.add_page), name=f"{name}_add"),
            path("<path:object_id>/write/", view(self.write_page), name=f"{name}_write"),
            *super().get_urls(),
        ]

    def add_page(self, request):
        """The form that adds a row.

        :raises PermissionDenied: this person may not
        """
        if not self.holds(request, "add"):
            raise PermissionDenied
        return self._page(request, None, self.write)

    def write_page(self, request, object_id):
        """The form that changes a row.

        :raises PermissionDenied: this person may not
        """
        row = self.get_object(request, unquote(object_id))
        if not self.holds(request, "change"):
            raise PermissionDenied
        return self._page(request, row, lambda **typed: self.rewrite(row, **typed))

    def _page(self, request, row, act):
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
        sent = request.method == "POST"
        typed = {"title": row.title, "text": row.text} if row else {}
        form = WritingForm(request.POST if sent else None, initial=typed, label_suffix="")
        looking, status = sent and "_preview" in request.POST, 200
        if sent and not looking:
            request.require_fresh_second_factor()
            status = 400
            if form.is_valid():
                try:
                    done = act(**form.cleaned_data, by=request.user, at=clock.now())
                except ValidationError as error:
                    _tell(form, error)
                except NotAllowedNow as refusal:
                    form.add_error(None, str(refusal))
                    status = 409
                else:
                    messages.success(request, _("Saved.") if row else self.words["added"])
                    return redirect(page_of_row(done))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Change: %(what)s") % {"what": row} if row else self.words["add"],
            "row": row,
            "form": form,
            "preview": form.cleaned_data if looking and form.is_valid() else None,
        }
        return render(request, "admin/riders/write.html", context, status=status)

    def tools(self, request, row):
        """What may be begun in the list (no row) or on the page of a row: ``[(words, address)]``."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        if row is None and self.holds(request, "add"):
            return [(self.words["add"], reverse(f"{name}_add"))]
        if row is not None and self.holds(request, "change"):
            return [(_("Change"), reverse(f"{name}_write", args=[row.pk]))]
        return []

    def do_to_each(self, request, queryset, step):
        """Call ``step`` with each chosen row, say what was refused, and answer how many went through."""
        done = 0
        for row in queryset.order_by("pk"):
            try:
                step(row)
            except NotAllowedNow as refusal:
                messages.error(request, f"{row}: {refusal}")
            else:
                done += 1
        return done


def _tell(form, refusal):
    if hasattr(refusal, "error_dict"):
        for field, errors in refusal.error_dict.items():
            form.add_error(field if field in form.fields else None, errors)
    else:
        form.add_error(refusal.code if refusal.code in form.fields else None, refusal)
