"""Staff's windows on who said what to the terms, and on what was asked under them: to be read, never changed."""

from django.contrib import admin
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.models import TrailLine
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag

from ..models import Acknowledgement, SessionRequest, SupportCase
from .outsiders import with_company_of


class OnACase(Window):
    """Rows that belong to a case: found by it, with what the trail says of it."""

    events = ""
    search_fields = ["case__number", "case__account__number", "case__account__name"]
    search_help_text = gettext_lazy("The number of a case, or the name or number of an account.")
    narrowed_by = ("case__number",)

    def history_of(self, row):
        """What the trail says about it on this case."""
        return TrailLine.objects.filter(case=row.case.number, event__regex=self.events).order_by("at", "id")

    @admin.display(description=gettext_lazy("account number"), ordering="case__account__number")
    def tag(self, row):
        """The account's number on its key tag."""
        return account_tag(row.case.account)

    @admin.display(description=gettext_lazy("case"), ordering="case__number")
    def of_case(self, row):
        """The number of the case."""
        return row.case.number


@admin.register(Acknowledgement)
class Acknowledgements(OnACase):
    """Who accepted or declined which version of the terms for which case, when and from where."""

    events = r"^rider\."
    list_display = ["of_case", "tag", "answer", "rider", "given_at", "given_by"]
    list_filter = ["answer"]
    list_select_related = ["case__account", "rider", "given_by"]

    def get_queryset(self, request):
        """The rows, without the bytes of the terms."""
        return super().get_queryset(request).defer("rider__pdf", "rider__text")

    fieldsets = [
        (None, {"fields": ["case", "answer", "rider", "digest", "given_at", "given_by", "address", "user_agent"]})
    ]


@admin.register(SessionRequest)
class SessionRequests(OnACase):
    """What customers have asked for, and what support has answered."""

    events = r"^session\.(drafted|requested|withdrawn|accepted|declined)$"
    list_display = ["of_case", "tag", "state", "why", "asked_at", "asker", "answered_at", "answered_by"]
    list_filter = ["state"]
    list_select_related = ["case__account", "asked_by", "answered_by"]
    _ASKED = ["case", "state", "why", "expectation", "impact", "link", "asked_at", "asker"]
    fieldsets = [(None, {"fields": [*_ASKED, "answered_at", "answered_by", "why_not", "words"]})]

    def get_queryset(self, request):
        """The rows, with the company of those who asked for an account they were lent."""
        return with_company_of(super().get_queryset(request), "asked_by", account="case__account")

    @admin.display(description=gettext_lazy("asked by"))
    def asker(self, row):
        """Who asked; the company, where it was somebody the account was lent to."""
        return row.asked_by_company or row.asked_by


@receiver(staff_panels, sender=SupportCase, dispatch_uid="terms_beside_a_case")
def beside_a_case(sender, *, request, row, at, **kwargs):
    """Who said what to the terms for a case, and what was asked."""
    mine = {"case__number": row.number}
    answers, asked = ("answer", "rider", "given_at", "given_by"), ("state", "why", "asked_at", "asker")
    return [
        panel(request, Acknowledgement, _("Terms"), answers, mine, place=20),
        panel(request, SessionRequest, _("Requests for a session"), asked, mine, place=21),
    ]
