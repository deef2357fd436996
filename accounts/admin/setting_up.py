"""Opening accounts, and the invitations: staff invite the first people, the account's own invite the others."""

from django.contrib import admin, messages
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from frame import clock
from frame.staff import staff_tools

from .. import services
from ..forms import SetUpForm, StaffInviteForm
from ..models import Account, Invitation
from .asking import Asking
from .companies import InvitationRows


@admin.register(Invitation)
class Invitations(Asking, InvitationRows):
    """Who was invited where, by whom, and what became of it."""

    actions = ["send_again", "withdraw"]
    on_the_page = ("send_again", "withdraw")

    def get_urls(self):
        """The window's addresses, the page that sets an account up, and the one that invites somebody to it."""
        view = self.admin_site.admin_view
        own = [
            path("set-up/", view(self.set_up_view), name="account_set_up"),
            path("invite/<int:account>/", view(self.invite_view), name="account_invite_as_staff"),
        ]
        return [*own, *super().get_urls()]

    def set_up_view(self, request):
        """Open an account and invite its primary user, in one step."""
        self.require_adding(request)
        form = SetUpForm(request.POST if request.method == "POST" else None)

        def set_up(**typed):
            invitation = services.set_up_account(**typed, by=request.user, at=clock.now())
            words = _("The account %(account)s is open, and the invitation is on its way to %(email)s.")
            return words % {"account": invitation.account, "email": invitation.email}

        title, button = _("Set up an account"), _("Open the account and invite")
        return self.ask(request, form, title=title, button=button, do=set_up, context={"page": "set_up"})

    def invite_view(self, request, account):
        """Invite the primary user of an account that has none, or a plain member."""
        self.require_adding(request)
        account = get_object_or_404(Account, pk=min(account, 2**63 - 1))
        form = StaffInviteForm(request.POST if request.method == "POST" else None)

        def invite(**typed):
            services.invite_as_staff(account=account, **typed, by=request.user, at=clock.now())
            return _("The invitation is on its way to %(email)s.") % {"email": typed["email"]}

        title, button = _("Invite somebody"), _("Send the invitation")
        context = {"page": "invite", "account": account}
        return self.ask(request, form, title=title, button=button, do=invite, context=context)

    def has_send_again_permission(self, request):
        """Whoever holds Django's permission to change invitations."""
        return self.holds(request, "change")

    @admin.action(description=gettext_lazy("Send again"), permissions=["send_again"])
    def send_again(self, request, queryset):
        """Send the chosen invitations again, of those that staff sent."""
        request.require_fresh_second_factor()
        by, at = request.user, clock.now()
        done = self.do_to_each(
            request, queryset, lambda row: services.send_again_as_staff(invitation=row, by=by, at=at)
        )
        if done:
            words = ngettext(
                "%(count)d invitation is on its way again.", "%(count)d invitations are on their way again.", done
            )
            messages.success(request, words % {"count": done})

    @admin.action(description=gettext_lazy("Withdraw"), permissions=["send_again"])
    def withdraw(self, request, queryset):
        """Withdraw the chosen invitations, of those that staff sent."""
        by, at = request.user, clock.now()
        done = self.do_to_each(request, queryset, lambda row: services.withdraw_as_staff(invitation=row, by=by, at=at))
        if done:
            words = ngettext("%(count)d invitation was withdrawn.", "%(count)d invitations were withdrawn.", done)
            messages.success(request, words % {"count": done})


@receiver(staff_tools, sender=Invitation, dispatch_uid="set_up_from_invitations")
def beginning_at_invitations(sender, *, request, row, **kwargs):
    """A new account, from the list."""
    may = row is None and request.user.has_perms(["accounts.add_account", "accounts.add_invitation"])
    return [(_("Set up an account"), reverse("admin:account_set_up"))] if may else []


@receiver(staff_tools, sender=Account, dispatch_uid="invite_from_an_account")
def beginning_at_an_account(sender, *, request, row, **kwargs):
    """An invitation, from an account's page."""
    may = row is not None and request.user.has_perm("accounts.add_invitation")
    return [(_("Invite somebody"), reverse("admin:account_invite_as_staff", args=[row.pk]))] if may else []
