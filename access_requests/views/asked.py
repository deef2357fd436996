"""What support has asked of an account: the customer's own list."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import services as accounts
from accounts.authorization import accounts_where
from accounts.models import Account
from accounts.permissions import AccountPermission
from accounts.states import AccountKind
from frame import clock
from frame.rates import within
from frame.tables import Column, Table

from .. import selectors
from ..states import Status

COLUMNS = (
    Column("request", _("Request"), lambda row: row.public_id, ("public_id",)),
    Column("first", _("First name"), lambda row: row.asker.first_name, ("asker__first_name",)),
    Column("last", _("Last name"), lambda row: row.asker.last_name, ("asker__last_name",)),
    Column("start", _("Start"), lambda row: row.begins, ("begins",)),
    Column("end", _("End"), lambda row: row.ends, ("ends", "duration")),
    Column("asked", _("Created"), lambda row: row.submitted_at, ("submitted_at",)),
    Column("decision", _("Decision"), lambda row: Status(row.status_now).label, ("status_now",)),
)


@require_safe
def account_requests(request, number):
    """Every request of support for the account with its status, by status and name, for whoever sees who has access."""
    at = clock.now()
    status, name = request.GET.get("status", ""), request.GET.get("name", "").strip()[:100]
    if status and status not in Status.values:
        raise Http404
    as_file = request.GET.get("format") == "csv"
    visit = _enter(request, number, "access_requests.csv" if as_file else "access_requests", at=at)

    def rows(at):
        seen = accounts_where(request.user, AccountPermission.VIEW_ACCESS, at=at)
        asked = selectors.support_requests_to(visit.account).filter(account__in=seen.values("pk"))
        asked = asked.with_people().with_status_now(at)
        return selectors.named(selectors.with_times(asked.with_status(status, at) if status else asked), name)

    table = Table(request, rows, COLUMNS, at)
    if table.wants_file:
        allowed = within(request, "export")
        return table.file(f"access-requests-{number}") if allowed else render(request, "429.html", status=429)
    page = table.page()
    waiting = selectors.waiting_for(request.user, at=at).filter(pk__in=[row.pk for row in page.object_list])
    context = {
        "account": visit.account,
        "visit": visit,
        "table": table,
        "page": page,
        "status": status,
        "name": name,
        "statuses": Status.choices,
        "waiting": set(waiting.values_list("pk", flat=True)),
        "at": at,
    }
    return render(request, "access_requests/asked.html", context)


def _enter(request, number, page, *, at):
    """The visit to a customer's account.

    :raises Http404: unknown, none of this person's business, or not a customer's
    """
    right = AccountPermission.VIEW_ACCESS
    try:
        visit = accounts.enter(user=request.user, number=number, permission=right, page=page, at=at)
    except Account.DoesNotExist:
        raise Http404 from None
    if visit.account.kind != AccountKind.CUSTOMER:
        raise Http404
    request.visit = visit
    return visit
