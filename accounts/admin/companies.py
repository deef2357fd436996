"""Staff's windows on accounts, on who belongs to them, and on who was asked to."""

from django.contrib import admin
from django.db.models import F, OuterRef
from django.db.models.expressions import Exists
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit import selectors as trail
from audit.models import TrailLine
from frame import clock
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag
from notifications.models import Mail

from .. import selectors
from ..models import Account, Grant, Invitation, Invoice, Membership, Order, Usage
from ..permissions import Role


class OfAccount(Window):
    """A window on rows that belong to an account."""

    list_select_related = ["account"]
    narrowed_by: tuple[str, ...] = ("account__number",)

    @admin.display(description=gettext_lazy("account"), ordering="account__name")
    def account_name(self, row):
        """The company's name."""
        return row.account.name

    @admin.display(description=gettext_lazy("account number"), ordering="account__number")
    def tag(self, row):
        """The number on its key tag."""
        return account_tag(row.account)


class Missing(admin.SimpleListFilter):
    """Accounts that lack somebody."""

    title = gettext_lazy("what is missing")
    parameter_name = "missing"

    def lookups(self, request, model_admin):
        """What can be missing."""
        return [("primary", _("A primary user")), ("people", _("Anybody at all"))]

    def queryset(self, request, queryset):
        """The open accounts without it."""
        living = Membership.objects.living().filter(account=OuterRef("pk"))
        missing = {"primary": living.filter(role=Role.PRIMARY), "people": living}.get(self.value() or "")
        return queryset if missing is None else queryset.open(clock.now()).filter(~Exists(missing))


@admin.register(Account)
class Accounts(Window):
    """The companies. The page of one holds everything about it."""

    list_display = ["name", "tag", "kind", "org_id", "time_zone", "language", "seats", "opened_at", "closed_at"]
    list_filter = [
        "kind",
        Missing,
        ("closed_at", admin.EmptyFieldListFilter),
        "language",
        "partner_deciders",
        "support_deciders",
    ]
    search_fields = ["name", "number", "org_id", "memberships__user__email"]
    search_help_text = gettext_lazy(
        "An account number, an organization ID, a name, or the address of one of its people."
    )
    fieldsets = [
        (None, {"fields": ["name", "number", "org_id", "kind", "time_zone", "language"]}),
        (gettext_lazy("How it stands"), {"fields": ["opened_at", "closed_at", "seats_now"]}),
        (
            gettext_lazy("Who decides, and what is open to support"),
            {
                "fields": [
                    *("partner_deciders", "support_deciders", "partners_may_add_colleagues"),
                    *("support_read_only", "support_changes_need_agreement"),
                ]
            },
        ),
    ]
    readonly_fields = ["seats_now"]

    def history_of(self, row):
        """The account's whole trail."""
        return TrailLine.objects.filter(chain=row.number).order_by("sequence")

    @admin.display(description=gettext_lazy("account number"), ordering="number")
    def tag(self, account):
        """The number on its key tag."""
        return account_tag(account)

    @admin.display(description=gettext_lazy("seats"))
    def seats_now(self, account):
        """How many seats there are, and how many are taken."""
        taken = selectors.seats_taken(account, at=clock.now())
        return _("%(taken)d of %(seats)d taken") % {"taken": taken, "seats": account.seats}


@admin.register(Membership)
class Memberships(OfAccount):
    """Who belongs where, and as what."""

    list_display = ["user", "account_name", "tag", "role", "authorized_contact", "joined_at", "ended_at"]
    list_filter = ["role", "authorized_contact", "account__kind", ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user", "account"]
    search_fields = ["user__email", "user__first_name", "user__last_name", "account__name", "account__number"]
    search_help_text = gettext_lazy("A person’s name or address, or the name or number of an account.")
    narrowed_by = ("account__number", "user__email")

    def history_of(self, row):
        """What the account's trail says about this person."""
        return trail.history(row.user.email).filter(account=row.account.number)

    @admin.display(description=gettext_lazy("e-mail address"), ordering="user__email")
    def email(self, membership):
        """The person's address."""
        return membership.user.email


@receiver(staff_panels, sender=Account, dispatch_uid="accounts_beside_an_account")
def beside_an_account(sender, *, request, row, at, **kwargs):
    """An account's people, invitations, access, records, mails and trail."""
    mine = {"account__number": row.number}
    people = panel(
        request,
        Membership,
        _("People"),
        ("user", "email", "role", "authorized_contact", "joined_at", "ended_at"),
        mine,
        place=10,
        choose=lambda rows: rows.order_by(F("ended_at").asc(nulls_first=True), "user__first_name", "pk"),
    )
    return [
        people,
        panel(
            request,
            Invitation,
            _("Invitations"),
            ("name", "email", "role", "state_now", "lapses_at"),
            mine,
            place=20,
        ),
        panel(
            request,
            Grant,
            _("Access lent by this account"),
            ("lent_to", "state_now", "rights", "starts_at", "ends_at"),
            mine,
            place=50,
        ),
        panel(request, Order, _("Orders"), ("number", "ordered_on", "product", "quantity", "state"), mine, place=60),
        panel(request, Invoice, _("Invoices"), ("number", "issued_on", "due_on", "sum", "state_now"), mine, place=61),
        panel(request, Usage, _("Usage"), ("product", "month", "amount", "unit"), mine, place=62),
        panel(
            request,
            Mail,
            _("Mails about this account"),
            ("subject", "to", "state_now", "created_at"),
            {"account": row.number},
            place=80,
        ),
        panel(
            request,
            TrailLine,
            _("Trail"),
            ("at", "event", "who", "facts"),
            {"account": row.number},
            place=90,
        ),
    ]
