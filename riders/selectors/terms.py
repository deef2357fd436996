"""Reads of the terms, and of who said what to them for which case."""

import hashlib

from accounts import authorization
from accounts.permissions import AccountPermission

from ..models import Acknowledgement
from ..states import Answer, CaseState


def acceptance_of(case):
    """Who accepted the terms for a case, whether or not the case still lives; ``None`` where nobody did. For pages."""
    return _answers(case).accepted().first()


def last_answer_to(case):
    """What was said last to the terms for a case, yes or no; ``None`` where nobody has answered."""
    return _answers(case).first()


def declined_since(case, moment):
    """Whether somebody declined the terms for a case after a moment."""
    return case.acknowledgements.filter(answer=Answer.DECLINED, given_at__gte=moment).exists()


def valid_acknowledgement(case, at):
    """The acknowledgement under which a session of this very case may start at a moment, or ``None`` (I13).

    It holds for the life of its case and for no other (S1-15, S1-16), and only while the bytes that are served of its
    version are those that were read.
    """
    if case.state_at(at) == CaseState.CLOSED:
        return None
    found = Acknowledgement.objects.accepted().filter(case=case).select_related("rider", "given_by").first()
    if found is None or not _digest_of(found.rider) == found.rider.digest == found.digest:
        return None
    return found


def may_accept(account, *, at):
    """Whoever may accept terms in the name of an account, as a queryset of people by name."""
    return authorization.people_holding(AccountPermission.ACCEPT_TERMS, account, at=at)


def _answers(case):
    return case.acknowledgements.select_related("rider", "given_by").defer("rider__pdf", "rider__text")


def _digest_of(rider):
    return hashlib.sha256(bytes(rider.pdf)).hexdigest()
