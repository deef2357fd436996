"""Staff's window on the trail."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from frame.staff import Window
from frame.templatetags.frame import account_tag

from .models import TrailLine


@admin.register(TrailLine)
class Trail(Window):
    """What happened, newest first."""

    list_display = ["at", "event", "actor", "tag", "sequence", "subject", "case", "ip"]
    search_fields = ["event", "actor", "account", "subject", "case", "request_id"]
    ordering = ["-id"]

    @admin.display(description=_("account number"), ordering="account")
    def tag(self, line):
        """The account's number on its key tag; nothing where the line is the vendor's."""
        return account_tag(line.account) if line.account else ""
