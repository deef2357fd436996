"""Resetting somebody's second factor: staff begin it, the person and their administrators are told, it waits."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from .. import authorization, emails
from ..models import FactorReset, Grant, Membership, User
from ..states import Outcome
from .appointing import lock_accounts_around
from .recoveries import quietly, reason_of, settle


@transaction.atomic
def start_factor_reset(*, person, reason, by, at):
    """Announce that a person's second factor is removed after ``PORTAL_FACTOR_RESET_AFTER``.

    Nothing changes until then. The person and the administrators of every account they belong to are mailed.

    :param reason: read by everybody who is told
    :raises PermissionDenied: ``by`` is not staff entrusted with it, or the person; a superuser's takes another one
    :raises NotAllowedNow: no reason, one under way, no second factor, or the person is locked out
    """
    accounts = _lock_around(person)
    authorization.require_staff(by, "add_factorreset")
    person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person == by:
        raise PermissionDenied(_("Nobody does this in a matter of their own."))
    if person.is_superuser and not by.is_superuser:
        raise PermissionDenied(_("A superuser’s second factor is reset by another superuser alone."))
    if not person.is_active:
        raise NotAllowedNow(_("%(name)s is locked out.") % {"name": person})
    if not Authenticator.objects.filter(user=person).exists():
        raise NotAllowedNow(_("%(name)s has no second factor.") % {"name": person})
    if FactorReset.objects.under_way().filter(person=person).exists():
        raise NotAllowedNow(_("A reset of this second factor is under way already."))
    reset = FactorReset.objects.create(
        person=person,
        reason=reason_of(reason),
        started_by=by,
        started_at=at,
        takes_effect_at=at + settings.PORTAL_FACTOR_RESET_AFTER,
    )
    _note("factor_reset.started", reset, accounts, by=by, at=at, reason=reset.reason)
    emails.factor_reset_started(reset=reset, at=at)
    return reset


@transaction.atomic
def stop_factor_reset(*, reset, by, at):
    """Stop a reset before it has taken effect. Whoever is told of it may, and never has to say why.

    :raises PermissionDenied: it is none of ``by``'s business
    :raises NotAllowedNow: it has taken effect, or was stopped already
    """
    accounts = _lock_around(reset.person)
    authorization.require_stopper(by, authorization.factor_resets_read_by(by, at=at).filter(pk=reset.pk))
    _end(reset, accounts, Outcome.STOPPED, by=by, at=at)


@transaction.atomic
def call_off_factor_reset(*, reset, by, at):
    """Call a reset off, as staff.

    :raises PermissionDenied: ``by`` is not staff entrusted with it
    :raises NotAllowedNow: it has taken effect, or was stopped already
    """
    accounts = _lock_around(reset.person)
    authorization.require_staff(by, "change_factorreset")
    _end(reset, accounts, Outcome.CALLED_OFF, by=by, at=at)


def complete_due_factor_resets(*, at):
    """Let take effect whatever waited long enough; answers how many. Safe to run twice, late, or side by side."""
    done = 0
    for reset in FactorReset.objects.due(at).order_by("pk").iterator(chunk_size=200):
        done += quietly(complete_factor_reset, reset=reset, at=at)
    return done


@transaction.atomic
def complete_factor_reset(*, reset, at):
    """Remove everything the person proves themself by besides the password, and end every session of theirs.

    :raises NotAllowedNow: its time has not come, it has taken effect, or it was stopped
    """
    accounts = _lock_around(reset.person)
    settle(reset, Outcome.COMPLETED, by=None, at=at)
    Authenticator.objects.filter(user=reset.person_id).delete()
    User.objects.filter(pk=reset.person_id).update(session_series=F("session_series") + 1)
    UserSession.objects.filter(user=reset.person_id).delete()
    _note("factor_reset.completed", reset, accounts, by=None, at=at)
    emails.factor_reset_completed(reset=reset, at=at)


def _lock_around(person):
    """Lock every account whose trail gets a line, in the order of their ids."""
    return lock_accounts_around(Membership.objects.living().filter(user=person), Grant.objects.none())


def _end(reset, accounts, outcome, *, by, at):
    """Settle it without effect, write the lines and tell everybody who was told of it."""
    settle(reset, outcome, by=by, at=at)
    _note(f"factor_reset.{outcome.value}", reset, accounts, by=by, at=at)
    emails.factor_reset_stopped(reset=reset, at=at)


def _note(event, reset, accounts, *, by, at, **details):
    """One line in the trail of every account the person belongs to, or in the vendor's where there is none."""
    for account in accounts or [None]:
        record(event, account=account, by=by, subject=reset.public_id, at=at, person=reset.person.email, **details)
