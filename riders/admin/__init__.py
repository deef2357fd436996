"""Staff's windows on cases, articles, riders, and what was said to them."""

from .articles import Articles
from .cases import SupportCases
from .riders import Riders
from .terms import Acknowledgements, SessionRequests

__all__ = ["Acknowledgements", "Articles", "Riders", "SessionRequests", "SupportCases"]
