"""The ticket, its thread, and who follows it."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Account

from ..states import UNSOLVED, CaseState, Channel, Severity

_USER = settings.AUTH_USER_MODEL


def new_case_number():
    """Eight digits, to be said over the telephone. They say nothing about how many cases there are."""
    return str(10_000_000 + secrets.randbelow(90_000_000))


class SupportCaseQuerySet(models.QuerySet):
    def unsolved(self):
        """Cases that somebody still works on."""
        return self.filter(state__in=UNSOLVED)

    def with_state_now(self, at):
        """Each case with how far it is at a moment, as ``state_now``."""
        over = When(state=CaseState.SOLVED, reopen_until__lte=at, then=Value(CaseState.CLOSED.value))
        return self.annotate(state_now=Case(over, default=F("state"), output_field=models.CharField()))

    def in_state(self, state, at):
        """Cases that stand so at a moment, whether or not a job has stored it."""
        over = Q(state=CaseState.SOLVED, reopen_until__lte=at)
        if state == CaseState.CLOSED:
            return self.filter(Q(state=CaseState.CLOSED) | over)
        return self.filter(state=state).exclude(over)

    def to_be_closed(self, at):
        """Solved cases whose time to be reopened is over, and which nobody has stored as closed."""
        return self.filter(state=CaseState.SOLVED, reopen_until__lte=at)


class SupportCase(models.Model):
    """Something a customer has reported to support.

    ``state`` is what somebody chose; :meth:`state_at` is what holds at a moment. Everybody reads the latter.
    """

    number = models.CharField(_("case"), max_length=8, unique=True, default=new_case_number)
    account = models.ForeignKey(Account, models.PROTECT, related_name="cases", verbose_name=_("account"))
    subject = models.CharField(_("subject"), max_length=200)
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    product = models.CharField(_("product"), max_length=100, blank=True)
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, default=Severity.MEDIUM)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PORTAL)
    sender = models.CharField(_("sender"), max_length=254, blank=True)  # an address or a telephone number
    state = models.CharField(_("state"), max_length=16, choices=CaseState, default=CaseState.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("opened by"))
    changed_at = models.DateTimeField(_("last changed"))
    rider_asked_at = models.DateTimeField(_("terms asked for"), null=True, blank=True)
    rider_asked_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("terms asked for by")
    )
    # Whether support may enter: asked at all (where nobody asked, by the case itself), with what and why, and a no
    access_asked_at = models.DateTimeField(_("access asked for"), null=True, blank=True)
    access_asked_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("access asked for by")
    )
    access_asked_roles = models.JSONField(_("roles asked for"), default=list, blank=True)
    access_asked_why = models.TextField(_("why access is asked for"), blank=True)
    access_declined_at = models.DateTimeField(_("access declined"), null=True, blank=True)
    access_declined_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("access declined by")
    )
    solved_at = models.DateTimeField(_("solved"), null=True, blank=True)
    solved_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("solved by")
    )
    reopen_until = models.DateTimeField(_("can be reopened until"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    # Nobody, where the time to reopen it was over
    closed_by = models.ForeignKey(
        _USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("closed by")
    )

    objects = SupportCaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(solved_at=None, solved_by=None, reopen_until=None)
                | Q(
                    solved_at__gte=F("opened_at"),
                    solved_by__isnull=False,
                    reopen_until__isnull=False,
                    reopen_until__gt=F("solved_at"),
                ),
                name="a_solved_case_says_when_and_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNSOLVED, solved_at=None)
                | Q(state=CaseState.SOLVED, solved_at__isnull=False)
                | Q(state=CaseState.CLOSED),
                name="a_case_is_solved_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED, closed_at__gte=F("opened_at"))
                | ~Q(state=CaseState.CLOSED) & Q(closed_at=None, closed_by=None),
                name="a_closed_case_says_when",
            ),
            models.CheckConstraint(
                condition=Q(rider_asked_at=None, rider_asked_by=None)
                | Q(rider_asked_at__isnull=False, rider_asked_by__isnull=False),
                name="terms_asked_for_say_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(access_asked_by=None) | Q(access_asked_at__isnull=False),
                name="access_asked_for_says_when",
            ),
            models.CheckConstraint(
                condition=Q(access_declined_at=None, access_declined_by=None)
                | Q(access_declined_at__isnull=False, access_declined_by__isnull=False),
                name="access_declined_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(channel=Channel.PORTAL, sender="") | ~Q(channel=Channel.PORTAL) & ~Q(sender=""),
                name="a_case_from_outside_the_portal_names_its_sender",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-opened_at"], name="cases_of_an_account"),
            models.Index(fields=["state", "-changed_at"], name="cases_by_state"),
        ]

    def __str__(self):
        return f"{self.number}, {self.subject}"

    def get_absolute_url(self):
        """The page of this case."""
        return reverse("account_case", args=[self.account.number, self.number])

    def get_access_url(self):
        """The page that answers whether support may enter the account for this case."""
        return reverse("account_case_approval", args=[self.account.number, self.number])

    def state_at(self, at):
        """How far the case is at a moment: solved turns into closed when the time to reopen it is over."""
        if self.state == CaseState.SOLVED and self.reopen_until <= at:
            return CaseState.CLOSED
        return CaseState(self.state)


class CaseComment(models.Model):
    """One thing somebody has said on a case. It is never changed and never taken away."""

    case = models.ForeignKey(SupportCase, models.PROTECT, related_name="comments", verbose_name=_("case"))
    author = models.ForeignKey(_USER, models.PROTECT, related_name="+", verbose_name=_("author"))
    company = models.CharField(_("company"), max_length=200)  # the author's, when they wrote it
    from_support = models.BooleanField(_("from support"))
    text = models.TextField(_("text"), max_length=10_000)
    at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["case", "at", "id"], name="comments_of_a_case")]

    def __str__(self):
        return f"{self.case.number}, {self.author}"


class CaseFollower(models.Model):
    """Somebody who is told what happens on a case."""

    case = models.ForeignKey(SupportCase, models.CASCADE, related_name="followers", verbose_name=_("case"))
    person = models.ForeignKey(_USER, models.CASCADE, related_name="+", verbose_name=_("person"))
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        ordering = ["case", "since"]
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="a_person_follows_a_case_once")]

    def __str__(self):
        return f"{self.case.number}, {self.person}"
