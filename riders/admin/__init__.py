"""Staff's windows on cases, approvals, articles, riders, what was said to them, and remote sessions."""

from .approvals import CaseApprovals
from .articles import Articles
from .cases import SupportCases
from .riders import Riders
from .sessions import RemoteSessions
from .terms import Acknowledgements, SessionRequests

__all__ = [
    "Acknowledgements",
    "Articles",
    "CaseApprovals",
    "RemoteSessions",
    "Riders",
    "SessionRequests",
    "SupportCases",
]
