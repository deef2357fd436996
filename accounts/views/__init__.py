"""The account's own pages, and joining an account."""

from .changing import change, change_list
from .configuring import configuration, configuration_change, settings
from .invitations import accept, again, invitation, invite, withdraw
from .people import authorized_contact, contacts, end, person, rights, role, stand_in, stand_in_end, successor
from .records import account_list, invoices, orders, overview, switch, usage
from .recovering import factor_reset, factor_reset_stop, replacement, replacement_stop

__all__ = [
    "accept",
    "account_list",
    "again",
    "authorized_contact",
    "change",
    "change_list",
    "configuration",
    "configuration_change",
    "contacts",
    "end",
    "factor_reset",
    "factor_reset_stop",
    "invitation",
    "invite",
    "invoices",
    "orders",
    "overview",
    "person",
    "replacement",
    "replacement_stop",
    "rights",
    "role",
    "settings",
    "stand_in",
    "stand_in_end",
    "successor",
    "switch",
    "usage",
    "withdraw",
]
