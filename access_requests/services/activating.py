"""Access for a case: an associate turns on their own where the customer approved that, and brings in colleagues."""

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.permissions import ordered
from accounts.states import RequestKind
from audit.record import record
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph
from riders import selectors as riders
from riders.states import UNSOLVED

from .. import emails, selectors
from ..models import CaseAccess
from .asking import check_reason, refuse_blocked
from .limits import require_few_addresses
from .moving import lock_accounts, lock_approvals, lock_case, lock_grant

_REFUSED = "activation.refused"


def activate_access(*, case, email, reason, by, at, length=None):
    """Turn on one's own access to the account of a case, with what a contact has approved for it (S3-7 to S3-9).

    :param email: the address of the contact who approved, as it was typed
    :param length: for how long, where that is less than the approval lasts, as a :class:`~datetime.timedelta`
    :returns: the grant
    :raises PermissionDenied: ``by`` is no associate, or is blocked by the customer
    :raises NotAllowedNow: the case is solved, nobody lets support in for it, ``by`` has access for it already, or was
        told no since it was approved
    :raises ValidationError: no reason, too short a time, or the address of nobody who approved, in the same words
        whoever it is; its ``code`` is the field it belongs to
    :raises TooMuch: ``by`` named too many who did not approve
    """
    with transaction.atomic():
        grant = _activate(case, email.strip().lower(), reason, length, by=by, at=at)
    if grant is None:  # only now: the try stays in the trail
        raise ValidationError(_("Nobody with this address has approved access for this case."), code="email")
    return grant


@transaction.atomic
def bring_in_colleague(*, grant, email, reason, by, at, permissions=None, ends_at=None):
    """Let a colleague of the vendor into the account, in their own name, on access one has for a case (S3-10, S3-11).

    Whoever approved is told each time. What is lent ends with the lender's access, at the latest.

    :param grant: the access ``by`` has turned on
    :param email: the colleague's address, as it was typed
    :param permissions: rights to lend, of those held; ``None`` for all
    :param ends_at: an earlier end; ``None`` for as long as one has access oneself
    :returns: the colleague's grant
    :raises PermissionDenied: it is not ``by``'s own, or the customer blocks one of the two
    :raises NotAllowedNow: it has ended or brings in nobody, the colleague has access for the case already or was told
        no, or whoever approved could not give it to the colleague
    :raises ValidationError: no reason, nobody of the vendor with this address, or more than ``by`` holds; its ``code``
        is the field it belongs to
    """
    company = authorization.require_associate(by, at=at).account
    account = lock_accounts(grant.account, company)
    case = lock_case(account, grant.case_number)
    lock_approvals(case)
    grant = lock_grant(grant)
    _require_lender(grant, by, company, at=at)
    membership = _colleague(email.strip().lower(), company, by, at=at)
    person = membership.user
    approval = grant.case_access.approval
    _require_let_in(case, person, at=at)
    refuse_blocked(account, {by, person})
    check_reason(reason)
    held = authorization.granted(grant)
    rights = held if permissions is None else ordered(permissions)
    if not rights or not set(rights) <= set(held):
        raise ValidationError(_("Choose among the rights you hold yourself."), code="permissions")
    until = grant.ends_at if ends_at is None else ends_at
    if not at < until <= grant.ends_at:
        raise ValidationError(_("Choose an end after now and not after your own access ends."), code="ends_at")
    lends = {"at": at, "apart_from": {by, person}}
    if not approval.standing_at(at) or not authorization.may_lend_for_case(
        approval.approved_by, account, rights, **lends
    ):
        raise NotAllowedNow(
            _("%(name)s, who approved, could not give this to your colleague. Ask for a new approval.")
            % {"name": approval.approved_by}
        )
    _refuse_told_no(approval, person)
    opened = authorization.open_grant(
        account=account,
        membership=membership,
        by=by,
        parent=grant,
        starts_at=at,
        ends_at=until,
        permissions=rights,
        administrator=False,
        may_delegate=False,
        **_remembered(approval, reason),
        at=at,
    )
    CaseAccess.objects.create(grant=opened, approval=approval)
    emails.colleague_brought_in(grant=opened, at=at)
    return opened


def _activate(case, email, reason, length, *, by, at):
    """The grant, or ``None`` where nobody with this address has approved: then the try is written down."""
    company = authorization.require_associate(by, at=at).account
    account = lock_accounts(case.account, company)
    case = lock_case(account, case.number)
    lock_approvals(case)
    membership = authorization.require_associate(by, at=at)
    _require_let_in(case, by, at=at)
    refuse_blocked(account, {by})
    require_few_addresses(by, event=_REFUSED, at=at)
    check_reason(reason)
    if length is not None and length < settings.PORTAL_DURATION_MIN:
        raise ValidationError(_("That is too short."), code="length")
    approvals = selectors.approvals_to_act_on(case, by, at=at)
    if not approvals:
        raise NotAllowedNow(_("Nobody of %(name)s lets support in for this case at present.") % {"name": account.name})
    approval = next((one for one in approvals if one.approved_by.email.lower() == email), None)
    if approval is None:
        record(_REFUSED, account=account, by=by, subject=case.number, case=case.number, at=at, address=email)
        return None
    _refuse_told_no(approval, by)
    grant = authorization.open_grant(
        account=account,
        membership=membership,
        by=by,
        decided_by=approval.approved_by,
        starts_at=at,
        ends_at=approval.ends_at if length is None else min(approval.ends_at, at + length),
        permissions=approval.rights,
        administrator=False,
        may_delegate=True,
        **_remembered(approval, reason),
        at=at,
    )
    CaseAccess.objects.create(grant=grant, approval=approval)
    emails.access_activated(grant=grant, at=at)
    return grant


def _remembered(approval, reason):
    return {
        "kind": RequestKind.CASE,
        "request_digest": approval.digest,
        "reason": one_paragraph(reason),
        "case_number": approval.case.number,
    }


def _require_let_in(case, person, *, at):
    """Refuse a case that nobody works on any more, somebody of the account itself, and whoever has access already.

    :raises NotAllowedNow: with a sentence fit to show
    """
    account = case.account
    if case.state not in UNSOLVED or not Account.objects.open(at).filter(pk=account.pk).exists():
        raise NotAllowedNow(_("Nobody works on this case any more. Access for it is over."))
    if Membership.objects.active(at).filter(user=person, account=account).exists():
        raise NotAllowedNow(_("%(name)s belongs to this account.") % {"name": person})
    if riders.case_access_of(person, case, at=at) is not None:
        raise NotAllowedNow(_("%(name)s has access for this case already.") % {"name": person})


def _require_lender(grant, by, company, *, at):
    """Let through whoever has turned this access on, while it holds and may bring in colleagues.

    :raises PermissionDenied: it is somebody else's
    :raises NotAllowedNow: it has ended, or brings in nobody
    """
    if grant.kind != RequestKind.CASE or grant.grantee != by or grant.membership.account != company:
        raise PermissionDenied(_("Only who has turned on access for a case brings in colleagues."))
    # The clock was read before the lock: what was ended while this waited for it is over
    if grant.ended_at is not None or not Grant.objects.effective(at).filter(pk=grant.pk).exists():
        raise NotAllowedNow(_("Your access for this case has ended."))
    if not grant.may_delegate:
        raise NotAllowedNow(_("Your access brings in nobody else."))


def _colleague(email, company, by, *, at):
    """The membership of the associate of the same company with this address.

    :raises ValidationError: there is none, or it is one's own
    """
    found = authorization.people_of_support(at=at).filter(email__iexact=email).exclude(pk=by.pk).first()
    membership = found and authorization.require_associate(found, at=at)
    if membership is None or membership.account != company:
        raise ValidationError(_("No colleague with this address can be brought in."), code="email")
    return membership


def _refuse_told_no(approval, person):
    """What the customer has ended, or made less, comes back with a new approval only.

    :raises NotAllowedNow: the customer has said no to this person since it approved
    """
    if selectors.told_no_since(approval, person):
        words = _("%(account)s has ended the access of %(name)s, or made it less, since this was approved.")
        facts = {"account": approval.case.account.name, "name": person}
        raise NotAllowedNow(words % facts + " " + _("It takes a new approval."))
