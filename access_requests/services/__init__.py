"""Writes of the question and the answer, one transaction each."""

from .activating import activate_access, bring_in_colleague
from .asking import cancel_request, edit_request, submit_request
from .deciding import approve_request, deny_request, lift_block, report_unexpected
from .delegating import add_colleague
from .ending import end_access, end_all_access, hand_back_access, may_end, shrink_access
from .followups import (
    clear_up_after,
    clear_up_after_case,
    clear_up_after_person,
    clear_up_after_role,
    clear_up_under,
    clear_up_under_approvals,
    tell_new_deciders,
)
from .giving import give_access
from .hour import ask_hour, grant_hour
from .keeping import restore_access
from .repeating import renew_access, renew_several, send_again
from .reviewing import ask_for_reviews, end_in_review, finish_review, forget_answer, keep_in_review, shorten_in_review
from .several import Asked, submit_requests
from .supporting import edit_support_request, find_customer, submit_support_request
from .sweeping import end_due_grants, expire_due_requests, remind, sweep
from .windows import Window, check_changed_window, check_window

__all__ = [
    "Asked",
    "Window",
    "activate_access",
    "add_colleague",
    "approve_request",
    "ask_for_reviews",
    "ask_hour",
    "bring_in_colleague",
    "cancel_request",
    "check_changed_window",
    "check_window",
    "clear_up_after",
    "clear_up_after_case",
    "clear_up_after_person",
    "clear_up_after_role",
    "clear_up_under",
    "clear_up_under_approvals",
    "deny_request",
    "edit_request",
    "edit_support_request",
    "end_access",
    "end_all_access",
    "end_due_grants",
    "end_in_review",
    "expire_due_requests",
    "find_customer",
    "finish_review",
    "forget_answer",
    "give_access",
    "grant_hour",
    "hand_back_access",
    "keep_in_review",
    "lift_block",
    "may_end",
    "remind",
    "renew_access",
    "renew_several",
    "report_unexpected",
    "restore_access",
    "send_again",
    "shorten_in_review",
    "shrink_access",
    "submit_request",
    "submit_requests",
    "submit_support_request",
    "sweep",
    "tell_new_deciders",
]
