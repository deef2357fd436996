"""The mails of access for a case: to whoever approved it each time somebody is let in, and to colleagues."""

from django.urls import reverse

from notifications import outbox

from ..selectors import approver_of
from .letters import letters_on_grant


def access_activated(*, grant, at):
    """Tell whoever approved who has access now, why, to what and until when, and how to end it (S3-9)."""
    outbox.post(_to_approver(grant), at=at)


def colleague_brought_in(*, grant, at):
    """Tell whoever approved of a colleague in the same way, and the colleague what they can do (S3-11)."""
    inside = reverse("account", args=[grant.account.number])
    shared = {"about": grant.public_id, "by": grant.decided_by, "access_path": grant.get_absolute_url()}
    letters = letters_on_grant(grant, "brought_in", {grant.grantee}, path=inside, **shared)
    outbox.post(_to_approver(grant) + letters, at=at)


def _to_approver(grant):
    end = reverse("grant_end", args=[grant.public_id])
    who = {approver_of(grant)}
    return letters_on_grant(grant, "activated", who, about=grant.public_id, by=grant.decided_by, end_path=end)
