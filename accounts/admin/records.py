"""Staff's windows on what accounts ordered, were billed and used. The vendor's systems write it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from frame.templatetags.frame import pill
from frame.wording import spell_money

from ..models import Invoice, Order, Usage
from .companies import OfAccount


@admin.register(Order)
class Orders(OfAccount):
    """What was ordered."""

    list_display = ["number", "account_name", "tag", "ordered_on", "product", "quantity", "state"]
    list_filter = ["state", ("ordered_on", admin.DateFieldListFilter)]
    search_fields = ["number", "product", "description", "account__number", "account__name"]
    search_help_text = gettext_lazy("An order number, a product, or the name or number of an account.")


@admin.register(Invoice)
class Invoices(OfAccount):
    """What was billed."""

    list_display = ["number", "account_name", "tag", "issued_on", "due_on", "sum", "state_now"]
    list_filter = ["state", ("due_on", admin.DateFieldListFilter), "currency"]
    search_fields = ["number", "account__number", "account__name"]
    search_help_text = gettext_lazy("An invoice number, or the name or number of an account.")
    fields = ["number", "account", "issued_on", "due_on", "sum", "state_now"]
    readonly_fields = ["sum", "state_now"]

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def sum(self, invoice):
        """The amount with its currency."""
        return spell_money(invoice.amount, invoice.currency)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, invoice):
        """Whether it is paid, as a word, a colour and a sign."""
        return pill(invoice.state)


@admin.register(Usage)
class UsageLines(OfAccount):
    """What was used, month by month."""

    list_display = ["product", "account_name", "tag", "month", "amount", "unit"]
    list_filter = ["product", ("month", admin.DateFieldListFilter)]
    search_fields = ["product", "account__number", "account__name"]
    search_help_text = gettext_lazy("A product, or the name or number of an account.")
