"""Asking the same once more: sending a waiting request again, and renewing access that ends."""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import authorization
from frame.refusals import NotAllowedNow

from .. import emails
from ..models import AccessRequest
from .asking import require_asker, submit_request
from .limits import refuse_until
from .moving import lock_account, lock_accounts, lock_grant, lock_partnership, lock_request, note_request
from .windows import Window


@transaction.atomic
def send_again(*, request, by, at):
    """Put a waiting request before whoever decides once more.

    :raises PermissionDenied: ``by`` did not ask
    :raises NotAllowedNow: it was answered, withdrawn or lapsed, or was sent again often enough
    :raises TooMuch: it was sent just now
    """
    lock_account(request.account)
    request = lock_request(request)
    require_asker(request, by)
    waiting = AccessRequest.objects.waiting(at).filter(pk=request.pk)
    if not waiting.exists():
        raise NotAllowedNow(_("This request waits for no answer any more."))
    if request.times_sent_again >= settings.PORTAL_SEND_AGAIN_MAX:
        raise NotAllowedNow(_("This request was sent again often enough. Call whoever decides instead."))
    if request.may_be_sent_again_at > at:
        refuse_until(_("This request was sent a short while ago."), request.may_be_sent_again_at)
    waiting.update(times_sent_again=F("times_sent_again") + 1, sent_again_at=at)
    request.refresh_from_db(fields=["times_sent_again", "sent_again_at"])
    note_request("request.sent_again", request, by=by, at=at)
    emails.request_sent_again(request=request, at=at)
    return request


@transaction.atomic
def renew_access(*, grant, by, length, reason, at):
    """Ask for the same rights once more, from the end of the access that holds now.

    :param length: how much longer, as a :class:`~datetime.timedelta`
    :returns: the new request
    :raises PermissionDenied: ``by`` may not ask for this person
    :raises NotAllowedNow: the access has ended, hangs under another, or whatever refuses a new request
    :raises ValidationError: it cannot be renewed yet, or not for that long
    :raises TooMuch: ``by`` asked too often
    """
    account = lock_accounts(grant.account, grant.membership.account)
    lock_partnership(grant.membership.account, account)
    grant = lock_grant(grant)
    if not grant.unended_at(at):
        raise NotAllowedNow(_("This access has ended. Ask for it anew."))
    if grant.parent_id is not None:
        raise NotAllowedNow(_("This access hangs under that of a colleague, and lasts as long as it does."))
    return submit_request(
        account=account,
        membership=grant.membership,
        by=by,
        permissions=[right.value for right in authorization.granted(grant)],
        administrator=grant.administrator,
        may_delegate=grant.may_delegate,
        window=Window(starts_at=grant.ends_at, ends_at=grant.ends_at + length),
        reason=reason,
        case_number=grant.case_number,
        at=at,
    )
