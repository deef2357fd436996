"""How much there is of what staff keep an eye on. Counts tell nothing of who and why."""

from django.db.models import Count
from django.db.models.functions import TruncDate

from accounts.models import Grant

from ..models import AccessRequest


def waiting_since(*, at, before):
    """How many requests wait for an answer that were asked before a moment."""
    return AccessRequest.objects.waiting(at).filter(submitted_at__lte=before).count()


def ending_before(*, at, before):
    """How many accesses hold or will, and end before a moment."""
    return Grant.objects.unended(at).filter(ends_at__lte=before).count()


def asked_per_day(first, last):
    """How many requests were asked on each day from ``first`` to ``last``: ``{day: count}``, empty days left out."""
    return _per_day(AccessRequest.objects.all(), "submitted_at", first, last)


def ends_per_day(first, last, *, at):
    """How many accesses will end on each day from ``first`` to ``last``: ``{day: count}``, empty days left out."""
    return _per_day(Grant.objects.unended(at), "ends_at", first, last)


def _per_day(rows, moment, first, last):
    days = rows.annotate(day=TruncDate(moment)).filter(day__range=(first, last)).order_by()
    return dict(days.values_list("day").annotate(Count("pk")))
