"""Staff's windows on requests and blocks, and on the catalogue of role bundles, which they keep."""

from .requests import AccessRequests, Blocks

__all__ = ["AccessRequests", "Blocks"]
