"""What waits for me, the list of requests, one request."""

from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import authorization
from accounts import selectors as accounts
from audit import edge
from audit import selectors as trail
from frame import clock
from frame.paging import page_of
from frame.rates import within
from frame.tables import Column, Table
from riders import selectors as riders

from .. import selectors, services
from ..states import Status

HOME_ROWS = 5

COLUMNS = (
    Column("request", _("Request"), lambda row: row.public_id, ("public_id",)),
    Column(
        "for",
        _("For"),
        lambda row: row.beneficiary,
        ("beneficiary__first_name", "beneficiary__last_name", "beneficiary__email"),
    ),
    Column("address", _("Mail address"), lambda row: row.beneficiary.email),
    Column("company", _("Company"), lambda row: row.company.name),
    Column("account", _("Account"), lambda row: row.account.name, ("account__name", "account__number")),
    Column("number", _("Account number"), lambda row: row.account.number),
    Column(
        "rights",
        _("Asks for"),
        lambda row: ", ".join(str(right.label) for right in row.rights),
        ("administrator", "permissions"),
    ),
    Column("start", _("Start"), lambda row: row.starts_at, ("starts_at",)),
    Column("end", _("End"), lambda row: row.ends_at, ("ends_at", "duration")),
    Column("asked", _("Asked"), lambda row: row.submitted_at, ("submitted_at",)),
    Column("asker", _("Asked by"), lambda row: row.asker),
    Column("decision", _("Decision"), lambda row: Status(row.status_now).label, ("status_now",)),
    Column("decided", _("Answered by"), lambda row: row.decided_by),
)


@require_safe
def home(request):
    """What waits for the reader, what they asked, and the accounts they can open."""
    at, user = clock.now(), request.user
    search = request.GET.get("search", "").strip()[:100]
    known = {"at": at, "standing": authorization.standing_of(user, at=at)}
    waiting = selectors.waiting_for(user, **known).with_people().order_by("respond_by")
    page = page_of(request, accounts.openable(user, at=at, search=search))
    mine = selectors.asked_by(user, at=at).with_people()
    others = {
        "cases": list(riders.cases_to_answer(user, **known)[: HOME_ROWS + 1]),
        "changes": list(accounts.changes_waiting_for(user, **known)[: HOME_ROWS + 1]),
        "to_look_through": list(selectors.reviews_waiting_for(user, **known)[: HOME_ROWS + 1]),
    }
    context = {
        "waiting": waiting[:HOME_ROWS],
        **{name: rows[:HOME_ROWS] for name, rows in others.items()},
        "more": {name for name, rows in others.items() if len(rows) > HOME_ROWS},
        "mine": mine[:HOME_ROWS],
        "access_now": selectors.access_now(user, at=at)[:HOME_ROWS],
        "page": page,
        "ways_in": accounts.ways_in(user, page.object_list, at=at),
        "search": search,
        "last_account": request.session.get("account"),
        "at": at,
    }
    return render(request, "access_requests/home.html", context)


@require_safe
def waiting_cases(request):
    """Every case on which the reader is asked whether support may enter, the oldest question first."""
    at = clock.now()
    return _waiting(request, riders.cases_to_answer(request.user, at=at), "case", _("May support enter?"), at=at)


@require_safe
def waiting_changes(request):
    """Every change that support proposes and the reader may answer, the soonest end first."""
    rows, at = accounts.changes_waiting_for, clock.now()
    return _waiting(request, rows(request.user, at=at), "change", _("Changes that need your agreement"), at=at)


@require_safe
def waiting_reviews(request):
    """Every account the reader is to look through, by name."""
    at = clock.now()
    return _waiting(request, selectors.reviews_waiting_for(request.user, at=at), "review", _("To look through"), at=at)


def _waiting(request, rows, kind, title, *, at):
    row = f"access_requests/home_{kind}.html"
    context = {"page": page_of(request, rows), "row": row, "title": title, "at": at}
    return render(request, "access_requests/waiting.html", context)


@require_safe
def request_list(request):
    """Every request the reader may see, newest first where nothing else is asked for, by status and by name."""
    at = clock.now()
    status = request.GET.get("status", "")
    name = request.GET.get("name", "").strip()[:100]
    if status and status not in Status.values:
        raise Http404

    def rows(at):
        seen = selectors.visible_to(request.user, at=at).with_people().with_status_now(at)
        return selectors.named(seen.with_status(status, at) if status else seen, name)

    table = Table(request, rows, COLUMNS, at)
    if table.wants_file:
        allowed = within(request, "export")
        return table.file("requests") if allowed else render(request, "429.html", status=429)
    page = table.page()
    waiting = selectors.waiting_for(request.user, at=at).filter(pk__in=[row.pk for row in page.object_list])
    context = {
        "table": table,
        "page": page,
        "status": status,
        "name": name,
        "statuses": Status.choices,
        "waiting": set(waiting.values_list("pk", flat=True)),
        "at": at,
    }
    return render(request, "access_requests/list.html", context)


@require_safe
def detail(request, public_id):
    """One request: what was asked, what was answered, what happened since."""
    at, user = clock.now(), request.user
    access_request = find_visible(request, public_id, at=at)
    grant = access_request.grant
    moves = selectors.possible_moves(access_request, user, at=at)
    unended = grant is not None and grant.unended_at(at)
    context = {
        **(what_was_done(request, grant, at=at) if grant else {}),
        "access_request": access_request,
        "status": access_request.status_at(at),
        "terms": selectors.request_terms(access_request),
        "grant": grant,
        "grant_terms": selectors.grant_terms(grant) if grant else None,
        "grant_live": grant is not None and grant.live_at(at),
        "moves": moves,
        "may_end": unended and services.may_end(user, grant, at=at),
        "may_renew": grant is not None and selectors.may_renew(user, grant, at=at),
        "rights_given": authorization.granted(grant) if grant else [],
        "history": trail.history(public_id, *([grant.public_id] if grant else [])).exclude(event__in=trail.USED),
        "receipt": selectors.receipt(grant) if grant else [],
        "blocks": selectors.standing_blocks(access_request.account, access_request.people),
        "decides": selectors.may_decide(user, access_request, at=at),
        "deciders": selectors.deciders_of(access_request, at=at),
        "at": at,
    }
    return render(request, "access_requests/detail.html", context)


def what_was_done(request, grant, *, at):
    """What a page says of what was done with an access: newest first, and live while something can still be done."""
    page = page_of(request, selectors.done_with(grant))
    return {
        "done": page,
        "deeds": selectors.as_deeds(page.object_list),
        "latest_deed": page.object_list[0].pk if page.object_list else 0,
        "watched": page.number == 1 and grant.unended_at(at),
    }


def find_visible(request, public_id, *, at):
    """The request with this id, if the reader may see it; a foreign id answers like an unknown one.

    :raises Http404: unknown, or none of this person's business
    """
    edge.concern(selectors.account_number_of(public_id))
    found = selectors.visible_to(request.user, at=at).with_people().filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def changed_meanwhile(request, access_request, seen, refusal):
    """409: what the reader decided on is not what stands there now; the difference, and the way on."""
    context = {
        "message": str(refusal),
        "access_request": access_request,
        "changes": selectors.changes_since(access_request, seen.version),
    }
    return render(request, "access_requests/conflict.html", context, status=409)
