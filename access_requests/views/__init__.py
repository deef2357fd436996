"""Pages of the question and the answer."""

from .access import access, restore
from .answering import decide
from .asking import ask, ask_several, cancel, edit
from .contacts import add, contacts, customer_options
from .ending import end, grant, grant_end, grant_less, less, unblock
from .links import account_partners, end_all, give, unlink_customer, unlink_partner
from .reading import detail, home, request_list
from .repeating import renew, renewals, send_again

__all__ = [
    "access",
    "account_partners",
    "add",
    "ask",
    "ask_several",
    "cancel",
    "contacts",
    "customer_options",
    "decide",
    "detail",
    "edit",
    "end",
    "end_all",
    "give",
    "grant",
    "grant_end",
    "grant_less",
    "home",
    "less",
    "renew",
    "renewals",
    "request_list",
    "restore",
    "send_again",
    "unblock",
    "unlink_customer",
    "unlink_partner",
]
