"""Entering an account: the door is asked on every request, and a look from outside leaves a line."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from audit.record import record

from .. import authorization, selectors
from ..models import Account, Grant, Membership


@dataclass(frozen=True)
class Visit:
    """One person inside one account at one moment."""

    account: Account
    rights: frozenset
    acting: bool
    until: datetime | None
    inside: bool  # the person's own membership opens the page
    permission: str | None = None
    page: str = ""


@transaction.atomic
def enter(*, user, number, permission, page, at, looking=True):
    """Open a page of an account, and write down the look if it comes from outside.

    :param permission: the right the page needs; ``None`` for what everybody let in may see
    :param page: the page's name, as it stands in the trail
    :param looking: ``False`` where it is not yet known whether the page will be shown, as where a form is sent: a
        change leaves a line of its own, and :func:`look` writes down the page that is shown instead
    :returns: a :class:`Visit`
    :raises Account.DoesNotExist: no such account, or none of this person's business
    :raises AccessEnded: the person's own access to it has ended
    :raises PermissionDenied: the account is open to them, this page is not
    """
    account = selectors.find_open(user, number, at=at)
    rights = authorization.held(user, account, at=at)
    if permission is not None and permission not in rights:
        authorization.require(user, permission, account, at=at)
    own = _own_memberships(user, account, permission, at)
    acting, through_membership = not own, any(own)
    if not through_membership and looking:
        _write_down(user, account, permission, page, at)
    until = authorization.ends_of(user, [account.pk], at=at).get(account.pk) if acting else None
    return Visit(account, rights, acting, until, through_membership, permission, page)


@transaction.atomic
def look(*, visit, user, at):
    """Write down that somebody from outside is shown the page of a visit that has left no line yet."""
    if not visit.inside:
        _write_down(user, visit.account, visit.permission, visit.page, at)


def _own_memberships(user, account, permission, at):
    """Of each of the person's own memberships whether it opens the page. One query."""
    own = Membership.objects.active(at).filter(user=user, account=account).order_by()
    giving = own if permission is None else own.giving(permission, at)
    return list(own.annotate(opens=Q(pk__in=giving.values("pk"))).values_list("opens", flat=True))


def _write_down(user, account, permission, page, at):
    """One line, also where no grant gave the right: then the account's setting for support did."""
    grants = list(authorization.grants_used(user, account, permission, at=at).order_by("pk").distinct())
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(last_used_at=at)
    record(
        "account.viewed",
        account=account,
        by=user,
        subject=grants[0].public_id if grants else account.number,
        grants=[grant.public_id for grant in grants],
        case=", ".join(sorted({grant.case_number for grant in grants} - {""})),
        digest=grants[0].request_digest if grants else "",
        at=at,
        page=page,
    )
