"""Sending what is due, trying again, giving up, and starting over."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.utils.translation import gettext as _

from audit.record import job_ran, record
from frame import clock
from frame.refusals import NotAllowedNow

from .models import Mail, MailState, Notice

log = logging.getLogger(__name__)

BATCH = 50
LONGEST_BACKOFF = timedelta(hours=1)


def deliver_due(*, at, limit=BATCH):
    """Send the mails that are due, longest due first, and note that the job went through.

    Safe to run twice, late or beside another worker: each mail is claimed by a lease just before it is tried, so that
    a worker that dies holds up the one it had in hand and no other. The clock is read again for each.

    :returns: how many left
    """
    sent = 0
    backend = get_connection()
    try:
        for pk in list(Mail.objects.due(at).order_by("due_at", "id").values_list("pk", flat=True)[:limit]):
            mail = _claim(pk, due=at, at=clock.now())
            if mail is not None:
                sent += _try(mail, backend, at=clock.now())
    finally:
        backend.close()
    job_ran("outbox", at=at)
    return sent


@transaction.atomic
def send_again(*, mail, by, at):
    """Try a mail once more from the start.

    :raises NotAllowedNow: it left already, or is on its way anyway
    """
    changed = Mail.objects.filter(pk=mail.pk, state=MailState.GIVEN_UP).update(
        state=MailState.WAITING, attempts=0, due_at=at, leased_until=None, last_error=""
    )
    if not changed:
        raise NotAllowedNow(_("Only a mail that was given up can be sent again."))
    record("mail.requeued", by=by, subject=mail.pk, at=at, to=mail.to)


@transaction.atomic
def read_notice(*, notice, at):
    """Take a notice off its reader's list."""
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=at)


def read_notices_about(*, user, path, at):
    """Take the notices that lead to a page off the list of somebody who has opened it and acted."""
    Notice.objects.filter(recipient=user, path=path, read_at=None).update(read_at=at)


@transaction.atomic
def _claim(pk, *, due, at):
    """Take a mail in hand, for as long as the mail server is given to answer and a while beyond; ``None`` where another
    worker has it, or had.
    """
    mails = Mail.objects.due(due).filter(pk=pk)
    if connection.features.has_select_for_update_skip_locked:
        mails = mails.select_for_update(skip_locked=True)
    mail = mails.first()
    if mail is None:
        return None
    mail.attempts += 1
    mail.leased_until = at + settings.PORTAL_MAIL_LEASE + timedelta(seconds=settings.EMAIL_TIMEOUT)
    mail.save(update_fields=["attempts", "leased_until"])
    return mail


def _try(mail, backend, *, at):
    try:
        _message(mail, backend).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail server can do to us, the row says so and is tried again
        _failed(mail, error, at=at)
        return 0
    Mail.objects.filter(pk=mail.pk).update(state=MailState.SENT, sent_at=at, leased_until=None, last_error="")
    return 1


def _failed(mail, error, *, at):
    wait = min(settings.PORTAL_MAIL_BACKOFF * 2 ** min(mail.attempts - 1, 20), LONGEST_BACKOFF)
    state = MailState.GIVEN_UP if mail.attempts >= settings.PORTAL_MAIL_ATTEMPTS else MailState.WAITING
    reason = f"{type(error).__name__}: {error}"[:500]
    Mail.objects.filter(pk=mail.pk).update(state=state, due_at=at + wait, leased_until=None, last_error=reason)
    log.warning("mail not sent", extra={"mail": mail.pk, "state": state.value, "failure": type(error).__name__})


def _message(mail, backend):
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        to=[mail.to],
        connection=backend,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(mail.html, "text/html")
    return message
