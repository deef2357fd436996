"""What follows a question: who may not ask any more, and who was reminded of an end."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Grant

from .requests import AccessRequest


class BlockQuerySet(models.QuerySet):
    def standing(self):
        """Blocks nobody has lifted."""
        return self.filter(lifted_at=None)


class Block(models.Model):
    """This person may not ask for access to this account until a decider lifts it."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="blocks", verbose_name=_("account"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="blocks", verbose_name=_("person")
    )
    request = models.ForeignKey(
        AccessRequest, models.PROTECT, related_name="blocks", verbose_name=_("because of the request")
    )
    blocked_at = models.DateTimeField(_("blocked"))
    blocked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("blocked by")
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("lifted by"),
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["-blocked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "person"],
                condition=Q(lifted_at=None),
                name="one_standing_block_per_person",
            ),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None) | Q(lifted_at__isnull=False, lifted_by__isnull=False),
                name="a_lifted_block_says_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.person} – {self.account}"


class Reminder(models.Model):
    """That somebody was reminded of the end of an access, so many days before it."""

    grant = models.ForeignKey(Grant, models.CASCADE, related_name="reminders", verbose_name=_("access"))
    days = models.PositiveIntegerField(_("days before"))
    reminded_at = models.DateTimeField(_("reminded"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["grant", "days"], name="one_reminder_per_grant_and_distance"),
        ]

    def __str__(self):
        return f"{self.grant}, {self.days}"
