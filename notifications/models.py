"""Mails on their way, and notices in the portal. Both are written with the thing they announce."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """Where a mail stands."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    GIVEN_UP = "given_up", _("Given up")


class MailQuerySet(models.QuerySet):
    def due(self, at):
        """Mails to be tried now and not just being tried by another worker."""
        return self.filter(state=MailState.WAITING, due_at__lte=at).filter(
            Q(leased_until=None) | Q(leased_until__lte=at)
        )


class Mail(models.Model):
    """One mail to one person, rendered when the thing it announces happened."""

    key = models.CharField(_("what, about whom, to whom"), max_length=300, unique=True)
    message_id = models.CharField(_("Message-ID"), max_length=300)
    event = models.CharField(_("event"), max_length=80)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="mails",
        verbose_name=_("person"),
    )
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=300)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    account = models.CharField(_("account"), max_length=20, blank=True)
    about = models.CharField(_("about"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("written"))
    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.WAITING)
    due_at = models.DateTimeField(_("next try"))
    leased_until = models.DateTimeField(_("being tried until"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("tries"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.CharField(_("last failure"), max_length=500, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=MailState.SENT, sent_at__isnull=False) | (~Q(state=MailState.SENT) & Q(sent_at=None)),
                name="a_sent_mail_says_when",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="mails_that_are_due")]

    def __str__(self):
        return f"{self.to}: {self.subject}"


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        """Notices their reader has not dealt with."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """The same event, told inside the portal."""

    key = models.CharField(_("what, about whom, to whom"), max_length=300, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", verbose_name=_("person")
    )
    event = models.CharField(_("event"), max_length=80)
    title = models.CharField(_("title"), max_length=300)
    path = models.CharField(_("page"), max_length=300, blank=True)
    account = models.CharField(_("account"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("raised"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["recipient", "read_at", "-id"], name="notices_of_a_person")]

    def __str__(self):
        return self.title
