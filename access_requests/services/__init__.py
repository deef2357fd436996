"""Writes of the question and the answer, one transaction each."""

from .asking import cancel_request, edit_request, submit_request
from .deciding import approve_request, deny_request, lift_block, report_unexpected
from .delegating import add_colleague
from .ending import end_access, may_end, shrink_access
from .followups import clear_up_after, clear_up_after_person, tell_new_deciders
from .keeping import restore_access
from .sweeping import end_due_grants, expire_due_requests, remind, sweep
from .windows import Window, check_window

__all__ = [
    "Window",
    "add_colleague",
    "approve_request",
    "cancel_request",
    "check_window",
    "clear_up_after",
    "clear_up_after_person",
    "deny_request",
    "edit_request",
    "end_access",
    "end_due_grants",
    "expire_due_requests",
    "lift_block",
    "may_end",
    "remind",
    "report_unexpected",
    "restore_access",
    "shrink_access",
    "submit_request",
    "sweep",
    "tell_new_deciders",
]
