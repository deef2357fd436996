"""Every mail of temporary access. None of them says the code: that stands on the agent's screen alone."""

from django.conf import settings
from django.urls import reverse

from accounts import authorization
from accounts.states import RequestKind
from notifications import outbox

from ..selectors import grant_terms, receipt
from .letters import decide_path, deciders_of, letters_on_grant, letters_on_request, told_of_withdrawal


def hour_asked(*, request, at):
    """Ask the one administrator the agent is in contact with; nobody else gets the button (S4-1)."""
    path = decide_path(request)
    outbox.post(letters_on_request(request, "hour_asked", {request.addressee}, path=path), at=at)


def hour_granted(*, request, grant, at):
    """Tell the agent, whoever was asked and whoever could have answered until when it holds and what it allows."""
    inside = reverse("account", args=[request.account.number])
    shared = {"terms": grant_terms(grant), "grant": grant, "by": grant.decided_by, "about": grant.public_id}
    shared["page"] = request.get_absolute_url()
    letters = letters_on_request(request, "hour_granted", _inside(request, at), path=decide_path(request), **shared)
    letters += letters_on_request(request, "hour_granted", {request.asker}, path=inside, **shared)
    outbox.post(letters, at=at)


def hour_denied(*, request, at):
    """Tell the same people that the answer was no."""
    again_at = request.decided_at + settings.PORTAL_ASK_AGAIN_AFTER
    told = {*_inside(request, at), request.asker}
    outbox.post(letters_on_request(request, "hour_denied", told, version=True, again_at=again_at), at=at)


def hour_lapsed(*, request, at):
    """Tell the same people that nobody answered in time."""
    outbox.post(letters_on_request(request, "hour_lapsed", {*_inside(request, at), request.asker}), at=at)


def hour_withdrawn(*, request, by, at, apart_from=()):
    """Tell whoever was asked, and the agent, that there is nothing left to answer: withdrawn by the agent, too many
    wrong codes, or the agent is gone.
    """
    told = told_of_withdrawal(request, at) - {by, *apart_from}
    missed = request.misses >= settings.PORTAL_HOUR_MISSES
    outbox.post(letters_on_request(request, "hour_withdrawn", told, by=by, missed=missed), at=at)


def hour_ended(*, grants, by, at, apart_from=()):
    """Tell the same people that an hour is over, why, and what was done in it."""
    for grant in grants:
        deciders = authorization.deciders(grant.account, RequestKind.HOUR, at=at, apart_from={grant.grantee})
        told = {grant.grantee, grant.request.addressee, *deciders} - set(apart_from)
        done = {"about": grant.public_id, "by": by, "receipt": receipt(grant)}
        outbox.post(letters_on_grant(grant, "hour_ended", told, **done), at=at)


def _inside(request, at):
    """Whoever was asked by name, and everybody else who could have answered."""
    return {request.addressee, *deciders_of(request, at)}
