"""Staff's window on cases."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.dispatch import receiver
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from audit.models import TrailLine
from frame import clock
from frame.paging import page_of
from frame.refusals import NotAllowedNow
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag, pill

from .. import selectors, services
from ..models import SupportCase
from ..states import Channel
from .outsiders import with_company_of


@admin.register(SupportCase)
class SupportCases(Window):
    """What customers have reported, and what was said on it."""

    list_display = ["number", "tag", "subject", "severity", "state_now", "changed_at", "opened_at", "opener"]
    list_filter = ["state", "severity", "channel"]
    list_select_related = ["account", "opened_by"]
    search_fields = ["number", "subject", "account__number", "account__name"]
    search_help_text = gettext_lazy("The number or the subject of a case, or the name or number of an account.")
    narrowed_by = ("account__number",)
    fieldsets = [
        (None, {"fields": ["number", "account", "subject", "product", "severity", "channel", "sender"]}),
        (
            gettext_lazy("How far it is"),
            {
                "fields": [
                    *("state_now", "opened_at", "opener", "changed_at", "solved_at", "solved_by", "reopen_until"),
                    *("closed_at", "closed_by"),
                ]
            },
        ),
    ]
    actions = ["solve"]
    on_the_page = ("solve",)

    def get_queryset(self, request):
        """The cases, with the company of those who opened one of an account they were lent."""
        recorded = ~Q(channel=Channel.PORTAL)
        return with_company_of(super().get_queryset(request), "opened_by", account="account", named=recorded)

    def history_of(self, row):
        """Everything done on it, by whomever, with its terms and its sessions."""
        nouns = ("case.", "case_access.", "rider.", "session.")
        done = Q(*(("event__startswith", noun) for noun in nouns), _connector=Q.OR)
        return TrailLine.objects.filter(done, case=row.number).order_by("at", "id")

    def facts_beside(self, request, row):
        """What was reported and said, as both sides read it, a page at a time."""
        page = page_of(request, selectors.thread(row), newest_last=True)
        context = {"case": row, "page": page, "opener": self.opener(row), "at": clock.now()}
        return render_to_string("riders/staff_thread.html", context, request)

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
            except (NotAllowedNow, PermissionDenied) as refusal:
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

    @admin.display(description=gettext_lazy("opened by"))
    def opener(self, case):
        """Who opened it; the company, where it was somebody the account was lent to."""
        return case.opened_by_company or case.opened_by

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, case):
        """How far it is at this moment, whether or not a job has stored it."""
        return pill(case.state_at(clock.now()))


@receiver(staff_panels, sender=Account, dispatch_uid="cases_beside_an_account")
def beside_an_account(sender, *, request, row, at, **kwargs):
    """What an account has reported."""
    columns, mine = ("number", "subject", "state_now", "opened_at"), {"account__number": row.number}
    return [panel(request, SupportCase, _("Cases"), columns, mine, place=58)]
