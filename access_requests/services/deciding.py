"""Deciding: yes, less than asked, no, and "I did not expect this"."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.permissions import LENDABLE, AccountPermission, ordered
from accounts.states import EndReason, RequestKind
from audit.record import record
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph
from partners.services import link
from partners.states import PartnershipState
from riders.services import open_case
from riders.states import UNSOLVED

from .. import emails, selectors
from ..models import AccessRequest, Block
from ..states import Status
from .asking import withdraw
from .ending import end_family
from .moving import (
    lock_account,
    lock_accounts,
    lock_case,
    lock_grant,
    lock_partnership,
    lock_request,
    lock_requests,
    move_request,
    note_request,
    require_as_seen,
)
from .windows import Window


@transaction.atomic
def approve_request(
    *, request, seen, by, at, permissions=None, administrator=None, may_delegate=None, ends_at=None, note=""
):
    """Say yes, to everything that was asked or to less; access holds from now or from the asked start.

    The first yes a customer gives a partner links the two companies.

    :param seen: the :class:`~access_requests.models.Seen` that stood on the page
    :param permissions: rights to give, of those asked; ``None`` for all
    :param administrator: ``False`` takes the Administrator switch off; ``None`` for as asked
    :param may_delegate: ``False`` takes the adding of colleagues off; ``None`` for as asked
    :param ends_at: an earlier end; ``None`` for as asked
    :returns: the grant
    :raises PermissionDenied: ``by`` may not decide for this account
    :raises NotAllowedNow: somebody was faster, the request is not what ``by`` saw, or its time is over
    :raises ValidationError: more than was asked, or nothing
    """
    account = lock_accounts(request.account, request.company)
    partnership = lock_partnership(request.company, account)
    case = lock_case(account, request.case_number)
    request = lock_request(request)
    authorization.require_decider(by, account, request.kind, apart_from=request.people, at=at)
    require_as_seen(request, seen, at=at)
    if request.kind == RequestKind.SUPPORT and case is not None and case.state not in UNSOLVED:
        raise NotAllowedNow(_("Case %(number)s is solved, and access for it is over.") % {"number": case.number})
    if request.kind == RequestKind.HOUR:
        raise NotAllowedNow(_("Temporary access is granted with the code that stands on the agent’s screen."))
    terms = _given(request, account, permissions, administrator, may_delegate)
    starts_at, latest = Window(request.starts_at, request.ends_at, request.duration).bounds(at)
    step = move_request(request, "approve", seen=seen, at=at, decided_by=by, decided_at=at, note=one_paragraph(note))
    _require_still_there(request, partnership, at=at)
    until = latest if ends_at is None else ends_at
    if not starts_at < until <= latest:
        raise ValidationError(_("Choose an end after the start and not later than was asked."), code="ends_at")
    first_yes = request.kind == RequestKind.PARTNER and partnership.state == PartnershipState.AVAILABLE
    if first_yes:
        link(partnership=partnership, by=by, at=at)
    grant = open_asked(request, by=by, starts_at=starts_at, ends_at=until, at=at, **terms)
    note_request(step.event, request, by=by, at=at, before=str(seen.status))
    linked = partnership if first_yes else None
    emails.access_granted(
        request=request,
        grant=grant,
        terms=selectors.grant_terms(grant, rights=terms["permissions"]),
        linked=linked,
        at=at,
    )
    return grant


def open_asked(request, *, by, starts_at, ends_at, at, **terms):
    """Open the access that answers a request; the caller has asked the door, moved the request and holds the locks."""
    grant = authorization.open_grant(
        account=request.account,
        membership=request.membership,
        by=by,
        starts_at=starts_at,
        ends_at=ends_at,
        at=at,
        kind=request.kind,
        request_id=request.public_id,
        request_digest=request.digest,
        reason=request.reason,
        case_number=request.case_number,
        **terms,
    )
    request.grant = grant
    request.save(update_fields=["grant"])
    return grant


@transaction.atomic
def deny_request(*, request, seen, by, at, note=""):
    """Say no; access already given by this request ends at once.

    :raises PermissionDenied: ``by`` may not decide for this account
    :raises NotAllowedNow: somebody was faster, or the request is not what ``by`` saw
    """
    lock_account(request.account)
    request = lock_request(request)
    authorization.require_decider(by, request.account, request.kind, apart_from=request.people, at=at)
    _deny(request, seen=seen, by=by, at=at, note=note)
    emails.access_denied(request=request, at=at)
    return request


@transaction.atomic
def report_unexpected(*, request, seen, by, at, note=""):
    """Say no, stop the asker from asking for this account again, and tell the vendor's security people.

    Of an hour that was not expected, whatever else the asker waits for at this account is stopped too, and a case is
    opened in the name of whoever reports it (S4-10), once however often it is said.

    :raises PermissionDenied: ``by`` may not decide for this account
    :raises NotAllowedNow: somebody was faster, or the request is not what ``by`` saw
    """
    lock_account(request.account)
    hour = request.kind == RequestKind.HOUR
    others = _others_waiting(request, at=at) if hour else []
    request = lock_request(request)
    if request.grant is not None:
        lock_grant(request.grant)
    authorization.require_decider(by, request.account, request.kind, apart_from=request.people, at=at)
    require_as_seen(request, seen, at=at)
    stands = Block.objects.standing().filter(account=request.account, person=request.asker)
    reported = request.status == Status.DENIED and stands.exists()
    case = _report_in_a_case(request, by=by, at=at) if hour and not reported else None
    if request.status != Status.DENIED:  # who has denied it already can still say so
        _deny(request, seen=seen, by=by, at=at, note=note)
        emails.access_denied(request=request, at=at)
    told = set(selectors.deciders_of(request, at=at))  # they read of these in the report
    for other in others:
        withdraw(other, by=by, at=at, told=told)
    block, new = Block.objects.get_or_create(
        account=request.account,
        person=request.asker,
        lifted_at=None,
        defaults={"request": request, "blocked_at": at, "blocked_by": by},
    )
    if new:
        note_request("person.blocked", request, by=by, at=at, blocked=block.person.email)
    emails.unexpected_request(request=request, block=block, by=by, case=case, stopped=len(others), at=at)
    return request


@transaction.atomic
def lift_block(*, block, by, at):
    """Let a person ask for this account again.

    :raises PermissionDenied: ``by`` may not decide for this account
    :raises NotAllowedNow: it was lifted already
    """
    account = lock_account(block.account)
    authorization.require_decider(by, account, block.request.kind, apart_from={block.person}, at=at)
    if not Block.objects.standing().filter(pk=block.pk).update(lifted_at=at, lifted_by=by):
        raise NotAllowedNow(_("This block was lifted already."))
    record(
        "person.unblocked",
        account=account,
        by=by,
        subject=block.request.public_id,
        at=at,
        unblocked=block.person.email,
    )


def _others_waiting(request, *, at):
    """What else whoever asked waits for at the same account, locked with the request itself, by id."""
    waiting = AccessRequest.objects.waiting(at).filter(asker=request.asker, account=request.account)
    locked = lock_requests(waiting | AccessRequest.objects.filter(pk=request.pk))
    return [other for other in locked if other.pk != request.pk]


def _report_in_a_case(request, *, by, at):
    """Open a case about a request nobody expected; who stands in for the primary user does it on the right to decide.
    The case says which request it was; who asked for what is between them, the customer and the vendor's security
    people, who have it by mail.
    """
    writes = authorization.allows(by, AccountPermission.WRITE_CASES, request.account, at=at)
    right = AccountPermission.WRITE_CASES if writes else AccountPermission.DECIDE_ACCESS
    words = _("A request for temporary access that nobody expected: %(id)s") % {"id": request.public_id}
    return open_case(account=request.account, subject=words, by=by, right=right, at=at)


def _deny(request, *, seen, by, at, note):
    grant = lock_grant(request.grant) if request.grant else None
    step = move_request(request, "deny", seen=seen, at=at, decided_by=by, decided_at=at, note=one_paragraph(note))
    if grant is not None and seen.status == Status.APPROVED and grant.unended_at(at):
        end_family(grant, reason=EndReason.DENIED, by=by, at=at, told={grant.pk})
    note_request(step.event, request, by=by, at=at, before=str(seen.status))


def _given(request, account, permissions, administrator, may_delegate):
    """What is lent: the asked terms, less whatever the decider took off. Never more."""
    if administrator and not request.administrator:
        raise ValidationError(_("You can give less than was asked, not more."), code="permissions")
    everything = request.administrator and administrator is not False
    asked = {right.value for right in request.rights}
    rights = asked if permissions is None or everything else {str(right) for right in permissions}
    if not rights:
        raise ValidationError(_("Leave at least one right switched on, or deny access."), code="permissions")
    if not rights <= asked or not rights <= {right.value for right in LENDABLE}:
        raise ValidationError(_("You can give less than was asked, not more."), code="permissions")
    delegable = everything and request.may_delegate and may_delegate is not False
    return {
        "permissions": ordered(rights),
        "administrator": everything,
        "may_delegate": delegable and account.partners_may_add_colleagues,
    }


def _require_still_there(request, partnership, *, at):
    """Saying yes and cutting the link, or the person leaving, cannot both win."""
    if not request.membership.active_at(at) or (request.kind == RequestKind.PARTNER and partnership is None):
        raise NotAllowedNow(
            _("%(name)s no longer works for you through %(company)s. Nothing was given.")
            % {"name": request.beneficiary, "company": request.company.name}
        )
