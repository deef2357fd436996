"""Staff's window on who serves whom."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from frame.staff import Window
from frame.templatetags.frame import account_tag

from .models import Partnership


@admin.register(Partnership)
class Partnerships(Window):
    """Which partner serves which customer, and since when."""

    list_display = ["partner_name", "partner_tag", "customer_name", "customer_tag", "state", "known_at", "linked_at"]
    list_filter = ["state"]
    list_select_related = ["partner", "customer"]
    search_fields = ["partner__name", "partner__number", "customer__name", "customer__number"]

    @admin.display(description=_("partner"), ordering="partner__name")
    def partner_name(self, partnership):
        """The partner's name."""
        return partnership.partner.name

    @admin.display(description=_("account number"), ordering="partner__number")
    def partner_tag(self, partnership):
        """The partner's number on its key tag."""
        return account_tag(partnership.partner)

    @admin.display(description=_("customer"), ordering="customer__name")
    def customer_name(self, partnership):
        """The customer's name."""
        return partnership.customer.name

    @admin.display(description=_("account number"), ordering="customer__number")
    def customer_tag(self, partnership):
        """The customer's number on its key tag."""
        return account_tag(partnership.customer)
