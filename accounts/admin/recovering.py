"""Replacing primary users who are gone, and resetting second factors: staff begin it and may call it off."""

from collections.abc import Callable
from typing import ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from frame import clock
from frame.staff import staff_tools

from .. import authorization, selectors, services
from ..forms import ReplaceForm, ResetForm
from ..models import Account, FactorReset, Replacement, User
from .asking import Asking
from .companies import OfAccount

WHEN = ["started_by", "takes_effect_at", "outcome", "settled_at"]


class Recoveries(Asking):
    """What both have in common: a list by what waits, and calling off."""

    list_filter = [("settled_at", admin.EmptyFieldListFilter), "outcome"]
    actions = ["call_off"]

    end: ClassVar[Callable]  # the service that calls one off: ``(row, *, by, at)``

    def has_call_off_permission(self, request):
        """Whoever holds Django's permission to change such rows."""
        return self.holds(request, "change")

    @admin.action(description=gettext_lazy("Call off"), permissions=["call_off"])
    def call_off(self, request, queryset):
        """Call the chosen ones off, of those that have not taken effect. Closing a door never asks for a code."""
        done = self.do_to_each(request, queryset, lambda row: self.end(row, by=request.user, at=clock.now()))
        if done:
            words = ngettext("%(count)d was called off.", "%(count)d were called off.", done)
            messages.success(request, words % {"count": done})


@admin.register(Replacement)
class Replacements(Recoveries, OfAccount):
    """Primary users who are being replaced, or were."""

    list_display = ["account_name", "tag", "replaced_person", "new_person", *WHEN]
    list_select_related = ["account", "replaced__user", "successor__user", "started_by", "settled_by"]
    search_fields = ["account__name", "account__number", "replaced__user__email", "successor__user__email"]
    end = staticmethod(lambda row, **how: services.call_off_replacement(replacement=row, **how))

    def get_urls(self):
        """The window's addresses, and the page where staff begin it for an account."""
        begin = self.admin_site.admin_view(self.start_view)
        return [path("start/<int:account>/", begin, name="replacement_start"), *super().get_urls()]

    def start_view(self, request, account):
        """Begin to replace the primary user of an account."""
        self.require_adding(request)
        at = clock.now()
        account = get_object_or_404(Account, pk=min(account, 2**63 - 1))
        members = selectors.may_succeed(account, at=at)
        form = ReplaceForm(request.POST if request.method == "POST" else None, members=members)

        def start(successor, reason):
            services.start_replacement(account=account, successor=successor.user, reason=reason, by=request.user, at=at)
            return _("The replacement has begun, and everybody concerned has been told.")

        context = {
            "account": account,
            "told": authorization.run_by(account, at=at),
            "wait": settings.PORTAL_REPLACE_AFTER,
            "page": "replace",
        }
        return self.ask(
            request, form, title=_("Replace the primary user"), button=_("Begin"), do=start, context=context
        )

    @admin.display(description=gettext_lazy("primary user so far"), ordering="replaced__user__email")
    def replaced_person(self, row):
        """Who is said to be gone."""
        return row.replaced.user

    @admin.display(description=gettext_lazy("primary user then"), ordering="successor__user__email")
    def new_person(self, row):
        """Who is to have the place."""
        return row.successor.user


@admin.register(FactorReset)
class FactorResets(Recoveries):
    """Second factors that are being reset, or were."""

    list_display = ["person", *WHEN]
    list_select_related = ["person", "started_by", "settled_by"]
    search_fields = ["person__email", "person__first_name", "person__last_name"]
    end = staticmethod(lambda row, **how: services.call_off_factor_reset(reset=row, **how))

    def get_urls(self):
        """The window's addresses, and the page where staff begin it for a person."""
        begin = self.admin_site.admin_view(self.start_view)
        return [path("start/<int:person>/", begin, name="factor_reset_start"), *super().get_urls()]

    def start_view(self, request, person):
        """Begin to reset the second factor of a person."""
        self.require_adding(request)
        at = clock.now()
        person = get_object_or_404(User, pk=min(person, 2**63 - 1))
        form = ResetForm(request.POST if request.method == "POST" else None)

        def start(reason):
            services.start_factor_reset(person=person, reason=reason, by=request.user, at=at)
            return _("The reset has begun, and everybody concerned has been told.")

        told = {one for account in authorization.accounts_of(person) for one in authorization.run_by(account, at=at)}
        context = {
            "person": person,
            "told": sorted({person, *told}, key=lambda one: one.email),
            "wait": settings.PORTAL_FACTOR_RESET_AFTER,
            "page": "reset",
        }
        return self.ask(request, form, title=_("Reset the second factor"), button=_("Begin"), do=start, context=context)


@receiver(staff_tools, sender=Account, dispatch_uid="replace_from_an_account")
def beginning_at_an_account(sender, *, request, row, **kwargs):
    """Replacing the primary user, from an open account's page."""
    if row is None or row.closed_at is not None or not request.user.has_perm("accounts.add_replacement"):
        return []
    return [(_("Replace the primary user"), reverse("admin:replacement_start", args=[row.pk]))]


@receiver(staff_tools, sender=User, dispatch_uid="reset_from_a_person")
def beginning_at_a_person(sender, *, request, row, **kwargs):
    """Resetting the second factor, from a person's page."""
    if row is None or not request.user.has_perm("accounts.add_factorreset"):
        return []
    return [(_("Reset the second factor"), reverse("admin:factor_reset_start", args=[row.pk]))]
