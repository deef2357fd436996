"""Finding a customer's account: for associates, and never unseen."""

from django.db import transaction

from audit.record import record

from .. import authorization, selectors
from ..models import Account
from ..states import AccountKind


@transaction.atomic
def look_up_account(*, number, by, at):
    """Find the open account of a customer by its number, and write the look-up down: in the customer's own trail, or
    where there is no such customer in the vendor's (S0-22).

    :returns: the account, or ``None``
    :raises PermissionDenied: ``by`` is no associate
    """
    authorization.require_associate(by, at=at)
    account = Account.objects.open(at).filter(kind=AccountKind.CUSTOMER, number=number).first()
    record("account.looked_up", account=account, by=by, subject=number, at=at, found=account is not None)
    return account


@transaction.atomic
def look_up_accounts(*, words, most, by, at):
    """Find open accounts of customers by number, organization ID or part of the name, and write the look-up down: in
    the customer's own trail where only one is found, otherwise in the vendor's (S4-7).

    :param most: how many to find at most
    :returns: the accounts, by name, and whether there are more
    :raises PermissionDenied: ``by`` is no associate
    """
    authorization.require_associate(by, at=at)
    found = list(selectors.customers_meant(words, at=at)[: most + 1])
    only = found[0] if len(found) == 1 else None
    record("account.looked_up", account=only, by=by, subject=words[:80], at=at, found=bool(found))
    return found[:most], len(found) > most
