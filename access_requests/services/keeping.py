"""What becomes of added colleagues when the access they hung under ends: taken over, or given back."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from frame.refusals import NotAllowedNow

from .. import emails, selectors
from .moving import lock_accounts, lock_grant, lock_partnership


@transaction.atomic
def restore_access(*, grant, by, at):
    """Give back, as access of its own, what ended only because the access it hung under ended.

    :param by: somebody who decides partner requests for the account
    :returns: the new grant, with the same rights and the same end
    :raises PermissionDenied: ``by`` may not decide for this person
    :raises NotAllowedNow: it ended for another reason or too long ago, or the person has access or is gone
    """
    company = grant.membership.account
    account = lock_accounts(grant.account, company)
    partnership = lock_partnership(company, account)
    grant = lock_grant(grant)
    people = {grant.grantee, grant.parent.grantee} if grant.parent else {grant.grantee}
    authorization.require_decider(by, account, grant.kind, apart_from=people, at=at)
    if partnership is None or not selectors.is_restorable(grant, at=at):
        raise NotAllowedNow(_("This access cannot be restored any more. A new request is needed."))
    new = authorization.open_grant(
        account=account,
        membership=grant.membership,
        by=by,
        starts_at=max(at, grant.starts_at),
        ends_at=grant.ends_at,
        permissions=authorization.granted(grant),
        administrator=False,
        may_delegate=False,
        kind=grant.kind,
        reason=grant.reason,
        case_number=grant.case_number,
        at=at,
    )
    emails.access_given(grant=new, at=at)
    return new


def take_over(children, *, lender, at):
    """Open anew, under another Administrator's access, what has just ended with the lender's.

    Each keeps what the new lender holds too, and no longer than that lasts; the caller holds the locks.
    """
    held = set(authorization.granted(lender))
    for child in children:
        rights = held & set(authorization.granted(child))
        starts_at, ends_at = max(at, lender.starts_at, child.starts_at), min(child.ends_at, lender.ends_at)
        if child.grantee_id == lender.grantee_id or not rights or starts_at >= ends_at:
            continue
        grant = authorization.open_grant(
            account=child.account,
            membership=child.membership,
            by=lender.grantee,
            parent=lender,
            starts_at=starts_at,
            ends_at=ends_at,
            permissions=rights,
            administrator=False,
            may_delegate=False,
            kind=child.kind,
            reason=child.reason,
            case_number=child.case_number,
            at=at,
        )
        emails.access_given(grant=grant, at=at)
