"""Staff's windows on people, accounts, memberships and access."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window
from frame.templatetags.frame import account_tag

from .. import services
from ..models import Account, Grant, Membership, User
from ..permissions import ordered


@admin.register(User)
class People(Window):
    """Everybody who can sign in. The password is no field here, not even as a hash."""

    list_display = ["email", "first_name", "last_name", "is_active", "is_staff", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_staff", "is_superuser", "language"]
    search_fields = ["email", "first_name", "last_name"]
    fields = [
        "email",
        "first_name",
        "last_name",
        "language",
        "time_zone",
        "is_active",
        "is_staff",
        "is_superuser",
        "date_joined",
        "last_login",
    ]
    actions = ["lock_out"]

    def has_lock_out_permission(self, request):
        """Whoever holds Django's permission to change people."""
        return self.holds(request, "change")

    @admin.action(description=_("Lock out"), permissions=["lock_out"])
    def lock_out(self, request, queryset):
        """Lock the chosen people out of the portal."""
        done = 0
        for user in queryset.order_by("pk"):
            try:
                services.deactivate_person(user=user, by=request.user, at=clock.now())
            except (NotAllowedNow, PermissionDenied) as refusal:
                messages.error(request, str(refusal))
            else:
                done += 1
        if done:
            words = ngettext("%(count)d person was locked out.", "%(count)d people were locked out.", done)
            messages.success(request, words % {"count": done})


@admin.register(Account)
class Accounts(Window):
    """The companies."""

    list_display = ["name", "tag", "kind", "org_id", "time_zone", "language", "seats", "opened_at", "closed_at"]
    list_filter = ["kind", "language", "partner_deciders", "support_deciders"]
    search_fields = ["name", "number", "org_id"]

    @admin.display(description=_("account number"), ordering="number")
    def tag(self, account):
        """The number on its key tag."""
        return account_tag(account)


@admin.register(Membership)
class Memberships(Window):
    """Who belongs where, and as what."""

    list_display = ["user", "account_name", "tag", "role", "authorized_contact", "joined_at", "ended_at"]
    list_filter = ["role", "authorized_contact", "account__kind", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "account"]
    search_fields = ["user__email", "user__first_name", "user__last_name", "account__name", "account__number"]

    @admin.display(description=_("account"), ordering="account__name")
    def account_name(self, membership):
        """The company's name."""
        return membership.account.name

    @admin.display(description=_("account number"), ordering="account__number")
    def tag(self, membership):
        """The number on its key tag."""
        return account_tag(membership.account)


@admin.register(Grant)
class Grants(Window):
    """Who may do what in somebody else's account, on whose word, until when."""

    list_display = ["grantee", "tag", "rights", "kind", "starts_at", "ends_at", "ended_at", "end_reason", "decided_by"]
    list_filter = ["kind", "administrator", "may_delegate", "end_reason", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["grantee", "account", "decided_by"]
    search_fields = ["public_id", "request_id", "grantee__email", "account__name", "account__number"]
    fields = [
        "public_id",
        "account",
        "grantee",
        "membership",
        "parent",
        "kind",
        "rights",
        "administrator",
        "may_delegate",
        "starts_at",
        "ends_at",
        "opened_at",
        "ended_at",
        "ended_by",
        "end_reason",
        "last_used_at",
        "request_id",
        "request_digest",
        "decided_by",
        "reason",
        "case_number",
    ]

    def get_queryset(self, request):
        """The grants with what they lend, in one query more for the whole page."""
        return super().get_queryset(request).prefetch_related("permissions__permission")

    @admin.display(description=_("account number"), ordering="account__number")
    def tag(self, grant):
        """The account's number on its key tag."""
        return account_tag(grant.account)

    @admin.display(description=_("rights"))
    def rights(self, grant):
        """What the grant lends, in words."""
        return ", ".join(
            str(right.label) for right in ordered(row.permission.codename for row in grant.permissions.all())
        )
