"""Reads of mails and notices."""

from django.db.models import Count
from django.db.models.functions import TruncDate

from .models import Mail, MailState, Notice

LATELY = 10


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


def known_id(user, *, urgent, since):
    """The id of the newest notice that a page drawn now need not tell of; 0 where there is none. One query.

    :param urgent: events of which a notice raised after ``since`` and not read yet is told all the same: it may have
        come in while the reader went from one page to the next
    """
    newest = list(Notice.objects.filter(recipient=user).order_by("-id")[:LATELY])
    fresh = [one.pk for one in newest if one.event in urgent and one.read_at is None and one.created_at > since]
    return min(fresh) - 1 if fresh else newest[0].pk if newest else 0
