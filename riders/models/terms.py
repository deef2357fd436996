"""The terms remote sessions are held under, version by version, and who said what to them for which case."""

from datetime import UTC

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..states import Answer
from .cases import SupportCase


class RiderQuerySet(models.QuerySet):
    def published(self):
        """Versions that were asked of somebody, or are now; the newest first."""
        return self.filter(published_at__isnull=False).order_by("-version")


class Rider(models.Model):
    """One version of the remote access rider. Published it never changes, and its bytes are its address."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), max_length=50_000)
    pdf = models.BinaryField(_("PDF"), default=bytes, blank=True, max_length=5 * 1024 * 1024)
    digest = models.CharField(_("SHA-256 of the PDF"), max_length=64, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )

    objects = RiderQuerySet.as_manager()

    class Meta:
        verbose_name = _("remote access rider")
        verbose_name_plural = _("remote access riders")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at=None, published_by=None, digest="")
                | Q(published_at__isnull=False, published_by__isnull=False) & ~Q(digest=""),
                name="a_published_rider_has_its_hash",
            ),
            models.UniqueConstraint(fields=["digest"], condition=~Q(digest=""), name="one_published_rider_per_hash"),
        ]

    def __str__(self):
        return _("%(title)s, version %(version)s") % {"title": self.title, "version": self.version}

    @property
    def dated(self):
        """Version and day of publication, alike in every language and zone: they stand in the PDF too."""
        day = self.published_at.astimezone(UTC).date().isoformat() if self.published_at else "…"
        return f"Version {self.version}, {day}"


class AcknowledgementQuerySet(models.QuerySet):
    def accepted(self):
        """Those that say yes."""
        return self.filter(answer=Answer.ACCEPTED)


class Acknowledgement(models.Model):
    """Somebody read a version of the rider for one case, and accepted or declined it. Never changed afterwards."""

    case = models.ForeignKey(SupportCase, models.PROTECT, related_name="acknowledgements", verbose_name=_("case"))
    rider = models.ForeignKey(Rider, models.PROTECT, related_name="acknowledgements", verbose_name=_("rider"))
    digest = models.CharField(_("SHA-256 of what was read"), max_length=64)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer)
    given_at = models.DateTimeField(_("given"))
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by"))
    address = models.CharField(_("from address"), max_length=45, blank=True)
    user_agent = models.CharField(_("with browser"), max_length=300, blank=True)

    objects = AcknowledgementQuerySet.as_manager()

    class Meta:
        verbose_name = _("acknowledgement")
        verbose_name_plural = _("acknowledgements")
        ordering = ["-given_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answer=Answer.ACCEPTED), name="a_case_is_acknowledged_once"
            ),
        ]

    def __str__(self):
        return f"{self.case.number}, {self.get_answer_display()}"
