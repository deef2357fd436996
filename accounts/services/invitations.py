"""Asking somebody to join an account. The membership begins when they say yes, and not before."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from .. import authorization, emails, selectors
from ..models import Invitation, Membership, User
from ..permissions import MEMBER_SWITCHES, Role, ordered
from .appointing import lock_account, refuse_vendor_people, require_primary_for_contact
from .people import begin_membership


@transaction.atomic
def invite(*, account, email, first_name, last_name, role, permissions, authorized_contact, by, at):
    """Invite the person of an address to an account. Whether the address was known here changes nothing one sees.

    :param by: an appointer of the account; ``None`` for the system setting an account up
    :param permissions: the own switches the person would have as a plain member
    :raises PermissionDenied: ``by`` may not appoint to this role, or the person is the vendor's
    :raises NotAllowedNow: a member already, invited already, no seat left, or a right no member can have
    """
    account = lock_account(account)
    _require_inviter(by, account, role, authorized_contact, at=at)
    terms = {"role": role, "permissions": permissions, "authorized_contact": authorized_contact}
    return send(account, email, first_name, last_name, **terms, by=by, at=at)


def send(account, email, first_name, last_name, *, role, permissions, authorized_contact, by, at, by_staff=False):
    """Write an invitation and its mails; the caller has asked the door and holds the account's lock.

    :raises PermissionDenied: the person is the vendor's
    :raises NotAllowedNow: a member already, invited already, no seat left, or a right no member can have
    """
    if permissions and (role != Role.MEMBER or not set(permissions) <= set(MEMBER_SWITCHES)):
        raise NotAllowedNow(_("Only plain members have switches of their own."))
    user = _person_of(email, first_name, last_name)
    refuse_vendor_people(account, user, at=at)
    if Membership.objects.living().filter(account=account, user=user).exists():
        raise NotAllowedNow(_("%(email)s belongs to this account already.") % {"email": email})
    earlier = Invitation.objects.unanswered().filter(account=account, user=user)
    if earlier.filter(lapses_at__gt=at).exists():
        raise NotAllowedNow(_("An invitation to %(email)s waits already. You can send it again.") % {"email": email})
    earlier.update(withdrawn_at=at)  # lapsed: a new one takes its place
    _require_seat(account, at=at)
    invitation = Invitation.objects.create(
        account=account,
        user=user,
        email=user.email,
        first_name=first_name,
        last_name=last_name,
        role=role,
        permissions=[right.value for right in ordered(permissions)],
        authorized_contact=authorized_contact,
        invited_by=by,
        by_staff=by_staff,
        invited_at=at,
        lapses_at=at + settings.PORTAL_INVITATION_LIFE,
    )
    contact = {"authorized_contact": authorized_contact}
    note_invitation("invitation.sent", invitation, by=by, at=at, role=str(role), **contact, by_staff=by_staff)
    emails.invited(invitation=invitation, at=at)
    return invitation


@transaction.atomic
def invite_again(*, invitation, by, at):
    """Send an invitation again, lapsed or not; it lasts anew from now, on the word of ``by``.

    :raises PermissionDenied: ``by`` may not appoint to this role
    :raises NotAllowedNow: it was accepted or withdrawn, or no seat is left for one that had lapsed
    """
    account = lock_account(invitation.account)
    _require_inviter(by, account, invitation.role, invitation.authorized_contact, at=at)
    renew(account, invitation, by=by, at=at)


def renew(account, invitation, *, by, at, by_staff=False):
    """Let an invitation last anew, and mail it; the caller has asked the door and holds the account's lock.

    :raises NotAllowedNow: it was accepted or withdrawn, or no seat is left for one that had lapsed
    """
    if not invitation.open_at(at):
        _require_seat(account, at=at)
    unanswered = Invitation.objects.unanswered().filter(pk=invitation.pk)
    lapses_at = at + settings.PORTAL_INVITATION_LIFE
    if not unanswered.update(lapses_at=lapses_at, invited_by=by, by_staff=by_staff, mailed=F("mailed") + 1):
        raise NotAllowedNow(_("This invitation was accepted or withdrawn."))
    invitation.refresh_from_db()
    note_invitation("invitation.sent", invitation, by=by, at=at, mailed=invitation.mailed, by_staff=by_staff)
    emails.invited(invitation=invitation, at=at)


@transaction.atomic
def withdraw_invitation(*, invitation, by, at):
    """Take an invitation back before it is accepted.

    :raises PermissionDenied: ``by`` may not appoint to this role
    :raises NotAllowedNow: it was accepted or withdrawn
    """
    account = lock_account(invitation.account)
    _require_inviter(by, account, invitation.role, invitation.authorized_contact, at=at)
    take_back(invitation, by=by, at=at)


def take_back(invitation, *, by, at):
    """Withdraw an invitation; the caller has asked the door and holds the account's lock.

    :raises NotAllowedNow: it was accepted or withdrawn
    """
    unanswered = Invitation.objects.unanswered().filter(pk=invitation.pk)
    if not unanswered.update(withdrawn_at=at, withdrawn_by=by):
        raise NotAllowedNow(_("This invitation was accepted or withdrawn."))
    invitation.refresh_from_db()
    note_invitation("invitation.withdrawn", invitation, by=by, at=at)


@transaction.atomic
def accept_invitation(*, invitation, by, at):
    """Join the account: the membership begins now, if whoever invited may still appoint to the role.

    :raises PermissionDenied: ``by`` is not the person it was sent to, or is the vendor's
    :raises NotAllowedNow: it lapsed, was withdrawn or accepted, or nobody stands behind it any more
    """
    if by != invitation.user:
        raise PermissionDenied(_("This invitation was sent to somebody else."))
    account = lock_account(invitation.account)
    invitation.refresh_from_db()
    if not Invitation.objects.open(at).filter(pk=invitation.pk).update(accepted_at=at):
        raise NotAllowedNow(_("This invitation has lapsed or was withdrawn. Ask for a new one."))
    try:
        _require_authority_still(invitation, account, at=at)
    except PermissionDenied:
        words = _("%(name)s, who invited you, may no longer do so. Ask the company for a new invitation.")
        raise NotAllowedNow(words % {"name": invitation.invited_by}) from None
    invitation.refresh_from_db()
    note_invitation("invitation.accepted", invitation, by=by, at=at)
    membership = begin_membership(
        account=account,
        user=by,
        role=invitation.role,
        authorized_contact=invitation.authorized_contact,
        permissions=invitation.permissions,
        by=by,
        at=at,
        invited_by=invitation.invited_by.email if invitation.invited_by else "",
    )
    emails.joined(membership=membership, invitation=invitation, at=at)
    return membership


def _require_inviter(by, account, role, authorized_contact, *, at):
    if by is None:
        return
    authorization.require_appointer(by, account, role=role, at=at)
    require_primary_for_contact(by, account, authorized_contact, at=at)


def _require_authority_still(invitation, account, *, at):
    if invitation.by_staff:
        authorization.require_staff(invitation.invited_by, "add_invitation")
    else:
        _require_inviter(invitation.invited_by, account, invitation.role, invitation.authorized_contact, at=at)


def _require_seat(account, *, at):
    """Seats limit invitations only: who is in stays in, and nobody from outside takes one."""
    if selectors.seats_taken(account, at=at) >= account.seats:
        raise NotAllowedNow(
            _(
                "Every seat of this account is used by its own people or kept for somebody invited; people from "
                "outside use none. End a membership or an invitation first."
            )
        )


def _person_of(email, first_name, last_name):
    """The person of this address; where nobody has it, a new one without a password, the address unproven."""
    address = email.strip().lower()
    fresh = {"email": address, "first_name": first_name, "last_name": last_name, "password": make_password(None)}
    user, new = User.objects.get_or_create(email__iexact=address, defaults=fresh)
    if new:
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    return user


def note_invitation(event, invitation, *, by, at, **details):
    """Write the trail line of what happened to an invitation."""
    record(event, account=invitation.account, by=by, subject=invitation.email, at=at, **details)
