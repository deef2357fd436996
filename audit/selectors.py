"""Reads of the trail."""

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from .models import JobRun, TrailLine

USED = (
    *("account.viewed", "configuration.changed", "change.proposed", "change.withdrawn"),
    *("case.opened", "case.commented", "case.changed", "case.solved", "case.reopened", "case.closed"),
    *("case.followed", "case.unfollowed", "rider.downloaded"),
    *("session.drafted", "session.requested", "session.withdrawn"),
    *("session.planned", "session.moved", "session.started", "session.ended", "session.cancelled"),
    *("attendee.invited", "attendee.confirmed", "attendee.withdrawn"),
)


def history(*subjects):
    """What happened to the things with these public ids, oldest first."""
    return TrailLine.objects.filter(subject__in=[str(subject) for subject in subjects]).order_by("at", "id")


def through(*grant_ids, beside):
    """What was opened or changed through any of these grants, oldest first; also where others gave the same right.

    :param beside: the public ids of everything the person was lent on the account, these among it: a line is about the
        first of those that gave the right, and names them all
    """
    lines = TrailLine.objects.filter(subject__in=beside, event__in=USED)
    asked = Q(*(("named__contains", str(grant)) for grant in grant_ids), _connector=Q.OR)
    return lines.annotate(named=Cast("grants", TextField())).filter(asked).order_by("at", "id")


# What somebody of support tried, or was given for a case: between them and the account, and its people read it there
BETWEEN_THEM = Q(event__in=["hour.refused", "activation.refused"]) | Q(event__startswith="case_access.")


def of_account(number, event):
    """Every such event of the account with this number, newest first."""
    return TrailLine.objects.filter(account=number, event=event).order_by("-at", "-id")


def moments_of(event, *subjects, since):
    """When this happened to any of the things with these public ids since then, oldest first, as a list."""
    lines = TrailLine.objects.filter(subject__in=subjects, event=event, at__gt=since)
    return list(lines.order_by("at", "id").values_list("at", flat=True))


def tries_of(user, event, *, since):
    """When this happened to this person since then, whatever account it was in, oldest first, as a list."""
    lines = TrailLine.objects.filter(actor=user.email, event=event, at__gt=since)
    return list(lines.order_by("at", "id").values_list("at", flat=True))


def refusals_of(user, number, *, since):
    """What this person was refused in the account with this number (the vendor's trail, without one) since then."""
    lines = TrailLine.objects.filter(account=number, at__gt=since, event="access.refused")
    return lines.filter(actor=user.email)


def last_run(name):
    """When the job of that name last went through, or ``None``."""
    return JobRun.objects.filter(name=name).values_list("ran_at", flat=True).first()


def last_runs(names):
    """When each of these jobs last went through: ``{name: moment}``, without those that never did."""
    return dict(JobRun.objects.filter(name__in=names).values_list("name", "ran_at"))
