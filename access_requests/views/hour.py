"""The page behind *Grant access*: the code, the length, the answer; and while it holds, what the agent can do now."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts import selectors as accounts
from accounts.permissions import CONSEQUENCES, LENDABLE, AccountPermission
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow
from notifications.services import read_notices_about

from .. import selectors, services
from ..forms import HourForm
from ..states import Status
from .reading import changed_meanwhile


def decide_hour(request, asked, *, at):
    """Read, and answer an agent: *Grant access*, *Deny*, *I did not expect this*. Opening it decides nothing.

    :param asked: a request for temporary access that the reader may decide
    """
    if request.method == "POST":
        return _answer(request, asked, at=at)
    status = asked.status_at(at)
    if status == Status.PENDING:
        return _page(request, asked, HourForm(access_request=asked, at=at), at=at)
    if status == Status.APPROVED and asked.grant.live_at(at):
        return _running(request, asked, at=at)
    return redirect(asked)


def _answer(request, asked, *, at):
    form = HourForm(request.POST, access_request=asked, at=at)
    if not within(request, "decide"):
        form.add_error(None, TOO_OFTEN)
        return _page(request, asked, form, status=429, at=at)
    if not form.is_valid():
        if form.is_stale:
            refusal = selectors.what_happened_instead(asked, form.seen, at=at)
            return changed_meanwhile(request, asked, form.seen, refusal)
        return _page(request, asked, form, status=400, at=at)
    try:
        return _carry_out(request, asked, form, at=at)
    except ValidationError as error:
        form.add_error(error.code if error.code in form.fields else None, error)
        return _page(request, asked, form, status=400, at=at)
    except NotAllowedNow as refusal:
        return changed_meanwhile(request, asked, form.seen, refusal)


def _carry_out(request, asked, form, *, at):
    data = form.cleaned_data
    who = {"request": asked, "seen": form.seen, "by": request.user}
    if data["answer"] == form.GRANT:
        request.require_fresh_second_factor()
        services.grant_hour(code=data["code"], length=data["length"], at=at, **who)
        words, place = _("Granted. %(name)s has been told."), "decide"
    elif data["answer"] == form.DENY:
        services.deny_request(at=at, **who)
        words, place = _("Denied. %(name)s has been told."), "request"
    else:
        services.report_unexpected(at=at, **who)
        words, place = _("Denied and reported. %(name)s cannot ask again until somebody of you allows it."), "request"
    read_notices_about(user=request.user, path=request.path, at=at)
    messages.success(request, words % {"name": asked.asker})
    return redirect(place, asked.public_id)


def _page(request, asked, form, *, at, status=200):
    context = {
        "access_request": asked,
        "form": form,
        "rights": _rights(asked, LENDABLE),
        "never": [right for right in AccountPermission if right not in LENDABLE],
        "at": at,
    }
    return render(request, "access_requests/hour.html", context, status=status)


def _running(request, asked, *, at):
    grant = asked.grant
    given = selectors.grant_terms(grant).permissions
    context = {
        "access_request": asked,
        "grant": grant,
        "form": HourForm(access_request=asked, at=at),
        "rights": _rights(asked, given),
        "may_end": services.may_end(request.user, grant, at=at),
        "at": at,
    }
    return render(request, "access_requests/hour_running.html", context)


def _rights(asked, rights):
    """Each right with what follows from it and what it opens today."""
    opens = accounts.opens_today(asked.account)
    return [{"label": right.label, "why": CONSEQUENCES[right], "opens": opens.get(right, "")} for right in rights]
