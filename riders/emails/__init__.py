"""Every mail about cases, terms and sessions, one module for each. Reading them is reading all of them."""

from . import cases, sessions, terms

__all__ = ["cases", "sessions", "terms"]
