"""The answer to what support proposes: a written yes, which alone applies it, or a no; and what the clock decided."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow
from frame.wording import several_lines

from .. import authorization, emails
from ..models import ProposedChange
from ..states import ChangeState, RequestKind
from .applying import apply_configuration, move_change, note_each, overtake_changes, tell_closed
from .appointing import lock_account
from .proposing import lock_change, require_waiting

LETTERS = 2  # "ja" and "ok" are words
ANSWER_MAX = 2000


@transaction.atomic
def agree_to_change(*, change, digest, words, by, at):
    """Say yes in writing to what support proposed, and so make the change, exactly as it was read (S3-13).

    :param digest: that of the proposal ``by`` had before their eyes
    :param words: the written agreement; kept as it was typed, with the name of ``by``
    :raises PermissionDenied: ``by`` may not answer it
    :raises NotAllowedNow: it was answered, withdrawn, overtaken or lapsed in the meantime, or is not what was read
    :raises ValidationError: no words, or the configuration cannot be like that any more
    """
    account = lock_account(change.account)
    change = lock_change(change, account)
    _require_answerer(change, by, at=at)
    if digest != change.digest or change.digest != change.compute_digest():
        raise NotAllowedNow(_("This is not the proposal that stands here now. Read it again."))
    require_waiting(change, at=at)
    answer = several_lines(words)
    if sum(char.isalpha() for char in answer) < LETTERS or len(answer) > ANSWER_MAX:
        raise ValidationError(_("Say yes in your own words: this is your agreement in writing."), code="words")
    changes = apply_configuration(account, change.version, change.wanted)
    move_change(change, ChangeState.AGREED, answered_by=by, answered_at=at, answer=answer)
    overtaken = overtake_changes(account, at=at)
    note_each(
        "configuration.changed",
        account,
        changes,
        version=change.version + 1,
        by=by,
        at=at,
        grants=[change.grant],
        change=change.public_id,
        proposed_by=change.proposed_by.email,
        proposed_by_name=str(change.proposed_by),
    )
    for one in (change, *overtaken):
        tell_closed(one, by=by, at=at)
    return change


@transaction.atomic
def refuse_change(*, change, by, at, words=""):
    """Say no to what support proposed. Nothing is changed.

    :param words: why, for whoever proposed it; nobody has to say
    :raises PermissionDenied: ``by`` may not answer it
    :raises NotAllowedNow: it was answered, withdrawn, overtaken or lapsed in the meantime
    """
    account = lock_account(change.account)
    change = lock_change(change, account)
    _require_answerer(change, by, at=at)
    require_waiting(change, at=at)
    answer = several_lines(words)[:ANSWER_MAX]
    move_change(change, ChangeState.REFUSED, answered_by=by, answered_at=at, answer=answer)
    tell_closed(change, by=by, at=at)
    return change


def lapse_due_changes(*, at):
    """Store as lapsed what nobody answered in time, or what lost the access it stood on, and tell both sides.

    :returns: how many
    """
    due = ProposedChange.objects.to_be_lapsed(at).order_by("pk").select_related("account")
    return sum(_lapse(change, at=at) for change in due.iterator(chunk_size=200))


def remind_of_changes(*, at):
    """Remind whoever may answer, once and halfway, of what waits.

    :returns: of how many
    """
    due = ProposedChange.objects.waiting(at).filter(remind_at__lte=at).order_by("pk").select_related("account")
    return sum(_remind(change, at=at) for change in due.iterator(chunk_size=200))


@transaction.atomic
def tell_new_answerers(*, account, at):
    """Mail what waits to whoever may answer it now; who has had that mail already gets no second one."""
    waiting = ProposedChange.objects.waiting(at).filter(account=account).with_people().order_by("pk")
    for change in waiting:
        emails.change_proposed(change=change, at=at)


@transaction.atomic
def _lapse(change, *, at):
    change = lock_change(change, lock_account(change.account))
    if change.state != ChangeState.WAITING or change.state_at(at) == ChangeState.WAITING:
        return False
    move_change(change, ChangeState.LAPSED)
    tell_closed(change, by=None, at=at)
    return True


@transaction.atomic
def _remind(change, *, at):
    change = lock_change(change, lock_account(change.account))
    due = ProposedChange.objects.waiting(at).filter(pk=change.pk, remind_at__lte=at)
    if not due.update(remind_at=None):
        return False
    emails.change_reminder(change=change, at=at)
    return True


def _require_answerer(change, by, *, at):
    authorization.require_decider(by, change.account, RequestKind.CHANGE, apart_from=[change.proposed_by], at=at)
