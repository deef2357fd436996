"""Watching what is done with access, and handing back one's own."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import selectors as accounts
from accounts.authorization import grants_used
from accounts.models import Account
from audit import edge
from frame import clock

from .. import selectors, services
from .ending import find_grant

AT_ONCE = 20


@require_safe
def grant_done(request, grant_id):
    """What was done with an access since the page was drawn; empty where nothing was.

    Once the access has ended the whole page is drawn anew, with the receipt.
    """
    at = clock.now()
    grant = find_grant(request, grant_id, at=at)
    if not grant.unended_at(at):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    after = request.GET.get("after", "")
    known = int(after) if after.isascii() and after.isdecimal() and len(after) < 18 else None
    fresh = list(selectors.done_with(grant).filter(pk__gt=known)[:AT_ONCE]) if known is not None else []
    if not fresh:
        return HttpResponse(status=204)
    context = {"deeds": selectors.as_deeds(fresh), "latest_deed": fresh[0].pk, "fresh": True, "at": at}
    return render(request, "access_requests/deeds.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def hand_back(request, number):
    """Show what the reader was lent on an account, and hand all of it back on the button."""
    at = clock.now()
    edge.concern(*accounts.concerned(request.user, number))
    account = _find(request, number, at=at)
    if request.method == "POST":
        services.hand_back_access(account=account, by=request.user, at=at)
        words = _("Handed back. You can no longer open account %(number)s with it. %(name)s has been told.")
        messages.success(request, words % {"number": account.number, "name": account.name})
        return redirect("home")
    mine = grants_used(request.user, account, None, at=at).select_related("account", "grantee", "membership__account")
    grants = list(mine.prefetch_related("permissions__permission").order_by("ends_at", "pk"))
    if not grants:
        raise Http404
    for grant in grants:
        grant.rights = selectors.rights_of(grant)
    hanging = [child for grant in grants for child in grant.children.unended(at).select_related("grantee")]
    context = {"account": account, "grants": grants, "hanging": hanging, "at": at}
    return render(request, "access_requests/hand_back.html", context)


def _find(request, number, *, at):
    try:
        return accounts.find_open(request.user, number, at=at)
    except Account.DoesNotExist:
        raise Http404 from None
