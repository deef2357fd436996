"""Asking somebody to join an account."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..permissions import Role, ordered
from .grants import new_public_id
from .people import Account


class InvitationQuerySet(models.QuerySet):
    def unanswered(self):
        """Invitations nobody has accepted or withdrawn; those that lapsed are among them."""
        return self.filter(accepted_at=None, withdrawn_at=None)

    def open(self, at):
        """Invitations that can be accepted at this moment. That they lapse is arithmetic."""
        return self.unanswered().filter(lapses_at__gt=at)


class Invitation(models.Model):
    """A pointer, never a power: whoever follows it must sign in as the person it was sent to, and say yes there.

    The name is the one that was typed, so that the account's pages tell nothing of whether the address was known.
    """

    public_id = models.CharField(_("id"), max_length=32, unique=True, default=new_public_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="invitations", verbose_name=_("account"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="invitations", verbose_name=_("person")
    )
    email = models.EmailField(_("e-mail address"))
    first_name = models.CharField(_("first name"), max_length=150)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    role = models.CharField(_("role"), max_length=30, choices=Role, default=Role.MEMBER)
    permissions = models.JSONField(_("rights"), default=list, blank=True)
    authorized_contact = models.BooleanField(_("authorized contact"), default=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invited by"),
    )
    by_staff = models.BooleanField(_("sent by staff"), default=False)
    invited_at = models.DateTimeField(_("invited"))
    lapses_at = models.DateTimeField(_("lapses"))
    mailed = models.PositiveIntegerField(_("mailed so many times"), default=1)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("withdrawn by"),
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-invited_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "user"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_unanswered_invitation_per_person_and_account",
            ),
            models.CheckConstraint(
                condition=Q(lapses_at__gt=F("invited_at")), name="an_invitation_lapses_after_it_was_sent"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(withdrawn_at=None),
                name="an_invitation_is_accepted_or_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None) | Q(withdrawn_at__isnull=False),
                name="who_withdrew_an_invitation_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.name}, {self.account}"

    @property
    def name(self):
        """The name as it was typed by whoever invited."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def rights(self):
        """The own switches the person would have, in the order of the catalogue."""
        return ordered(self.permissions)

    @property
    def right_words(self):
        """The same in the reader's language."""
        return [right.label for right in self.rights]

    def get_absolute_url(self):
        """The page behind the link in the mail."""
        return reverse("invitation", args=[self.public_id])

    def open_at(self, at):
        """Whether it can be accepted at this moment."""
        return self.accepted_at is None and self.withdrawn_at is None and at < self.lapses_at
