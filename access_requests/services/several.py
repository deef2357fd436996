"""Asking for several people of one partner with one form."""

from dataclasses import dataclass

from django.db import transaction

from accounts import authorization
from frame.refusals import NotAllowedNow, TooMuch

from .. import selectors
from ..models import AccessRequest
from .asking import refuse_blocked, submit_request
from .limits import require_not_just_denied, require_room
from .moving import lock_accounts, lock_partnership


@dataclass(frozen=True)
class Asked:
    """What became of asking for several people: one request each, and a sentence for whoever was left out."""

    requests: list[AccessRequest]
    left_out: list[str]


@transaction.atomic
def submit_requests(*, account, memberships, by, at, **terms):
    """Ask for the same access for several people of one partner, by a request of its own for each.

    Who has access already, has a request waiting, was told no just now or has left is left out and named; the others
    are asked for. Where that would be more than may wait, nothing is sent.

    :param memberships: of one partner, at least one
    :param terms: as :func:`~.asking.submit_request` takes them
    :returns: :class:`Asked`
    :raises PermissionDenied: ``by`` is not an admin of the partner, or is blocked by the customer
    :raises NotAllowedNow: the partner does not serve this customer, nobody could answer, or nobody is left to ask for
    :raises ValidationError: the window or the rights may not be asked for, or never for so many
    :raises TooMuch: ``by`` asked too often, or everybody was told no just now
    """
    company = memberships[0].account
    account = lock_accounts(account, company)
    partnership = lock_partnership(company, account)
    authorization.require_partner_admin(by, company, at=at)
    refuse_blocked(account, {by})
    reasons: dict[int, str] = selectors.reasons_not_to_ask(account, memberships, at=at)
    back_at = []
    for membership in memberships:
        if membership.pk not in reasons:
            try:
                require_not_just_denied(account, membership.user, "", at=at)
            except TooMuch as refusal:
                reasons[membership.pk] = str(refusal)
                back_at.append(refusal.until)
    wanted = [one for one in memberships if one.pk not in reasons]
    left_out = [reasons[one.pk] for one in memberships if one.pk in reasons]
    if not wanted and back_at:
        raise TooMuch(" ".join(left_out), until=min(back_at))
    if not wanted:
        raise NotAllowedNow(" ".join(left_out))
    if partnership is not None:
        require_room(partnership, by=by, count=len(wanted), at=at)
    # Both accounts are locked, so nothing of theirs can be in the way of what follows the first line of the trail
    requests = [submit_request(account=account, membership=one, by=by, at=at, **terms) for one in wanted]
    return Asked(requests, left_out)
