"""Pages of the question and the answer."""

from .answering import decide
from .asking import ask, cancel, contacts, edit
from .ending import end, less, unblock
from .reading import detail, home, request_list

__all__ = [
    "ask",
    "cancel",
    "contacts",
    "decide",
    "detail",
    "edit",
    "end",
    "home",
    "less",
    "request_list",
    "unblock",
]
