"""Reads of the trail."""

from .models import JobRun, TrailLine


def history(*subjects):
    """What happened to the things with these public ids, oldest first."""
    return TrailLine.objects.filter(subject__in=[str(subject) for subject in subjects]).order_by("at", "id")


def through(grant_id):
    """What was opened or changed through one grant, oldest first."""
    used = ("account.viewed", "configuration.changed", "case.opened", "case.solved")
    return TrailLine.objects.filter(subject=str(grant_id), event__in=used).order_by("at", "id")


def of_account(number, event):
    """Every such event of the account with this number, newest first."""
    return TrailLine.objects.filter(account=number, event=event).order_by("-at", "-id")


def last_run(name):
    """When the job of that name last went through, or ``None``."""
    return JobRun.objects.filter(name=name).values_list("ran_at", flat=True).first()
