"""Asking the same once more: *Send again*, and *Renew*."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authorization import granted
from frame import clock
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import RenewForm
from .ending import find_grant
from .reading import find_visible


@require_POST
def send_again(request, public_id):
    """Put a waiting request before whoever decides once more."""
    at = clock.now()
    asked = find_visible(request, public_id, at=at)
    services.send_again(request=asked, by=request.user, at=at)
    messages.success(request, _("Sent again. Whoever decides has a new mail."))
    return redirect(asked)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request, grant_id):
    """Ask for the same rights from the end of this access on."""
    at = clock.now()
    grant = find_grant(request, grant_id, at=at)
    if request.method != "POST" and not selectors.may_renew(request.user, grant, at=at):
        raise Http404
    form = RenewForm(request.POST if request.method == "POST" else None, grant=grant, at=at)
    status = 400 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.renew_access(grant=grant, by=request.user, at=at, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(error.code if error.code in form.fields else None, error)
        except NotAllowedNow as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Sent. The access goes on without a gap if the answer is yes in time."))
            return redirect(asked)
    people = {request.user, grant.grantee}
    context = {
        "form": form,
        "grant": grant,
        "rights": granted(grant),
        "deciders": selectors.who_would_decide(grant.account, people, at=at),
        "back": grant.get_absolute_url(),
        "at": at,
    }
    return render(request, "access_requests/renew.html", context, status=status)
