"""Telling somebody: a mail row and a notice, written in the transaction of the thing they announce.

Rendered then, in the reader's language and zone. Nobody here talks to a mail server or a broker.
"""

import hashlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from .models import Mail, Notice

_collected: ContextVar[list[Mail] | None] = ContextVar("mails_collected", default=None)


@dataclass(frozen=True)
class Letter:
    """One telling: what, about what, to whom, and in which words and hours.

    ``template`` is folder and name, for instance ``access_requests/email/requested_customer``; ``about`` is what
    makes this telling unique: a public id, with a version where it may recur; ``to`` is the person, or ``None``
    with ``address`` for a mailbox that is nobody's; ``zone`` names the zone the times are written in; ``path`` is
    the page the telling leads to; ``account`` the number of the account it concerns.
    """

    template: str
    to: Any
    about: str
    context: dict
    language: str
    zone: str
    path: str = ""
    account: str = ""
    address: str = ""


def post(letters, *, at):
    """Put mails on their way, and raise the same notices in the portal, in two statements for any number.

    Each is rendered now. Posting the same template about the same thing to the same person again changes nothing.

    :param letters: the :class:`Letter` objects, in the order they are to be sent
    :raises TransactionManagementError: outside a transaction, where a mail could announce what never happened
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A mail is written in the transaction of what it announces.")
    mails = [_rendered(letter, at) for letter in letters]
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    collected = _collected.get()
    if collected is not None:
        collected += mails
    notices = [_notice(mail, letter.path) for mail, letter in zip(mails, letters, strict=True) if letter.to]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def try_out(act, *, keep):
    """Do something and look at the mails that follow from it; undo it all again unless ``keep`` says yes to them.

    :param act: does it: a function without arguments that calls one service
    :param keep: a function of the mails, in the order they would leave
    :returns: what ``act`` gave, the mails, and whether it was kept
    """
    mails: list[Mail] = []
    token = _collected.set(mails)
    try:
        with transaction.atomic():
            result = act()
            kept = keep(mails)
            transaction.set_rollback(not kept)
    finally:
        _collected.reset(token)
    return result, mails, kept


def _rendered(letter, at):
    address = letter.address or letter.to.email
    key = _key(letter.template, letter.about, address)
    context = {
        **letter.context,
        "recipient": letter.to,
        "at": at,
        "portal_name": settings.PORTAL_NAME,
        "base_url": settings.PORTAL_BASE_URL,
        "link": settings.PORTAL_BASE_URL + letter.path,
        "security_mail": settings.PORTAL_SECURITY_MAIL,
    }
    with translation.override(letter.language), timezone.override(ZoneInfo(letter.zone)):
        subject = " ".join(render_to_string(f"{letter.template}_subject.txt", context).split())
        text = render_to_string(f"{letter.template}_message.txt", context)
        html = render_to_string(f"{letter.template}_message.html", {**context, "subject": subject})
    return Mail(
        key=key,
        message_id=message_id(key),
        event=letter.template.rpartition("/")[2],
        recipient=letter.to,
        to=address,
        subject=subject[:300],
        text=text,
        html=html,
        account=letter.account,
        about=letter.about[:80],
        created_at=at,
        due_at=at,
    )


def _notice(mail, path):
    return Notice(
        key=mail.key,
        recipient=mail.recipient,
        event=mail.event,
        title=mail.subject,
        path=path,
        account=mail.account,
        created_at=mail.created_at,
    )


def message_id(key):
    """The Message-ID every copy of this mail carries (RFC 5322, section 3.6.4)."""
    host = urlsplit(settings.PORTAL_BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{host}>"


def _key(template, about, address):
    return hashlib.sha256(f"{template}|{about}|{address.casefold()}".encode()).hexdigest()
