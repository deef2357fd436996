"""What somebody of support would change in an account, until one of the account's people has said yes in writing."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audit.record import canonical_json, canonical_time

from ..permissions import AccountPermission
from ..states import ChangeState
from .grants import Grant, new_public_id
from .people import Account

_USER = settings.AUTH_USER_MODEL


class ProposedChangeQuerySet(models.QuerySet):
    def waiting(self, at):
        """Proposals that can still be agreed to: not answered, in time, the account open, and the access they were made
        under holds and still gives the right.
        """
        gives = AccountPermission.CHANGE_CONFIGURATION
        held = Grant.objects.effective(at).filter(permissions__permission__codename=gives).order_by()
        rows = self.filter(state=ChangeState.WAITING, respond_by__gt=at, grant__in=held.values("pk"))
        return rows.filter(account__in=Account.objects.open(at).order_by().values("pk"))

    def to_be_lapsed(self, at):
        """Proposals that have lapsed, whether or not a job has stored it."""
        waits = self.model.objects.waiting(at).order_by()
        return self.filter(state=ChangeState.WAITING).exclude(pk__in=waits.values("pk"))

    def with_state_now(self, at):
        """With ``state_now``: how far each is at a moment, whether or not a job has stored that it lapsed."""
        lapsed = self.model.objects.to_be_lapsed(at).order_by()
        then = When(pk__in=lapsed.values("pk"), then=Value(ChangeState.LAPSED))
        return self.annotate(state_now=Case(then, default=F("state"), output_field=models.CharField()))

    def with_people(self):
        """With everything its pages and mails name."""
        return self.select_related("account", "proposed_by", "answered_by", "grant__membership__account")


class ProposedChange(models.Model):
    """A change as support would make it: what is there, what would be there, for which case, by whom and why (S3-13).

    ``state`` is what somebody said or a job has stored; :meth:`state_at` is what holds at a moment.
    """

    public_id = models.CharField(_("id"), max_length=32, unique=True, default=new_public_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="proposed_changes", verbose_name=_("account"))
    grant = models.ForeignKey(
        Grant, models.PROTECT, related_name="proposed_changes", verbose_name=_("under the access")
    )
    case_number = models.CharField(_("case"), max_length=40, blank=True)
    reason = models.TextField(_("reason"))
    changes = models.JSONField(_("what would change"))  # [{"field", "before", "after"}]
    version = models.PositiveIntegerField(_("version of what would change"))
    digest = models.CharField(_("digest"), max_length=64)
    proposed_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("proposed by"))
    proposed_at = models.DateTimeField(_("proposed"))
    respond_by = models.DateTimeField(_("answer until"))
    remind_at = models.DateTimeField(_("remind at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ChangeState, default=ChangeState.WAITING)
    answered_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.TextField(_("the answer in writing"), blank=True)

    objects = ProposedChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        default_permissions = ("view",)
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(respond_by__gt=F("proposed_at")), name="a_change_is_answered_after_it_was_proposed"
            ),
            models.CheckConstraint(
                condition=Q(state=ChangeState.WAITING, answered_at=None) | ~Q(state=ChangeState.WAITING),
                name="a_change_that_waits_has_no_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ChangeState.AGREED, ChangeState.REFUSED])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="an_answer_to_a_change_has_a_name",
            ),
            models.CheckConstraint(
                condition=~Q(state=ChangeState.AGREED) | ~Q(answer=""), name="a_yes_to_a_change_is_in_writing"
            ),
            models.CheckConstraint(
                condition=Q(answered_by=None) | ~Q(state=ChangeState.AGREED) | ~Q(answered_by=F("proposed_by")),
                name="nobody_agrees_to_their_own_change",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-proposed_at"], name="changes_of_an_account"),
            models.Index(fields=["state", "respond_by"], name="changes_that_wait"),
        ]

    def __str__(self):
        return self.public_id

    def get_absolute_url(self):
        """The page of this proposal."""
        return reverse("account_change", args=[self.account.number, self.public_id])

    @property
    def wanted(self):
        """What would hold of each thing that would change, as the service that applies it takes it."""
        return {one["field"]: one["after"] for one in self.changes}

    def compute_digest(self):
        """SHA-256 (hex) over everything that whoever answers reads and agrees to; not the state."""
        content = {
            "account": self.account.number,
            "case": self.case_number,
            "changes": self.changes,
            "id": self.public_id,
            "person": self.proposed_by.email,
            "reason": self.reason,
            "respond_by": canonical_time(self.respond_by),
            "version": self.version,
        }
        return hashlib.sha256(canonical_json(content)).hexdigest()

    def state_at(self, at: datetime):
        """How far it is at a moment: one that nobody answered in time, or whose access is over, *has* lapsed."""
        waits = self.state == ChangeState.WAITING
        if waits and not type(self).objects.waiting(at).filter(pk=self.pk).exists():
            return ChangeState.LAPSED
        return ChangeState(self.state)
