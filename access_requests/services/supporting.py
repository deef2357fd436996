"""Support asks: an associate, for themself, for bundles of rights, for a stated time, reason and case."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import AccessRole, Membership
from accounts.permissions import ordered
from accounts.states import RequestKind
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph
from riders import selectors as riders

from .. import emails, selectors
from ..models import AccessRequest
from .asking import (
    change_terms,
    check_reason,
    make_room,
    refuse_blocked,
    require_asker,
    require_room_to_change,
    times_to_answer,
)
from .limits import require_not_just_denied, require_support_within_limits
from .moving import lock_account, lock_accounts, lock_case, lock_request, note_request
from .windows import check_changed_window, check_window


@transaction.atomic
def submit_support_request(*, number, org_id, by, roles, window, reason, at, case_number="", no_case=""):
    """Ask a customer for access of one's own (S0-5, S0-9).

    :param number: the customer's account number, as it was typed
    :param org_id: the customer's organization ID; the two must belong together
    :param roles: the :class:`~access_requests.models.AccessRole` bundles asked for
    :param window: a :class:`~.windows.Window`
    :param case_number: the number of a case of this account that is not solved
    :param no_case: why there is none, where there is none
    :raises PermissionDenied: ``by`` is no associate, or is blocked by the customer
    :raises NotAllowedNow: a request for the case waits already, or nobody could answer it
    :raises ValidationError: no such customer, one's own account, no roles, no reason, no open case, or the window
        may not be asked for; its ``code`` is the field it belongs to
    :raises TooMuch: ``by`` asked too often, or was told no for this just now
    """
    company = authorization.require_associate(by, at=at).account
    account = lock_accounts(find_customer(number, org_id, by=by, at=at), company)
    lock_case(account, case_number.strip())
    membership = authorization.require_associate(by, at=at)
    refuse_blocked(account, {by})
    terms = _terms(account, roles, window, reason, case_number, no_case)
    check_window(window, zone=account.zone, at=at)
    require_support_within_limits(account, by=by, case_number=terms["case_number"], at=at)
    make_room(account, by, terms["case_number"], at=at)
    request = AccessRequest(
        kind=RequestKind.SUPPORT,
        account=account,
        company=company,
        asker=by,
        beneficiary=by,
        membership=membership,
        submitted_at=at,
        **times_to_answer(window, RequestKind.SUPPORT, at),
        **terms,
    )
    if not authorization.deciders(account, request.kind, at=at, apart_from=request.people).exists():
        raise NotAllowedNow(_("Nobody at %(name)s can answer this request.") % {"name": account.name})
    request.digest = request.compute_digest()
    request.save(force_insert=True)
    note_request("request.submitted", request, by=by, at=at)
    emails.access_requested(request=request, at=at)
    return request


@transaction.atomic
def edit_support_request(*, request, seen, by, roles, window, reason, at, case_number="", no_case=""):
    """Change what is asked while it waits; whoever decides gets a new mail. The account stays (S0-25, S0-34).

    :raises PermissionDenied: ``by`` did not ask, is no associate any more, or is blocked by the customer
    :raises NotAllowedNow: it was answered, withdrawn, changed or lapsed in the meantime, or changed too
        often
    :raises ValidationError: as :func:`submit_support_request`
    :raises TooMuch: ``by`` was told no just now for the case it is changed to
    """
    account = lock_account(request.account)
    lock_case(account, case_number.strip())
    request = lock_request(request)
    require_asker(request, by)
    authorization.require_associate(by, at=at)
    refuse_blocked(account, {by})
    if request.kind != RequestKind.SUPPORT:
        raise NotAllowedNow(_("This is no request of support."))
    require_room_to_change(request)
    terms = _terms(account, roles, window, reason, case_number, no_case, known=request)
    check_changed_window(request=request, window=window, at=at)
    if terms["case_number"] != request.case_number:
        require_not_just_denied(account, by, terms["case_number"], at=at)
        make_room(account, by, terms["case_number"], at=at)
    return change_terms(request, terms, window, seen=seen, by=by, at=at)


def find_customer(number, org_id, *, by, at):
    """The customer with this account number and this organization ID, unless it is one's own account.

    :raises ValidationError: there is none, or ``by`` belongs to it
    """
    account = selectors.account_called(number, org_id, at=at)
    if account is not None and Membership.objects.active(at).filter(user=by, account=account).exists():
        raise ValidationError(
            _("You belong to this account yourself. Nobody asks for their own account."), code="number"
        )
    if account is None or not selectors.is_customer(account):
        raise ValidationError(
            _("No customer has this account number together with this organization ID."), code="number"
        )
    return account


def _terms(account, roles, window, reason, case_number, no_case, *, known=None):
    check_reason(reason)
    chosen = list(AccessRole.objects.on_offer().filter(pk__in=[role.pk for role in roles]))
    asked = [role.as_asked() for role in chosen]
    permissions = ordered(right for role in asked for right in role["permissions"])
    if not permissions or len(chosen) != len(set(roles)):
        raise ValidationError(_("Choose at least one of the roles on offer."), code="roles")
    case_number, no_case = case_number.strip(), "" if case_number.strip() else one_paragraph(no_case)
    check_case(account, case_number, no_case, known=known)
    return {
        "permissions": [right.value for right in permissions],
        "roles": asked,
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "duration": window.duration,
        "reason": one_paragraph(reason),
        "case_number": case_number,
        "no_case": no_case,
    }


def check_case(account, case_number, no_case, *, known=None):
    """Refuse a case that is not the customer's or is solved, and a request with neither a case nor a word on why.

    A case that was in order when it was asked for stays in order until it is changed.

    :param known: the request that is changed
    :raises ValidationError: its ``code`` is the field it belongs to
    """
    if case_number:
        kept = known is not None and known.case_number == case_number
        if not kept and riders.find_unsolved(account, case_number) is None:
            raise ValidationError(_("This customer has no open case with this number."), code="case_number")
    elif not any(char.isalnum() for char in no_case):
        raise ValidationError(_("Give the number of the case, or say why there is none."), code="no_case")
