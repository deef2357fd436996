"""Reads of what customers have answered to support entering their account for a case."""

import hashlib

from accounts import authorization
from accounts.models import AccessRole
from accounts.states import RequestKind
from audit.record import canonical_json, canonical_time

from ..models import CaseApproval


def approvers(account, *, at):
    """Who may answer whether support enters an account for a case, as a queryset of people by name."""
    return authorization.deciders(account, RequestKind.CASE, at=at)


def approvals_of(case):
    """Every approval of a case, the newest first."""
    return CaseApproval.objects.filter(case=case).select_related("case", "approved_by", "ended_by")


def standing_approvals(case, *, at):
    """The approvals of a case that support can act on at a moment, the newest first."""
    return approvals_of(case).standing(at)


def waits_for_answer(case):
    """Whether support's wish to enter an account for a case was put before the contacts, and nobody has answered it."""
    asked, declined = case.access_asked_at, case.access_declined_at
    if asked is None or (declined is not None and declined >= asked):
        return False
    return not CaseApproval.objects.filter(case=case, approved_at__gte=asked).exists()


def offered_bundles():
    """The bundles that can be approved, by name."""
    return AccessRole.objects.on_offer().order_by("name")


def seen_of(case=None):
    """What whoever answers has before their eyes, as one SHA-256: what is offered, what was asked, what was answered.

    :param case: ``None`` for one that is about to be opened
    """
    offered = [[role.pk, role.as_asked()] for role in offered_bundles()]
    said = [case.access_asked_at, case.access_declined_at] if case else [None, None]
    answers = CaseApproval.objects.filter(case=case).order_by("pk").values_list("pk", "ended_at") if case else []
    content = {
        "offered": offered,
        "said": [moment and canonical_time(moment) for moment in said],
        "answers": [[pk, ended_at and canonical_time(ended_at)] for pk, ended_at in answers],
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()
