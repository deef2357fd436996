"""Who belongs to an account, and as what, by the rules of appointment."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from .. import authorization
from ..models import Account, Membership, MembershipRight, User
from ..permissions import MEMBER_SWITCHES, Role, ordered
from ..signals import deciders_changed, membership_ended
from ..states import AccountKind


@transaction.atomic
def add_member(*, account, user, role, by, at, authorized_contact=False, permissions=()):
    """Make a person a member of an account.

    :param by: an appointer of the account; ``None`` for the system setting an account up
    :param permissions: the own switches of a plain member
    :raises PermissionDenied: ``by`` may not appoint to this role, or the person is the vendor's
    :raises NotAllowedNow: the person is a member already, or the account has its primary user
    """
    account = _locked(account)
    if by is not None:
        authorization.require_appointer(by, account, role=role, at=at)
        _require_primary_for_contact(account, by, authorized_contact, at=at)
    _refuse_vendor_people(account, user, at=at)
    living = Membership.objects.filter(account=account, ended_at=None)
    if living.filter(user=user).exists():
        raise NotAllowedNow(_("%(name)s is a member of this account already.") % {"name": user})
    if role == Role.PRIMARY and living.filter(role=Role.PRIMARY).exists():
        raise NotAllowedNow(_("This account has a primary user already."))
    membership = Membership.objects.create(
        account=account, user=user, role=role, authorized_contact=authorized_contact, joined_at=at
    )
    _write_rights(membership, permissions)
    _note("membership.begun", membership, by=by, at=at, role=str(role), authorized_contact=authorized_contact)
    deciders_changed.send(Membership, account=account, by=by, at=at)
    return membership


@transaction.atomic
def change_role(*, membership, role, by, at):
    """Give a member another role. The primary user changes by naming a successor only.

    :raises PermissionDenied: ``by`` may not make or unmake one of the two roles
    :raises NotAllowedNow: the membership has ended
    """
    account = _locked(membership.account)
    for one in {membership.role, str(role)}:
        authorization.require_appointer(by, account, role=one, at=at)
    before = membership.role
    if not Membership.objects.filter(pk=membership.pk, ended_at=None, role=before).update(role=role):
        raise NotAllowedNow(_("This membership has ended or changed in the meantime."))
    membership.refresh_from_db()
    _note("membership.changed", membership, by=by, at=at, before=before, role=str(role))
    deciders_changed.send(Membership, account=account, by=by, at=at)


@transaction.atomic
def set_member_rights(*, membership, permissions, by, at):
    """Set the own switches of a plain member.

    :raises PermissionDenied: ``by`` does not appoint plain members of this account
    :raises NotAllowedNow: not a plain member, or not a right a member can have
    """
    account = _locked(membership.account)
    authorization.require_appointer(by, account, role=Role.MEMBER, at=at)
    if membership.role != Role.MEMBER or not set(permissions) <= set(MEMBER_SWITCHES):
        raise NotAllowedNow(_("Only plain members have switches of their own."))
    _write_rights(membership, permissions)
    names = [right.value for right in ordered(permissions)]
    _note("membership.changed", membership, by=by, at=at, permissions=names)


@transaction.atomic
def name_successor(*, account, successor, by, at):
    """Hand the primary user's place to another member; the one who hands over becomes an administrator.

    :raises PermissionDenied: ``by`` is not the primary user
    :raises NotAllowedNow: the successor is no active member of this account
    """
    account = _locked(account)
    active = Membership.objects.active(at).filter(account=account).select_related("account", "user")
    old = active.filter(user=by, role=Role.PRIMARY).first()
    if old is None:
        raise PermissionDenied(_("Only the primary user names a successor."))
    new = active.filter(user=successor).exclude(pk=old.pk).first()
    if new is None:
        raise NotAllowedNow(_("The successor must be an active member of this account."))
    Membership.objects.filter(pk=old.pk).update(role=Role.ADMINISTRATOR)
    Membership.objects.filter(pk=new.pk).update(role=Role.PRIMARY, stands_in_from=None, stands_in_until=None)
    new.refresh_from_db()
    _note("membership.succeeded", new, by=by, at=at, before=by.email)
    deciders_changed.send(Membership, account=account, by=by, at=at)
    return new


@transaction.atomic
def end_membership(*, membership, by, at):
    """End a membership, and with it every access that came through it. It never comes back to life.

    :param by: the person themself, an appointer of the account, or ``None`` for the system
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it has ended, or it is the primary user, who leaves by naming a successor
    """
    account = _locked(membership.account)
    if membership.role == Role.PRIMARY:
        raise NotAllowedNow(_("A primary user leaves by naming a successor."))
    if by is not None and by != membership.user:
        authorization.require_appointer(by, account, role=membership.role, at=at)
    if not Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=at, ended_by=by):
        raise NotAllowedNow(_("This membership has ended already."))
    membership.refresh_from_db()
    _note("membership.ended", membership, by=by, at=at)
    membership_ended.send(Membership, membership=membership, by=by, at=at)
    deciders_changed.send(Membership, account=account, by=by, at=at)


@transaction.atomic
def deactivate_person(*, user, by, at):
    """Lock a person out of the portal: no sign-in, and every session dead on its next request.

    The caller (staff, or a command) has been let in by the admin site.

    :raises PermissionDenied: the person is a superuser, and ``by`` is none
    :raises NotAllowedNow: they are locked out already, or are ``by``
    """
    if by is not None and user.is_superuser and not by.is_superuser:
        raise PermissionDenied(_("A superuser is locked out by another superuser alone."))
    if by == user:
        raise NotAllowedNow(_("Nobody locks out themself."))
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise NotAllowedNow(_("%(name)s is locked out already.") % {"name": user})
    user.refresh_from_db()
    record("person.deactivated", by=by, subject=user.email, at=at)


def _locked(account):
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def _refuse_vendor_people(account, user, *, at):
    theirs = Membership.objects.active(at).filter(user=user, account__kind=AccountKind.VENDOR)
    if account.kind == AccountKind.CUSTOMER and theirs.exists():
        raise PermissionDenied(_("Nobody of the vendor can be made a member of a customer."))


def _require_primary_for_contact(account, by, authorized_contact, *, at):
    primary = Membership.objects.active(at).filter(account=account, user=by, role=Role.PRIMARY)
    if authorized_contact and not primary.exists():
        raise PermissionDenied(_("The primary user alone makes authorized contacts."))


def _write_rights(membership, permissions):
    MembershipRight.objects.filter(membership=membership).delete()
    MembershipRight.objects.bulk_create(
        MembershipRight(membership=membership, permission=right) for right in ordered(permissions)
    )


def _note(event, membership, *, by, at, **details):
    record(event, account=membership.account, by=by, subject=membership.user.email, at=at, **details)
