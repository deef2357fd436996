"""Giving unasked: the customer opens the door before anybody has knocked."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Account
from accounts.states import AccountKind, RequestKind
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph
from partners.services import link_unasked

from .. import emails, selectors
from ..models import AccessRequest
from .asking import check_terms
from .moving import lock_accounts, lock_partnership, lock_requests
from .windows import check_window


@transaction.atomic
def give_access(*, account, membership, by, permissions, administrator, may_delegate, window, reason, at):
    """Give a partner's person access that nobody asked for; it links the two companies (S2-43).

    :param membership: the person's active membership in the partner's account
    :param permissions: the rights to give; with ``administrator`` every one that can be lent
    :param may_delegate: the person may add colleagues; only with ``administrator``
    :param window: a :class:`~.windows.Window`
    :returns: the grant
    :raises PermissionDenied: ``by`` does not decide for this account, or belongs to the same company
    :raises NotAllowedNow: the person has access already, has a request waiting, or is gone
    :raises ValidationError: the window or the rights may not be given
    """
    company, person = membership.account, membership.user
    account = lock_accounts(account, company)
    lock_partnership(company, account)
    waiting = lock_requests(AccessRequest.objects.waiting(at).filter(account=account, beneficiary=person))
    authorization.require_decider(by, account, RequestKind.PARTNER, apart_from={person}, at=at)
    check_terms(permissions, administrator, reason)
    check_window(window, zone=account.zone, at=at)
    _require_welcome(account, membership, waiting, at=at)
    linked = link_unasked(partner=company, customer=account, by=by, at=at)
    starts_at, ends_at = window.bounds(at)
    grant = authorization.open_grant(
        account=account,
        membership=membership,
        by=by,
        starts_at=starts_at,
        ends_at=ends_at,
        permissions=permissions,
        administrator=administrator,
        may_delegate=administrator and may_delegate and account.partners_may_add_colleagues,
        kind=RequestKind.PARTNER,
        reason=one_paragraph(reason),
        at=at,
    )
    emails.access_given(grant=grant, linked=linked, at=at)
    return grant


def _require_welcome(account, membership, waiting, *, at):
    person, company = membership.user, membership.account
    still = membership.active_at(at) and Account.objects.open(at).filter(pk=company.pk).exists()
    if company.kind != AccountKind.PARTNER or not still:
        raise NotAllowedNow(_("%(name)s works for no partner any more.") % {"name": person})
    if waiting:
        raise NotAllowedNow(_("A request for %(name)s waits for your answer. Answer that.") % {"name": person})
    if selectors.grants_of_people(account, [person.pk], at=at):
        raise NotAllowedNow(_("%(name)s has access to this account already.") % {"name": person})
