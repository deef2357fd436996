"""An account's own records. Read-only here: the vendor's systems write them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .people import Account


class OrderState(models.TextChoices):
    """How far an order is."""

    OPEN = "open", _("Open")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class InvoiceState(models.TextChoices):
    """Whether an invoice is paid."""

    OPEN = "open", _("Open")
    PAID = "paid", _("Paid")
    OVERDUE = "overdue", _("Overdue")


class Order(models.Model):
    """Something an account has ordered."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="orders", verbose_name=_("account"))
    number = models.CharField(_("number"), max_length=30)
    ordered_on = models.DateField(_("ordered"))
    product = models.CharField(_("product"), max_length=60)
    description = models.CharField(_("description"), max_length=200, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    state = models.CharField(_("state"), max_length=10, choices=OrderState)

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-ordered_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="an_order_number_is_used_once_per_account"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="an_order_is_for_at_least_one"),
        ]

    def __str__(self):
        return self.number


class Invoice(models.Model):
    """What an account was billed."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="invoices", verbose_name=_("account"))
    number = models.CharField(_("number"), max_length=30)
    issued_on = models.DateField(_("issued"))
    due_on = models.DateField(_("due"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=InvoiceState)

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "number"]
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="an_invoice_number_is_used_once_per_account"),
        ]

    def __str__(self):
        return self.number


class Usage(models.Model):
    """How much of one product an account used in one month."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="usage", verbose_name=_("account"))
    month = models.DateField(_("month"), help_text=_("The first day of the month."))
    product = models.CharField(_("product"), max_length=60)
    amount = models.DecimalField(_("amount"), max_digits=16, decimal_places=3)
    unit = models.CharField(_("unit"), max_length=20)

    class Meta:
        verbose_name = _("usage")
        verbose_name_plural = _("usage")
        ordering = ["-month", "product"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "month", "product", "unit"],
                name="usage_is_counted_once_per_month_and_product",
            ),
        ]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.product}"
