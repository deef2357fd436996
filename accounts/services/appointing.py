"""What every change of people begins with and leaves behind: the lock, the rules that span services, the line."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.record import record

from .. import authorization
from ..models import Account, Grant, Membership, MembershipRight
from ..permissions import ordered
from ..states import AccountKind


def lock_account(account):
    """Lock an account's row, before anything else, and answer it as it is now."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def lock_accounts_around(memberships, grants):
    """Lock the accounts of these memberships and of these grants in the order of their ids, before anything else.

    Whoever leaves ends access at several customers: two who leave at once must not wait for each other.
    """
    wanted = Q(pk__in=memberships.values("account")) | Q(pk__in=grants.values("account"))
    return list(Account.objects.select_for_update(no_key=True).filter(wanted).order_by("pk"))


def lock_around(membership, *, at):
    """Lock the account of a membership and every one its person has access to through it, before anything else.

    :returns: the membership's account as it is now
    """
    through_it = Grant.objects.unended(at).filter(membership=membership)
    rows = lock_accounts_around(Membership.objects.filter(pk=membership.pk), through_it)
    return next(row for row in rows if row.pk == membership.account_id)


def refuse_vendor_people(account, user, *, at):
    """Refuse to put somebody of the vendor into a customer's account.

    :raises PermissionDenied: with a sentence fit to show
    """
    theirs = Membership.objects.active(at).filter(user=user, account__kind=AccountKind.VENDOR)
    if account.kind == AccountKind.CUSTOMER and theirs.exists():
        raise PermissionDenied(_("Nobody of the vendor can be made a member of a customer."))


def require_primary(by, account, words, *, at):
    """Let through the primary user alone.

    :param words: the sentence of the refusal
    :raises PermissionDenied: with that sentence
    """
    if not authorization.is_primary(by, account, at=at):
        raise PermissionDenied(words)


def require_primary_for_contact(by, account, authorized_contact, *, at):
    """Let through the primary user alone where an authorized contact is made or unmade.

    :raises PermissionDenied: with a sentence fit to show
    """
    if authorized_contact:
        require_primary(by, account, _("The primary user alone makes and unmakes authorized contacts."), at=at)


def write_rights(membership, permissions):
    """Replace the own switches of a member."""
    MembershipRight.objects.filter(membership=membership).delete()
    MembershipRight.objects.bulk_create(
        MembershipRight(membership=membership, permission=right) for right in ordered(permissions)
    )


def note(event, membership, *, by, at, **details):
    """Write the trail line of what happened to a membership."""
    record(event, account=membership.account, by=by, subject=membership.user.email, at=at, **details)
