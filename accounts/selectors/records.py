"""Reads of an account's own records: how much each right opens."""

from django.utils.translation import ngettext

from ..permissions import LENDABLE, AccountPermission
from .configuring import configuration_in_words


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
