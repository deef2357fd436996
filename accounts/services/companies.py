"""Accounts themselves."""

from django.db import transaction

from audit.record import record

from ..models import Account


@transaction.atomic
def open_account(*, kind, number, org_id, name, time_zone, language, seats, by, at):
    """Set up an account for a company.

    :param kind: an :class:`~accounts.states.AccountKind`
    :param number: digits, shown everywhere
    :raises ValidationError: a value is not acceptable, or the number or organization ID is taken
    """
    account = Account(
        kind=kind,
        number=number,
        org_id=org_id,
        name=name,
        time_zone=time_zone,
        language=language,
        seats=seats,
        opened_at=at,
    )
    account.full_clean()
    account.save(force_insert=True)
    record("account.opened", account=account, by=by, subject=account.number, at=at, kind=str(kind), name=name)
    return account
