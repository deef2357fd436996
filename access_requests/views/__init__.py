"""Pages of the question and the answer."""

from .access import access, restore
from .answering import decide
from .asking import ask, cancel, edit
from .contacts import add, contacts
from .ending import end, grant, grant_end, grant_less, less, unblock
from .reading import detail, home, request_list

__all__ = [
    "access",
    "add",
    "ask",
    "cancel",
    "contacts",
    "decide",
    "detail",
    "edit",
    "end",
    "grant",
    "grant_end",
    "grant_less",
    "home",
    "less",
    "request_list",
    "restore",
    "unblock",
]
