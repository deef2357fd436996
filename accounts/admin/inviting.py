"""Staff's window on who was asked to join an account: staff invite the first people, its own invite the others."""

from django.contrib import admin, messages
from django.db.models import Q
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit import selectors as trail
from frame import clock
from frame.staff import staff_tools
from frame.templatetags.frame import pill

from .. import selectors, services
from ..forms import StaffInviteForm
from ..models import Account, Invitation
from .asking import Asking
from .companies import OfAccount


class InvitationState(admin.SimpleListFilter):
    """Invitations by what has become of them."""

    title = gettext_lazy("state")
    parameter_name = "state"

    def lookups(self, request, model_admin):
        """What can become of an invitation."""
        return [(state, words) for state, (words, _pill) in _STATES.items()]

    def queryset(self, request, queryset):
        """The invitations that have become so by now."""
        now = clock.now()
        narrowed = {
            "waiting": Q(accepted_at=None, withdrawn_at=None, lapses_at__gt=now),
            "lapsed": Q(accepted_at=None, withdrawn_at=None, lapses_at__lte=now),
            "accepted": Q(accepted_at__isnull=False),
            "withdrawn": Q(withdrawn_at__isnull=False),
        }
        return queryset.filter(narrowed.get(self.value() or "", Q()))


_STATES = {
    "waiting": (gettext_lazy("Waiting"), "pending"),
    "accepted": (gettext_lazy("Accepted"), "approved"),
    "lapsed": (gettext_lazy("Lapsed"), "expired"),
    "withdrawn": (gettext_lazy("Withdrawn"), "cancelled"),
}


@admin.register(Invitation)
class Invitations(Asking, OfAccount):
    """Who was asked to join which account, and what became of it."""

    list_display = ["name", "email", "account_name", "tag", "role", "state_now", "invited_at", "lapses_at", "mailed"]
    list_filter = [InvitationState, "role", "by_staff", ("invited_at", admin.DateFieldListFilter), "account__kind"]
    search_fields = ["email", "first_name", "last_name", "account__name", "account__number", "public_id"]
    search_help_text = gettext_lazy("A name, an address, an id, or the name or number of an account.")
    narrowed_by = ("account__number", "email")
    fieldsets = [
        (None, {"fields": ["first_name", "last_name", "email", "account", "role", "authorized_contact", "rights"]}),
        (
            gettext_lazy("How it stands"),
            {
                "fields": [
                    *("state_now", "invited_at", "invited_by", "by_staff", "mailed", "lapses_at"),
                    *("accepted_at", "withdrawn_at", "withdrawn_by", "public_id"),
                ]
            },
        ),
    ]
    readonly_fields = ["state_now", "rights"]
    actions = ["send_again", "withdraw"]
    on_the_page = ("send_again", "withdraw")

    def get_urls(self):
        """The window's addresses, and the page that invites somebody to an account."""
        view = self.admin_site.admin_view(self.invite_view)
        return [path("invite/<int:account>/", view, name="account_invite_as_staff"), *super().get_urls()]

    def history_of(self, row):
        """What the account's trail says about this address."""
        return trail.history(row.email).filter(account=row.account.number)

    @admin.display(description=gettext_lazy("name"), ordering="first_name")
    def name(self, invitation):
        """The name as it was typed."""
        return invitation.name

    @admin.display(description=gettext_lazy("own switches"))
    def rights(self, invitation):
        """The rights the person would have as a plain member, in words."""
        return ", ".join(map(str, invitation.right_words))

    @admin.display(description=gettext_lazy("state"), ordering="lapses_at")
    def state_now(self, invitation):
        """What has become of it by now."""
        words, looks = _STATES[selectors.state_of_invitation(invitation, at=clock.now())]
        return pill(looks, words)

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


@receiver(staff_tools, sender=Account, dispatch_uid="invite_from_an_account")
def beginning_at_an_account(sender, *, request, row, **kwargs):
    """An invitation from an open account's page."""
    if row is None or row.closed_at is not None or not request.user.has_perm("accounts.add_invitation"):
        return []
    return [(_("Invite somebody"), reverse("admin:account_invite_as_staff", args=[row.pk]))]
