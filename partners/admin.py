"""Staff's window on who serves whom."""

from django.contrib import admin, messages
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window
from frame.templatetags.frame import account_tag

from . import selectors, services
from .models import Partnership


@admin.register(Partnership)
class Partnerships(Window):
    """Which partner serves which customer, and since when."""

    list_display = ["partner_name", "partner_tag", "customer_name", "customer_tag", "state", "known_at", "linked_at"]
    list_filter = ["state"]
    list_select_related = ["partner", "customer"]
    search_fields = ["partner__name", "partner__number", "customer__name", "customer__number"]
    actions = ["end"]

    def has_end_permission(self, request):
        """Whoever holds Django's permission to change partnerships."""
        return self.holds(request, "change")

    @admin.action(description=_("End the partnership"), permissions=["end"])
    def end(self, request, queryset):
        """Show which access ends with the chosen partnerships, and end them on the button."""
        at = clock.now()
        chosen = queryset.select_related("partner", "customer").order_by("pk")
        if "confirmed" in request.POST:
            return self._end(request, chosen, at=at)
        ending = [(one, selectors.grants_under(one, at=at)) for one in chosen]
        context = {**self.admin_site.each_context(request), "title": _("End the partnership"), "ending": ending}
        return render(request, "admin/partners/end.html", context)

    def _end(self, request, chosen, *, at):
        done = 0
        for partnership in chosen:
            try:
                services.end_partnership(partnership=partnership, by=request.user, staff=True, at=at)
            except NotAllowedNow as refusal:
                messages.error(request, str(refusal))
            else:
                done += 1
        if done:
            words = ngettext("%(count)d partnership was ended.", "%(count)d partnerships were ended.", done)
            messages.success(request, words % {"count": done})

    @admin.display(description=_("partner"), ordering="partner__name")
    def partner_name(self, partnership):
        """The partner's name."""
        return partnership.partner.name

    @admin.display(description=_("account number"), ordering="partner__number")
    def partner_tag(self, partnership):
        """The partner's number on its key tag."""
        return account_tag(partnership.partner)

    @admin.display(description=_("customer"), ordering="customer__name")
    def customer_name(self, partnership):
        """The customer's name."""
        return partnership.customer.name

    @admin.display(description=_("account number"), ordering="customer__number")
    def customer_tag(self, partnership):
        """The customer's number on its key tag."""
        return account_tag(partnership.customer)
