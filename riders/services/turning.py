"""How a case gets from one state to another: one conditional UPDATE, for everybody who moves one."""

from django.conf import settings
from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow

from ..models import SupportCase
from ..states import CASE_MOVES, CaseState


def turn(acting, to, *, at, seen=None):
    """Move the locked case if it may go there. The caller has asked the door, and leaves the line.

    The WHERE clause is the guard: of two people at once one gets zero rows, on every database.

    :param to: a :class:`CaseState`
    :param seen: the state that whoever acts had before their eyes; ``None`` where it does not matter
    :returns: the event to be written down
    :raises NotAllowedNow: the case is not where it was, or does not go there from where it is
    """
    case, to = acting.case, CaseState(to)
    before = case.state_at(at)
    if to not in CASE_MOVES[before] or seen not in (None, "", before):
        raise NotAllowedNow(_why_not(before))
    facts = {"state": to, "changed_at": at} | _facts(case, to, acting.by, at)
    if not SupportCase.objects.in_state(before, at).filter(pk=case.pk).update(**facts):
        raise NotAllowedNow(_("This case changed while you were looking at it."))
    for name, value in facts.items():
        setattr(case, name, value)
    return CASE_MOVES[before][to]


def _facts(case, to, by, at):
    """What a case remembers of being solved and closed in its new state."""
    if to == CaseState.CLOSED:
        return {"closed_at": at, "closed_by": by}
    if to == CaseState.SOLVED:
        return {"solved_at": at, "solved_by": by, "reopen_until": at + settings.PORTAL_CASE_REOPEN_WITHIN}
    return {"solved_at": None, "solved_by": None, "reopen_until": None}


def _why_not(state):
    if state == CaseState.CLOSED:
        return _("This case is closed for good. Open a new one.")
    if state == CaseState.SOLVED:
        return _("This case was solved already.")
    return _("This case changed while you were looking at it. It is now: %(state)s.") % {"state": state.label}
