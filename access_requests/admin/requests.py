"""Staff's windows on requests and blocks, and what staff do not read of them."""

from datetime import timedelta

from django.contrib import admin
from django.dispatch import receiver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, User
from accounts.permissions import ordered
from audit import selectors as trail
from frame import clock
from frame.staff import Window, panel, staff_panels
from frame.templatetags.frame import account_tag, pill
from frame.wording import spell_duration

from ..models import AccessRequest, Block
from ..states import Status

WAITS_LONG = timedelta(days=3)


class StatusNow(admin.SimpleListFilter):
    """Requests by their status at this moment, whether or not a job has stored it."""

    title = gettext_lazy("status")
    parameter_name = "now"

    def lookups(self, request, model_admin):
        """Every status there is, and those that wait for long."""
        return [*Status.choices, ("long", _("Pending for more than 3 days"))]

    def queryset(self, request, queryset):
        """The requests that stand so."""
        now = clock.now()
        if self.value() == "long":
            return queryset.waiting(now).filter(submitted_at__lte=now - WAITS_LONG)
        return queryset.with_status(self.value(), now) if self.value() in Status.values else queryset


@admin.register(AccessRequest)
class AccessRequests(Window):
    """Who asked for what, and what became of it."""

    list_display = ["short_id", "tag", "company", "beneficiary", "kind", "status_now", "submitted_at", "respond_by"]
    list_filter = [StatusNow, "kind", "administrator", ("submitted_at", admin.DateFieldListFilter)]
    list_select_related = ["account", "company", "beneficiary"]
    search_fields = [
        *("public_id", "account__number", "account__name"),
        *("company__name", "company__number", "beneficiary__email", "asker__email"),
    ]
    search_help_text = gettext_lazy("An id, a person’s address, or the name or number of an account or a company.")
    narrowed_by = ("account__number", "company__number", "beneficiary__email")
    kept_by = "public_id"
    readable = (
        *("public_id", "kind", "account", "status", "submitted_at", "respond_by", "remind_at", "sent_again_at"),
        *("starts_at", "ends_at", "duration", "length", "decided_at"),
        *("account__number", "account__name", "short_id", "tag", "status_now", "now"),
    )
    fieldsets = [
        (
            None,
            {
                "fields": [
                    *("public_id", "account", "company", "beneficiary", "asker", "kind"),
                    *("rights", "may_delegate", "reason", "case_number"),
                ]
            },
        ),
        (
            gettext_lazy("How it stands"),
            {
                "fields": [
                    *("status_now", "submitted_at", "respond_by", "starts_at", "ends_at", "length"),
                    *("decided_at", "decided_by", "note", "grant", "times_sent_again", "version", "digest"),
                ]
            },
        ),
    ]
    readonly_fields = ["status_now", "rights", "length"]

    def history_of(self, row):
        """Each of its steps."""
        return trail.history(row.public_id)

    def name_of(self, row):
        """A request is called by its id, whoever may read the rest."""
        return row.public_id

    @admin.display(description=gettext_lazy("length from approval"))
    def length(self, request):
        """How long it is to hold from the yes on, in words."""
        return request.duration and spell_duration(request.duration)

    @admin.display(description=gettext_lazy("request"), ordering="public_id")
    def short_id(self, request):
        """The first six digits of the id; the whole id stands on the request's page."""
        return request.public_id[:6]

    @admin.display(description=gettext_lazy("account number"), ordering="account__number")
    def tag(self, request):
        """The account's number on its key tag."""
        return account_tag(request.account)

    @admin.display(description=gettext_lazy("rights"))
    def rights(self, request):
        """What was asked for, in words."""
        if request.administrator:
            return _("Administrator")
        return ", ".join(str(right.label) for right in ordered(request.permissions))

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_now(self, request):
        """The status at this moment, whether or not a job has stored it."""
        return pill(request.status_at(clock.now()))


@admin.register(Block)
class Blocks(Window):
    """Who may not ask for access to which account."""

    list_display = ["person", "tag", "request", "blocked_at", "blocked_by", "lifted_at", "lifted_by"]
    list_display_links = ["person", "tag"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter), ("blocked_at", admin.DateFieldListFilter)]
    list_select_related = ["person", "account", "request", "blocked_by", "lifted_by"]
    search_fields = ["person__email", "account__number", "account__name", "request__public_id"]
    search_help_text = gettext_lazy("A person’s address, the id of a request, or the name or number of an account.")
    narrowed_by = ("account__number", "person__email")
    kept_by = "request__public_id"
    readable = (
        *("account", "request", "blocked_at", "lifted_at"),
        *("account__number", "account__name", "request__public_id", "tag"),
    )

    def history_of(self, row):
        """The steps of the request it came from, the lifting among them."""
        return trail.history(row.request.public_id)

    def name_of(self, row):
        """Whom it keeps from what."""
        return super().name_of(row) if row.is_kept else f"{row.person} – {row.account}"

    @admin.display(description=gettext_lazy("account number"), ordering="account__number")
    def tag(self, block):
        """The account's number on its key tag."""
        return account_tag(block.account)


@receiver(staff_panels, sender=Account, dispatch_uid="requests_beside_an_account")
def beside_an_account(sender, *, request, row, at, **kwargs):
    """What is asked of an account, and what its people ask of others."""
    columns = ("short_id", "company", "beneficiary", "status_now", "submitted_at", "respond_by")
    asked = ("short_id", "tag", "beneficiary", "status_now", "submitted_at")
    blocked = ("person", "request", "blocked_at", "lifted_at")
    mine = {"account__number": row.number}
    return [
        panel(request, AccessRequest, _("Requests to this account"), columns, mine, place=40),
        panel(
            request,
            AccessRequest,
            _("Requests by this company"),
            asked,
            {"company__number": row.number},
            place=45,
            choose=lambda rows: rows.filter(is_kept=False),
        ),
        panel(request, Block, _("Blocks"), blocked, mine, place=55),
    ]


@receiver(staff_panels, sender=User, dispatch_uid="requests_beside_a_person")
def beside_a_person(sender, *, request, row, at, **kwargs):
    """What was asked for a person."""
    columns = ("short_id", "tag", "status_now", "submitted_at", "respond_by")
    theirs = {"beneficiary__email": row.email}
    openly = panel(
        request,
        AccessRequest,
        _("Requests for this person"),
        columns,
        theirs,
        place=35,
        choose=lambda rows: rows.filter(is_kept=False),
    )
    return [openly]
