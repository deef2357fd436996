"""Staff's window on reviews: when an account was looked through, never what was said of whom."""

from django.contrib import admin
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account
from audit import selectors as trail
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag

from ..models import Review


@admin.register(Review)
class Reviews(Window):
    """Which account looked through who is in, when, and how often it was asked to. Who was in is the account's own."""

    list_display = ["name", "tag", "due_at", "reminded_at", "times_reminded", "finished_at", "finished_by"]
    list_filter = [("finished_at", admin.EmptyFieldListFilter), ("due_at", admin.DateFieldListFilter)]
    list_select_related = ["account", "finished_by"]
    search_fields = ["account__number", "account__name"]
    search_help_text = gettext_lazy("The name or number of an account.")
    narrowed_by = ("account__number",)
    fields = ["account", "due_at", "reminded_at", "times_reminded", "finished_at", "finished_by"]

    def history_of(self, row):
        """When reviews of this account began, were asked for and finished; not what was said of whom."""
        lines = trail.history(row.account.number)
        return lines.filter(event__in=["review.begun", "review.asked", "review.finished"])

    @admin.display(description=gettext_lazy("account"), ordering="account__name")
    def name(self, review):
        """The account's name."""
        return review.account.name

    @admin.display(description=gettext_lazy("account number"), ordering="account__number")
    def tag(self, review):
        """The account's number on its key tag."""
        return account_tag(review.account)


@receiver(staff_panels, sender=Account, dispatch_uid="reviews_beside_an_account")
def beside_an_account(sender, *, request, row, at, **kwargs):
    """When the account looked through who is in."""
    columns = ("due_at", "times_reminded", "finished_at", "finished_by")
    return [panel(request, Review, _("Reviews"), columns, {"account__number": row.number}, place=57)]
