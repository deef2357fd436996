"""The ticket."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account

from .states import CaseState


def new_case_number():
    """Eight digits, to be said over the telephone. They say nothing about how many cases there are."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


class SupportCaseQuerySet(models.QuerySet):
    def unsolved(self):
        """Cases that somebody still works on."""
        return self.filter(state=CaseState.OPEN)


class SupportCase(models.Model):
    """Something a customer has reported to support."""

    number = models.CharField(_("case"), max_length=8, unique=True, default=new_case_number)
    account = models.ForeignKey(Account, models.PROTECT, related_name="cases", verbose_name=_("account"))
    subject = models.CharField(_("subject"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=CaseState, default=CaseState.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("opened by")
    )
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    solved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("solved by")
    )

    objects = SupportCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=CaseState.OPEN, solved_at=None, solved_by=None)
                | Q(state=CaseState.SOLVED, solved_at__gte=F("opened_at"), solved_by__isnull=False),
                name="a_solved_case_says_when_and_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["account", "-opened_at"], name="cases_of_an_account")]

    def __str__(self):
        return f"{self.number}, {self.subject}"

    def get_absolute_url(self):
        """The page of this case."""
        return reverse("account_case", args=[self.account.number, self.number])
