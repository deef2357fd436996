"""Staff's window on access that was lent."""

from datetime import timedelta

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import selectors as trail
from frame import clock
from frame.templatetags.frame import pill

from ..models import Grant
from ..permissions import ordered
from .companies import OfAccount


class GrantState(admin.SimpleListFilter):
    """Access by how it stands now."""

    title = gettext_lazy("how it stands")
    parameter_name = "now"

    def lookups(self, request, model_admin):
        """How access can stand."""
        return [
            ("live", _("Active")),
            ("soon", _("Ends within 7 days")),
            ("later", _("Not begun yet")),
            ("over", _("Ended")),
        ]

    def queryset(self, request, queryset):
        """The access that stands so by the clock, whether or not a job has tidied it."""
        now = clock.now()
        unended = queryset.unended(now)
        return {
            "live": queryset.live(now),
            "soon": unended.filter(ends_at__lte=now + timedelta(days=7)),
            "later": unended.filter(starts_at__gt=now),
            "over": queryset.exclude(pk__in=unended.values("pk")),
        }.get(self.value() or "", queryset)


@admin.register(Grant)
class Grants(OfAccount):
    """Who may do what in somebody else's account, on whose word, until when."""

    list_display = ["lent_to", "account_name", "tag", "state_now", "kind", "rights", "starts_at", "ends_at"]
    list_display_links = ["lent_to", "account_name"]
    list_filter = [
        GrantState,
        "kind",
        "administrator",
        "may_delegate",
        "end_reason",
        ("ends_at", admin.DateFieldListFilter),
    ]
    list_select_related = ["grantee", "account"]
    search_fields = ["public_id", "request_id", "grantee__email", "account__name", "account__number", "case_number"]
    search_help_text = gettext_lazy("An id, a case, a person’s address, or the name or number of an account.")
    narrowed_by = ("account__number", "grantee__email")
    kept_by = "public_id"
    readable = (
        *("public_id", "account", "kind", "starts_at", "ends_at", "opened_at", "ended_at", "last_used_at"),
        *("request_id", "account__name", "account__number", "account_name", "tag", "state_now", "now"),
    )
    fieldsets = [
        (
            None,
            {"fields": ["public_id", "account", "grantee", "membership", "kind", "rights", "administrator"]},
        ),
        (
            gettext_lazy("From when until when"),
            {
                "fields": [
                    *("state_now", "starts_at", "ends_at", "opened_at", "last_used_at"),
                    *("ended_at", "ended_by", "end_reason"),
                ]
            },
        ),
        (
            gettext_lazy("On whose word"),
            {
                "fields": [
                    *("decided_by", "reason", "case_number", "may_delegate", "parent"),
                    *("request_id", "request_digest"),
                ]
            },
        ),
    ]
    readonly_fields = ["rights", "state_now"]

    def get_queryset(self, request):
        """The grants with what they lend, in one query more for the whole page."""
        return super().get_queryset(request).prefetch_related("permissions__permission")

    def history_of(self, row):
        """What became of it and what it was used for."""
        return trail.history(row.public_id)

    def name_of(self, row):
        """Whose access to what, or its id alone."""
        return row.public_id if row.is_kept else f"{row.grantee} – {row.account}"

    @admin.display(description=gettext_lazy("person"), ordering="grantee__email")
    def lent_to(self, grant):
        """Whom it was lent to."""
        return grant.grantee

    @admin.display(description=gettext_lazy("state"), ordering="ends_at")
    def state_now(self, grant):
        """How it stands at this moment, whether or not a job has tidied it."""
        now = clock.now()
        if grant.ended_at is not None or grant.ends_at <= now:
            return pill("ended")
        return pill("active" if grant.starts_at <= now else "upcoming")

    @admin.display(description=gettext_lazy("rights"))
    def rights(self, grant):
        """What the grant lends, in words."""
        if getattr(grant, "is_kept", False):
            return None
        return ", ".join(
            str(right.label) for right in ordered(row.permission.codename for row in grant.permissions.all())
        )
