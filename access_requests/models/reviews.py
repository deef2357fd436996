"""Looking through who is in, every so often (S3-15)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Grant, Membership

from ..states import ReviewAnswer

_USER = settings.AUTH_USER_MODEL


class ReviewQuerySet(models.QuerySet):
    def open(self):
        """Reviews nobody has finished."""
        return self.filter(finished_at=None)


class Review(models.Model):
    """An account looks through who is in: begun when it fell due or when somebody began it, finished line by line."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="reviews", verbose_name=_("account"))
    due_at = models.DateTimeField(_("due"))
    reminded_at = models.DateTimeField(_("last reminded"), null=True, blank=True)
    times_reminded = models.PositiveIntegerField(_("times reminded"), default=0)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    finished_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("finished by")
    )

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        default_permissions = ("view",)
        ordering = ["-due_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(finished_at=None), name="one_open_review_per_account"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None, finished_by=None)
                | Q(finished_at__isnull=False, finished_by__isnull=False),
                name="a_finished_review_says_when_and_by_whom",
            ),
        ]

    def __str__(self):
        return f"{self.account}, {self.due_at:%Y-%m-%d}"


class ReviewLine(models.Model):
    """What somebody said in a review about one access or one member."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="lines", verbose_name=_("review"))
    grant = models.ForeignKey(Grant, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("access"))
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("member")
    )
    answer = models.CharField(_("answer"), max_length=10, choices=ReviewAnswer)
    answered_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("answered by"))
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        verbose_name = _("line of a review")
        verbose_name_plural = _("lines of reviews")
        default_permissions = ()
        ordering = ["answered_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(grant=None, membership__isnull=False) | Q(grant__isnull=False, membership=None),
                name="a_line_of_a_review_is_about_one_thing",
            ),
            models.UniqueConstraint(fields=["review", "grant"], name="an_access_is_reviewed_once"),
            models.UniqueConstraint(fields=["review", "membership"], name="a_member_is_reviewed_once"),
            models.CheckConstraint(
                condition=~Q(answer=ReviewAnswer.SHORTEN) | Q(grant__isnull=False),
                name="only_access_is_shortened",
            ),
        ]

    def __str__(self):
        return f"{self.review}, {self.answer}"

    @property
    def person(self):
        """Whom it is about."""
        return self._belonging.user

    @property
    def place(self):
        """Where they come from: the name of their company, or of the account itself."""
        return self._belonging.account.name

    @property
    def _belonging(self) -> Any:
        return self.grant.membership if self.grant else self.membership
