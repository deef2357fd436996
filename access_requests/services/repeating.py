"""Asking the same once more: sending a waiting request again, and renewing access that ends."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Grant
from accounts.states import RequestKind
from frame.refusals import NotAllowedNow, TooMuch

from .. import emails
from ..models import AccessRequest
from .asking import check_reason, require_asking, write_request
from .limits import refuse_until
from .moving import (
    lock_account,
    lock_accounts,
    lock_grant,
    lock_grants,
    lock_many_accounts,
    lock_partnership,
    lock_partnerships,
    lock_request,
    note_request,
)
from .windows import Window


@dataclass
class Renewals:
    """What became of asking for several at once: the requests, ``(grant, why not)`` for the rest, and from when the
    last of those that were too much can be asked again.
    """

    asked: list
    refused: list
    back_at: datetime | None = None


@transaction.atomic
def send_again(*, request, by, at):
    """Put a waiting request before whoever decides once more.

    :raises PermissionDenied: ``by`` did not ask, or may ask no more
    :raises NotAllowedNow: it was answered, withdrawn or lapsed, or was sent again often enough
    :raises TooMuch: it was sent just now
    """
    lock_account(request.account)
    request = lock_request(request)
    require_asking(request, by, at=at)
    if request.kind == RequestKind.HOUR:
        raise NotAllowedNow(_("Temporary access is asked of one person, once. Withdraw the request and ask anew."))
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
    request = _ask_on(lock_grant(grant), by=by, length=length, reason=reason, at=at)
    emails.access_requested(request=request, at=at)
    return request


@transaction.atomic
def renew_several(*, grants, by, length, reason, at):
    """Ask for the same rights once more for several accesses, each by the rules of :func:`renew_access`.

    Each becomes a request of its own. What cannot be renewed keeps nothing else back: it is answered with the
    reason, and the rest is asked. Whoever decides gets the usual mail about each; who asks, and each person it is
    for, read of all of theirs in one.

    :param grants: accesses of companies that ``by`` administers
    :returns: :class:`Renewals`
    :raises PermissionDenied: ``by`` is not an admin of one of the companies
    :raises ValidationError: no reason is given
    """
    check_reason(reason)
    customers, companies = {one.account_id for one in grants}, {one.membership.account for one in grants}
    partners = {company.pk for company in companies}
    lock_many_accounts(customers | partners)
    lock_partnerships(partners, customers)
    locked = lock_grants(Grant.objects.filter(pk__in=[one.pk for one in grants]))
    for company in sorted(companies, key=lambda company: company.pk):
        authorization.require_partner_admin(by, company, at=at)
    done = Renewals([], [])
    # By account: whoever else asks at the same customers takes their trails in the same order
    for grant in sorted(locked, key=lambda grant: (grant.account_id, grant.pk)):
        try:
            with transaction.atomic():
                done.asked.append(_ask_on(grant, by=by, length=length, reason=reason, at=at))
        except TooMuch as refusal:
            done.refused.append((grant, str(refusal)))
            done.back_at = max(refusal.until, done.back_at or refusal.until)
        except (PermissionDenied, NotAllowedNow) as refusal:
            done.refused.append((grant, str(refusal)))
        except ValidationError as error:
            done.refused.append((grant, " ".join(error.messages)))
    emails.renewals_requested(requests=done.asked, at=at)
    return done


def _ask_on(grant, *, by, length, reason, at):
    """Write the request that begins where an access ends; the caller holds its locks and sends the mails."""
    if not grant.unended_at(at):
        raise NotAllowedNow(_("This access has ended. Ask for it anew."))
    if grant.kind == RequestKind.HOUR:
        raise NotAllowedNow(_("Temporary access is not renewed. Ask for it anew."))
    if grant.parent_id is not None:
        raise NotAllowedNow(_("This access hangs under that of a colleague, and lasts as long as it does."))
    return write_request(
        account=grant.account,
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
