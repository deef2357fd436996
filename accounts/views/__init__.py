"""The account's own pages, and joining an account."""

from .invitations import accept, again, invitation, invite, withdraw
from .people import authorized_contact, contacts, end, person, rights, role, stand_in, stand_in_end, successor
from .records import invoices, orders, overview, switch, usage

__all__ = [
    "accept",
    "again",
    "authorized_contact",
    "contacts",
    "end",
    "invitation",
    "invite",
    "invoices",
    "orders",
    "overview",
    "person",
    "rights",
    "role",
    "stand_in",
    "stand_in_end",
    "successor",
    "switch",
    "usage",
    "withdraw",
]
