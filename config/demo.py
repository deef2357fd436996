"""Signing in with one click, for trying the portal on one's own machine and nowhere else."""

from allauth.account.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from frame import clock
from frame.origin import from_this_machine


@require_POST
@login_not_required
def sign_in(request):
    """Sign in as the chosen one of the cast, second factor included, and go to the page first asked for.

    :raises Http404: the request did not come from this very machine, or nobody is called that
    """
    if not from_this_machine(request):
        raise Http404
    user = get_object_or_404(User, email=request.POST.get("email", ""), is_active=True)
    adapter = get_adapter()
    adapter.login(request, user)
    adapter.note_second_factor(request, _second_factor_of(user))
    wanted = request.POST.get("next", "")
    return redirect(wanted if adapter.is_safe_url(wanted) else settings.LOGIN_REDIRECT_URL)


def cast(request):
    """For the sign-in page: everybody who can be tried, with what they are."""
    on_sign_in = request.resolver_match and request.resolver_match.url_name == settings.LOGIN_URL
    if not (settings.PORTAL_DEMO and on_sign_in and from_this_machine(request)):
        return {}
    people = User.objects.filter(is_active=True).prefetch_related("memberships__account").order_by("pk")
    return {
        "demo_cast": [{"email": user.email, "name": str(user), "who": _who(user, clock.now())} for user in people],
    }


def _who(user, at):
    roles = [
        f"{membership.get_role_display()}, {membership.account.name}"
        for membership in user.memberships.all()
        if membership.ended_at is None or membership.ended_at > at
    ]
    if user.is_staff:
        roles.append(str(_("Staff of the portal")))
    return " · ".join(roles)


def _second_factor_of(user):
    enrolled = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return enrolled or TOTP.activate(user, generate_totp_secret()).instance
