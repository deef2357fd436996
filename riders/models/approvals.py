"""The customer's yes to support entering the account for one case."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.permissions import lendable, ordered

from ..states import UNSOLVED, ApprovalEnd
from .cases import SupportCase

_USER = settings.AUTH_USER_MODEL


class CaseApprovalQuerySet(models.QuerySet):
    def standing(self, at):
        """Approvals that support can act on: not ended, in time, of a case somebody still works on."""
        return self.filter(ended_at=None, ends_at__gt=at, case__state__in=UNSOLVED)


class CaseApproval(models.Model):
    """Somebody who may has let support enter the account for one case: with which bundles, until when (S3-2 to S3-5).

    It opens nothing by itself: an associate turns their own access on under it. It keeps what the bundles meant when
    it was given, so a change of the catalogue changes no approval.
    """

    case = models.ForeignKey(SupportCase, models.PROTECT, related_name="approvals", verbose_name=_("case"))
    roles = models.JSONField(_("roles"))  # as AccessRole.as_asked gives them
    digest = models.CharField(_("digest"), max_length=64)
    approved_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("approved by"))
    approved_at = models.DateTimeField(_("approved"))
    ends_at = models.DateTimeField(_("until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    end_reason = models.CharField(_("why it ended"), max_length=10, choices=ApprovalEnd, blank=True)

    objects = CaseApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("case approval")
        verbose_name_plural = _("case approvals")
        default_permissions = ("view",)
        ordering = ["-approved_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("approved_at")), name="an_approval_ends_after_it_was_given"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None, end_reason="")
                | Q(ended_at__isnull=False, ended_by__isnull=False) & ~Q(end_reason=""),
                name="an_ended_approval_says_why_and_by_whom",
            ),
        ]
        indexes = [models.Index(fields=["case", "-approved_at"], name="approvals_of_a_case")]

    def __str__(self):
        return f"{self.case.number}, {self.approved_by}"

    @property
    def rights(self):
        """What it allows to be lent, in the order of the catalogue."""
        return ordered(lendable(right for role in self.roles for right in role["permissions"]))

    def standing_at(self, at):
        """Whether support can act on it at a moment."""
        return self.ended_at is None and self.ends_at > at and self.case.state in UNSOLVED
