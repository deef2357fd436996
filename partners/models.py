"""Who serves whom."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account

from .states import PartnershipState


class PartnershipQuerySet(models.QuerySet):
    def living(self):
        """Partnerships under which the partner may ask: available or linked."""
        return self.exclude(state=PartnershipState.ENDED)


class Partnership(models.Model):
    """A partner serves a customer. Joining again after the end is a new one."""

    partner = models.ForeignKey(Account, models.PROTECT, related_name="customers", verbose_name=_("partner"))
    customer = models.ForeignKey(Account, models.PROTECT, related_name="partners", verbose_name=_("customer"))
    state = models.CharField(_("state"), max_length=10, choices=PartnershipState, default=PartnershipState.AVAILABLE)
    known_at = models.DateTimeField(_("known"))
    told_at = models.DateTimeField(_("partner told"), null=True, blank=True)
    linked_at = models.DateTimeField(_("linked"), null=True, blank=True)
    linked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("linked by"),
    )
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    objects = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["customer__name", "partner__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "customer"],
                condition=~Q(state=PartnershipState.ENDED),
                name="one_living_partnership_per_pair",
            ),
            models.CheckConstraint(condition=~Q(partner=F("customer")), name="nobody_is_their_own_partner"),
            models.CheckConstraint(
                condition=~Q(state=PartnershipState.LINKED) | Q(linked_at__isnull=False),
                name="a_linked_partnership_says_since_when",
            ),
            models.CheckConstraint(
                condition=Q(state=PartnershipState.ENDED, ended_at__isnull=False)
                | (~Q(state=PartnershipState.ENDED) & Q(ended_at=None)),
                name="an_ended_partnership_says_when",
            ),
            models.CheckConstraint(
                condition=Q(linked_by=None) | Q(linked_at__isnull=False), name="who_linked_says_when"
            ),
            models.CheckConstraint(
                condition=Q(ended_by=None) | Q(ended_at__isnull=False),
                name="who_ended_a_partnership_says_when",
            ),
        ]

    def __str__(self):
        return f"{self.partner.name} → {self.customer.name}"


class RegisterUpload(models.Model):
    """Files of the vendor's register that a member of staff sent, until they are imported or forgotten."""

    content = models.BinaryField(_("content"))
    file_names = models.CharField(_("files"), max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("register")
        verbose_name_plural = _("registers")
        default_permissions = ("add",)
        ordering = ["-uploaded_at", "-id"]

    def __str__(self):
        return self.file_names
