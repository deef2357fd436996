"""Who has access to an account, who had it at a given moment, and giving back what ended with somebody else's."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services as accounts
from accounts.models import Account
from accounts.permissions import AccountPermission
from frame import clock
from frame.paging import page_of

from .. import selectors, services
from ..forms import MomentForm
from .ending import find_grant

LATELY = 10


@require_safe
def access(request, number):
    """Who is in, through whom, on whose word, until when; with a moment, who could open what then."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    form = MomentForm(request.GET or None, account=visit.account)
    moment = form.cleaned_data["moment"] if form.is_bound and form.is_valid() else None
    if moment is not None:
        return _then(request, visit, form, moment, at=at)
    page = page_of(request, selectors.access_to(visit.account, at=at))
    ended = list(selectors.lately_ended(visit.account, at=at)[:LATELY])
    restorable = selectors.restorable(ended, at=at)
    for row in [*page.object_list, *ended]:
        row.rights = selectors.rights_of(row)
        row.restorable = row.pk in restorable
    context = {
        "account": visit.account,
        "visit": visit,
        "page": page,
        "ended": ended,
        "picture": selectors.picture([*page.object_list, *ended], at=at, zone=timezone.get_current_timezone()),
        "inside": sum(row.live_at(at) for row in page.object_list),
        "may_end": AccountPermission.END_ACCESS in visit.rights,
        "may_decide": AccountPermission.DECIDE_ACCESS in visit.rights,
        "form": form,
        "at": at,
    }
    status = 400 if form.is_bound and not form.is_valid() and "moment" in request.GET else 200
    return render(request, "access_requests/access.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request, grant_id):
    """Give back, with one click and a fresh second factor, what ended only with the access it hung under."""
    at = clock.now()
    grant = find_grant(request, grant_id, at=at)
    if not selectors.is_restorable(grant, at=at):
        raise Http404
    if request.method == "POST":
        request.require_fresh_second_factor()
        new = services.restore_access(grant=grant, by=request.user, at=at)
        messages.success(request, _("%(name)s has access again, on your word.") % {"name": new.grantee})
        return redirect("account_access", number=new.account.number)
    context = {"grant": grant, "terms": selectors.grant_terms(grant), "at": at}
    return render(request, "access_requests/restore.html", context)


def _enter(request, number, *, at):
    try:
        visit = accounts.enter(
            user=request.user, number=number, permission=AccountPermission.VIEW_ACCESS, page="access", at=at
        )
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def _then(request, visit, form, moment, *, at):
    page = page_of(request, selectors.access_at(visit.account, moment))
    rights = selectors.rights_then(page.object_list, moment)
    for row in page.object_list:
        row.rights = rights.get(row.pk, [])
    context = {
        "account": visit.account,
        "visit": visit,
        "page": page,
        "members": selectors.members_then(visit.account, moment),
        "moment": moment,
        "form": form,
        "at": at,
    }
    return render(request, "access_requests/access_then.html", context)
