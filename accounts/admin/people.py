"""Staff's window on people, and locking somebody out."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from audit import selectors as trail
from audit.models import TrailLine
from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window, kept, panel, staff_panels
from notifications.models import Mail

from .. import selectors, services
from ..models import Grant, Invitation, Membership, User


@admin.register(User)
class People(Window):
    """Everybody who can sign in. The password is no field here, not even as a hash."""

    list_display = ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "language", ("last_login", admin.EmptyFieldListFilter)]
    search_fields = ["email", "first_name", "last_name", "memberships__account__number", "memberships__account__name"]
    search_help_text = gettext_lazy("A name, an address, or the number or name of an account.")
    fieldsets = [
        (None, {"fields": ["email", "first_name", "last_name", "language", "time_zone"]}),
        (
            gettext_lazy("Signing in"),
            {"fields": ["is_active", "second_factor", "is_staff", "is_superuser", "date_joined", "last_login"]},
        ),
    ]
    readonly_fields = ["second_factor"]
    actions = ["lock_out"]
    on_the_page = ("lock_out",)

    def history_of(self, row):
        """What was done to this person, and in every account what became of their memberships."""
        return trail.history(row.email)

    def has_lock_out_permission(self, request):
        """Whoever holds Django's permission to change people."""
        return self.holds(request, "change")

    @admin.display(description=gettext_lazy("second factor"), boolean=True)
    def second_factor(self, user):
        """Whether one is set up; never what it is."""
        return selectors.has_second_factor(user)

    @admin.action(description=gettext_lazy("Lock out"), permissions=["lock_out"])
    def lock_out(self, request, queryset):
        """Show what ends for the chosen people, and lock them out on the button, after a fresh second factor."""
        chosen = list(queryset.order_by("pk"))
        if "confirmed" in request.POST:
            request.require_fresh_second_factor()
            return self._lock_out(request, chosen)
        at = clock.now()
        context = {
            **self.admin_site.each_context(request),
            "title": gettext_lazy("Lock out"),
            "leaving": [(user, selectors.belongings_of(user), _open_access(user, at=at)) for user in chosen],
            "opts": self.opts,
            "at": at,
        }
        return render(request, "admin/accounts/lock_out.html", context)

    def _lock_out(self, request, chosen):
        done = 0
        for user in chosen:
            try:
                services.deactivate_person(user=user, by=request.user, at=clock.now())
            except (NotAllowedNow, PermissionDenied) as refusal:
                messages.error(request, str(refusal))
            else:
                done += 1
        if done:
            words = ngettext("%(count)d person was locked out.", "%(count)d people were locked out.", done)
            messages.success(request, words % {"count": done})


def _open_access(user, *, at):
    """The access that ends with a person, as far as staff read of it."""
    return selectors.access_that_ends_with(user, at=at).exclude(kept("public_id"))


@receiver(staff_panels, sender=User, dispatch_uid="accounts_beside_a_person")
def beside_a_person(sender, *, request, row, at, **kwargs):
    """Where a person belongs, what they hold, what they were sent and what they did."""
    return [
        panel(
            request,
            Membership,
            _("Memberships"),
            ("account_name", "tag", "role", "authorized_contact", "joined_at", "ended_at"),
            {"user__email": row.email},
            place=10,
        ),
        panel(
            request,
            Invitation,
            _("Invitations"),
            ("name", "account_name", "role", "state_now", "lapses_at"),
            {"email": row.email},
            place=20,
        ),
        panel(
            request,
            Grant,
            _("Access this person has"),
            ("account_name", "tag", "state_now", "rights", "ends_at"),
            {"grantee__email": row.email},
            place=30,
            choose=lambda rows: rows.filter(is_kept=False),
        ),
        panel(
            request,
            Mail,
            _("Mails"),
            ("subject", "state_now", "created_at", "sent_at"),
            {"to": row.email},
            place=80,
            choose=lambda rows: rows.filter(is_kept=False),
        ),
        panel(
            request,
            TrailLine,
            _("What this person did"),
            ("at", "event", "tag", "facts"),
            {"actor": row.email},
            place=90,
            choose=lambda rows: rows.filter(is_kept=False),
        ),
    ]
