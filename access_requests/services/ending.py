"""Ending access, and making it less."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Grant, Membership
from accounts.permissions import PARTNER_ADMIN_ROLES, AccountPermission
from accounts.states import EndReason, RequestKind
from frame.refusals import NotAllowedNow

from .. import emails, selectors
from .keeping import can_go_on, take_over
from .moving import lock_account, lock_grant, lock_grants


@transaction.atomic
def end_access(*, grant, by, at, taken_over_by=None):
    """End access at once, and with it whatever hangs under it; both sides get the receipt.

    :param taken_over_by: another grant of the same company that may add colleagues, under which what hangs here
        goes on, within its rights and its window
    :param by: somebody who holds ``end_access`` on the account, the decider who gave it, the person
        who has it (who hands it back) or brought in who has it, or an admin of that person's company
    :raises PermissionDenied: ``by`` is none of these
    :raises NotAllowedNow: it has ended already, or the other cannot take over
    """
    lock_account(grant.account)
    locked = lock_grants(Grant.objects.filter(pk__in=[grant.pk, taken_over_by.pk if taken_over_by else None]))
    grant = next(one for one in locked if one.pk == grant.pk)
    require_ender(by, grant, at=at)
    reason = EndReason.HANDED_BACK if _is_own_side(by, grant, at=at) else EndReason.ENDED
    if taken_over_by is None:
        return end_family(grant, reason=reason, by=by, at=at)
    if not selectors.possible_lenders(grant, by, at=at).filter(pk=taken_over_by.pk).exists():
        raise NotAllowedNow(_("%(name)s cannot take over these colleagues.") % {"name": taken_over_by.grantee})
    hanging = list(grant.children.unended(at).select_related("account", "grantee", "membership__account"))
    lender = next(one for one in locked if one.pk == taken_over_by.pk)
    plan = can_go_on(hanging, lender=lender, by=by, at=at)
    ended = end_family(grant, reason=reason, by=by, at=at, told=set(plan))
    take_over(hanging, plan, lender=lender, by=by, at=at)
    return ended


@transaction.atomic
def end_all_access(*, account, partner, by, at):
    """End every access the people of a partner have to a customer's account, or will have. The link stays.

    :param by: somebody who decides partner requests for the account
    :returns: the grants that ended
    :raises PermissionDenied: ``by`` does not
    :raises NotAllowedNow: there is nothing to end, or no longer
    """
    account = lock_account(account)
    authorization.require_decider(by, account, RequestKind.PARTNER, at=at)
    grants = lock_grants(selectors.access_through(account, partner, at=at))
    if not grants:
        raise NotAllowedNow(_("Nobody from %(company)s has access to this account.") % {"company": partner.name})
    # What hangs under another access first, so that each line gives the customer's word as the reason
    for grant in sorted(grants, key=lambda grant: grant.parent_id is None):
        authorization.end_grant(grant=grant, reason=EndReason.ENDED, by=by, at=at)
    emails.access_ended(grants=grants, by=by, at=at)
    return grants


@transaction.atomic
def hand_back_access(*, account, by, at):
    """Hand back early all that ``by`` was lent on an account and can use now; what hangs under it ends with it. Whoever
    is concerned reads of all of it in one mail.

    :returns: the grants that ended
    :raises NotAllowedNow: nothing is left to hand back
    """
    lock_account(account)
    mine = lock_grants(Grant.objects.live(at).filter(account=account, grantee=by))
    ended = []
    for grant in mine:
        ended += authorization.end_grant(grant=grant, reason=EndReason.HANDED_BACK, by=by, at=at)
    if not ended:
        raise NotAllowedNow(_("There is nothing to hand back: your access has ended already."))
    emails.access_ended(grants=ended, by=by, at=at)
    return ended


@transaction.atomic
def shrink_access(*, grant, by, ends_at, permissions, may_delegate, at):
    """Make access less: an earlier end, fewer rights, no adding of colleagues. It applies at once.

    :raises PermissionDenied: ``by`` may not end this access
    :raises NotAllowedNow: it has ended, or this would make it more
    """
    lock_account(grant.account)
    grant = lock_grant(grant)
    require_ender(by, grant, at=at)
    hanging = list(grant.children.unended(at).select_related("account", "grantee", "membership__account"))
    before = {one.pk: selectors.grant_terms(one) for one in [grant, *hanging]}
    ended = authorization.shrink_grant(
        grant=grant, by=by, ends_at=ends_at, permissions=permissions, may_delegate=may_delegate, at=at
    )
    if not _is_own_side(by, grant, at=at):
        Grant.objects.filter(pk=grant.pk).update(reduced_at=at)
    emails.access_ended(grants=ended, by=by, at=at)
    for one in [grant, *hanging]:
        one.refresh_from_db()
        if one.unended_at(at) and selectors.grant_terms(one) != before[one.pk]:
            emails.access_reduced(grant=one, before=before[one.pk], by=by, at=at)
    return grant


def may_end(user, grant, *, at):
    """Whether :func:`require_ender` would let through: for buttons."""
    try:
        require_ender(user, grant, at=at)
    except PermissionDenied:
        return False
    return True


def require_ender(user, grant, *, at):
    """Let through who may end this access or make it less.

    :raises PermissionDenied: with a sentence fit to show
    """
    if user in (grant.grantee, grant.parent and grant.parent.grantee) or _administers(user, grant, at=at):
        return
    if authorization.allows(user, AccountPermission.END_ACCESS, grant.account, at=at):
        return
    contact = Membership.objects.active(at).filter(account=grant.account, user=user, authorized_contact=True)
    if user in (grant.decided_by, selectors.approver_of(grant)) and contact.exists():
        return
    raise PermissionDenied(_("You may not end this access."))


def end_family(grant, *, reason, by, at, told=()):
    """End a grant and what hangs under it, and tell everybody; the caller holds the locks.

    :param told: ids of grants whose end another mail announces
    """
    ended = authorization.end_grant(grant=grant, reason=reason, by=by, at=at)
    emails.access_ended(grants=[one for one in ended if one.pk not in told], by=by, at=at)
    return ended


def _is_own_side(user, grant, *, at):
    """Whether somebody acts for the side that has the access: then it is no word of the customer's."""
    lender = grant.parent and grant.parent.grantee
    return user in (grant.grantee, lender) or _administers(user, grant, at=at)


def _administers(user, grant, *, at):
    """Whether somebody answers for the people of the partner whose person has the access. Support access is its
    associate's own business: nobody of the vendor has a part in it.
    """
    if grant.kind != RequestKind.PARTNER:
        return False
    admins = Membership.objects.active(at).filter(account=grant.membership.account_id, role__in=PARTNER_ADMIN_ROLES)
    return admins.filter(user=user).exists()
