"""Finding a customer's organization ID by the account number: for associates, and never unseen."""

from django.db import transaction

from audit.record import record

from .. import authorization
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
