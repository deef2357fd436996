"""Pages of the question and the answer."""

from .access import access, restore
from .activating import desk_activate, desk_bring_in
from .answering import decide
from .asked import account_requests
from .asking import ask, ask_several, cancel, edit
from .contacts import add, contacts, customer_options
from .doing import grant_done, hand_back
from .ending import end, grant, grant_end, grant_less, less, unblock
from .helping import help_desk, help_desk_ask
from .internal import roles, support_find, support_requests
from .links import account_partners, end_all, give, unlink_customer, unlink_partner
from .reading import detail, home, request_list, waiting_cases, waiting_changes, waiting_reviews
from .repeating import renew, renewals, send_again
from .reviewing import review, review_access, review_member, reviewed, reviews
from .wizard import support_details, support_leave, support_review, support_roles

__all__ = [
    "access",
    "account_partners",
    "account_requests",
    "add",
    "ask",
    "ask_several",
    "cancel",
    "contacts",
    "customer_options",
    "decide",
    "desk_activate",
    "desk_bring_in",
    "detail",
    "edit",
    "end",
    "end_all",
    "give",
    "grant",
    "grant_done",
    "grant_end",
    "grant_less",
    "hand_back",
    "help_desk",
    "help_desk_ask",
    "home",
    "less",
    "renew",
    "renewals",
    "request_list",
    "restore",
    "review",
    "review_access",
    "review_member",
    "reviewed",
    "reviews",
    "roles",
    "send_again",
    "support_details",
    "support_find",
    "support_leave",
    "support_requests",
    "support_review",
    "support_roles",
    "unblock",
    "unlink_customer",
    "unlink_partner",
    "waiting_cases",
    "waiting_changes",
    "waiting_reviews",
]
