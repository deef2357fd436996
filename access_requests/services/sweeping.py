"""What the clock has decided already, written down and told: safe to run twice, late, or side by side."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts import services as accounts
from accounts.models import Account, Grant, Membership
from accounts.states import EndReason, RequestKind
from audit import selectors as trail
from audit.record import job_ran
from frame.refusals import NotAllowedNow
from partners.services import tell_of_available
from riders.services import close_due_cases, tell_new_approvers

from .. import emails
from ..models import AccessRequest, Reminder
from .ending import end_family
from .moving import lock_account, lock_grant, lock_request, move_request, note_request
from .reviewing import ask_for_reviews


def sweep(*, at):
    """Do everything that is due, and note that the job went through."""
    expire_due_requests(at=at)
    end_due_grants(at=at)
    remind(at=at)
    tell_stand_ins(at=at)
    tell_of_available(at=at)
    accounts.lapse_due_changes(at=at)
    accounts.remind_of_changes(at=at)
    accounts.complete_due_factor_resets(at=at)
    accounts.complete_due_replacements(at=at)
    close_due_cases(at=at)
    ask_for_reviews(at=at)
    job_ran("sweep", at=at)


def expire_due_requests(*, at):
    """Store as expired what nobody answered in time, and tell both sides; answers how many."""
    done = 0
    for request in AccessRequest.objects.overdue(at).order_by("pk").iterator(chunk_size=200):
        done += _quietly(_expire_locked, request, at=at)
    return done


def end_due_grants(*, at):
    """Tidy up after the clock: access stopped at ``ends_at`` whether or not this ran; answers how many."""
    done = 0
    for grant in Grant.objects.filter(ended_at=None, ends_at__lte=at).order_by("pk").iterator(chunk_size=200):
        done += _quietly(_end_due, grant, at=at)
    return done


def remind(*, at):
    """Write the reminders that are due: halfway to lapsing, and before access ends. Each goes once."""
    halfway = AccessRequest.objects.waiting(at).filter(remind_at__lte=at)
    for request in halfway.order_by("pk").iterator(chunk_size=200):
        _quietly(_remind_deciders, request, at=at)
    for grant in _support_ending(at=at).order_by("pk").iterator(chunk_size=200):
        _quietly(_remind_of_end, grant, days=0, at=at)
    for days in sorted(int(days) for days in settings.PORTAL_REMIND_DAYS):
        for grant in _ending_within(days, at=at).order_by("pk").iterator(chunk_size=200):
            _quietly(_remind_of_end, grant, days=days, at=at)


def tell_stand_ins(*, at):
    """Put what waits before everybody whose time as a stand-in has begun since the last look. Each is told once."""
    begun = Membership.objects.active(at).filter(stands_in_from__lte=at, stands_in_until__gt=at)
    looked_at = trail.last_run("sweep")
    begun = begun if looked_at is None else begun.filter(stands_in_from__gt=looked_at)
    waiting = AccessRequest.objects.waiting(at).filter(account__in=begun.values("account"))
    waiting = waiting.exclude(kind=RequestKind.HOUR)  # that was asked of one person by name
    for request in waiting.order_by("pk").iterator(chunk_size=200):
        _tell_deciders(request, at=at)
    for account in Account.objects.open(at).filter(pk__in=begun.order_by().values("account")).order_by("pk"):
        _tell_of_changes_and_cases(account, at=at)


def expire_request(*, request, at):
    """Store one request as expired; the caller holds its locks."""
    move_request(request, "expire", seen=request.as_seen(), at=at)
    note_request("request.expired", request, by=None, at=at)
    emails.request_lapsed(request=request, at=at)


def _quietly(job, row, **how):
    """Run a job on one row; somebody else having been faster is no failure."""
    try:
        job(row, **how)
    except NotAllowedNow:
        return 0
    return 1


@transaction.atomic
def _expire_locked(request, *, at):
    lock_account(request.account)
    expire_request(request=lock_request(request), at=at)


@transaction.atomic
def _end_due(grant, *, at):
    lock_account(grant.account)
    end_family(lock_grant(grant), reason=EndReason.WINDOW, by=None, at=at)


@transaction.atomic
def _remind_deciders(request, *, at):
    due = AccessRequest.objects.waiting(at).filter(pk=request.pk, remind_at__lte=at)
    if due.update(remind_at=None):
        emails.answer_reminder(request=lock_request(request), at=at)


@transaction.atomic
def _tell_deciders(request, *, at):
    lock_account(request.account)
    if AccessRequest.objects.waiting(at).filter(pk=request.pk).exists():
        emails.access_requested(request=lock_request(request), at=at, deciders_only=True)


@transaction.atomic
def _tell_of_changes_and_cases(account, *, at):
    account = lock_account(account)
    accounts.tell_new_answerers(account=account, at=at)
    tell_new_approvers(account=account, at=at)


def _ending_within(days, *, at):
    """Access that ends within so many days, had run longer than that when they began, and was not reminded of."""
    told = Reminder.objects.filter(grant=OuterRef("pk"), days__lte=days)
    soon = Grant.objects.live(at).filter(ended_at=None, ends_at__lte=at + timedelta(days=days))
    soon = soon.exclude(kind__in=[RequestKind.SUPPORT, RequestKind.CASE])
    return soon.filter(starts_at__lt=F("ends_at") - timedelta(days=2 * days)).exclude(Exists(told))


def _support_ending(*, at):
    """Support access that ends within minutes, had run longer than that when they began, and was not reminded of."""
    ahead, told = settings.PORTAL_REMIND_SUPPORT, Reminder.objects.filter(grant=OuterRef("pk"), days=0)
    kinds = [RequestKind.SUPPORT, RequestKind.CASE]
    soon = Grant.objects.live(at).filter(kind__in=kinds, ended_at=None, ends_at__lte=at + ahead)
    return soon.filter(starts_at__lt=F("ends_at") - 2 * ahead).exclude(Exists(told))


@transaction.atomic
def _remind_of_end(grant, *, days, at):
    new = Reminder(grant=grant, days=days, reminded_at=at)
    lock_account(grant.account)
    due = _ending_within(days, at=at) if days else _support_ending(at=at)
    if due.filter(pk=grant.pk).exists():
        new.save(force_insert=True)
        emails.end_reminder(grant=lock_grant(grant), days=days, at=at)
