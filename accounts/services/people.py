"""Who belongs to an account, and as what, by the rules of appointment."""

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from .. import authorization, emails, selectors
from ..models import Membership
from ..permissions import DECIDER_ROLES, MEMBER_SWITCHES, Role, ordered
from ..signals import deciders_changed, membership_changed
from .appointing import (
    lock_account,
    lock_around,
    note,
    refuse_vendor_people,
    require_primary,
    require_primary_for_contact,
    write_rights,
)
from .replacing import drop_replacement


@transaction.atomic
def add_member(*, account, user, role, by, at, authorized_contact=False, permissions=()):
    """Make a person a member of an account.

    :param by: an appointer of the account; ``None`` for the system setting an account up
    :param permissions: the own switches of a plain member
    :raises PermissionDenied: ``by`` may not appoint to this role, or the person is the vendor's
    :raises NotAllowedNow: the person is a member already, or the account has its primary user
    """
    account = lock_account(account)
    if by is not None:
        authorization.require_appointer(by, account, role=role, at=at)
        require_primary_for_contact(by, account, authorized_contact, at=at)
    return begin_membership(
        account=account,
        user=user,
        role=role,
        authorized_contact=authorized_contact,
        permissions=permissions,
        by=by,
        at=at,
    )


def begin_membership(*, account, user, role, authorized_contact, permissions, by, at, **details):
    """Write a membership; the caller has asked the door and holds the account's lock.

    :raises PermissionDenied: the person is the vendor's
    :raises NotAllowedNow: the person is a member already, or the account has its primary user
    """
    refuse_vendor_people(account, user, at=at)
    living = Membership.objects.living().filter(account=account)
    if living.filter(user=user).exists():
        raise NotAllowedNow(_("%(name)s is a member of this account already.") % {"name": user})
    if role == Role.PRIMARY and living.filter(role=Role.PRIMARY).exists():
        raise NotAllowedNow(_("This account has a primary user already."))
    membership = Membership.objects.create(
        account=account, user=user, role=role, authorized_contact=authorized_contact, joined_at=at
    )
    write_rights(membership, permissions)
    contact = {"authorized_contact": authorized_contact}
    note("membership.begun", membership, by=by, at=at, role=str(role), **contact, **details)
    deciders_changed.send(Membership, account=account, by=by, at=at)
    return membership


@transaction.atomic
def change_role(*, membership, role, by, at):
    """Give a member another role. The primary user changes by naming a successor only.

    Own switches go with the role of a plain member, and do not come back with it. What a partner's admin alone may
    have ends with that role.

    :raises PermissionDenied: ``by`` may not make or unmake one of the two roles
    :raises NotAllowedNow: the membership has ended, or is like that already
    """
    account = lock_around(membership, at=at)
    membership.refresh_from_db()
    for one in {membership.role, str(role)}:
        authorization.require_appointer(by, account, role=one, at=at)
    before = selectors.standing(membership)
    if before.role == role:
        raise NotAllowedNow(_("Nothing was changed: this is their role already."))
    if not Membership.objects.living().filter(pk=membership.pk, role=before.role).update(role=role):
        raise NotAllowedNow(_("This membership has ended or changed in the meantime."))
    membership.refresh_from_db()
    write_rights(membership, [])
    note("membership.changed", membership, by=by, at=at, before=before.role, role=str(role))
    membership_changed.send(Membership, membership=membership, by=by, at=at)
    deciders_changed.send(Membership, account=account, by=by, at=at)
    decides = bool({before.role, str(role)} & DECIDER_ROLES)
    emails.membership_changed(membership=membership, before=before, decides=decides, by=by, at=at)


@transaction.atomic
def set_member_rights(*, membership, permissions, by, at):
    """Set the own switches of a plain member.

    :raises PermissionDenied: ``by`` does not appoint plain members of this account
    :raises NotAllowedNow: not a plain member, not a right a member can have, or nothing would change
    """
    account = lock_account(membership.account)
    authorization.require_appointer(by, account, role=Role.MEMBER, at=at)
    living = Membership.objects.living().filter(pk=membership.pk, role=Role.MEMBER)
    if not living.exists() or not set(permissions) <= set(MEMBER_SWITCHES):
        raise NotAllowedNow(_("Only plain members have switches of their own."))
    before = selectors.standing(membership)
    write_rights(membership, permissions)
    names = [right.value for right in ordered(permissions)]
    if names == [right.value for right in before.rights]:
        raise NotAllowedNow(_("Nothing was changed: the switches stood like that already."))
    note("membership.changed", membership, by=by, at=at, permissions=names)
    membership_changed.send(Membership, membership=membership, by=by, at=at)
    emails.membership_changed(membership=membership, before=before, decides=False, by=by, at=at)


@transaction.atomic
def set_authorized_contact(*, membership, authorized_contact, by, at):
    """Make a member an authorized contact, or no longer one.

    :raises PermissionDenied: ``by`` is not the primary user
    :raises NotAllowedNow: the membership has ended, or is like that already
    """
    account = lock_account(membership.account)
    require_primary_for_contact(by, account, True, at=at)  # noqa: FBT003 - asked for either way
    before = selectors.standing(membership)
    living = Membership.objects.living().filter(pk=membership.pk).exclude(authorized_contact=authorized_contact)
    if not living.update(authorized_contact=authorized_contact):
        raise NotAllowedNow(_("This membership has ended or changed in the meantime."))
    membership.refresh_from_db()
    note("membership.changed", membership, by=by, at=at, authorized_contact=authorized_contact)
    membership_changed.send(Membership, membership=membership, by=by, at=at)
    deciders_changed.send(Membership, account=account, by=by, at=at)
    emails.membership_changed(membership=membership, before=before, decides=False, by=by, at=at)


@transaction.atomic
def name_successor(*, account, successor, by, at):
    """Hand the primary user's place to another member; the one who hands over becomes an administrator.

    :raises PermissionDenied: ``by`` is not the primary user
    :raises NotAllowedNow: the successor is no active member of this account
    """
    account = lock_account(account)
    require_primary(by, account, _("Only the primary user names a successor."), at=at)
    active = Membership.objects.active(at).filter(account=account).select_related("account", "user")
    old = active.get(user=by)
    new = active.filter(user=successor).exclude(pk=old.pk).first()
    if new is None:
        raise NotAllowedNow(_("The successor must be an active member of this account."))
    Membership.objects.filter(pk=old.pk).update(role=Role.ADMINISTRATOR)
    Membership.objects.filter(pk=new.pk).update(role=Role.PRIMARY, stands_in_from=None, stands_in_until=None)
    for membership in (old, new):
        membership.refresh_from_db()
    write_rights(new, [])
    note("membership.succeeded", new, by=by, at=at, before=by.email)
    drop_replacement(account=account, by=by, at=at)
    for membership in (old, new):
        membership_changed.send(Membership, membership=membership, by=by, at=at)
    deciders_changed.send(Membership, account=account, by=by, at=at)
    emails.successor_named(membership=new, by=by, at=at)
    return new


@transaction.atomic
def name_stand_in(*, membership, starts_at, ends_at, by, at):
    """Let a member decide in the primary user's place between two moments, and no longer.

    :param starts_at: from when; ``None`` and what has passed mean now
    :raises PermissionDenied: ``by`` is not the primary user
    :raises NotAllowedNow: no active member, the primary user themself, the end is not after the start or too
        far off, or somebody else stands in then
    """
    account = lock_account(membership.account)
    require_primary(by, account, _("The primary user alone names a stand-in."), at=at)
    begins = max(starts_at or at, at)
    members = Membership.objects.active(at).filter(account=account)
    if not members.filter(pk=membership.pk).exclude(user=by).exists():
        raise NotAllowedNow(_("A stand-in must be another active member of this account."))
    if not begins < ends_at <= begins + settings.PORTAL_STAND_IN_MAX:
        raise NotAllowedNow(_("A stand-in’s time ends after it begins, and within a year."))
    others = Membership.objects.living().filter(account=account).exclude(pk=membership.pk)
    if others.filter(stands_in_from__lt=ends_at, stands_in_until__gt=begins).exists():
        raise NotAllowedNow(_("Somebody else stands in during that time. End that first."))
    _write_stand_in(membership, begins, ends_at, by=by, at=at)


@transaction.atomic
def end_stand_in(*, membership, by, at):
    """End the time of a stand-in now, or before it has begun.

    :param by: the primary user, or the stand-in
    :raises PermissionDenied: ``by`` is neither
    :raises NotAllowedNow: the person does not stand in, nor will
    """
    account = lock_account(membership.account)
    if by != membership.user:
        require_primary(by, account, _("The primary user alone ends the time of a stand-in."), at=at)
    membership.refresh_from_db()
    if membership.ended_at is not None or membership.stands_in_until is None or membership.stands_in_until <= at:
        raise NotAllowedNow(_("%(name)s does not stand in for the primary user.") % {"name": membership.user})
    begun = membership.stands_in_from < at
    _write_stand_in(membership, membership.stands_in_from if begun else None, at if begun else None, by=by, at=at)


def _write_stand_in(membership, begins, ends, *, by, at):
    before = selectors.standing(membership)
    Membership.objects.filter(pk=membership.pk).update(stands_in_from=begins, stands_in_until=ends)
    membership.refresh_from_db()
    dates = {"begins": begins and begins.isoformat(), "ends": ends and ends.isoformat()}
    note("membership.stand_in_changed", membership, by=by, at=at, **dates)
    membership_changed.send(Membership, membership=membership, by=by, at=at)
    deciders_changed.send(Membership, account=membership.account, by=by, at=at)
    emails.membership_changed(membership=membership, before=before, decides=True, by=by, at=at)
