"""What staff do for an account before its own people can: opening it, and inviting the first of them."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from .. import authorization
from ..models import Invitation, Membership
from ..permissions import Role
from ..states import AccountKind
from .appointing import lock_account
from .companies import open_account
from .invitations import renew, send, take_back

OPENED_BY_STAFF = (AccountKind.CUSTOMER, AccountKind.PARTNER)
INVITED_BY_STAFF = (Role.PRIMARY, Role.MEMBER)


@transaction.atomic
def set_up_account(*, kind, number, org_id, name, time_zone, language, seats, email, first_name, last_name, by, at):
    """Open an account and invite its primary user, in one step or not at all.

    :returns: the invitation; its ``account`` is the one opened
    :raises PermissionDenied: ``by`` is not staff entrusted with both, or the person is the vendor's
    :raises ValidationError: a value is not acceptable, or the number or organization ID is taken
    """
    authorization.require_staff(by, "add_account")
    if kind not in OPENED_BY_STAFF:
        raise ValidationError({"kind": _("Staff open accounts of customers and of partners.")})
    facts = {"kind": kind, "number": number, "org_id": org_id, "name": name, "seats": seats}
    try:
        with transaction.atomic():
            account = open_account(**facts, time_zone=time_zone, language=language, by=by, at=at)
    except IntegrityError:
        raise ValidationError(_("Somebody opened an account with this number or organization ID just now.")) from None
    person = {"email": email, "first_name": first_name, "last_name": last_name}
    return invite_as_staff(account=account, **person, role=Role.PRIMARY, by=by, at=at)


@transaction.atomic
def invite_as_staff(*, account, email, first_name, last_name, role, by, at):
    """Invite the primary user of an account that has none, or a plain member without rights, as staff.

    Everybody else is appointed by the account's own people. Those who run it are told either way.

    :raises PermissionDenied: ``by`` is not staff entrusted with it, or the person is the vendor's
    :raises NotAllowedNow: another role, a primary user is there or invited, the account is closed, the person is a
        member or invited already, or no seat is left
    """
    account = lock_account(account)
    authorization.require_staff(by, "add_invitation")
    if role not in INVITED_BY_STAFF or account.closed_at is not None:
        raise NotAllowedNow(_("Staff invite primary users and plain members of open accounts. Others are appointed."))
    if role == Role.PRIMARY:
        _require_vacancy(account, at=at)
    terms = {"role": role, "permissions": [], "authorized_contact": False}
    return send(account, email, first_name, last_name, **terms, by=by, at=at, by_staff=True)


@transaction.atomic
def send_again_as_staff(*, invitation, by, at):
    """Send an invitation of staff's again, lapsed or not; it lasts anew from now, on the word of ``by``.

    What an account's own people sent, they send again themselves: it stands on their word.

    :raises PermissionDenied: ``by`` is not staff entrusted with it
    :raises NotAllowedNow: not one of staff's, accepted or withdrawn, a primary user is there or invited, or no seat
    """
    account = _lock_ours(invitation, by=by)
    if invitation.role == Role.PRIMARY:
        _require_vacancy(account, at=at, apart_from=invitation)
    renew(account, invitation, by=by, at=at, by_staff=True)


@transaction.atomic
def withdraw_as_staff(*, invitation, by, at):
    """Take an invitation of staff's back before it is accepted.

    :raises PermissionDenied: ``by`` is not staff entrusted with it
    :raises NotAllowedNow: not one of staff's, accepted or withdrawn
    """
    _lock_ours(invitation, by=by)
    take_back(invitation, by=by, at=at)


def _lock_ours(invitation, *, by):
    account = lock_account(invitation.account)
    authorization.require_staff(by, "change_invitation")
    invitation.refresh_from_db()
    if not invitation.by_staff:
        raise NotAllowedNow(_("The account’s own people sent this invitation. They send it again or withdraw it."))
    return account


def _require_vacancy(account, *, at, apart_from=None):
    """Let through where the account has no primary user, and nobody else could become it by saying yes."""
    if Membership.objects.living().filter(account=account, role=Role.PRIMARY).exists():
        raise NotAllowedNow(_("This account has its primary user. Who is gone is replaced."))
    invited = Invitation.objects.open(at).filter(account=account, role=Role.PRIMARY)
    if invited.exclude(pk=apart_from and apart_from.pk).exists():
        raise NotAllowedNow(_("A primary user is invited already. Send that invitation again, or withdraw it first."))
