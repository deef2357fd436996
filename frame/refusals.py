"""The ways of saying no: *not you* (Django's ``PermissionDenied``), *not now*, and *not so much*.

The message of each is fit to show to the person who asked.
"""

import math

from django.core.exceptions import PermissionDenied, ValidationError


class NotAllowedNow(Exception):
    """Somebody was faster, or the moment for this has passed. Answered with 409."""


class AccessEnded(PermissionDenied):
    """One's own access to an account has ended. Answered with 403, saying so."""


class TooMuch(Exception):
    """It was done too often. Answered with 429 and when to come back.

    :param until: the moment from which it is possible again
    """

    def __init__(self, message, *, until):
        super().__init__(message)
        self.until = until

    def wait(self, at):
        """How long it is until then, in whole seconds, as ``Retry-After`` says it."""
        return str(max(1, math.ceil((self.until - at).total_seconds())))


# What a form that was sent can be answered with, the form drawn again and nothing typed lost
REFUSED = (ValidationError, NotAllowedNow, TooMuch)


def say_on(form, refusal, *, at):
    """Put why something was refused on the form it was sent with, beside the field it names.

    :param refusal: one of :data:`REFUSED`
    :returns: the status the page is answered with, and its headers
    """
    if isinstance(refusal, ValidationError):
        field = getattr(refusal, "code", None)
        form.add_error(field if field in form.fields else None, refusal)
        return 400, {}
    form.add_error(None, str(refusal))
    return (429, {"Retry-After": refusal.wait(at)}) if isinstance(refusal, TooMuch) else (409, {})
