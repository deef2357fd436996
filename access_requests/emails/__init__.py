"""Every mail of the question and the answer. Reading this folder is reading all of them."""

from .access import (
    access_denied,
    access_given,
    access_granted,
    access_requested,
    answer_reminder,
    colleague_added,
    renewals_requested,
    request_edited,
    request_lapsed,
    request_sent_again,
    request_withdrawn,
    unexpected_request,
    unlinked,
)
from .cases import access_activated, colleague_brought_in
from .ending import access_ended, access_reduced, end_reminder, told_of_ends
from .hour import hour_asked, hour_granted, hour_withdrawn
from .reviews import review_due, review_finished

__all__ = [
    "access_activated",
    "access_denied",
    "access_ended",
    "access_given",
    "access_granted",
    "access_reduced",
    "access_requested",
    "answer_reminder",
    "colleague_added",
    "colleague_brought_in",
    "end_reminder",
    "hour_asked",
    "hour_granted",
    "hour_withdrawn",
    "renewals_requested",
    "request_edited",
    "request_lapsed",
    "request_sent_again",
    "request_withdrawn",
    "review_due",
    "review_finished",
    "told_of_ends",
    "unexpected_request",
    "unlinked",
]
