"""Reads of what support asks."""

from accounts.models import Account
from accounts.states import AccountKind, RequestKind

from ..models import AccessRequest, AccessRole


def account_called(number, org_id, *, at):
    """The open account with this number and this organization ID, or ``None``."""
    return Account.objects.open(at).filter(number=number.strip(), org_id=org_id.strip()).first()


def is_customer(account):
    """Whether support can ask for access to this account at all."""
    return account.kind == AccountKind.CUSTOMER


def roles_on_offer():
    """The bundles support can ask for, by name."""
    return AccessRole.objects.on_offer()


def support_requests_of(user):
    """What an associate has asked, and nobody else's, newest first (S0-10, S0-30)."""
    return AccessRequest.objects.filter(kind=RequestKind.SUPPORT, asker=user)
