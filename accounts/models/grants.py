"""The answer while it lasts."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from ..states import EndReason, RequestKind
from .people import Account, Membership


def new_public_id():
    """32 hexadecimal digits nobody can guess (128 random bits)."""
    return secrets.token_hex(16)


class GrantQuerySet(models.QuerySet):
    def live(self, at):
        """Grants whose own window holds at this moment: ``starts_at <= at < ends_at`` and not ended."""
        return self.filter(starts_at__lte=at, ends_at__gt=at).filter(Q(ended_at=None) | Q(ended_at__gt=at))

    def effective(self, at):
        """Live grants that really open something: lent, and the people behind them are not locked out."""
        return self.lent(at).filter(grantee__is_active=True).filter(Q(parent=None) | Q(parent__grantee__is_active=True))

    def lent(self, at):
        """Live grants whose person was still where the grant found them, and whose parent was live too."""
        parent_lives = (
            Q(parent__starts_at__lte=at, parent__ends_at__gt=at)
            & (Q(parent__ended_at=None) | Q(parent__ended_at__gt=at))
            & (Q(parent__membership__ended_at=None) | Q(parent__membership__ended_at__gt=at))
        )
        return (
            self.live(at)
            .filter(membership__joined_at__lte=at)
            .filter(Q(membership__ended_at=None) | Q(membership__ended_at__gt=at))
            .filter(Q(parent=None) | parent_lives)
        )

    def unended(self, at):
        """Grants that hold now or will, and that somebody could still end."""
        return self.filter(ends_at__gt=at, ended_at=None)


class Grant(models.Model):
    """Named rights of one person on one account for one window.

    Whether it is live is arithmetic, never a stored status. It remembers what its pages need
    without looking up: the request, who decided, the reason, the case.
    """

    public_id = models.CharField(_("id"), max_length=32, unique=True, default=new_public_id)
    account = models.ForeignKey(Account, models.PROTECT, related_name="grants", verbose_name=_("account"))
    grantee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="grants", verbose_name=_("person")
    )
    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="grants", verbose_name=_("belongs to the company as")
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("hangs under")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=RequestKind)
    administrator = models.BooleanField(_("administrator"), default=False)
    may_delegate = models.BooleanField(_("may add colleagues"), default=False)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    opened_at = models.DateTimeField(_("opened"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=EndReason, blank=True)
    reduced_at = models.DateTimeField(_("made less by the customer"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    request_id = models.CharField(_("request"), max_length=32, blank=True, db_index=True)
    request_digest = models.CharField(_("digest of the request"), max_length=64, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("decided by")
    )
    reason = models.TextField(_("reason"), blank=True)
    case_number = models.CharField(_("case"), max_length=40, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access")
        verbose_name_plural = _("access")
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_grant_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(ended_at=None, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
                name="an_ended_grant_says_why",
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False), name="who_ended_a_grant_says_when"
            ),
            models.CheckConstraint(condition=~Q(grantee=F("decided_by")), name="nobody_grants_to_themself"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(may_delegate=False), name="added_colleagues_add_nobody"
            ),
            models.CheckConstraint(
                condition=~Q(kind=RequestKind.HOUR) | Q(parent=None, may_delegate=False),
                name="an_hour_is_passed_on_to_nobody",
            ),
        ]
        indexes = [
            models.Index(fields=["grantee", "account", "ends_at"], name="grants_of_a_person"),
            models.Index(fields=["ends_at"], condition=Q(ended_at=None), name="grants_that_are_not_tidied"),
        ]

    def __str__(self):
        return f"{self.grantee} → {self.account}"

    def get_absolute_url(self):
        """The page of this access: that of the request it answers, or its own."""
        return (
            reverse("request", args=[self.request_id]) if self.request_id else reverse("grant", args=[self.public_id])
        )

    def live_at(self, at):
        """Whether the grant's own window holds at this moment (half-open)."""
        return self.starts_at <= at < self.ends_at and not (self.ended_at is not None and self.ended_at <= at)

    def unended_at(self, at):
        """Whether it holds now or will, so that there is something to end."""
        return self.ended_at is None and self.ends_at > at


class GrantedPermission(UserObjectPermissionBase):
    """What one grant allows. Written by the door alone; without a grant behind it a row opens nothing."""

    content_object = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="granted_permissions")
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="permissions")

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("granted right")
        verbose_name_plural = _("granted rights")
        unique_together = [("grant", "permission")]
        indexes = [models.Index(fields=["user", "content_object"], name="rights_of_a_person")]
