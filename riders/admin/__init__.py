"""Staff's windows on cases and remote sessions."""

from .cases import SupportCases
from .sessions import RemoteSessions

__all__ = ["RemoteSessions", "SupportCases"]
