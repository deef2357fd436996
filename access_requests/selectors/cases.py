"""Reads of access that is turned on for a case, on the customer's word on that case."""

from django.db.models import Q

from accounts import authorization
from accounts.models import Grant
from accounts.states import EndReason, RequestKind
from riders import selectors as riders
from riders.models import CaseApproval

from .terms import RoleInWords


def approvals_to_act_on(case, user, *, at):
    """The customer's approvals of a case that an associate can turn access on under, the newest of each person, newest
    first, as a list: those that stand, of people who still may give that and share no company with the associate. Two
    queries.
    """
    standing = CaseApproval.objects.standing(at).filter(case=case).select_related("approved_by", "case")
    lenders = riders.lenders(case.account, at=at, apart_from={user})
    found: dict[int, CaseApproval] = {}
    for one in riders.still_given(standing.order_by("-approved_at", "-pk"), lenders):
        found.setdefault(one.approved_by_id, one)
    return list(found.values())


def roles_approved(approval):
    """The bundles of an approval, in the language of the reader."""
    return [RoleInWords.of(role) for role in approval.roles]


def told_no_since(approval, person):
    """Whether the customer has ended this person's access for the case, or made it less, since it approved that."""
    case = approval.case
    theirs = Grant.objects.filter(kind=RequestKind.CASE, account=case.account_id, case_number=case.number)
    later = Q(end_reason=EndReason.ENDED, ended_at__gt=approval.approved_at) | Q(reduced_at__gt=approval.approved_at)
    under = Q(case_access__approval=approval) & (Q(end_reason=EndReason.ENDED) | Q(reduced_at__isnull=False))
    return theirs.filter(grantee=person).filter(later | under).exists()


def approved_by_contact(user, *, at):
    """Access for cases that stands on this person's word, while they speak for the account; what colleagues got under
    it is among it. A condition on :class:`~accounts.models.Grant`.
    """
    speaks_for = authorization.decides_for(user, RequestKind.CASE, at=at).order_by().values("pk")
    word = Q(parent=None, decided_by=user) | Q(parent__decided_by=user)
    return Q(kind=RequestKind.CASE, account__in=speaks_for) & word


def approver_of(grant):
    """On whose word access for a case was turned on, also where it is a colleague's; ``None`` for any other access."""
    return (grant.parent or grant).decided_by if grant.kind == RequestKind.CASE else None
