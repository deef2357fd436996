"""Staff's window on what support proposed to change."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from audit import selectors as trail
from frame import clock
from frame.templatetags.frame import pill

from ..models import ProposedChange
from ..selectors import differences_of
from .companies import OfAccount


@admin.register(ProposedChange)
class ProposedChanges(OfAccount):
    """What somebody of support would change in an account, and what the account's people answered."""

    list_display = ["public_id", "account_name", "tag", "state_now", "proposed_by", "proposed_at", "respond_by"]
    list_filter = ["state", ("proposed_at", admin.DateFieldListFilter)]
    list_select_related = ["account", "proposed_by"]
    search_fields = ["public_id", "account__name", "account__number", "case_number", "proposed_by__email"]
    search_help_text = gettext_lazy("An id, a case, a person’s address, or the name or number of an account.")
    kept_by = "public_id"
    readable = (
        *("public_id", "account", "state", "proposed_at", "respond_by", "answered_at"),
        *("account__name", "account__number", "account_name", "tag", "state_now"),
    )
    fieldsets = [
        (None, {"fields": ["public_id", "account", "state_now", "difference", "reason", "case_number"]}),
        (gettext_lazy("On whose word"), {"fields": ["proposed_by", "proposed_at", "grant", "digest"]}),
        (gettext_lazy("The answer"), {"fields": ["respond_by", "answered_by", "answered_at", "answer"]}),
    ]
    readonly_fields = ["state_now", "difference"]

    def get_queryset(self, request):
        """The proposals, each with how far it is at this moment."""
        return super().get_queryset(request).with_state_now(clock.now())

    def history_of(self, row):
        """What became of it; with what was done through the access, where staff read that."""
        if getattr(row, "is_kept", False):
            return trail.history(row.public_id)
        return trail.history(row.public_id, row.grant.public_id).filter(details__change=row.public_id)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, change):
        """How far it is, whether or not a job has stored that it lapsed."""
        return pill(change.state_now)

    @admin.display(description=gettext_lazy("what would change"))
    def difference(self, change):
        """Each thing before and then, in words."""
        if getattr(change, "is_kept", False):
            return None
        return "; ".join(f"{one.label}: {one.before} → {one.after}" for one in differences_of(change))
