"""Staff's windows on cases, articles and riders."""

from .articles import Articles
from .cases import SupportCases
from .riders import Riders

__all__ = ["Articles", "Riders", "SupportCases"]
