"""What follows here when something below has changed: called by the receivers, in the same transaction."""

from django.db.models import Q

from accounts.models import Grant
from accounts.states import EndReason

from .. import emails
from ..models import AccessRequest
from .asking import withdraw
from .ending import end_family
from .moving import lock_grants, lock_requests


def clear_up_after(*, membership, by, at):
    """Withdraw what waits for a person who left a company, or was asked by them, and end every access that
    came through the membership. Everything is locked before anything is changed.
    """
    waiting = AccessRequest.objects.waiting(at)
    theirs = Q(membership=membership) | Q(asker=membership.user, company=membership.account)
    grants = Grant.objects.unended(at).filter(membership=membership)
    _clear_up(waiting.filter(theirs), grants, reason=EndReason.PERSON, by=by, at=at)


def clear_up_after_person(*, user, by, at):
    """Withdraw what waits for a person who was locked out, or was asked by them, and end every access they have."""
    waiting = AccessRequest.objects.waiting(at).filter(Q(beneficiary=user) | Q(asker=user))
    grants = Grant.objects.unended(at).filter(grantee=user)
    _clear_up(waiting, grants, reason=EndReason.LOCKED_OUT, by=by, at=at)


def _clear_up(waiting, access, *, reason, by, at):
    requests = lock_requests(waiting)
    grants = lock_grants(access)
    for request in requests:
        withdraw(request, by=None, at=at)
    for grant in grants:
        end_family(grant, reason=reason, by=by, at=at)


def tell_new_deciders(*, account, at):
    """Mail what waits to whoever decides it now; who has had that mail already gets no second one."""
    for request in AccessRequest.objects.waiting(at).filter(account=account).with_people().order_by("pk"):
        emails.access_requested(request=request, at=at, deciders_only=True)
