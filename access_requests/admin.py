"""Staff's windows on requests and blocks."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from frame import clock
from frame.staff import Window
from frame.templatetags.frame import account_tag

from .models import AccessRequest, Block


@admin.register(AccessRequest)
class AccessRequests(Window):
    """Who asked for what, and what became of it."""

    list_display = ["public_id", "tag", "company", "beneficiary", "kind", "status_now", "submitted_at", "respond_by"]
    list_filter = ["kind", "status", "administrator"]
    list_select_related = ["account", "company", "beneficiary"]
    search_fields = ["public_id", "account__number", "account__name", "beneficiary__email", "asker__email"]
    readonly_fields = ["status_now"]

    @admin.display(description=_("account number"), ordering="account__number")
    def tag(self, request):
        """The account's number on its key tag."""
        return account_tag(request.account)

    @admin.display(description=_("status"), ordering="status")
    def status_now(self, request):
        """The status at this moment, whether or not a job has stored it."""
        return request.status_at(clock.now()).label


@admin.register(Block)
class Blocks(Window):
    """Who may not ask for access to which account."""

    list_display = ["person", "tag", "request", "blocked_at", "blocked_by", "lifted_at", "lifted_by"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    list_select_related = ["person", "account", "request", "blocked_by", "lifted_by"]
    search_fields = ["person__email", "account__number", "account__name", "request__public_id"]

    @admin.display(description=_("account number"), ordering="account__number")
    def tag(self, block):
        """The account's number on its key tag."""
        return account_tag(block.account)
