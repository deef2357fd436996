"""Writes of cases."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import Account, Grant
from accounts.permissions import AccountPermission
from audit.record import record
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from .models import SupportCase, new_case_number
from .states import CaseState


@transaction.atomic
def open_case(*, account, subject, by, at):
    """Report something to support.

    :param subject: what it is about, in one line
    :returns: the case, with its number
    :raises PermissionDenied: ``by`` may not open cases for this account
    :raises ValidationError: there is no subject
    """
    account, grants = _locked(account, by, at=at)
    words = one_paragraph(subject)
    if not any(char.isalnum() for char in words):
        raise ValidationError(_("Say in one line what it is about."), code="subject")
    case = SupportCase.objects.create(number=_free_number(), account=account, subject=words, opened_by=by, opened_at=at)
    _note("case.opened", case, grants, by=by, at=at)
    return case


@transaction.atomic
def solve_case(*, case, by, at, staff=False):
    """Say that nothing is left to do on a case.

    :param staff: ``by`` acts on the admin site, which has asked whether they may
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it was solved already
    """
    if staff:
        Account.objects.select_for_update(no_key=True).get(pk=case.account_id)
        grants = []
    else:
        _account, grants = _locked(case.account, by, at=at)
    unsolved = SupportCase.objects.unsolved().filter(pk=case.pk)
    if not unsolved.update(state=CaseState.SOLVED, solved_at=at, solved_by=by):
        raise NotAllowedNow(_("This case was solved already."))
    case.refresh_from_db()
    _note("case.solved", case, grants, by=by, at=at)
    return case


def _locked(account, user, *, at):
    """Lock the account and the access the change stands on, and ask the door; so a change and its end cannot both win.

    :raises PermissionDenied: the person may not
    """
    account = Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    right = AccountPermission.WRITE_CASES
    used = authorization.grants_used(user, account, right, at=at)
    ids = list(used.values_list("pk", flat=True))
    locked = list(Grant.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    authorization.require(user, right, account, at=at)
    still = set(used.values_list("pk", flat=True))
    return account, [grant for grant in locked if grant.pk in still]


def _free_number():
    number = new_case_number()
    while SupportCase.objects.filter(number=number).exists():
        number = new_case_number()
    return number


def _note(event, case, grants, *, by, at):
    """From outside the line is about the access that was used, as a look is."""
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).update(last_used_at=at)
    record(
        event,
        account=case.account,
        by=by,
        subject=grants[0].public_id if grants else case.number,
        grants=[grant.public_id for grant in grants],
        case=case.number,
        digest=grants[0].request_digest if grants else "",
        at=at,
        case_subject=case.subject,
        **({"page": event} if grants else {}),
    )
