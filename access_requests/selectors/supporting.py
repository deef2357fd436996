"""Reads of what support asks."""

from django.db.models import Q
from django.db.models.functions import Coalesce

from accounts import authorization
from accounts.models import AccessRole, Account
from accounts.selectors import RoleInWords
from accounts.states import AccountKind, RequestKind

from ..models import AccessRequest


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
    """What an associate has asked for as a bundle of rights, and nobody else's, newest first (S0-10)."""
    return AccessRequest.objects.filter(kind=RequestKind.SUPPORT, asker=user)


def asked_as_associate(user):
    """What an associate has asked, for an hour too, and nobody else's, newest first (S0-30)."""
    hours = Q(kind=RequestKind.HOUR, company__kind=AccountKind.VENDOR)
    return AccessRequest.objects.filter(Q(kind=RequestKind.SUPPORT) | hours, asker=user)


def support_requests_to(account):
    """What support has asked of an account, for an hour too, newest first (S0-15)."""
    hours = Q(kind=RequestKind.HOUR, company__kind=AccountKind.VENDOR)
    return AccessRequest.objects.filter(Q(kind=RequestKind.SUPPORT) | hours, account=account)


def with_times(requests):
    """Requests with ``begins`` and ``ends``: as the customer gave them, an early end included, or as they were asked
    for; ``None`` where a length counts from an approval that has not come.
    """
    return requests.annotate(
        begins=Coalesce("grant__starts_at", "starts_at"),
        ends=Coalesce("grant__ended_at", "grant__ends_at", "ends_at"),
    )


def roles_in_words(roles):
    """Bundles as requests keep them, in the language of the reader."""
    return [RoleInWords.of(role) for role in roles]


def who_decides_support(account, associate, *, at):
    """Who would answer what this associate asks, as a list of people."""
    return list(authorization.deciders(account, RequestKind.SUPPORT, at=at, apart_from={associate}))
