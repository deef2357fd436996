"""The two ways of saying no: *not you* (Django's ``PermissionDenied``) and *not now*.

The message of each is fit to show to the person who asked.
"""

from django.core.exceptions import PermissionDenied


class NotAllowedNow(Exception):
    """Somebody was faster, or the moment for this has passed. Answered with 409."""


class AccessEnded(PermissionDenied):
    """One's own access to an account has ended. Answered with 403, saying so."""
