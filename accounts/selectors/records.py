"""Reads of an account's own records: those a filter leaves over, and how much each right opens."""

from django.db.models import Q
from django.utils.translation import ngettext

from ..permissions import LENDABLE, AccountPermission
from .configuring import configuration_in_words

# What the filter of each kind of record looks into: the day it is filed under, and what has a name or a number
_FILED = {
    "orders": ("ordered_on", ("number", "product", "description")),
    "invoices": ("issued_on", ("number",)),
    "usage": ("month", ("product",)),
}


def records_of(account, kind, *, state="", search="", since=None, until=None):
    """The records of one kind that a filter leaves over, newest first.

    :param kind: ``orders``, ``invoices`` or ``usage``
    :param search: a part of the number, the product or the description
    :param since: the first day; usage is counted by month, so the month it lies in
    :param until: the last day, itself included
    """
    filed, named = _FILED[kind]
    records = getattr(account, kind).all()
    if state:
        records = records.filter(state=state)
    if search:
        like = Q()
        for field in named:
            like |= Q(**{f"{field}__icontains": search})
        records = records.filter(like)
    if since is not None:
        records = records.filter(**{f"{filed}__gte": since.replace(day=1) if kind == "usage" else since})
    return records if until is None else records.filter(**{f"{filed}__lte": until})


def record_counts(account, rights=frozenset(LENDABLE)):
    """How many records each of these rights opens today: ``{right: count}``."""
    related = {
        AccountPermission.VIEW_ORDERS: account.orders,
        AccountPermission.VIEW_INVOICES: account.invoices,
        AccountPermission.VIEW_USAGE: account.usage,
        AccountPermission.VIEW_CONTACTS: account.memberships.filter(ended_at=None, user__is_active=True),
    }
    return {right: records.count() for right, records in related.items() if right in rights}


def opens_today(account):
    """What each lendable right opens at this moment, in words: ``{right: "31 invoices"}``."""
    words = {
        AccountPermission.VIEW_ORDERS: lambda n: ngettext("%(count)d order", "%(count)d orders", n),
        AccountPermission.VIEW_INVOICES: lambda n: ngettext("%(count)d invoice", "%(count)d invoices", n),
        AccountPermission.VIEW_USAGE: lambda n: ngettext("%(count)d line of usage", "%(count)d lines of usage", n),
        AccountPermission.VIEW_CONTACTS: lambda n: ngettext("%(count)d person", "%(count)d people", n),
    }
    opens = {right: words[right](count) % {"count": count} for right, count in record_counts(account).items()}
    configured = configuration_in_words(account)
    return opens | {
        AccountPermission.VIEW_CONFIGURATION: configured,
        AccountPermission.CHANGE_CONFIGURATION: configured,
    }
