"""Every mail about cases, terms and sessions, one module for each. Reading them is reading all of them."""

from . import approvals, cases, sessions, terms

__all__ = ["approvals", "cases", "sessions", "terms"]
