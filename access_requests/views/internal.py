"""Internal → Access requests: what an associate has asked, and finding an account. For everybody else it is not there.

Also the catalogue of role bundles, which everybody signed in can read.
"""

from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.authorization import is_associate
from accounts.services import look_up_account
from frame import clock
from frame.origin import from_networks
from frame.paging import page_of
from frame.rates import within
from frame.tables import Column, Table

from .. import selectors
from ..forms import FindAccountForm
from ..states import Status
from .drafts import note_found

COLUMNS = (
    Column("request", _("Request"), lambda row: row.public_id, ("public_id",)),
    Column("number", _("Account number"), lambda row: row.account.number, ("account__number",)),
    Column("account", _("Account"), lambda row: row.account.name, ("account__name", "account__number")),
    Column("start", _("Start"), lambda row: row.begins, ("begins",)),
    Column("end", _("End"), lambda row: row.ends, ("ends", "duration")),
    Column("asked", _("Created"), lambda row: row.submitted_at, ("submitted_at",)),
    Column("status", _("Status"), lambda row: Status(row.status_now).label, ("status_now",)),
)


@require_safe
def support_requests(request):
    """Every request the reader has made for themself as an associate, and nobody else's (S0-10, S0-30)."""
    at = clock.now()
    _require_associate(request, at=at)
    status, name = request.GET.get("status", ""), request.GET.get("name", "").strip()[:100]
    if status and status not in Status.values:
        raise Http404

    def rows(at):
        mine = selectors.asked_as_associate(request.user).with_people().with_status_now(at)
        return selectors.named(selectors.with_times(mine.with_status(status, at) if status else mine), name)

    table = Table(request, rows, COLUMNS, at)
    if table.wants_file:
        allowed = within(request, "export")
        return table.file("access-requests") if allowed else render(request, "429.html", status=429)
    context = {
        "table": table,
        "page": table.page(),
        "status": status,
        "name": name,
        "statuses": Status.choices,
        "finds": _may_find(request),
        "at": at,
    }
    return render(request, "access_requests/support_requests.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def support_find(request):
    """The organization ID of a customer by the account number; every look-up is written down (S0-22)."""
    at = clock.now()
    _require_associate(request, at=at)
    if not _may_find(request):
        raise Http404
    form = FindAccountForm(request.POST if request.method == "POST" else None)
    found, looked = None, False
    if request.method == "POST" and not within(request, "find_account"):
        return render(request, "429.html", status=429)
    if request.method == "POST" and form.is_valid():
        found, looked = look_up_account(number=form.cleaned_data["number"], by=request.user, at=at), True
        if found is not None:
            note_found(request.session, found)
    context = {"form": form, "found": found, "looked": looked, "at": at}
    status = 400 if request.method == "POST" and not looked else 200
    return render(request, "access_requests/support_find.html", context, status=status)


@require_safe
def roles(request):
    """The bundles support can ask for, with what each of them opens (S0-7)."""
    page = page_of(request, selectors.roles_on_offer())
    described = selectors.roles_in_words([role.as_asked() for role in page.object_list])
    return render(request, "access_requests/roles.html", {"page": page, "roles": described, "at": clock.now()})


def _require_associate(request, *, at):
    if not is_associate(request.user, at=at):
        raise Http404


def _may_find(request):
    return from_networks(request.client_address, settings.PORTAL_SUPPORT_NETWORKS)
