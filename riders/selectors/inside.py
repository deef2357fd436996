"""Reads of who of support is in an account for a case; each of them reads their own access, and what they lent."""

from accounts.models import Grant
from accounts.states import RequestKind


def case_access_of(user, case, *, at):
    """The access for a case that an associate has, their own or as somebody's colleague, or ``None``: they have one at
    most.
    """
    mine = Grant.objects.unended(at).filter(kind=RequestKind.CASE, account=case.account, case_number=case.number)
    rows = mine.filter(grantee=user).select_related("account", "grantee", "parent__grantee", "decided_by")
    return rows.select_related("parent__decided_by").first()


def colleagues_under(grant, *, at):
    """The access of those an associate has brought in under theirs, the newest first; of none without any."""
    if grant is None:
        return Grant.objects.none()
    return grant.children.unended(at).select_related("grantee", "account").order_by("-pk")
