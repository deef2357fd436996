"""Inviting somebody to an account, and the page behind the link they get."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from audit import edge
from frame import clock
from frame.rates import TOO_OFTEN, within
from frame.refusals import NotAllowedNow

from .. import selectors, services
from ..forms import InviteForm, member_switches
from ..models import Invitation
from ..permissions import AccountPermission as P
from ..permissions import Role
from .entering import enter, show


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request, number):
    """Invite somebody by address and name. The answer is the same whether or not the address is known here."""
    at = clock.now()
    visit = _enter_to_manage(request, number)
    roles = selectors.may_appoint(request.user, visit.account, at=at)
    form = InviteForm(request.POST if request.method == "POST" else None, roles=roles)
    status = 200
    if request.method == "POST" and not within(request, "invite"):
        form.add_error(None, TOO_OFTEN)
        status = 429
    elif request.method == "POST":
        status = 400
        if form.is_valid():
            data = form.cleaned_data
            if data["role"] == Role.ADMINISTRATOR:
                request.require_fresh_second_factor()
            try:
                services.invite(account=visit.account, by=request.user, at=at, **data)
                messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": data["email"]})
                return redirect("account_contacts", number=number)
            except NotAllowedNow as refusal:
                form.add_error(None, str(refusal))
                status = 409
    context = {
        "form": form,
        "switches": member_switches(form["permissions"].value() or []),
        "may_set_contact": Role.ADMINISTRATOR in roles,
        "seats_taken": selectors.seats_taken(visit.account, at=at),
        "at": at,
    }
    return show(request, visit, "invite", context, status=status)


@require_POST
def again(request, number, public_id):
    """Send an invitation again."""
    found = _own(request, number, public_id)
    if not within(request, "invite"):
        return render(request, "429.html", status=429)
    if found.role == Role.ADMINISTRATOR:
        request.require_fresh_second_factor()
    services.invite_again(invitation=found, by=request.user, at=clock.now())
    messages.success(request, _("The invitation is on its way to %(email)s again.") % {"email": found.email})
    return redirect("account_contacts", number=number)


@require_POST
def withdraw(request, number, public_id):
    """Take an invitation back."""
    found = _own(request, number, public_id)
    services.withdraw_invitation(invitation=found, by=request.user, at=clock.now())
    messages.success(request, _("The invitation to %(email)s was withdrawn.") % {"email": found.email})
    return redirect("account_contacts", number=number)


@login_not_required
@require_safe
def invitation(request, public_id):
    """The page behind the link. Who is not signed in reads how to get in, whatever the address; the person it was
    sent to reads what they are invited to; to everybody else it does not exist.
    """
    at = clock.now()
    if not request.user.is_authenticated:
        return render(request, "accounts/invited.html", {"bare": True})
    found = _mine(request, public_id)
    context = {"invitation": found, "account": found.account, "open": found.open_at(at), "at": at}
    return render(request, "accounts/invitation.html", context)


@require_POST
def accept(request, public_id):
    """Join the account."""
    found = _mine(request, public_id)
    membership = services.accept_invitation(invitation=found, by=request.user, at=clock.now())
    messages.success(request, _("You belong to %(account)s now.") % {"account": membership.account.name})
    return redirect("account", number=membership.account.number)


def _enter_to_manage(request, number):
    return enter(request, number, permission=P.MANAGE_PEOPLE, page="contacts")


def _own(request, number, public_id):
    visit = _enter_to_manage(request, number)
    return get_object_or_404(Invitation.objects.filter(account=visit.account), public_id=public_id)


def _mine(request, public_id):
    found = selectors.invitation_to(request.user, public_id)
    if found is None:
        raise Http404
    edge.concern(found.account.number)
    return found
