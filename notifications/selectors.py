"""Reads of mails and notices."""

from django.db.models import Count
from django.db.models.functions import TruncDate

from .models import Mail, MailState, Notice


def oldest_unsent(*, at):
    """When the oldest mail that should have left by now was due, or ``None``."""
    waiting = Mail.objects.filter(state=MailState.WAITING, created_at__lte=at)
    return waiting.order_by("created_at").values_list("created_at", flat=True).first()


def given_up():
    """How many mails nobody tries any more."""
    return Mail.objects.filter(state=MailState.GIVEN_UP).count()


def overdue(*, at, since):
    """How many mails still wait that were written longer ago than ``since``."""
    return Mail.objects.filter(state=MailState.WAITING, created_at__lte=at - since).count()


def sent_per_day(first, last):
    """How many mails left on each day from ``first`` to ``last``: ``{day: count}``, empty days left out."""
    days = Mail.objects.annotate(day=TruncDate("sent_at")).filter(day__range=(first, last)).order_by()
    return dict(days.values_list("day").annotate(Count("pk")))


def notices_of(user):
    """Everything a person was told in the portal, newest first."""
    return Notice.objects.filter(recipient=user).order_by("-id")


def newer(user, known):
    """Notices raised after the one with the id ``known``, newest first."""
    return Notice.objects.filter(recipient=user, read_at=None, id__gt=known).order_by("-id")


def latest_id(user):
    """The id of the newest notice of a person; 0 where there is none."""
    return Notice.objects.filter(recipient=user).order_by("-id").values_list("id", flat=True).first() or 0
