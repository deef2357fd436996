"""Ending access, making it less, letting somebody ask again. Closing a door never asks for a code."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import selectors as accounts
from accounts.authorization import allows, granted, is_associate
from accounts.permissions import AccountPermission
from audit import edge
from audit import selectors as trail
from frame import clock
from riders import selectors as riders

from .. import selectors, services
from ..forms import LessForm, switches
from .reading import find_visible, what_was_done


@require_safe
def grant(request, grant_id):
    """One access that answers no request: what it allows, on whose word, what was done with it."""
    at = clock.now()
    found = find_grant(request, grant_id, at=at)
    context = {
        **what_was_done(request, found, at=at),
        "grant": found,
        "terms": selectors.grant_terms(found),
        "grant_live": found.live_at(at),
        "unended": found.unended_at(at),
        "may_end": found.unended_at(at) and services.may_end(request.user, found, at=at),
        "may_renew": selectors.may_renew(request.user, found, at=at),
        "history": trail.history(found.public_id).exclude(event__in=trail.USED),
        "receipt": selectors.receipt(found),
        "approver": selectors.approver_of(found),
        "case_url": _case_url(request.user, found, at=at),
        "at": at,
    }
    return render(request, "access_requests/grant.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def end(request, public_id):
    """Show what will end with the access a request was given, and end it on the button."""
    return _end(request, _find_asked_grant(request, public_id, at=clock.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def grant_end(request, grant_id):
    """Show what will end with an access, and end it on the button."""
    return _end(request, find_grant(request, grant_id, at=clock.now(), to_end=True))


@require_http_methods(["GET", "HEAD", "POST"])
def less(request, public_id):
    """Make the access a request was given less."""
    return _less(request, _find_asked_grant(request, public_id, at=clock.now()))


@require_http_methods(["GET", "HEAD", "POST"])
def grant_less(request, grant_id):
    """Make an access less."""
    return _less(request, find_grant(request, grant_id, at=clock.now(), to_end=True))


def _end(request, grant):
    at = clock.now()
    lenders = selectors.possible_lenders(grant, request.user, at=at)
    if request.method == "POST":
        heir = _chosen(lenders, request.POST)
        if heir is not None:  # that opens access too, under the heir's
            request.require_fresh_second_factor()
        services.end_access(grant=grant, by=request.user, at=at, taken_over_by=heir)
        messages.success(request, _("Ended. %(name)s can no longer open the account.") % {"name": grant.grantee})
        return redirect(grant)
    context = {
        "grant": grant,
        "back": grant.get_absolute_url(),
        "terms": selectors.grant_terms(grant),
        "lenders": lenders,
        "hanging": grant.children.unended(at).select_related("grantee"),
        "handing_back": grant.grantee == request.user,
        "approver": selectors.approver_of(grant),
        "at": at,
    }
    return render(request, "access_requests/end.html", context)


def _less(request, grant):
    """Fewer rights, an earlier end, no adding of colleagues: it applies at once."""
    at = clock.now()
    rights = granted(grant)
    form = LessForm(request.POST if request.method == "POST" else None, grant=grant, rights=rights, at=at)
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
        return redirect(grant)
    context = {
        "grant": grant,
        "back": grant.get_absolute_url(),
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


def _chosen(lenders, data):
    """Whoever is to take over what hangs under the ended access; ``None`` where it ends too.

    :raises Http404: somebody who cannot
    """
    chosen = data.get("lender", "")
    if not chosen:
        return None
    found = lenders.filter(public_id=chosen).first()
    if found is None:
        raise Http404
    return found


def _find_asked_grant(request, public_id, *, at):
    asked = find_visible(request, public_id, at=at)
    if asked.grant is None:
        raise Http404
    return _may_be_ended(request, asked.grant, at=at)


def find_grant(request, grant_id, *, at, to_end=False):
    """The access with this id, if the reader may see it; a foreign id answers like an unknown one."""
    edge.concern(selectors.account_number_of_grant(grant_id))
    found = selectors.grants_visible_to(request.user, at=at).filter(public_id=grant_id).distinct().first()
    if found is None:
        raise Http404
    return _may_be_ended(request, found, at=at) if to_end else found


def _case_url(user, grant, *, at):
    """Where the reader finds the case that an access was given for: at support's desk or in the account, or nowhere."""
    case = grant.case_number and riders.find_case(grant.account, grant.case_number)
    if not case:
        return ""
    if is_associate(user, at=at):
        return reverse("desk_case", args=[case.number])
    reads = allows(user, AccountPermission.VIEW_CASES, grant.account, at=at)
    return reverse("account_case", args=[grant.account.number, case.number]) if reads else ""


def _may_be_ended(request, grant, *, at):
    if request.method != "POST" and not services.may_end(request.user, grant, at=at):
        raise Http404
    return grant
