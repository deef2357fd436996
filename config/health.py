"""Two answers for operators: whether the process lives, and whether the portal does its work."""

from datetime import UTC, datetime

from celery.exceptions import CeleryError
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from audit import selectors as trail
from config.celery import app
from frame import clock
from notifications import selectors as mail

_CLOCKS_MAY_DIFFER_BY = 1.0
_JOBS = ("sweep", "outbox")


@require_safe
@login_not_required
def alive(request):
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "ok"})


@require_safe
@login_not_required
def ready(request):
    """What works, as JSON; 503 while something that people rely on does not.

    A broker that is gone is told but is no reason for 503 by itself: decisions are kept, and jobs that stay
    away for too long are a reason of their own.
    """
    at = clock.now()
    try:
        report = {"database": True} | _clock_difference(at) | _ages(at)
    except DatabaseError:
        report = {"database": False}
    report["broker"] = _broker_answers()
    unfit = _unfit(report)
    report["status"], report["unfit"] = ("unfit" if unfit else "ok"), unfit
    return JsonResponse(report, status=503 if unfit else 200)


def _ages(at):
    """Seconds since each job last went through, and since the oldest unsent mail was written."""
    sweep, outbox = (trail.last_run(name) for name in _JOBS)
    oldest = mail.oldest_unsent(at=at)
    return {
        "sweep_age": _seconds(at, sweep),
        "outbox_age": _seconds(at, outbox),
        "oldest_unsent": _seconds(at, oldest),
    }


def _seconds(at, moment):
    return None if moment is None else round((at - moment).total_seconds(), 3)


def _clock_difference(at):
    """How far, in seconds, this machine's clock is from the database's."""
    now = "clock_timestamp()" if connection.vendor == "postgresql" else "strftime('%Y-%m-%d %H:%M:%f', 'now')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {now}")
        (there,) = cursor.fetchone()
    if isinstance(there, str):
        there = datetime.fromisoformat(there).replace(tzinfo=UTC)
    return {"clock_difference": round((there - clock.now()).total_seconds(), 3)}


def _broker_answers():
    try:
        with app.connection_for_read() as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OSError, CeleryError, KombuError):
        return False
    return True


def _unfit(report):
    """The names of what is unfit, for the one who has to mend it."""
    if not report["database"]:
        return ["database"]
    late = settings.PORTAL_JOBS_LATE_AFTER.total_seconds()
    reasons = {
        "clock_difference": abs(report["clock_difference"]) > _CLOCKS_MAY_DIFFER_BY,
        "sweep_age": report["sweep_age"] is None or report["sweep_age"] > late,
        "outbox_age": report["outbox_age"] is None or report["outbox_age"] > late,
        "oldest_unsent": (report["oldest_unsent"] or 0) > settings.PORTAL_MAIL_LATE_AFTER.total_seconds(),
    }
    return [name for name, holds in reasons.items() if holds]
