"""Staff's windows on requests, blocks and reviews."""

from .requests import AccessRequests, Blocks
from .reviews import Reviews

__all__ = ["AccessRequests", "Blocks", "Reviews"]
