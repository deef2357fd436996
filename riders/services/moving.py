"""Writes that change how far a case is: solved, reopened, closed for good, waiting for one side or the other."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from ..emails import cases as emails
from ..models import RemoteSession, SupportCase
from ..signals import case_solved
from ..states import CASE_MOVES, UNSOLVED, CaseState, moves
from .acting import as_clock, as_either, note
from .approving import end_with_case
from .requesting import withdraw_with_case
from .threads import clean_text, say
from .turning import turn


@transaction.atomic
def move_case(*, case, to, by, at, support=False, text="", seen=None):
    """Say how far a case is, and why: one line in the trail, one mail to everybody who follows it.

    :param to: a :class:`~riders.states.CaseState`
    :param text: Markdown, put on the case as a comment; whoever reopens a case has to say why
    :param seen: the state ``by`` had before their eyes, where they chose from what it offers
    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not, or it is for the other side to say
    :raises NotAllowedNow: somebody was faster, it is closed for good, or a remote session runs
    :raises ValidationError: there is no reason, or too long a one
    """
    acting = as_either(case=case, by=by, support=support, at=at)
    before = acting.case.state_at(at)
    if to in CASE_MOVES[before] and to not in moves(before, support=acting.support):
        raise PermissionDenied(_("Whom a case waits for is for support to say."))
    event = turn(acting, to, at=at, seen=seen)
    if to in (CaseState.SOLVED, CaseState.CLOSED):
        _require_no_session(acting.case)
    words = clean_text(text, required=before == CaseState.SOLVED and to != CaseState.CLOSED)
    comment = say(acting, text=words, at=at) if words else None
    details = {"comment": comment.pk} if comment else {}
    over = before in UNSOLVED and to not in UNSOLVED
    if over:
        details |= _what_ends(acting, at)
        # before the line: nothing is locked behind the trail's head
        case_solved.send(sender=SupportCase, case=acting.case, by=by, at=at, event=event, grants=acting.grants)
    note(event, acting, at=at, state=str(to), **details)
    emails.case_changed(acting=acting, event=event, comment=comment, at=at)
    return acting.case


@transaction.atomic
def solve_case(*, case, by, at, support=False):
    """Say that nothing is left to do on a case.

    :param support: ``by`` is an associate at support's own desk
    :raises PermissionDenied: ``by`` may not
    :raises NotAllowedNow: it was solved already
    """
    return move_case(case=case, to=CaseState.SOLVED, by=by, at=at, support=support)


def close_due_cases(*, at):
    """Tidy up after the clock: a solved case was closed when its time to be reopened was over, whether or not this ran.

    :returns: how many were stored
    """
    due = SupportCase.objects.to_be_closed(at).order_by("pk").only("pk", "account_id")
    return sum(_close_due(case, at=at) for case in due.iterator(chunk_size=200))


@transaction.atomic
def _close_due(case, *, at):
    acting = as_clock(case=case)
    closed_at = acting.case.reopen_until
    facts = {"state": CaseState.CLOSED, "closed_at": closed_at, "changed_at": closed_at}
    if not SupportCase.objects.to_be_closed(at).filter(pk=case.pk).update(**facts):
        return 0
    acting.case.refresh_from_db()
    note("case.closed", acting, at=at, state=CaseState.CLOSED.value)
    emails.case_changed(acting=acting, event="case.closed", at=at)
    return 1


def _what_ends(acting, at):
    """End with the locked case what only makes sense while somebody works on it; give what the line says of it."""
    ended, waiting = end_with_case(acting, at=at), withdraw_with_case(acting, at=at)
    said = {"approvals": [approval.pk for approval in ended]} if ended else {}
    return said | ({"request": waiting.pk} if waiting else {})


def _require_no_session(case):
    if RemoteSession.objects.filter(case=case, started_at__isnull=False, ended_at=None).exists():
        raise NotAllowedNow(_("A remote session of this case is running. End it first."))
