"""Staff's windows on cases, articles, riders, what was said to them, and remote sessions."""

from .articles import Articles
from .cases import SupportCases
from .riders import Riders
from .sessions import RemoteSessions
from .terms import Acknowledgements, SessionRequests

__all__ = [
    "Acknowledgements",
    "Articles",
    "RemoteSessions",
    "Riders",
    "SessionRequests",
    "SupportCases",
]
