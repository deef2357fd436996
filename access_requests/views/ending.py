"""Ending access, making it less, letting somebody ask again. Closing a door never asks for a code."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import selectors as accounts
from accounts.authorization import granted
from frame import clock

from .. import selectors, services
from ..forms import LessForm, switches
from .reading import find_visible


@require_http_methods(["GET", "HEAD", "POST"])
def end(request, public_id):
    """Show what will end, and end it on the button."""
    at = clock.now()
    asked, grant = _find_grant(request, public_id, at=at)
    if request.method == "POST":
        services.end_access(grant=grant, by=request.user, at=at)
        messages.success(request, _("Ended. %(name)s can no longer open the account.") % {"name": grant.grantee})
        return redirect(asked)
    context = {
        "access_request": asked,
        "grant": grant,
        "terms": selectors.grant_terms(grant),
        "hanging": grant.children.unended(at).select_related("grantee"),
        "handing_back": grant.grantee == request.user,
        "at": at,
    }
    return render(request, "access_requests/end.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def less(request, public_id):
    """Fewer rights, an earlier end, no adding of colleagues: it applies at once."""
    at = clock.now()
    asked, grant = _find_grant(request, public_id, at=at)
    rights = granted(grant)
    form = LessForm(request.POST or None, grant=grant, rights=rights, at=at)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        services.shrink_access(
            grant=grant,
            by=request.user,
            ends_at=data["ends_at"],
            permissions=data["permissions"],
            may_delegate=data["may_delegate"],
            at=at,
        )
        messages.success(request, _("Changed. It holds from now on, and everybody concerned has been told."))
        return redirect(asked)
    context = {
        "access_request": asked,
        "grant": grant,
        "form": form,
        "switches": switches(form, rights=rights, opens=accounts.opens_today(grant.account)),
        "at": at,
    }
    return render(request, "access_requests/less.html", context, status=400 if form.is_bound else 200)


@require_POST
def unblock(request, public_id):
    """Let the asker of this request ask again."""
    at = clock.now()
    asked = find_visible(request, public_id, at=at)
    block = get_object_or_404(selectors.standing_blocks(asked.account, asked.people))
    services.lift_block(block=block, by=request.user, at=at)
    messages.success(request, _("%(name)s can ask for access again.") % {"name": block.person})
    return redirect(asked)


def _find_grant(request, public_id, *, at):
    asked = find_visible(request, public_id, at=at)
    if asked.grant is None:
        raise Http404
    if request.method != "POST" and not services.may_end(request.user, asked.grant, at=at):
        raise Http404
    return asked, asked.grant
