"""The question."""

import hashlib
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, Grant, Membership
from accounts.permissions import LENDABLE, lendable, ordered
from accounts.states import RequestKind
from audit.record import canonical_json, canonical_time

from ..states import Status


def new_public_id():
    """32 hexadecimal digits nobody can guess (128 random bits)."""
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Seen:
    """What a person had before their eyes when they pressed a button."""

    status: str
    version: int
    digest: str


class AccessRequestQuerySet(models.QuerySet):
    def as_seen(self, seen):
        """Requests that are still exactly what was seen."""
        return self.filter(status=seen.status, version=seen.version, digest=seen.digest)

    def waiting(self, at):
        """Requests that can still be answered: pending, and not past the time to answer."""
        return self.filter(status=Status.PENDING, respond_by__gt=at)

    def overdue(self, at):
        """Requests that have expired, whether or not a job has stored it."""
        return self.filter(status=Status.PENDING, respond_by__lte=at)

    def with_status(self, status, at):
        """Requests whose status at this moment is ``status``."""
        if status == Status.PENDING:
            return self.waiting(at)
        if status == Status.EXPIRED:
            return self.filter(Q(status=Status.EXPIRED) | Q(status=Status.PENDING, respond_by__lte=at))
        return self.filter(status=status)

    def with_status_now(self, at):
        """Requests with ``status_now``, their status at this moment, to sort by."""
        over = Q(status=Status.PENDING, respond_by__lte=at)
        return self.annotate(status_now=Case(When(over, then=Value(Status.EXPIRED.value)), default=F("status")))

    def with_people(self):
        """Requests with everything their pages and mails name, in one query."""
        people = ("asker", "beneficiary", "addressee", "membership", "decided_by")
        return self.select_related("account", "company", "grant", *people)


class AccessRequest(models.Model):
    """Somebody asks for named rights of one person on one account, for a stated time and reason."""

    public_id = models.CharField(_("request"), max_length=32, unique=True, default=new_public_id)
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    account = models.ForeignKey(Account, models.PROTECT, related_name="requests", verbose_name=_("account"))
    company = models.ForeignKey(Account, models.PROTECT, related_name="asked", verbose_name=_("company"))
    asker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="asked", verbose_name=_("asked by")
    )
    beneficiary = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="asked_for", verbose_name=_("for")
    )
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="requests", verbose_name=_("belongs to the company as")
    )
    administrator = models.BooleanField(_("administrator"), default=False)
    may_delegate = models.BooleanField(_("may add colleagues"), default=False)
    permissions = models.JSONField(_("rights"), default=list)
    roles = models.JSONField(_("roles"), default=list, blank=True)
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    duration = models.DurationField(_("length from approval"), null=True, blank=True)
    reason = models.TextField(_("reason"))
    case_number = models.CharField(_("case"), max_length=40, blank=True)
    no_case = models.TextField(_("why there is no case"), blank=True)
    addressee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("asked of"),
    )
    code = models.CharField(_("code on the agent’s screen"), max_length=2, blank=True)
    misses = models.PositiveSmallIntegerField(_("wrong codes"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PENDING)
    version = models.PositiveIntegerField(_("version"), default=1)
    digest = models.CharField(_("digest"), max_length=64)
    submitted_at = models.DateTimeField(_("asked"))
    respond_by = models.DateTimeField(_("answer until"))
    remind_at = models.DateTimeField(_("remind"), null=True, blank=True)
    times_sent_again = models.PositiveSmallIntegerField(_("times sent again"), default=0)
    sent_again_at = models.DateTimeField(_("sent again"), null=True, blank=True)
    decided_at = models.DateTimeField(_("answered"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("answered by"),
    )
    note = models.TextField(_("a word with the answer"), blank=True)
    grant = models.OneToOneField(
        Grant, models.PROTECT, null=True, blank=True, related_name="request", verbose_name=_("access")
    )

    objects = AccessRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("access request")
        verbose_name_plural = _("access requests")
        ordering = ["-submitted_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["beneficiary", "account"],
                condition=Q(status=Status.PENDING, case_number="") & ~Q(kind=RequestKind.HOUR),
                name="one_pending_request_per_person_and_account",
            ),
            models.UniqueConstraint(
                fields=["beneficiary", "account", "case_number"],
                condition=Q(status=Status.PENDING) & ~Q(case_number=""),
                name="one_pending_request_per_person_account_and_case",
            ),
            models.UniqueConstraint(
                fields=["beneficiary", "account"],
                condition=Q(status=Status.PENDING, kind=RequestKind.HOUR),
                name="one_pending_hour_per_person_and_account",
            ),
            models.CheckConstraint(
                condition=Q(duration=None, starts_at__isnull=False, ends_at__gt=F("starts_at"))
                | Q(duration__isnull=False, starts_at=None, ends_at=None),
                name="a_request_has_a_window_or_a_length",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(decided_at__isnull=False), name="who_decided_says_when"
            ),
            models.CheckConstraint(
                condition=Q(times_sent_again=0, sent_again_at=None)
                | Q(times_sent_again__gt=0, sent_again_at__isnull=False),
                name="what_was_sent_again_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[Status.APPROVED, Status.DENIED]) | Q(decided_by__isnull=False),
                name="an_answer_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~(Q(decided_by=F("asker")) | Q(decided_by=F("beneficiary"))),
                name="nobody_decides_for_themself",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.SUPPORT)
                | Q(asker=F("beneficiary"), administrator=False, may_delegate=False),
                name="support_asks_for_oneself_and_passes_nothing_on",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.SUPPORT) | ~Q(case_number="", no_case=""),
                name="support_names_a_case_or_says_why_there_is_none",
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.HOUR)
                | Q(asker=F("beneficiary"), administrator=True, may_delegate=False, duration__isnull=False)
                & Q(addressee__isnull=False)
                & ~Q(code=""),
                name="an_hour_is_asked_for_oneself_of_somebody_with_a_code",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-submitted_at"], name="requests_of_an_account"),
            models.Index(fields=["status", "respond_by"], name="requests_that_wait"),
        ]

    def __str__(self):
        return self.public_id

    def get_absolute_url(self):
        """The page of this request."""
        return reverse("request", args=[self.public_id])

    def status_at(self, at):
        """The status at this moment: a pending request past its time *is* expired, stored or not."""
        if self.status == Status.PENDING and self.respond_by <= at:
            return Status.EXPIRED
        return Status(self.status)

    def as_seen(self):
        """What somebody who looks at the request now has before their eyes."""
        return Seen(self.status, self.version, self.digest)

    @property
    def may_be_sent_again_at(self):
        """From when its asker may send it again, as far as the time goes."""
        return (self.sent_again_at or self.submitted_at) + settings.PORTAL_SEND_AGAIN_EVERY

    @property
    def people(self):
        """Who asks and who would get access: nobody of them, and nobody of their company, decides."""
        return {self.asker, self.beneficiary}

    @property
    def rights(self):
        """The rights asked for, in the order of the catalogue; with Administrator every one that can be lent."""
        return ordered(LENDABLE if self.administrator else lendable(self.permissions))

    def compute_digest(self):
        """SHA-256 (hex) over everything a decider reads and agrees to; not the version, not the status.

        Of a support request also the roles as they were described, and why there is no case; of temporary access
        whom it was asked of.
        """
        content = {
            "account": self.account.number,
            "administrator": self.administrator,
            "asker": self.asker.email,
            "beneficiary": self.beneficiary.email,
            "case": self.case_number,
            "company": self.company.number,
            "duration": None if self.duration is None else int(self.duration.total_seconds()),
            "ends_at": self.ends_at and canonical_time(self.ends_at),
            "may_delegate": self.may_delegate,
            "permissions": sorted(self.permissions),
            "reason": self.reason,
            "starts_at": self.starts_at and canonical_time(self.starts_at),
        }
        if self.kind == RequestKind.SUPPORT:
            content |= {"no_case": self.no_case, "roles": self.roles}
        if self.kind == RequestKind.HOUR:
            content |= {"hour": self.addressee and self.addressee.email}
        return hashlib.sha256(canonical_json(content)).hexdigest()
