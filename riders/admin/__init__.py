"""Staff's windows on cases."""

from .cases import SupportCases

__all__ = ["SupportCases"]
