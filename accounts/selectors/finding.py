"""Finding a customer's account by what somebody says on the telephone."""

from django.db.models import Q

from ..models import Account
from ..states import AccountKind


def customers(*, at):
    """The open accounts of customers, by name."""
    return Account.objects.open(at).filter(kind=AccountKind.CUSTOMER).order_by("name", "number")


def customers_meant(words, *, at, among=None):
    """The open accounts of customers that the words may mean: a number or an organization ID in full means nothing
    else; otherwise they are part of the name.

    :param among: only these of them
    """
    known = customers(at=at) if among is None else among
    exact = known.filter(Q(number=words) | Q(org_id=words))
    return exact if exact.exists() else known.filter(name__icontains=words)
