"""What both kinds of recovery have in common: a reason, and an end that happens once."""

from django.utils.translation import gettext as _

from frame.refusals import NotAllowedNow
from frame.wording import one_paragraph

from ..models import REASON_MAX
from ..states import Outcome


def reason_of(text):
    """The reason as it is kept: one paragraph of what can be seen.

    :raises NotAllowedNow: there is none, or it is too long
    """
    reason = one_paragraph(text)
    if not any(char.isalnum() for char in reason):
        raise NotAllowedNow(_("Give a reason. Everybody who is told reads it."))
    if len(reason) > REASON_MAX:
        raise NotAllowedNow(_("The reason is too long. Say it in %(count)d signs.") % {"count": REASON_MAX})
    return reason


def settle(recovery, outcome, *, by, at):
    """End a recovery one way or another, if nobody was faster; to take effect its wait must be over.

    The WHERE clause is the guard: of stopping and taking effect at the same moment one gets zero rows.

    :raises NotAllowedNow: it has taken effect or was stopped, or its time has not come
    """
    rows = type(recovery).objects
    movable = rows.due(at) if outcome == Outcome.COMPLETED else rows.under_way()
    if not movable.filter(pk=recovery.pk).update(settled_at=at, settled_by=by, outcome=outcome):
        raise NotAllowedNow(_("This has taken effect or was stopped already."))
    recovery.refresh_from_db()


def quietly(job, **how):
    """Run a job on one row, and answer 1; 0 where somebody else was faster, which is no failure."""
    try:
        job(**how)
    except NotAllowedNow:
        return 0
    return 1
