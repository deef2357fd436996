"""Writes of cases."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from ..models import SupportCase, new_case_number
from ..signals import case_solved
from ..states import CaseState, Severity
from .acting import as_customer, as_support, note


@transaction.atomic
def open_case(*, account, subject, by, at, description="", product="", severity=Severity.MEDIUM):
    """Report something to support.

    :param subject: what it is about, in one line
    :returns: the case, with its number
    :raises PermissionDenied: ``by`` may not open cases for this account
    :raises ValidationError: there is no subject
    """
    acting = as_customer(account=account, by=by, at=at)
    words = one_paragraph(subject)
    if not any(char.isalnum() for char in words):
        raise ValidationError(_("Say in one line what it is about."), code="subject")
    case = SupportCase.objects.create(
        number=_free_number(),
        account=acting.account,
        subject=words,
        description=description,
        product=product,
        severity=severity,
        opened_by=by,
        opened_at=at,
        changed_at=at,
    )
    note("case.opened", acting, case=case, at=at, case_subject=case.subject)
    return case


@transaction.atomic
def solve_case(*, case, by, at, support=False):
    """Say that nothing is left to do on a case.

    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it was solved already
    """
    who = as_support if support else as_customer
    acting = who(account=case.account, case=case, by=by, at=at)
    unsolved = SupportCase.objects.unsolved().filter(pk=case.pk)
    until = at + settings.PORTAL_CASE_REOPEN_WITHIN
    if not unsolved.update(state=CaseState.SOLVED, solved_at=at, solved_by=by, reopen_until=until, changed_at=at):
        raise NotAllowedNow(_("This case was solved already."))
    case.refresh_from_db()
    note("case.solved", acting, at=at, case_subject=case.subject)
    case_solved.send(sender=SupportCase, case=case, by=by, at=at)
    return case


def _free_number():
    number = new_case_number()
    while SupportCase.objects.filter(number=number).exists():
        number = new_case_number()
    return number
