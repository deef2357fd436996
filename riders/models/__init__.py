"""The ticket and its thread, approvals, articles, the terms and who accepted them, the sessions held under them."""

from .approvals import CaseApproval
from .articles import Article
from .cases import CaseComment, CaseFollower, SupportCase, new_case_number
from .sessions import Attendee, RemoteSession, RemoteTools, SessionRequest
from .terms import Acknowledgement, Rider

__all__ = [
    "Acknowledgement",
    "Article",
    "Attendee",
    "CaseApproval",
    "CaseComment",
    "CaseFollower",
    "RemoteSession",
    "RemoteTools",
    "Rider",
    "SessionRequest",
    "SupportCase",
    "new_case_number",
]
