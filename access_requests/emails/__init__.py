"""Every mail of the question and the answer. Reading this folder is reading all of them."""

from .access import (
    access_denied,
    access_ended,
    access_given,
    access_granted,
    access_reduced,
    access_requested,
    answer_reminder,
    colleague_added,
    end_reminder,
    renewals_requested,
    request_edited,
    request_lapsed,
    request_sent_again,
    request_withdrawn,
    unexpected_request,
    unlinked,
)
from .hour import hour_asked, hour_granted, hour_withdrawn
from .reviews import review_due, review_finished

__all__ = [
    "access_denied",
    "access_ended",
    "access_given",
    "access_granted",
    "access_reduced",
    "access_requested",
    "answer_reminder",
    "colleague_added",
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
    "unexpected_request",
    "unlinked",
]
