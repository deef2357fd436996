"""Staff's window on who serves whom, and setting up companies and relationships."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.dispatch import receiver
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Account
from accounts.states import AccountKind
from audit import selectors as trail
from frame import clock
from frame.refusals import NotAllowedNow
from frame.staff import Window, page_of_row, panel, staff_panels, staff_tools
from frame.templatetags.frame import account_tag, pill
from notifications.previewing import set_up

from . import forms, selectors, services
from .models import Partnership
from .states import PartnershipState

PILLS = {PartnershipState.AVAILABLE: "upcoming", PartnershipState.LINKED: "active", PartnershipState.ENDED: "ended"}


@admin.register(Partnership)
class Partnerships(Window):
    """Which partner serves which customer, and since when."""

    list_display = [
        "partner_name",
        "partner_tag",
        "customer_name",
        "customer_tag",
        "state_now",
        "known_at",
        "linked_at",
    ]
    list_filter = ["state", ("told_at", admin.EmptyFieldListFilter), ("known_at", admin.DateFieldListFilter)]
    list_select_related = ["partner", "customer"]
    search_fields = ["partner__name", "partner__number", "customer__name", "customer__number"]
    search_help_text = gettext_lazy("The name or number of a partner or of a customer.")
    narrowed_by = ("partner__number", "customer__number")
    fields = [
        *("partner", "customer", "state_now", "known_at", "told_at"),
        *("linked_at", "linked_by", "ended_at", "ended_by"),
    ]
    readonly_fields = ["state_now"]
    actions = ["end"]
    on_the_page = ("end",)

    def get_urls(self):
        """The window's own addresses, and the two pages that set something up."""
        view = self.admin_site.admin_view
        return [
            path("new/", view(self.new_relationship), name="partners_partnership_new"),
            path("new-company/", view(self.new_company), name="partners_company_new"),
            *super().get_urls(),
        ]

    def history_of(self, row):
        """What the customer's trail says about the two."""
        return trail.history(f"{row.partner.number}-{row.customer.number}")

    def new_relationship(self, request):
        """Make it known that a partner serves a customer.

        :raises PermissionDenied: this person does not hold Django's permission to add partnerships
        """
        if not self.holds(request, "add"):
            raise PermissionDenied
        at, initial = clock.now(), {name: request.GET.get(name, "") for name in ("partner", "customer")}
        form = forms.Relationship(request.POST or None, initial=initial, label_suffix="")
        response, partnership = set_up(
            request,
            form=form,
            act=lambda: services.make_known(**form.cleaned_data, by=request.user, at=at),
            context=self._context(
                request,
                title=_("New relationship"),
                words=_(
                    "The partner’s admins may then ask for access to the customer. Nobody has access by this alone. "
                    "A partner nobody of whom has signed in yet is told when somebody does."
                ),
                button=_("Make it known"),
            ),
        )
        if response is not None:
            return response
        messages.success(request, _("%(partnership)s is known now.") % {"partnership": partnership})
        return redirect(page_of_row(partnership))

    def new_company(self, request):
        """Open an account, invite its primary user and make its partners known.

        :raises PermissionDenied: this person does not hold Django's permissions to add accounts and partnerships
        """
        if not may_set_up_companies(request):
            raise PermissionDenied
        at = clock.now()
        form = forms.Company(request.POST or None, label_suffix="")
        response, account = set_up(
            request,
            form=form,
            act=lambda: services.set_up_company(**form.cleaned_data, by=request.user, at=at),
            context=self._context(
                request,
                title=_("New company"),
                words=_(
                    "The account is opened, its primary user is invited, and the partners that serve it are told. "
                    "Nothing is open to anybody until the primary user has signed in and said yes."
                ),
                button=_("Open the account"),
            ),
        )
        if response is not None:
            return response
        messages.success(request, _("The account of %(account)s is open.") % {"account": account})
        return redirect(page_of_row(account))

    def _context(self, request, **words):
        return {**self.admin_site.each_context(request), "opts": self.opts, **words}

    def has_end_permission(self, request):
        """Whoever holds Django's permission to change partnerships."""
        return self.holds(request, "change")

    @admin.action(description=gettext_lazy("End the partnership"), permissions=["end"])
    def end(self, request, queryset):
        """Show which access ends with the chosen partnerships, and end them on the button."""
        at = clock.now()
        chosen = queryset.select_related("partner", "customer").order_by("pk")
        if "confirmed" in request.POST:
            return self._end(request, chosen, at=at)
        ending = [(one, selectors.grants_under(one, at=at)) for one in chosen]
        context = {
            **self.admin_site.each_context(request),
            "title": _("End the partnership"),
            "ending": ending,
            "opts": self.opts,
            "at": at,
        }
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

    @admin.display(description=gettext_lazy("partner"), ordering="partner__name")
    def partner_name(self, partnership):
        """The partner's name."""
        return partnership.partner.name

    @admin.display(description=gettext_lazy("partner’s number"), ordering="partner__number")
    def partner_tag(self, partnership):
        """The partner's number on its key tag."""
        return account_tag(partnership.partner)

    @admin.display(description=gettext_lazy("customer"), ordering="customer__name")
    def customer_name(self, partnership):
        """The customer's name."""
        return partnership.customer.name

    @admin.display(description=gettext_lazy("customer’s number"), ordering="customer__number")
    def customer_tag(self, partnership):
        """The customer's number on its key tag."""
        return account_tag(partnership.customer)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_now(self, partnership):
        """How far the two are, as a word, a colour and a sign."""
        return pill(PILLS[partnership.state], partnership.get_state_display())


def may_set_up_companies(request):
    """Whether this person holds Django's permissions to add accounts and partnerships."""
    return request.user.has_perms(["accounts.add_account", "accounts.add_invitation", "partners.add_partnership"])


@receiver(staff_panels, sender=Account, dispatch_uid="partnerships_beside_an_account")
def beside_an_account(sender, *, request, row, at, **kwargs):
    """Who serves this customer, or whom this partner serves."""
    serve = partial(panel, request, Partnership, place=30)
    if row.kind == AccountKind.CUSTOMER:
        columns = ("partner_name", "partner_tag", "state_now", "known_at", "linked_at")
        return [serve(_("Partners"), columns, {"customer__number": row.number})]
    if row.kind == AccountKind.PARTNER:
        columns = ("customer_name", "customer_tag", "state_now", "known_at", "linked_at")
        return [serve(_("Customers"), columns, {"partner__number": row.number})]
    return []


@receiver(staff_tools, sender=Account, dispatch_uid="set_up_from_accounts")
def beginning_at_accounts(sender, *, request, row, **kwargs):
    """A new company or a whole register from the list; a new relationship from an account's page."""
    if row is None:
        company = [(_("New company"), reverse("admin:partners_company_new"))] * may_set_up_companies(request)
        may_import = request.user.has_perm("partners.add_registerupload")
        return [*company, *([(_("Import a register"), reverse("register"))] * may_import)]
    place = {AccountKind.CUSTOMER: "customer", AccountKind.PARTNER: "partner"}.get(row.kind)
    if place is None or row.closed_at is not None:
        return []
    return [(words, f"{address}?{place}={row.number}") for words, address in _new_relationship(request)]


@receiver(staff_tools, sender=Partnership, dispatch_uid="set_up_from_partnerships")
def beginning_at_partnerships(sender, *, request, row, **kwargs):
    """A new relationship from the list of them."""
    return _new_relationship(request) if row is None else []


def _new_relationship(request):
    may = request.user.has_perm("partners.add_partnership")
    return [(_("New relationship"), reverse("admin:partners_partnership_new"))] if may else []
