"""Replacing a primary user who is gone: staff begin it, everybody concerned is told, and it holds after a wait."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from .. import authorization, emails
from ..models import Membership, Replacement
from ..permissions import Role
from ..signals import deciders_changed, membership_changed
from ..states import Outcome
from .appointing import lock_account, lock_around, note, refuse_vendor_people, write_rights
from .recoveries import quietly, reason_of, settle


@transaction.atomic
def start_replacement(*, account, successor, reason, by, at):
    """Announce that another member gets the primary user's place after ``PORTAL_REPLACE_AFTER``.

    Nothing changes until then. The primary user, the administrators and the new one are mailed at once.

    :param successor: the person; an active member of the account, as where a primary user names one
    :param reason: read by everybody who is told
    :raises PermissionDenied: ``by`` is not staff entrusted with it, or one of the two
    :raises NotAllowedNow: no reason, no primary user, one under way, or the successor is no active member
    """
    account = lock_account(account)
    authorization.require_staff(by, "add_replacement")
    members = Membership.objects.select_related("account", "user").filter(account=account)
    replaced = members.living().filter(role=Role.PRIMARY).first()
    if replaced is None or account.closed_at is not None:
        raise NotAllowedNow(_("This account has no primary user who could be replaced."))
    if by in (successor, replaced.user):
        raise PermissionDenied(_("Nobody does this in a matter of their own."))
    new = members.active(at).filter(user=successor).exclude(pk=replaced.pk).first()
    if new is None:
        raise NotAllowedNow(_("The successor must be an active member of this account."))
    refuse_vendor_people(account, successor, at=at)
    if Replacement.objects.under_way().filter(account=account).exists():
        raise NotAllowedNow(_("A replacement of this primary user is under way already."))
    replacement = Replacement.objects.create(
        account=account,
        replaced=replaced,
        successor=new,
        reason=reason_of(reason),
        started_by=by,
        started_at=at,
        takes_effect_at=at + settings.PORTAL_REPLACE_AFTER,
    )
    _note("replacement.started", replacement, by=by, at=at, reason=replacement.reason)
    emails.replacement_started(replacement=replacement, at=at)
    return replacement


@transaction.atomic
def stop_replacement(*, replacement, by, at):
    """Stop a replacement before it has taken effect. Whoever is told of it may, and never has to say why.

    :raises PermissionDenied: it is none of ``by``'s business
    :raises NotAllowedNow: it has taken effect, or was stopped already
    """
    lock_account(replacement.account)
    authorization.require_stopper(by, authorization.replacements_read_by(by, at=at).filter(pk=replacement.pk))
    _end(replacement, Outcome.STOPPED, by=by, at=at)


@transaction.atomic
def call_off_replacement(*, replacement, by, at):
    """Call a replacement off, as staff.

    :raises PermissionDenied: ``by`` is not staff entrusted with it
    :raises NotAllowedNow: it has taken effect, or was stopped already
    """
    lock_account(replacement.account)
    authorization.require_staff(by, "change_replacement")
    _end(replacement, Outcome.CALLED_OFF, by=by, at=at)


def drop_replacement(*, account, by, at):
    """Drop what is under way where the primary user has named a successor. The caller holds the account's lock."""
    for replacement in Replacement.objects.under_way().filter(account=account):
        _end(replacement, Outcome.DROPPED, by=by, at=at)


def complete_due_replacements(*, at):
    """Let take effect whatever waited long enough; answers how many. Safe to run twice, late, or side by side."""
    done = 0
    for replacement in Replacement.objects.due(at).order_by("pk").iterator(chunk_size=200):
        done += quietly(complete_replacement, replacement=replacement, at=at)
    return done


@transaction.atomic
def complete_replacement(*, replacement, at):
    """Hand the place over; the one before stays as a plain member without rights, to be taken out by the new one.

    Where the primary user is another by now, or the new one is gone, it is dropped.

    :raises NotAllowedNow: its time has not come, it has taken effect, or it was stopped
    """
    account = lock_around(replacement.replaced, at=at)
    members = Membership.objects.select_related("account", "user")
    old = members.living().filter(pk=replacement.replaced_id, role=Role.PRIMARY).first()
    new = members.active(at).filter(pk=replacement.successor_id).first()
    if old is None or new is None or account.closed_at is not None or _of_the_vendor(account, new.user, at=at):
        _end(replacement, Outcome.DROPPED, by=None, at=at)
        return
    settle(replacement, Outcome.COMPLETED, by=None, at=at)
    none = {"stands_in_from": None, "stands_in_until": None}
    Membership.objects.filter(pk=old.pk).update(role=Role.MEMBER, authorized_contact=False, **none)
    Membership.objects.filter(pk=new.pk).update(role=Role.PRIMARY, **none)
    for membership in (old, new):
        membership.refresh_from_db()
        write_rights(membership, [])
    _note("replacement.completed", replacement, by=None, at=at)
    note("membership.changed", old, by=None, at=at, before=str(Role.PRIMARY), role=str(Role.MEMBER))
    note("membership.succeeded", new, by=None, at=at, before=old.user.email)
    for membership in (old, new):
        membership_changed.send(Membership, membership=membership, by=None, at=at)
    deciders_changed.send(Membership, account=account, by=None, at=at)
    emails.replaced(replacement=replacement, at=at)


def _of_the_vendor(account, person, *, at):
    try:
        refuse_vendor_people(account, person, at=at)
    except PermissionDenied:
        return True
    return False


def _end(replacement, outcome, *, by, at):
    """Settle it without effect, write the line and tell everybody who was told of it."""
    settle(replacement, outcome, by=by, at=at)
    _note(f"replacement.{outcome.value}", replacement, by=by, at=at)
    emails.replacement_stopped(replacement=replacement, at=at)


def _note(event, replacement, *, by, at, **details):
    people = {"replaced": replacement.replaced.user.email, "successor": replacement.successor.user.email}
    record(event, account=replacement.account, by=by, subject=replacement.public_id, at=at, **people, **details)
