"""Writes that make a case: opened by the customer, or recorded by support for them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import AccountPermission
from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph, several_lines

from .. import selectors
from ..emails import approvals as access_emails
from ..emails import cases as emails
from ..models import SupportCase, new_case_number
from ..states import Channel, Severity
from .acting import as_customer, as_support, note
from .approving import put_before_contacts
from .threads import follow


class AlreadyOpened(NotAllowedNow):
    """The same form has opened a case before: ``case``."""

    def __init__(self, case):
        words = _("This form was sent before and has opened case %(number)s. Nothing was done a second time.")
        super().__init__(words % {"number": case.number})
        self.case = case


# As many characters as the table holds; a form says so beside the field before a service has to
_ROOM = {"subject": 200, "description": 10_000, "product": 100, "sender": 254}


@transaction.atomic
def open_case(
    *,
    account,
    subject,
    by,
    at,
    description="",
    product="",
    severity=Severity.MEDIUM,
    right=AccountPermission.WRITE_CASES,
    number="",
):
    """Report something to support. Where somebody else says whether support may enter the account for it, those are
    asked (S3-2).

    :param subject: what it is about, in one line
    :param description: the same at length, in Markdown
    :param severity: a :class:`~riders.states.Severity`
    :param right: what gives ``by`` the word, where it is another: who answers for access reports what nobody expected
    :param number: what the form carries, so that the same form sent twice is known again; one that is taken otherwise
        makes way for another
    :returns: the case, with its number
    :raises PermissionDenied: ``by`` may not open cases for this account
    :raises AlreadyOpened: the same form, with the same words, has opened one
    :raises ValidationError: there is no subject, or something is too long
    """
    acting = as_customer(account=account, by=by, right=right, at=at)
    words = _words(subject=subject, description=description, product=product)
    _refuse_the_same_form(acting, number, words | {"severity": severity})
    case = _create(acting, words | {"number": _free_number(number)}, severity, at)
    note("case.opened", acting, case=case, at=at)
    if not selectors.may_approve(by, acting.account, at=at):
        put_before_contacts(case, at=at)
        access_emails.access_asked(case=case, at=at)
    return case


@transaction.atomic
def record_case(
    *, account, channel, sender, subject, by, at, description="", product="", severity=Severity.MEDIUM, number=""
):
    """Write down what a customer reported by mail or telephone. Those who speak for the customer are told, and follow.
    Whoever may let support enter for it is asked to (S3-5).

    :param channel: a :class:`~riders.states.Channel`, but the portal
    :param sender: the address or telephone number it came from
    :param number: what the form carries, so that the same form sent twice is known again; one that is taken otherwise
        makes way for another
    :returns: the case, with its number
    :raises PermissionDenied: ``by`` is no validated associate
    :raises AlreadyOpened: the same form, with the same words, has recorded one
    :raises ValidationError: there is no subject or sender, or something is too long
    """
    acting = as_support(account=account, by=by, at=at)
    words = _words(subject=subject, description=description, product=product, sender=sender)
    if channel not in (Channel.MAIL, Channel.TELEPHONE):
        raise ValidationError(_("Choose how it came."), code="channel")
    if not words["sender"]:
        raise ValidationError(_("Say who it came from."), code="sender")
    words["channel"] = channel
    _refuse_the_same_form(acting, number, words | {"severity": severity})
    case = _create(acting, words | {"number": _free_number(number)}, severity, at)
    told = list(selectors.spoken_with(acting.account, sender=words["sender"], at=at))
    for person in told:
        follow(case, person, at=at)
    note("case.recorded", acting, case=case, at=at, channel=str(channel), sender=words["sender"])
    put_before_contacts(case, at=at)
    emails.case_recorded(case=case, people=told, at=at)
    access_emails.access_asked(case=case, at=at, apart_from=told)
    return case


def _words(*, subject, description, **more):
    words = {"subject": one_paragraph(subject), "description": several_lines(description)}
    words |= {name: one_paragraph(text) for name, text in more.items()}
    if not any(char.isalnum() for char in words["subject"]):
        raise ValidationError(_("Say in one line what it is about."), code="subject")
    for name, text in words.items():
        if len(text) > _ROOM[name]:
            raise ValidationError(_("This is too long."), code=name)
    return words


def _create(acting, words, severity, at):
    case = SupportCase.objects.create(
        account=acting.account,
        severity=Severity(severity),
        opened_by=acting.by,
        opened_at=at,
        changed_at=at,
        **words,
    )
    follow(case, acting.by, at=at)
    return case


def _refuse_the_same_form(acting, number, words):
    """The account is locked, so of several at the same moment one is first, and the others find what it opened."""
    sent = SupportCase.objects.filter(account=acting.account, opened_by=acting.by, number=number) if number else ()
    for case in sent:
        if all(getattr(case, name) == said for name, said in words.items()):
            raise AlreadyOpened(case)


def _free_number(number=""):
    number = number or new_case_number()
    while SupportCase.objects.filter(number=number).exists():
        number = new_case_number()
    return number
