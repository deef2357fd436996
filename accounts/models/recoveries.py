"""What staff begin when people cannot help themselves: announced first, and holding only after a wait."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ..states import Outcome
from .grants import new_public_id
from .people import Account, Membership

REASON_MAX = 500


class RecoveryQuerySet(models.QuerySet):
    def under_way(self):
        """Recoveries that have neither taken effect nor been stopped."""
        return self.filter(settled_at=None)

    def due(self, at):
        """Recoveries under way whose wait is over."""
        return self.under_way().filter(takes_effect_at__lte=at)


class Recovery(models.Model):
    """Begun by staff, mailed to whom it concerns, and nothing more until the wait is over and nobody stopped it."""

    public_id = models.CharField(_("id"), max_length=32, unique=True, default=new_public_id)
    reason = models.CharField(_("reason"), max_length=REASON_MAX)
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("started by")
    )
    started_at = models.DateTimeField(_("started"))
    takes_effect_at = models.DateTimeField(_("takes effect"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)

    objects = RecoveryQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-started_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(takes_effect_at__gt=F("started_at")), name="a_%(class)s_waits_before_it_takes_effect"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, outcome="") | (Q(settled_at__isnull=False) & ~Q(outcome="")),
                name="a_settled_%(class)s_says_how",
            ),
            models.CheckConstraint(
                condition=Q(settled_by=None) | Q(settled_at__isnull=False), name="who_settled_a_%(class)s_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(outcome=Outcome.COMPLETED) | Q(settled_at__gte=F("takes_effect_at")),
                name="no_%(class)s_takes_effect_before_its_time",
            ),
        ]


class Replacement(Recovery):
    """The primary user of an account is gone, and another member is to have the place."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="replacements", verbose_name=_("account"))
    replaced = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("primary user so far"))
    successor = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("primary user then"))

    class Meta(Recovery.Meta):
        verbose_name = _("replacement of a primary user")
        verbose_name_plural = _("replacements of primary users")
        constraints = [
            *Recovery.Meta.constraints,
            models.UniqueConstraint(
                fields=["account"], condition=Q(settled_at=None), name="one_replacement_under_way_per_account"
            ),
            models.CheckConstraint(condition=~Q(replaced=F("successor")), name="nobody_replaces_themself"),
        ]

    def __str__(self):
        return f"{self.replaced.user} → {self.successor.user}, {self.account}"


class FactorReset(Recovery):
    """Somebody lost what they sign in with besides the password, and is to set up another."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="factor_resets", verbose_name=_("person")
    )

    class Meta(Recovery.Meta):
        verbose_name = _("reset of a second factor")
        verbose_name_plural = _("resets of second factors")
        constraints = [
            *Recovery.Meta.constraints,
            models.UniqueConstraint(
                fields=["person"], condition=Q(settled_at=None), name="one_factor_reset_under_way_per_person"
            ),
            models.CheckConstraint(
                condition=~Q(person=F("started_by")), name="nobody_resets_a_second_factor_of_their_own"
            ),
        ]

    def __str__(self):
        return str(self.person)
