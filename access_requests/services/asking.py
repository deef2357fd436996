"""Asking: submit, edit, withdraw."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Membership
from accounts.permissions import LENDABLE, ordered
from accounts.states import RequestKind
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from .. import emails, selectors
from ..models import AccessRequest, Block
from ..states import RESPOND_WITHIN
from .limits import require_within_limits
from .moving import lock_account, lock_accounts, lock_partnership, lock_request, move_request, note_request
from .sweeping import expire_request
from .windows import check_changed_window, check_window


@transaction.atomic
def submit_request(
    *, account, membership, by, permissions, administrator, may_delegate, window, reason, at, case_number=""
):
    """Ask for access to a customer's account for one person of a partner.

    :param membership: the person's active membership in the partner's account
    :param permissions: the rights asked for; with ``administrator`` every one that can be lent
    :param may_delegate: asks that the person may add colleagues; only with ``administrator``
    :param window: a :class:`~.windows.Window`
    :raises PermissionDenied: ``by`` is not an admin of the partner, or is blocked by the customer
    :raises NotAllowedNow: the partner does not serve this customer, the person is gone, a request is
        waiting already, or nobody could answer it
    :raises ValidationError: the window or the rights may not be asked for
    :raises TooMuch: ``by`` asked too often, or was told no for this person just now
    """
    request = write_request(
        account=account,
        membership=membership,
        by=by,
        permissions=permissions,
        administrator=administrator,
        may_delegate=may_delegate,
        window=window,
        reason=reason,
        case_number=case_number,
        at=at,
    )
    emails.access_requested(request=request, at=at)
    return request


def write_request(
    *, account, membership, by, permissions, administrator, may_delegate, window, reason, case_number, at
):
    """Do what :func:`submit_request` does, in the caller's transaction, but for the mails."""
    company = membership.account
    account = lock_accounts(account, company)
    partnership = lock_partnership(company, account)
    authorization.require_partner_admin(by, company, at=at)
    refuse_blocked(account, {by, membership.user})
    if partnership is None or not _is_active(membership, at):
        raise NotAllowedNow(_("%(company)s cannot ask for access to this account.") % {"company": company.name})
    check_terms(permissions, administrator, reason)
    check_window(window, zone=account.zone, at=at)
    require_within_limits(partnership, by=by, person=membership.user, case_number=case_number, at=at)
    make_room(account, membership.user, case_number, at=at)
    request = AccessRequest(
        kind=RequestKind.PARTNER,
        account=account,
        company=company,
        asker=by,
        beneficiary=membership.user,
        membership=membership,
        reason=one_paragraph(reason),
        case_number=case_number,
        submitted_at=at,
        **times_to_answer(window, RequestKind.PARTNER, at),
        **_terms(permissions, administrator, may_delegate, window),
    )
    if not authorization.deciders(account, request.kind, at=at, apart_from=request.people).exists():
        raise NotAllowedNow(_("Nobody at %(name)s can answer this request.") % {"name": account.name})
    request.digest = request.compute_digest()
    request.save(force_insert=True)
    note_request("request.submitted", request, by=by, at=at)
    return request


@transaction.atomic
def edit_request(*, request, seen, by, permissions, administrator, may_delegate, window, reason, at):
    """Change what is asked while it waits; whoever decides gets a new mail.

    The person, the account and the case stay what they were.

    :raises PermissionDenied: ``by`` did not ask, or may ask no more
    :raises NotAllowedNow: it was answered, withdrawn, changed or lapsed in the meantime, or changed too often
    :raises ValidationError: the window or the rights may not be asked for
    """
    lock_account(request.account)
    request = lock_request(request)
    require_asking(request, by, at=at)
    if request.kind != RequestKind.PARTNER:
        raise NotAllowedNow(_("What support asks for is changed where it was asked."))
    require_room_to_change(request)
    check_terms(permissions, administrator, reason)
    check_changed_window(request=request, window=window, at=at)
    terms = _terms(permissions, administrator, may_delegate, window) | {"reason": one_paragraph(reason)}
    return change_terms(request, terms, window, seen=seen, by=by, at=at)


def change_terms(request, terms, window, *, seen, by, at):
    """Write what is asked now and tell whoever decides; the caller has asked the door and holds the locks.

    :param terms: the fields that may differ, with their values
    :raises NotAllowedNow: it was answered, withdrawn, changed or lapsed in the meantime
    """
    before = selectors.facts(request)
    for field, value in terms.items():
        setattr(request, field, value)
    digest = request.compute_digest()
    times = times_to_answer(window, request.kind, request.submitted_at)
    if request.remind_at is None:
        times.pop("remind_at")  # reminded of once is enough
    move_request(request, "edit", seen=seen, at=at, digest=digest, **times, **terms)
    differences = selectors.differences(before, selectors.facts(request))
    note_request("request.edited", request, by=by, at=at, changes=differences)
    emails.request_edited(request=request, differences=differences, at=at)
    return request


@transaction.atomic
def cancel_request(*, request, by, at):
    """Withdraw a request that waits. This cannot be undone.

    :raises PermissionDenied: ``by`` did not ask
    :raises NotAllowedNow: it was answered or lapsed in the meantime
    """
    lock_account(request.account)
    request = lock_request(request)
    require_asker(request, by)
    withdraw(request, by=by, at=at)


def withdraw(request, *, by, at, told=()):
    """Cancel a request whose rows the caller holds; ``by=None`` where link, case or person is gone.

    :param told: people who read of it in another mail
    """
    move_request(request, "cancel", seen=request.as_seen(), at=at)
    note_request("request.cancelled", request, by=by, at=at)
    emails.request_withdrawn(request=request, by=by, at=at, apart_from=told)


def require_asker(request, by):
    if by != request.asker:
        raise PermissionDenied(_("Only %(name)s, who asked, can change this request.") % {"name": request.asker})


def require_asking(request, by, *, at):
    """Let through who asked and may still ask: an admin of the partner, whom the customer does not keep from it.

    :raises PermissionDenied: with a sentence fit to show
    """
    require_asker(request, by)
    if request.kind == RequestKind.PARTNER:
        authorization.require_partner_admin(by, request.company, at=at)
    refuse_blocked(request.account, request.people)


def require_room_to_change(request):
    """Let through a request that was not changed too often; each change is a mail to everybody who decides.

    :raises NotAllowedNow: it was
    """
    if request.version > settings.PORTAL_EDIT_MAX:
        raise NotAllowedNow(_("This request was changed often enough. Withdraw it and ask anew."))


def refuse_blocked(account, people):
    """Let through people whom the customer does not keep from asking.

    :raises PermissionDenied: one of them is
    """
    if Block.objects.standing().filter(account=account, person__in=people).exists():
        raise PermissionDenied(
            _("%(name)s does not take requests for access from you at present.") % {"name": account.name}
        )


def _is_active(membership, at):
    return Membership.objects.active(at).filter(pk=membership.pk).exists()


def check_terms(permissions, administrator, reason):
    check_reason(reason)
    if not administrator and not permissions:
        raise ValidationError(_("Switch on at least one right, or Administrator."), code="permissions")
    if not set(permissions) <= {right.value for right in LENDABLE}:
        raise ValidationError(_("One of these rights cannot be lent."), code="permissions")


def check_reason(reason):
    if not any(char.isalnum() for char in one_paragraph(reason)):
        raise ValidationError(_("Say why the access is needed."), code="reason")


def _terms(permissions, administrator, may_delegate, window):
    return {
        "permissions": [right.value for right in ordered(permissions)],
        "administrator": administrator,
        "may_delegate": administrator and may_delegate,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "duration": window.duration,
    }


def make_room(account, person, case_number, *, at):
    """One request at a time per person, account and case; one that has lapsed is stored as such first.

    :raises NotAllowedNow: one waits already
    """
    same = AccessRequest.objects.filter(account=account, beneficiary=person, case_number=case_number)
    same = same.exclude(kind=RequestKind.HOUR)
    make_room_among(same, person, at=at)


def make_room_among(same, person, *, at):
    """Store as lapsed whatever of these requests has, and refuse where one still waits.

    :raises NotAllowedNow: one does
    """
    for old in same.overdue(at).with_people():
        expire_request(request=old, at=at)
    if same.waiting(at).exists():
        raise NotAllowedNow(_("A request for %(name)s waits for an answer already.") % {"name": person})


def times_to_answer(window, kind, at):
    """Until when a request waits, and the moment halfway, when its deciders are reminded; of an hour nobody is."""
    latest = at + getattr(settings, RESPOND_WITHIN[kind])
    respond_by = latest if window.ends_at is None else min(latest, window.ends_at)
    halfway = None if kind == RequestKind.HOUR else at + (respond_by - at) / 2
    return {"respond_by": respond_by, "remind_at": halfway}
