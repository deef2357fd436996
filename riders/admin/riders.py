"""Staff's window on the riders: a version is written, looked at as page and as PDF, and published for good."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.dispatch import receiver
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from audit import selectors as trail
from frame import clock
from frame.downloads import pdf_to_save
from frame.refusals import NotAllowedNow
from frame.staff import list_of, page_of_row, staff_tools

from .. import selectors, services
from ..models import Rider
from ..services.printing import typeset
from ..services.terms import seen_of, subject_of
from .writing import Writing


@admin.register(Rider)
class Riders(Writing):
    """The terms remote sessions are held under, version by version."""

    list_display = ["version", "title", "published_at", "published_by", "digest"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    list_select_related = ["published_by"]
    search_fields = ["title", "digest"]
    search_help_text = gettext_lazy("A word of the title, or the SHA-256 of a PDF.")
    ordering = ["-version"]
    fieldsets = [(None, {"fields": ["version", "title", "published_at", "published_by", "digest"]})]
    actions = ["publish", "discard"]
    words = {
        "add": gettext_lazy("Write a version"),
        "added": gettext_lazy("Saved. Nobody is asked for it before it is published."),
    }

    def get_urls(self):
        """The addresses of what is written, and that of a version's PDF."""
        name, view = f"{self.opts.app_label}_{self.opts.model_name}_pdf", self.admin_site.admin_view
        return [path("<path:object_id>/pdf/", view(require_safe(self.pdf_page)), name=name), *super().get_urls()]

    def get_queryset(self, request):
        """The versions, without the bytes of their PDFs."""
        return super().get_queryset(request).defer("pdf")

    def write(self, **typed):
        """Begin the next version."""
        return services.draft_rider(**typed)

    def rewrite(self, row, **typed):
        """Write a version anew that is not published."""
        return services.change_rider(rider=row, **typed)

    def write_page(self, request, object_id):
        """The form of a version that is not published.

        :raises PermissionDenied: this person may not, or it is published
        """
        if self.get_object(request, object_id).published_at:
            raise PermissionDenied(_("This version is published and can never be changed. Write a new one."))
        return super().write_page(request, object_id)

    def pdf_page(self, request, object_id):
        """The PDF of a version: the bytes that were published, or how it would look."""
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        try:
            made = selectors.rider_bytes(row) if row.published_at else typeset(row)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
            return redirect(page_of_row(row))
        return pdf_to_save(made, title=row.title, ending=f"-v{row.version}")

    def buttons_of(self, row):
        """What can be done with it now: nothing any more, once it is published."""
        return () if row.published_at else ("publish", "discard")

    def history_of(self, row):
        """Each step of it."""
        return trail.history(subject_of(row))

    def facts_beside(self, request, row):
        """The version as customers see it."""
        return render_to_string("admin/riders/rider.html", {"rider": row})

    def has_publish_permission(self, request):
        """Whoever holds Django's permission to change riders."""
        return self.holds(request, "change")

    has_discard_permission = has_publish_permission

    @admin.action(description=gettext_lazy("Publish"), permissions=["publish"])
    def publish(self, request, queryset):
        """Say what publishing a version means, and publish it on the button, after a fresh second factor."""
        words = _("Published: %(rider)s. It is asked of every case that has accepted no terms yet.")
        return self._step(request, queryset, "publish", _("Publish: %(what)s"), services.publish_rider, words)

    @admin.action(description=gettext_lazy("Throw away"), permissions=["discard"])
    def discard(self, request, queryset):
        """Show a draft once more, and throw it away on the button, after a fresh second factor."""
        words = _("Thrown away: %(rider)s. Nobody was ever asked for it.")
        return self._step(request, queryset, "discard", _("Throw away: %(what)s"), services.discard_rider, words)

    def _step(self, request, queryset, action, title, service, words):
        rider = queryset.order_by("version").first()
        if rider is None or queryset.count() > 1:
            messages.error(request, _("Choose one version at a time."))
            return None
        if rider.published_at:
            messages.error(request, _("This version is published and can never be changed. Write a new one."))
            return redirect(page_of_row(rider))
        if "confirmed" in request.POST:
            request.require_fresh_second_factor()
            return self._carry_out(request, rider, service, words)
        context = {
            **self.admin_site.each_context(request),
            "title": title % {"what": rider},
            "action": action,
            "rider": rider,
            "seen": seen_of(rider),
            "current": selectors.current_rider(),
            "opts": self.opts,
        }
        return render(request, "admin/riders/confirm.html", context)

    def _carry_out(self, request, rider, service, words):
        try:
            service(rider=rider, seen=request.POST.get("seen", ""), by=request.user, at=clock.now())
        except NotAllowedNow as refusal:
            messages.error(request, str(refusal))
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        else:
            messages.success(request, words % {"rider": rider})
        there = Rider.objects.filter(pk=rider.pk).exists()
        return redirect(page_of_row(rider) if there else list_of(Rider))


@receiver(staff_tools, sender=Rider, dispatch_uid="writing_a_rider")
def writing_a_rider(sender, *, request, row, **kwargs):
    """Writing one, from the list and from the page of one; and its PDF."""
    window: Riders = admin.site.get_model_admin(Rider)  # type: ignore[assignment]
    pdf = [(_("See the PDF"), reverse("admin:riders_rider_pdf", args=[row.pk]))] if row else []
    return pdf + ([] if row and row.published_at else window.tools(request, row))
