"""The trail: what happened, in order, so that nobody can change it unseen.

Rows hold plain values and no foreign keys: they outlive whatever they speak of.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

VENDOR_CHAIN = "vendor"  # what concerns no account is the vendor's


class TrailLine(models.Model):
    """One event. Its place in its account's chain and its hash are set by :mod:`audit.record`."""

    chain = models.CharField(_("chain"), max_length=20)
    sequence = models.PositiveBigIntegerField(_("number in the chain"))
    event = models.CharField(_("event"), max_length=60)
    at = models.DateTimeField(_("when"))
    actor = models.CharField(_("person"), max_length=254, blank=True)
    actor_name = models.CharField(_("name"), max_length=200, blank=True)
    account = models.CharField(_("account"), max_length=20, blank=True)
    subject = models.CharField(_("about"), max_length=80, blank=True)
    grants = models.JSONField(_("through access"), default=list, blank=True)
    case = models.CharField(_("case"), max_length=40, blank=True)
    digest = models.CharField(_("digest of the request"), max_length=64, blank=True)
    ip = models.CharField(_("address"), max_length=45, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True)
    request_id = models.CharField(_("web request"), max_length=64, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    previous_hash = models.CharField(_("hash before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("trail line")
        verbose_name_plural = _("trail")
        ordering = ["chain", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="each_number_of_a_chain_is_used_once"),
            models.CheckConstraint(condition=models.Q(sequence__gte=1), name="a_chain_starts_at_one"),
        ]
        indexes = [
            models.Index(fields=["subject", "at"], name="trail_by_subject"),
            models.Index(fields=["account", "at"], name="trail_by_account"),
            models.Index(fields=["actor", "at"], name="trail_by_actor"),
        ]

    def __str__(self):
        return f"{self.chain} {self.sequence} {self.event}"


class TrailHead(models.Model):
    """The last number and hash of a chain. Locked last of all, and nothing is locked after it."""

    chain = models.CharField(_("chain"), max_length=20, unique=True)
    sequence = models.PositiveBigIntegerField(_("last number"), default=0)
    hash = models.CharField(_("last hash"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("head of a chain")
        verbose_name_plural = _("heads of chains")

    def __str__(self):
        return f"{self.chain} {self.sequence}"


class JobRun(models.Model):
    """When a job last went through. Readiness is judged by it."""

    name = models.CharField(_("job"), max_length=40, unique=True)
    ran_at = models.DateTimeField(_("last run"))

    class Meta:
        verbose_name = _("job run")
        verbose_name_plural = _("job runs")

    def __str__(self):
        return self.name
