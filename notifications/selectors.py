"""Reads of mails and notices."""

from .models import Mail, MailState, Notice


def oldest_unsent(*, at):
    """When the oldest mail that should have left by now was due, or ``None``."""
    waiting = Mail.objects.filter(state=MailState.WAITING, created_at__lte=at)
    return waiting.order_by("created_at").values_list("created_at", flat=True).first()


def given_up():
    """How many mails nobody tries any more."""
    return Mail.objects.filter(state=MailState.GIVEN_UP).count()


def notices_of(user):
    """Everything a person was told in the portal, newest first."""
    return Notice.objects.filter(recipient=user).order_by("-id")


def newer(user, known):
    """Notices raised after the one with the id ``known``, newest first."""
    return Notice.objects.filter(recipient=user, read_at=None, id__gt=known).order_by("-id")


def latest_id(user):
    """The id of the newest notice of a person; 0 where there is none."""
    return Notice.objects.filter(recipient=user).order_by("-id").values_list("id", flat=True).first() or 0
