"""Reads of the terms and of who said what to them."""

import hashlib

from ..models import Acknowledgement
from ..states import CaseState


def valid_acknowledgement(case, at):
    """The yes to the terms under which sessions of this case are held, or ``None``.

    It is worth nothing for another case, nothing once the case is closed for good, and nothing where the terms that
    are kept are not the bytes that were read.
    """
    if case.state_at(at) == CaseState.CLOSED:
        return None
    found = Acknowledgement.objects.accepted().filter(case=case).select_related("rider", "given_by").first()
    if found is None:
        return None
    kept = hashlib.sha256(bytes(found.rider.pdf)).hexdigest()
    return found if kept == found.rider.digest == found.digest else None
