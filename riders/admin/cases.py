"""Staff's window on cases."""

from django.contrib import admin, messages
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from audit.models import TrailLine
from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag

from .. import services
from ..models import SupportCase


@admin.register(SupportCase)
class SupportCases(Window):
    """What customers have reported."""

    list_display = ["number", "tag", "subject", "state", "opened_at", "opened_by", "solved_at"]
    list_filter = ["state"]
    list_select_related = ["account", "opened_by"]
    search_fields = ["number", "subject", "account__number", "account__name"]
    search_help_text = gettext_lazy("The number or the subject of a case, or the name or number of an account.")
    narrowed_by = ("account__number",)
    actions = ["solve"]
    on_the_page = ("solve",)

    def history_of(self, row):
        """Its opening and its end, by whomever."""
        return TrailLine.objects.filter(case=row.number, event__startswith="case.").order_by("at", "id")

    def has_solve_permission(self, request):
        """Whoever holds Django's permission to change cases."""
        return self.holds(request, "change")

    @admin.action(description=gettext_lazy("Mark as solved"), permissions=["solve"])
    def solve(self, request, queryset):
        """Say of the chosen cases that nothing is left to do."""
        done = 0
        for case in queryset.select_related("account").order_by("pk"):
            try:
                services.solve_case(case=case, by=request.user, support=True, at=clock.now())
            except NotAllowedNow as refusal:
                messages.error(request, f"{case.number}: {refusal}")
            else:
                done += 1
        if done:
            words = ngettext("%(count)d case was solved.", "%(count)d cases were solved.", done)
            messages.success(request, words % {"count": done})

    @admin.display(description=gettext_lazy("account number"), ordering="account__number")
    def tag(self, case):
        """The account's number on its key tag."""
        return account_tag(case.account)


@receiver(staff_panels, sender=Account, dispatch_uid="cases_beside_an_account")
def beside_an_account(sender, *, request, row, at, **kwargs):
    """What an account has reported."""
    columns, mine = ("number", "subject", "state", "opened_at"), {"account__number": row.number}
    return [panel(request, SupportCase, _("Cases"), columns, mine, place=58)]
