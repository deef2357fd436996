"""Asking the same once more: *Send again*, *Renew*, and renewing several."""

import math

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.authorization import granted
from frame import clock
from frame.rates import within
from frame.refusals import REFUSED, say_on
from frame.tables import Column, Table
from partners import selectors as partners

from .. import selectors, services
from ..forms import RenewForm, RenewSeveralForm
from .ending import find_grant
from .reading import find_visible

BY_NAME = ("grantee__first_name", "grantee__last_name", "grantee__email")
ENDING = (
    Column("who", gettext_lazy("Who"), lambda row: row.grantee, BY_NAME),
    Column("address", gettext_lazy("Mail address"), lambda row: row.grantee.email),
    Column("customer", gettext_lazy("Customer"), lambda row: row.account.name, ("account__name", "account__number")),
    Column("number", gettext_lazy("Account number"), lambda row: row.account.number),
    Column(
        "rights",
        gettext_lazy("May see and do"),
        lambda row: ", ".join(str(right.label) for right in selectors.rights_of(row)),
    ),
    Column("end", gettext_lazy("Ends"), lambda row: row.ends_at, ("ends_at",)),
    Column("on", gettext_lazy("Goes on until"), lambda row: row.goes_on_until, ("goes_on_until",)),
    Column("asked", gettext_lazy("Waiting request"), lambda row: row.asked),
)


@require_POST
def send_again(request, public_id):
    """Put a waiting request before whoever decides once more."""
    at = clock.now()
    asked = find_visible(request, public_id, at=at)
    services.send_again(request=asked, by=request.user, at=at)
    messages.success(request, _("Sent again. Whoever decides has a new mail."))
    return redirect(asked)


@require_http_methods(["GET", "HEAD", "POST"])
def renew(request, grant_id):
    """Ask for the same rights from the end of this access on."""
    at = clock.now()
    grant = find_grant(request, grant_id, at=at)
    if request.method != "POST" and not selectors.may_renew(request.user, grant, at=at):
        raise Http404
    form = RenewForm(request.POST if request.method == "POST" else None, grant=grant, at=at)
    status, headers = 400 if form.is_bound else 200, {}
    if request.method == "POST" and form.is_valid():
        try:
            asked = services.renew_access(grant=grant, by=request.user, at=at, **form.cleaned_data)
        except REFUSED as refusal:
            status, headers = say_on(form, refusal, at=at)
        else:
            messages.success(request, _("Sent. The access goes on without a gap if the answer is yes in time."))
            return redirect(asked)
    people = {request.user, grant.grantee}
    context = {
        "form": form,
        "grant": grant,
        "rights": granted(grant),
        "deciders": selectors.who_would_decide(grant.account, people, at=at),
        "back": grant.get_absolute_url(),
        "at": at,
    }
    page = render(request, "access_requests/renew.html", context, status=status)
    for name, value in headers.items():
        page.headers[name] = value
    return page


@require_http_methods(["GET", "HEAD", "POST"])
def renewals(request):
    """The access of the company's people that ends soon; ask for the ticked ones once more, with one reason."""
    at, user = clock.now(), request.user
    if not partners.administered_by(user, at=at).exists():
        raise Http404
    name = request.GET.get("name", "").strip()[:100]
    table = Table(request, lambda at: selectors.ending_soon(user, at=at, words=name), ENDING, at)
    if table.wants_file:
        return table.file("renewals") if within(request, "export") else render(request, "429.html", status=429)
    form, done, status = RenewSeveralForm(None, rows=[]), None, 200
    if request.method == "POST":
        form = RenewSeveralForm(request.POST, rows=_ticked(request, at=at))
        done, status = _renew(request, form, at=at)
        if done and not done.refused:
            return redirect(_without_ticks(request))
        if done and done.asked:
            form = RenewSeveralForm(None, rows=[])
    page = table.page()
    kept = set(request.POST.getlist("grants")) if form.is_bound else set()
    tick_all = request.method != "POST" and "all" in request.GET
    for row in page.object_list:
        row.rights = selectors.rights_of(row)
        row.tickable = row.parent_id is None and row.asked is None and row.goes_on_until is None
        row.ticked = row.tickable and (tick_all or row.public_id in kept)
    context = {"table": table, "page": page, "form": form, "done": done, "name": name, "at": at}
    context["ahead"] = settings.PORTAL_START_AHEAD_MAX
    response = render(request, "access_requests/renewals.html", context, status=status)
    if done and status == 429:
        response.headers["Retry-After"] = str(max(1, math.ceil((done.back_at - at).total_seconds())))
    return response


def _without_ticks(request):
    """The address of the same list, with nothing ticked beforehand."""
    query = request.GET.copy()
    query.pop("all", None)
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _ticked(request, *, at):
    """The accesses that were ticked, each of the reader's own people.

    :raises Http404: one of them is not
    """
    wanted = set(request.POST.getlist("grants"))
    found = list(selectors.grants_of_own_people(request.user, wanted, at=at))
    if len(found) != len(wanted):
        raise Http404
    return found


def _renew(request, form, *, at):
    """Ask, and answer what became of it with the status of the page that says so."""
    if not form.is_valid():
        return None, 400
    try:
        done = services.renew_several(by=request.user, at=at, **form.terms())
    except ValidationError as error:
        form.add_error(error.code if error.code in form.fields else None, error)
        return None, 400
    if not done.asked:
        return done, 429 if done.back_at else 409
    words = ngettext(
        "One request was sent. The access goes on without a gap if the answer is yes in time.",
        "%(count)d requests were sent. Each access goes on without a gap if the answer is yes in time.",
        len(done.asked),
    )
    messages.success(request, words % {"count": len(done.asked)})
    return done, 200
