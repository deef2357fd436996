"""Who has access to an account, who had it at a given moment, and giving back what ended with somebody else's."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import services as accounts
from accounts.models import Account
from accounts.permissions import AccountPermission, Role
from accounts.states import AccountKind
from frame import clock
from frame.rates import within
from frame.tables import Column, Table

from .. import selectors, services
from ..forms import MomentForm
from .ending import find_grant

LATELY = 10
STATES = (
    ("", gettext_lazy("Has access or will")),
    ("live", gettext_lazy("Has access now")),
    ("next", gettext_lazy("Approved, not begun")),
    ("past", gettext_lazy("Over lately")),
)

BY_NAME = ("grantee__first_name", "grantee__last_name", "grantee__email")
WHO = (
    Column("who", gettext_lazy("Who"), lambda row: row.grantee, BY_NAME),
    Column("address", gettext_lazy("Mail address"), lambda row: row.grantee.email),
    Column("company", gettext_lazy("Company"), lambda row: row.membership.account.name, ("membership__account__name",)),
    Column("number", gettext_lazy("Account number"), lambda row: row.membership.account.number),
)
WORD = (
    Column("word", gettext_lazy("On whose word"), lambda row: row.decided_by, ("decided_by__first_name",)),
    Column("under", gettext_lazy("Added under the access of"), lambda row: row.parent and row.parent.grantee),
    Column("reason", gettext_lazy("Reason"), lambda row: row.reason),
    Column("case", gettext_lazy("Case"), lambda row: row.case_number),
    Column("start", gettext_lazy("From"), lambda row: row.starts_at, ("starts_at",)),
)
NOW = (
    *WHO,
    Column("rights", gettext_lazy("May see and do"), lambda row: _in_words(selectors.rights_of(row))),
    Column("administrator", gettext_lazy("Administrator"), lambda row: _yes_or_no(row.administrator)),
    Column("delegate", gettext_lazy("May add colleagues"), lambda row: _yes_or_no(row.may_delegate)),
    *WORD,
    Column("end", gettext_lazy("When"), lambda row: row.ends_at, ("ends_at",)),
    Column("ended", gettext_lazy("Ended"), lambda row: row.ended_at),
    Column("why", gettext_lazy("Why"), lambda row: row.get_end_reason_display()),
    Column("used", gettext_lazy("Last used"), lambda row: row.last_used_at, ("last_used_at",)),
)


@require_safe
def access(request, number):
    """Who is in, through whom, on whose word, until when; with a moment, who could open what then."""
    at = clock.now()
    visit = _enter(request, number, at=at)
    form = MomentForm(request.GET or None, account=visit.account)
    moment = form.cleaned_data["moment"] if form.is_bound and form.is_valid() else None
    if moment is not None:
        show = _members_then if request.GET.get("of") == "members" else _then
        return show(request, visit, form, moment, at=at)
    asked, account = _asked(request), visit.account

    def rows(at):
        seen = selectors.access_in_state(request.user, account, asked["state"], at=at)
        return selectors.narrowed(seen, name=asked["name"], company=asked["company"])

    table = Table(request, rows, NOW, at)
    if table.wants_file:
        return _file(request, table, f"access-{account.number}")
    page = table.page()
    ended = [] if asked["state"] or page.has_next() else _lately(request, account, asked, at=at)
    restorable = selectors.restorable([*page.object_list, *ended], at=at)
    for row in [*page.object_list, *ended]:
        row.rights = selectors.rights_of(row)
        row.restorable = row.pk in restorable
    companies = list(selectors.companies_with_access(account, at=at))
    chosen = [one for one in companies if asked["company"] == one.number or len(companies) == 1]
    context = {
        "account": account,
        "visit": visit,
        "table": table,
        "page": page,
        "ended": ended,
        "picture": selectors.picture([*page.object_list, *ended], at=at, zone=timezone.get_current_timezone()),
        "inside": selectors.people_inside(account, at=at),
        "may_end": AccountPermission.END_ACCESS in visit.rights,
        "may_decide": selectors.decides_partners(request.user, account, at=at),
        "asked": asked,
        "states": STATES,
        "companies": companies,
        **_looked_through(account, at=at),
        "company": next((one for one in chosen if one.kind == AccountKind.PARTNER), None),
        "form": form,
        "at": at,
    }
    status = 400 if form.is_bound and not form.is_valid() and "moment" in request.GET else 200
    return render(request, "access_requests/access.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request, grant_id):
    """Give back, with one click and a fresh second factor, what ended only with the access it hung under."""
    at = clock.now()
    grant = find_grant(request, grant_id, at=at)
    if not selectors.is_restorable(grant, at=at):
        raise Http404
    if request.method == "POST":
        request.require_fresh_second_factor()
        new = services.restore_access(grant=grant, by=request.user, at=at)
        messages.success(request, _("%(name)s has access again, on your word.") % {"name": new.grantee})
        return redirect("account_access", number=new.account.number)
    context = {"grant": grant, "terms": selectors.grant_terms(grant), "at": at}
    return render(request, "access_requests/restore.html", context)


def _enter(request, number, *, at):
    try:
        visit = accounts.enter(
            user=request.user, number=number, permission=AccountPermission.VIEW_ACCESS, page="access", at=at
        )
    except Account.DoesNotExist:
        raise Http404 from None
    request.visit = visit
    return visit


def _looked_through(account, *, at):
    """When a customer looked through who is in, and whether it is time to do it again."""
    if account.kind != AccountKind.CUSTOMER:
        return {}
    last = selectors.last_review(account)
    return {"reviewed_here": True, "looked_through": last, "review_due": selectors.review_due_at(account, last) <= at}


def _asked(request):
    """What the reader narrows the list down to: part of a name, the number of a company, a state.

    :raises Http404: there is no such state
    """
    state = request.GET.get("state", "")
    if state not in dict(STATES):
        raise Http404
    name, company = request.GET.get("name", "").strip()[:100], request.GET.get("company", "")[:12]
    return {"name": name, "company": company, "state": state}


def _lately(request, account, asked, *, at):
    """The few that ended last, which stand below those who are in."""
    over = selectors.access_in_state(request.user, account, "past", at=at)
    return list(selectors.narrowed(over, name=asked["name"], company=asked["company"])[:LATELY])


def _then(request, visit, form, moment, *, at):
    """Who from outside could open the account at the moment, as a page or as a file."""
    asked, account = _asked(request), visit.account

    def rows(at):
        seen = selectors.access_then(request.user, account, moment, at=at)
        return selectors.narrowed(seen, name=asked["name"], company=asked["company"])

    rights: dict = {}
    columns = (
        *WHO,
        Column("rights", gettext_lazy("May see and do"), lambda row: _in_words(rights.get(row.pk, []))),
        *WORD,
        Column("end", gettext_lazy("Until"), lambda row: row.ends_at, ("ends_at",)),
        Column("moment", gettext_lazy("Looked at"), lambda row: moment),
    )
    table = Table(request, rows, columns, at)
    if table.wants_file:
        rights |= selectors.rights_then(rows(at), moment)
        return _file(request, table, f"access-{account.number}-{moment:%Y%m%dT%H%M%S}")
    page = table.page()
    rights |= selectors.rights_then(page.object_list, moment)
    for row in page.object_list:
        row.rights = rights.get(row.pk, [])
    more = {"asked": asked, "companies": selectors.companies_with_access(account, at=at, moment=moment)}
    return _show_then(request, visit, form, table, page, moment=moment, at=at, **more)


def _members_then(request, visit, form, moment, *, at):
    """Who belonged to the account at the moment and as what, as a page or as a file."""
    account, name = visit.account, request.GET.get("name", "").strip()[:100]
    roles = selectors.roles_then(account, moment)

    def rows(at):
        seen = selectors.members_at(request.user, account, moment, at=at)
        return selectors.narrowed(seen, name=name, through="account", person="user")

    columns = (
        Column("who", gettext_lazy("Who"), lambda row: row.user, ("user__first_name", "user__last_name")),
        Column("address", gettext_lazy("Mail address"), lambda row: row.user.email, ("user__email",)),
        Column("role", gettext_lazy("Role"), lambda row: roles.get(row.user.email, Role(row.role)).label),
        Column("moment", gettext_lazy("Looked at"), lambda row: moment),
    )
    table = Table(request, rows, columns, at)
    if table.wants_file:
        return _file(request, table, f"members-{account.number}-{moment:%Y%m%dT%H%M%S}")
    page = table.page()
    for row in page.object_list:
        row.then = roles.get(row.user.email, Role(row.role)).label
    more = {"asked": {"name": name}, "members": True}
    return _show_then(request, visit, form, table, page, moment=moment, at=at, **more)


def _show_then(request, visit, form, table, page, **more):
    context = {"account": visit.account, "visit": visit, "form": form, "table": table, "page": page, **more}
    context["typed"] = request.GET["moment"]
    return render(request, "access_requests/access_then.html", context)


def _file(request, table, name):
    return table.file(name) if within(request, "export") else render(request, "429.html", status=429)


def _in_words(rights):
    return ", ".join(str(right.label) for right in rights)


def _yes_or_no(value):
    return _("Yes") if value else _("No")
