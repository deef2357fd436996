"""Staff's window on what customers approved: that they did, who, and until when. What it lends is not read there."""

from django.contrib import admin
from django.dispatch import receiver
from django.utils.translation import gettext as _

from frame.staff import panel, staff_panels

from ..models import CaseApproval, SupportCase
from .terms import OnACase


@admin.register(CaseApproval)
class CaseApprovals(OnACase):
    """Who lets support enter for which case, until when, and how it ended."""

    events = r"^case_access\."
    list_display = ["of_case", "tag", "approved_by", "approved_at", "ends_at", "ended_at", "ended_by", "end_reason"]
    list_filter = ["end_reason"]
    list_select_related = ["case__account", "approved_by", "ended_by"]
    fieldsets = [
        (None, {"fields": ["case", "approved_by", "approved_at", "ends_at", "ended_at", "ended_by", "end_reason"]})
    ]

    def get_queryset(self, request):
        """The rows, without what was lent."""
        return super().get_queryset(request).defer("roles")


@receiver(staff_panels, sender=SupportCase, dispatch_uid="approvals_beside_a_case")
def beside_a_case(sender, *, request, row, at, **kwargs):
    """Who lets support enter for a case."""
    columns = ("approved_by", "approved_at", "ends_at", "end_reason")
    return [panel(request, CaseApproval, _("Approvals"), columns, {"case__number": row.number}, place=19)]
