"""Adding colleagues on delegated rights: one level deep, never more and never longer than one holds."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.permissions import ordered
from accounts.states import RequestKind
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from .. import emails, selectors
from ..models import AccessRequest
from .asking import check_reason, withdraw
from .moving import lock_accounts, lock_grants, lock_requests


@transaction.atomic
def add_colleague(*, account, membership, by, permissions, administrator, reason, at):
    """Let a colleague into a customer's account on rights one holds there oneself (S2-33, S2-35, S2-36).

    What is lent ends when the lender's own access ends, at the latest. A request for that person that waits is
    closed as fulfilled.

    :param membership: the colleague's active membership in the lender's own company
    :param administrator: lend every right the lender holds; it is never passed on further
    :raises PermissionDenied: ``by`` may not add colleagues here, or the customer said no to this person
    :raises NotAllowedNow: the colleague has access already, or is gone
    :raises ValidationError: nothing, or more than the lender holds, would be lent
    """
    company = membership.account
    account = lock_accounts(account, company)
    asked = AccessRequest.objects.waiting(at).filter(account=account, beneficiary=membership.user)
    waiting = lock_requests(asked.exclude(kind=RequestKind.HOUR))
    own = selectors.lending_grants(by, account, company=company, at=at)
    lenders = lock_grants(own)
    if not lenders or not account.partners_may_add_colleagues:
        raise PermissionDenied(_("You may not add colleagues to account %(number)s.") % {"number": account.number})
    lender = max(lenders, key=lambda grant: grant.ends_at)
    _require_welcome(account, membership, by, at=at)
    check_reason(reason)
    held = authorization.granted(lender)
    rights = held if administrator else ordered(permissions)
    if not rights or not set(rights) <= set(held):
        raise ValidationError(_("Choose among the rights you hold yourself."), code="permissions")
    for request in waiting:
        withdraw(request, by=by, at=at)
    grant = authorization.open_grant(
        account=account,
        membership=membership,
        by=by,
        parent=lender,
        starts_at=max(at, lender.starts_at),
        ends_at=lender.ends_at,
        permissions=rights,
        administrator=False,
        may_delegate=False,
        kind=RequestKind.PARTNER,
        reason=one_paragraph(reason),
        case_number=lender.case_number,
        at=at,
    )
    emails.colleague_added(grant=grant, at=at)
    return grant


def _require_welcome(account, membership, by, *, at):
    """Nobody is added who has access, who left, or to whom the customer said no: only its deciders undo that."""
    person = membership.user
    if person == by or selectors.grants_of_people(account, [person.pk], at=at):
        raise NotAllowedNow(_("%(name)s has access to this account already.") % {"name": person})
    if selectors.blocked_people(account, [by.pk, person.pk]):
        raise PermissionDenied(
            _("%(company)s does not take requests for access from you at present.") % {"company": account.name}
        )
    if not membership.active_at(at):
        raise NotAllowedNow(_("%(name)s is no member of your company any more.") % {"name": person})
    if person.pk in selectors.turned_away(account, [person.pk]):
        raise PermissionDenied(
            _("%(company)s said no to %(name)s. Only %(company)s can let this person in again.")
            % {"company": account.name, "name": person}
        )
