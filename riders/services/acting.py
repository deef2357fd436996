"""Who acts on a case, and from where: every write of a case begins here and leaves its line here."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.permissions import AccountPermission
from accounts.states import AccountKind
from audit.record import record

from ..models import SupportCase


@dataclass(frozen=True)
class Acting:
    """Somebody at work on one account, or on one case of it, both locked.

    ``grants`` is the live access their right stands on, empty for the account's own people and for support at its
    own desk; ``support`` whether they speak for the vendor; ``company`` whom they speak for, by name.
    """

    account: Any
    case: Any
    by: Any
    grants: tuple
    support: bool
    company: str


def as_customer(*, account, by, right=AccountPermission.WRITE_CASES, case=None, at):
    """Lock the account, the case and the access the act stands on, and ask the door. An act and the end of the access
    it stands on cannot both win.

    :raises PermissionDenied: the person may not
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    case = _lock(case)
    used = authorization.grants_used(by, account, right, at=at)
    ids = list(used.values_list("pk", flat=True))
    mine = Grant.objects.select_for_update(no_key=True, of=("self",)).select_related("membership__account")
    locked = list(mine.filter(pk__in=ids).order_by("pk"))
    authorization.require(by, right, account, at=at)
    still = set(used.values_list("pk", flat=True))
    # The clock was read before the lock: what was ended while this waited for it is over
    grants = tuple(grant for grant in locked if grant.pk in still and grant.ended_at is None)
    if still and not grants and not Membership.objects.giving(right, at).filter(user=by, account=account).exists():
        raise PermissionDenied(_("Your access has ended"))
    company = grants[0].membership.account if grants else account
    support = company.kind == AccountKind.VENDOR or authorization.is_associate(by, at=at)
    return Acting(account, case, by, grants, support, company.name)


def as_support(*, account, by, case=None, at):
    """Lock the account and the case for an associate at support's own desk.

    :raises PermissionDenied: the person is no validated associate
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    case = _lock(case)
    membership = authorization.require_associate(by, at=at)
    return Acting(account, case, by, (), support=True, company=membership.account.name)


def as_either(*, case, by, support, right=AccountPermission.WRITE_CASES, at):
    """Lock what an act of either side on a case depends on, and ask that side's door.

    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: the person may not
    """
    if support:
        return as_support(account=case.account, case=case, by=by, at=at)
    return as_customer(account=case.account, case=case, by=by, right=right, at=at)


def as_decider(*, case, kind, by, at):
    """Lock the account and the case for somebody who answers for the account.

    :param kind: a :class:`~accounts.states.RequestKind`
    :raises PermissionDenied: ``by`` does not decide that
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=case.account_id)
    case = _lock(case)
    authorization.require_decider(by, account, kind, at=at)
    return Acting(account, case, by, (), support=False, company=account.name)


def as_member(*, case, by, at):
    """Lock the account and the case for one of the account's own people; what they may do there is asked next.

    :raises PermissionDenied: ``by`` does not belong to the account
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=case.account_id)
    case = _lock(case)
    if not Membership.objects.active(at).filter(user=by, account=account).exists():
        raise PermissionDenied(_("This is for the people of account %(number)s.") % {"number": account.number})
    return Acting(account, case, by, (), support=False, company=account.name)


def as_clock(*, case):
    """Lock the account and the case for what the clock has decided."""
    account = Account.objects.select_for_update(no_key=True).get(pk=case.account_id)
    return Acting(account, _lock(case), None, (), support=False, company="")


def note(event, acting, *, at, case=None, **details):
    """Write the line of an act. From outside it is about the access that was used, as a look is.

    :param case: the case, where it was not there to be locked
    :param details: plain values worth keeping; the subject of the case always is
    """
    case, grants = case or acting.case, acting.grants
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(last_used_at=at)
    record(
        event,
        account=acting.account,
        by=acting.by,
        subject=grants[0].public_id if grants else case.number,
        grants=[grant.public_id for grant in grants],
        case=case.number,
        digest=grants[0].request_digest if grants else "",
        at=at,
        case_subject=case.subject,
        **details,
        **({"page": event} if grants else {}),
    )


def _lock(case):
    if case is None:
        return None
    return SupportCase.objects.select_for_update(no_key=True, of=("self",)).select_related("account").get(pk=case.pk)
