"""Temporary access: an agent asks one administrator, who grants it with the code on the agent's screen (S4)."""

import hmac
import secrets

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import authorization
from accounts import selectors as accounts
from accounts.models import Membership
from accounts.permissions import LENDABLE
from accounts.states import AccountKind, RequestKind
from audit.record import record
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph
from partners import selectors as partners
from partners.states import PartnershipState

from .. import emails, selectors
from ..models import AccessRequest
from ..states import Status
from .asking import check_reason, make_room_among, refuse_blocked, times_to_answer
from .deciding import open_asked
from .limits import codes_missed, require_few_addresses, require_hour_within_limits
from .moving import lock_accounts, lock_partnership, lock_request, move_request, note_request, require_as_seen
from .windows import Window


def ask_hour(*, account, email, reason, by, at):
    """Ask one administrator of a customer for an hour in the account, and get the code to tell them (S4-1).

    :param email: the address of the administrator the agent is in contact with, as it was typed
    :returns: the request, whose ``code`` is for the agent's screen alone
    :raises PermissionDenied: ``by`` is no agent of this customer, or is blocked by it
    :raises NotAllowedNow: a request of the agent's waits already
    :raises ValidationError: no reason, one's own account, or the address of nobody who can grant it, in the same
        words whatever the reason is; its ``code`` is the field it belongs to
    :raises TooMuch: ``by`` asked too often, named too many who can grant nothing, or was told no just now, or too many
        codes were wrong just now
    """
    with transaction.atomic():
        request = _ask(account, email.strip().lower(), reason, by=by, at=at)
    if request is None:  # only now: the try stays in the trail
        raise ValidationError(_("Nobody with this address can grant temporary access here."), code="email")
    return request


def grant_hour(*, request, seen, code, length, by, at):
    """Let the agent in, with every right that can be lent, for a length from now (S4-13).

    A wrong code is written down and counted; the last one there may be ends the request.

    :param seen: the :class:`~access_requests.models.Seen` that stood on the page
    :param code: the two digits, as whoever decides typed them
    :param length: a :class:`~datetime.timedelta`, one of :func:`~.selectors.lengths_of_hour`
    :returns: the grant
    :raises PermissionDenied: ``by`` may not decide for this account
    :raises NotAllowedNow: somebody was faster, its time is over, the agent is gone, or too many codes were wrong
    :raises ValidationError: the code is wrong, or the length is not on offer
    """
    with transaction.atomic():
        grant, refusal = _grant(request, seen, code, length, by=by, at=at)
    if refusal is not None:  # only now: the miss stays in the trail
        raise refusal
    return grant


def _ask(account, email, reason, *, by, at):
    company = _require_agent(by, account, at=at).account
    account = lock_accounts(account, company)
    lock_partnership(company, account)
    membership = _require_agent(by, account, at=at)
    if not accounts.customers(at=at).filter(pk=account.pk).exists():
        raise NotAllowedNow(_("This account is none that temporary access can be asked for."))
    if Membership.objects.active(at).filter(user=by, account=account).exists():
        raise ValidationError(_("You belong to this account yourself. Nobody asks for their own account."))
    refuse_blocked(account, {by})
    require_few_addresses(by, at=at)
    check_reason(reason)
    require_hour_within_limits(account, by=by, company=membership.account, at=at)
    mine = AccessRequest.objects.filter(kind=RequestKind.HOUR, account=account, beneficiary=by)
    make_room_among(mine, by, at=at)
    addressee = authorization.deciders(account, RequestKind.HOUR, at=at, apart_from={by}).filter(email=email).first()
    if addressee is None:
        record("hour.refused", account=account, by=by, subject=account.number, at=at, address=email)
        return None
    window = Window(duration=settings.PORTAL_HOUR_MAX)
    request = AccessRequest(
        kind=RequestKind.HOUR,
        account=account,
        company=membership.account,
        asker=by,
        beneficiary=by,
        membership=membership,
        administrator=True,
        addressee=addressee,
        code=f"{secrets.randbelow(100):02d}",
        misses=len(codes_missed(account, by, at=at)),
        duration=window.duration,
        reason=one_paragraph(reason),
        submitted_at=at,
        **times_to_answer(window, RequestKind.HOUR, at),
    )
    request.digest = request.compute_digest()
    request.save(force_insert=True)
    note_request("request.submitted", request, by=by, at=at, asked_of=addressee.email)
    emails.hour_asked(request=request, at=at)
    return request


def _grant(request, seen, code, length, *, by, at):
    """The grant, or the refusal to be raised once what was written is kept."""
    account = lock_accounts(request.account, request.company)
    partnership = lock_partnership(request.company, account)
    request = lock_request(request)
    authorization.require_decider(by, account, RequestKind.HOUR, apart_from=request.people, at=at)
    require_as_seen(request, seen, at=at)
    if request.kind != RequestKind.HOUR or request.status_at(at) != Status.PENDING:
        raise NotAllowedNow(selectors.what_happened_instead(request, seen, at=at))
    if length not in selectors.lengths_of_hour(request):
        raise ValidationError(_("Choose one of the lengths on offer."), code="length")
    if not hmac.compare_digest(code.encode(), request.code.encode()):
        return None, _miss(request, by=by, at=at)
    _require_still_agent(request, partnership, at=at)
    step = move_request(request, "approve", seen=seen, at=at, decided_by=by, decided_at=at)
    terms = {"permissions": LENDABLE, "administrator": True, "may_delegate": False}
    grant = open_asked(request, by=by, starts_at=at, ends_at=at + length, at=at, **terms)
    note_request(step.event, request, by=by, at=at, before=str(seen.status))
    emails.hour_granted(request=request, grant=grant, at=at)
    return grant, None


def _miss(request, *, by, at):
    """Count a wrong code, and end the request with the last one there may be; what was typed is kept nowhere."""
    most = settings.PORTAL_HOUR_MISSES
    request.misses += 1
    request.save(update_fields=["misses"])
    note_request("code.missed", request, by=by, at=at, misses=request.misses)
    left = most - request.misses
    if left > 0:
        words = ngettext(
            "This is not the code on the agent’s screen. %(count)d try is left.",
            "This is not the code on the agent’s screen. %(count)d tries are left.",
            left,
        )
        return ValidationError(words % {"count": left}, code="code")
    move_request(request, "cancel", seen=request.as_seen(), at=at)
    note_request("request.cancelled", request, by=None, at=at, misses=request.misses)
    emails.hour_withdrawn(request=request, by=None, at=at)
    return NotAllowedNow(_("The code was wrong too often, so the request has ended. Nobody was let in."))


def _require_agent(user, account, *, at):
    """Let through an admin of a partner linked to the customer, or an associate, and answer through which membership.

    :raises PermissionDenied: with a sentence fit to show
    """
    link = partners.linked_for(user, at=at).filter(customer=account).first()
    if link is None:
        return authorization.require_associate(user, at=at)
    return Membership.objects.active(at).select_related("account").get(user=user, account=link.partner)


def _require_still_agent(request, partnership, *, at):
    """Saying yes and the agent leaving, or the link being cut, cannot both win.

    :raises NotAllowedNow: the agent is none any more
    """
    gone = NotAllowedNow(
        _("%(name)s no longer works for you through %(company)s. Nothing was given.")
        % {"name": request.beneficiary, "company": request.company.name}
    )
    if not request.membership.active_at(at):
        raise gone
    if request.company.kind != AccountKind.PARTNER:
        if not authorization.is_associate(request.beneficiary, at=at):
            raise gone
        return
    if partnership is None or partnership.state != PartnershipState.LINKED:
        raise gone
    try:
        authorization.require_partner_admin(request.beneficiary, request.company, at=at)
    except PermissionDenied:
        raise gone from None
