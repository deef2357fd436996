"""Remote sessions: asked for by the customer, planned, started and ended, and who takes part."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account

from ..states import SessionRequestState as S
from ..states import SessionStage, Side, Why, WhyNot
from .cases import SupportCase
from .terms import Acknowledgement

_USER = settings.AUTH_USER_MODEL
WAITING = (S.DRAFT, S.SUBMITTED)


class RemoteTools(models.Model):
    """Which tools a customer permits for remote sessions; without a row, support's own (S1-27)."""

    account = models.OneToOneField(
        Account, models.PROTECT, related_name="remote_tools", verbose_name=_("account"), primary_key=True
    )
    primary_permitted = models.BooleanField(_("permits support’s own tool"), default=True)
    others = models.CharField(_("tools it permits instead"), max_length=300, blank=True)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("changed by"))

    class Meta:
        verbose_name = _("tools for remote sessions")
        verbose_name_plural = _("tools for remote sessions")
        ordering = ["account"]
        constraints = [
            models.CheckConstraint(
                condition=Q(primary_permitted=True) | ~Q(others=""),
                name="an_account_without_our_tool_names_others",
            ),
        ]

    def __str__(self):
        return str(self.account)


class SessionRequestQuerySet(models.QuerySet):
    def waiting(self):
        """Those that nobody has answered yet, drafts among them."""
        return self.filter(state__in=WAITING)


class SessionRequest(models.Model):
    """The customer asks support for a session. At most one of a case waits at a time (S1-24)."""

    case = models.ForeignKey(SupportCase, models.PROTECT, related_name="session_requests", verbose_name=_("case"))
    why = models.CharField(_("reason"), max_length=20, choices=Why)
    expectation = models.TextField(_("expectation"), max_length=2000)
    impact = models.TextField(_("impact"), max_length=2000)
    link = models.URLField(_("link"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=S)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("answered by")
    )
    why_not = models.CharField(_("reason for the no"), max_length=20, choices=WhyNot, blank=True)
    words = models.CharField(_("in words"), max_length=500, blank=True)

    objects = SessionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("session request")
        verbose_name_plural = _("session requests")
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(state__in=[S.DRAFT, S.SUBMITTED]),
                name="one_session_request_of_a_case_waits",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[S.DRAFT, S.SUBMITTED], answered_at=None, answered_by=None)
                | Q(
                    state__in=[S.ACCEPTED, S.DECLINED, S.WITHDRAWN],
                    answered_at__isnull=False,
                    answered_by__isnull=False,
                ),
                name="an_answered_session_request_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state=S.DECLINED) & ~Q(why_not="") | ~Q(state=S.DECLINED) & Q(why_not=""),
                name="a_declined_session_request_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.case.number}, {self.get_state_display()}"

    @property
    def is_waiting(self):
        """Whether nobody has answered it yet."""
        return self.state in WAITING


class RemoteSessionQuerySet(models.QuerySet):
    def running(self):
        """Sessions that have started and not ended."""
        return self.filter(started_at__isnull=False, ended_at=None)

    def ahead(self):
        """Sessions that can still start."""
        return self.filter(started_at=None, cancelled_at=None)


class RemoteSession(models.Model):
    """One meeting on a case. It cannot have started without an acknowledgement of that case (I13)."""

    public_id = models.UUIDField(_("id"), default=uuid4, unique=True, editable=False)
    case = models.ForeignKey(SupportCase, models.PROTECT, related_name="sessions", verbose_name=_("case"))
    request = models.OneToOneField(
        SessionRequest, models.PROTECT, null=True, blank=True, related_name="session", verbose_name=_("request")
    )
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("created by"))
    starts_at = models.DateTimeField(_("planned from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("planned until"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)  # of the plan, as a calendar counts it
    tool = models.CharField(_("tool"), max_length=300)
    ours = models.BooleanField(_("support’s own tool"))
    acknowledgement = models.ForeignKey(
        Acknowledgement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sessions",
        verbose_name=_("acknowledgement"),
    )
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    started_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("started by")
    )
    joined_at = models.DateTimeField(_("support joined"), null=True, blank=True)
    joined_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("joined by")
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("ended by")
    )
    cancelled_at = models.DateTimeField(_("called off"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("called off by")
    )

    objects = RemoteSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("remote session")
        verbose_name_plural = _("remote sessions")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="a_session_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(started_at=None, started_by=None)
                | Q(started_at__isnull=False, started_by__isnull=False, acknowledgement__isnull=False),
                name="a_started_session_has_its_acknowledgement",
            ),
            models.CheckConstraint(
                condition=Q(joined_at=None, joined_by=None)
                | Q(joined_at__gte=F("started_at"), started_at__isnull=False, joined_by__isnull=False),
                name="a_joined_session_has_started",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__gte=F("started_at"), started_at__isnull=False, ended_by__isnull=False),
                name="an_ended_session_has_started",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancelled_by=None)
                | Q(cancelled_at__isnull=False, cancelled_by__isnull=False, started_at=None),
                name="a_session_called_off_never_started",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(started_at__isnull=False, ended_at=None),
                name="one_session_of_a_case_runs",
            ),
        ]

    def __str__(self):
        return f"{self.case.number}, {self.tool}"

    def get_absolute_url(self):
        """The page of this session for the customer."""
        return reverse("account_session", args=[self.case.account.number, self.case.number, self.public_id])

    def get_desk_url(self):
        """The page of this session at support's desk."""
        return reverse("desk_session", args=[self.case.number, self.public_id])

    @property
    def stage(self):
        """How far it is, as :class:`~riders.states.SessionStage`."""
        if self.cancelled_at:
            return SessionStage.CALLED_OFF
        if self.started_at:
            return SessionStage.ENDED if self.ended_at else SessionStage.RUNNING
        return SessionStage.PLANNED if self.starts_at else SessionStage.TO_PLAN

    @property
    def planned_length(self):
        """How long it is planned to be, once it has a time."""
        return self.ends_at - self.starts_at if self.starts_at and self.ends_at else None

    @property
    def lasted(self):
        """How long it was, once it has ended."""
        return self.ended_at - self.started_at if self.started_at and self.ended_at else None


class Attendee(models.Model):
    """Somebody who takes part in a session. A third party needs no account; whoever invites them confirms (S1-30)."""

    session = models.ForeignKey(RemoteSession, models.CASCADE, related_name="attendees", verbose_name=_("session"))
    side = models.CharField(_("side"), max_length=12, choices=Side)
    person = models.ForeignKey(_USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    invited_at = models.DateTimeField(_("invited"))
    invited_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("confirmed by")
    )

    class Meta:
        verbose_name = _("attendee")
        verbose_name_plural = _("attendees")
        ordering = ["side", "name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="a_person_attends_a_session_once"),
            models.CheckConstraint(
                condition=Q(side=Side.THIRD_PARTY, person=None) | ~Q(side=Side.THIRD_PARTY) & Q(person__isnull=False),
                name="a_third_party_is_no_person_here",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="a_confirmed_attendee_says_by_whom",
            ),
        ]

    def __str__(self):
        return self.name
