"""What follows here when something below has changed: called by the receivers, in the same transaction."""

from django.db.models import Q

from accounts import authorization
from accounts.models import Grant
from accounts.selectors import answers_for_account
from accounts.states import AccountKind, EndReason, RequestKind
from partners import selectors as partners
from riders.states import ApprovalEnd

from .. import emails, selectors
from ..models import AccessRequest
from .asking import withdraw
from .moving import lock_grants, lock_requests


def clear_up_after(*, membership, by, at):
    """Withdraw what waits for a person who left a company, or was asked by them, and end every access that
    came through the membership. Everything is locked before anything is changed.
    """
    waiting = AccessRequest.objects.waiting(at)
    theirs = Q(membership=membership) | Q(asker=membership.user, company=membership.account)
    grants = Grant.objects.unended(at).filter(membership=membership)
    _clear_up(waiting.filter(theirs), grants, reason=EndReason.PERSON, by=by, at=at)


def clear_up_after_role(*, membership, by, at):
    """Withdraw the hour that waits for somebody who is no admin of a partner any more, and end the one that runs.

    Only admins ask for temporary access (S4-6), so nobody else has it either. Whoever is one still keeps it.
    """
    still = partners.administered_by(membership.user, at=at).filter(pk=membership.account_id)
    if membership.account.kind != AccountKind.PARTNER or still.exists():
        return
    through_it = {"kind": RequestKind.HOUR, "membership": membership}
    waiting = AccessRequest.objects.waiting(at).filter(**through_it)
    _clear_up(waiting, Grant.objects.unended(at).filter(**through_it), reason=EndReason.ROLE, by=by, at=at)


def clear_up_after_person(*, user, by, at):
    """Withdraw what waits for a person who was locked out, or was asked by them, and end every access they have."""
    waiting = AccessRequest.objects.waiting(at).filter(Q(beneficiary=user) | Q(asker=user))
    grants = Grant.objects.unended(at).filter(grantee=user)
    _clear_up(waiting, grants, reason=EndReason.LOCKED_OUT, by=by, at=at)


def clear_up_after_case(*, case, by, at, event="", used=()):
    """End every access that was given for a case nobody works on any more, and withdraw what support waits for there.

    Access goes on as far as it was given for another case (S3-16). Reopening the case brings none of it back.

    :param event: what the line of the trail says that is still to come
    :param used: the access it was done with: its receipt counts that too, also where it is just this that ends it
    """
    named = {"account": case.account_id, "case_number": case.number}
    waiting = AccessRequest.objects.waiting(at).filter(kind=RequestKind.SUPPORT, **named)
    grants = Grant.objects.unended(at).filter(kind__in=[RequestKind.SUPPORT, RequestKind.CASE], **named)
    _clear_up(waiting, grants, reason=EndReason.SOLVED, by=by, at=at, last={grant.pk: event for grant in used})


def clear_up_under_approvals(*, approvals, reason, by, at):
    """End every access that was turned on under these approvals of one case, what colleagues got among it.

    :param reason: an :class:`~riders.states.ApprovalEnd`; with a solved case goes more than this, see
        :func:`clear_up_after_case`
    """
    if reason == ApprovalEnd.SOLVED:
        return
    grants = Grant.objects.unended(at).filter(case_access__approval__in=approvals)
    _clear_up(AccessRequest.objects.none(), grants, reason=EndReason(reason), by=by, at=at)


def _clear_up(waiting, access, *, reason, by, at, last=None):
    requests = lock_requests(waiting)
    grants = lock_grants(access)
    # By account: whoever else clears up at the same customers takes their trails in the same order
    for number in sorted({row.account_id for row in [*requests, *grants]}):
        waited = [request for request in requests if request.account_id == number]
        lent = [grant for grant in grants if grant.account_id == number]
        # Whoever is told of access that ended reads all of it in one mail, but for the end of an hour
        told = emails.told_of_ends(lent, reason=reason, at=at)
        for request in waited:
            withdraw(request, by=None, at=at, told=told)
        ended = []
        # What hangs under another access first, so that each line gives the same reason
        for grant in sorted(lent, key=lambda grant: grant.parent_id is None):
            ended += authorization.end_grant(grant=grant, reason=reason, by=by, at=at)
        emails.access_ended(grants=ended, by=by, at=at, withdrawn=waited, last=last)


def clear_up_under(*, partnership, by, at):
    """Withdraw what waits under a partnership that has ended, and end every access under it (S2-42).

    Everything is locked before anything is changed. Where the two were linked, whoever answers for either side
    reads all of it in one mail; everybody else concerned gets the mail about what was theirs.
    """
    requests = lock_requests(selectors.waiting_under(partnership, at=at))
    grants = lock_grants(partners.grants_under(partnership, at=at))
    linked = partnership.linked_at is not None
    sides = (partnership.customer, partnership.partner)
    told = {person for side in sides for person in answers_for_account(side, at=at)} if linked else set()
    for request in requests:
        withdraw(request, by=None, at=at, told=told)
    # What hangs under another access first, so that each line gives the link as the reason
    for grant in sorted(grants, key=lambda grant: grant.parent_id is None):
        authorization.end_grant(grant=grant, reason=EndReason.LINK, by=by, at=at)
    emails.access_ended(grants=grants, by=by, at=at, apart_from=told)
    if linked:
        emails.unlinked(partnership=partnership, grants=grants, requests=requests, by=by, at=at)


def tell_new_deciders(*, account, at):
    """Mail what waits to whoever decides it now; who has had that mail already gets no second one.

    An hour was asked of one person by name: it stands on the others' pages, and no mail takes them there (S4-1).
    """
    waiting = AccessRequest.objects.waiting(at).filter(account=account).exclude(kind=RequestKind.HOUR)
    for request in waiting.with_people().order_by("pk"):
        emails.access_requested(request=request, at=at, deciders_only=True)
