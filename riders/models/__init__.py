"""The ticket and its thread, the articles, the terms and who accepted them, the sessions held under them."""

from .articles import Article
from .cases import CaseComment, CaseFollower, SupportCase, new_case_number
from .sessions import Attendee, RemoteSession, RemoteTools, SessionRequest
from .terms import Acknowledgement, Rider

__all__ = [
    "Acknowledgement",
    "Article",
    "Attendee",
    "CaseComment",
    "CaseFollower",
    "RemoteSession",
    "RemoteTools",
    "Rider",
    "SessionRequest",
    "SupportCase",
    "new_case_number",
]
