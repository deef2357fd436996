"""What staff began and what still waits: to read, and to stop with one click by whoever is told of it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from audit import edge
from frame import clock

from .. import selectors, services


@require_safe
def replacement(request, public_id):
    """The page behind the mail about a primary user who is to be replaced."""
    at = clock.now()
    found = _replacement(request, public_id, at=at)
    return render(request, "accounts/replacement.html", {"recovery": found, "account": found.account, "at": at})


@require_POST
def replacement_stop(request, public_id):
    """Stop it. Closing a door never asks for a code."""
    at = clock.now()
    found = _replacement(request, public_id, at=at)
    edge.concern(found.account.number)
    services.stop_replacement(replacement=found, by=request.user, at=at)
    messages.success(request, _("Stopped. The primary user stays, and everybody concerned has been told."))
    return redirect("replacement", public_id=public_id)


@require_safe
def factor_reset(request, public_id):
    """The page behind the mail about a second factor that is to be reset."""
    at = clock.now()
    return render(request, "accounts/factor_reset.html", {"recovery": _reset(request, public_id, at=at), "at": at})


@require_POST
def factor_reset_stop(request, public_id):
    """Stop it. Closing a door never asks for a code."""
    at = clock.now()
    found = _reset(request, public_id, at=at)
    services.stop_factor_reset(reset=found, by=request.user, at=at)
    messages.success(request, _("Stopped. The second factor stays, and everybody concerned has been told."))
    return redirect("factor_reset", public_id=public_id)


def _replacement(request, public_id, *, at):
    found = selectors.replacement_read_by(request.user, public_id, at=at)
    if found is None:
        raise Http404
    return found


def _reset(request, public_id, *, at):
    found = selectors.factor_reset_read_by(request.user, public_id, at=at)
    if found is None:
        raise Http404
    return found
