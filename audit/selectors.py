"""Reads of the trail."""

from .models import JobRun, TrailLine


def history(*subjects):
    """What happened to the things with these public ids, oldest first."""
    return TrailLine.objects.filter(subject__in=[str(subject) for subject in subjects]).order_by("at", "id")


def through(grant_id):
    """What was opened or changed through one grant, oldest first."""
    used = ("account.viewed", "configuration.changed")
    return TrailLine.objects.filter(subject=str(grant_id), event__in=used).order_by("at", "id")


def of_account(number, event):
    """Every such event of the account with this number, newest first."""
    return TrailLine.objects.filter(account=number, event=event).order_by("-at", "-id")


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
