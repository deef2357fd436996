"""Every mail of the question and the answer. Reading this file is reading all of them."""

from django.conf import settings
from django.urls import reverse

from accounts import authorization
from accounts.selectors import answers_for_account, language_for
from notifications import outbox
from notifications.outbox import Letter

from .selectors import as_changes, grant_terms, receipt, request_terms

FOLDER = "access_requests/email"


def access_requested(*, request, at, deciders_only=False):
    """Ask whoever decides, and tell who asked and for whom that it was sent."""
    deciders = _deciders(request, at)
    letters = _on_request(request, "requested_customer", deciders, version=True, path=_decide_path(request))
    if not deciders_only:
        named = [str(person) for person in deciders]
        letters += _on_request(request, "requested_partner", request.people, deciders=named)
    outbox.post(letters, at=at)


def request_edited(*, request, differences, at):
    """Tell whoever decides what changed; the page reached from an older mail shows the newest version."""
    changes = as_changes(differences, request.account.zone)
    who, path = _deciders(request, at), _decide_path(request)
    outbox.post(_on_request(request, "edited_customer", who, version=True, path=path, changes=changes), at=at)


def answer_reminder(*, request, at):
    """Remind whoever decides, halfway to lapsing."""
    who, path = _deciders(request, at), _decide_path(request)
    outbox.post(_on_request(request, "reminder_customer", who, path=path), at=at)


def request_withdrawn(*, request, by, at):
    """Tell whoever decides that there is nothing left to answer."""
    outbox.post(_on_request(request, "withdrawn_customer", _deciders(request, at), by=by), at=at)


def request_lapsed(*, request, at):
    """Tell both sides that nobody answered in time, and how to ask again."""
    outbox.post(_on_request(request, "lapsed", {*_deciders(request, at), *request.people}), at=at)


def access_granted(*, request, grant, terms, at, linked=None):
    """Confirm to both sides that access was given, and what it allows.

    :param terms: the :class:`~.selectors.Terms` of the grant
    :param linked: the partnership, where this first yes has linked the two companies
    """
    told = list(answers_for_account(request.account, at=at))
    shared = {"about": grant.public_id, "terms": terms, "by": grant.decided_by, "grant": grant}
    shared["access_path"] = grant.get_absolute_url()
    inside = reverse("account", args=[request.account.number])
    letters = _on_request(request, "granted_customer", told, **shared)
    letters += _on_request(request, "granted_partner", request.people, path=inside, **shared)
    if linked is not None:
        theirs = answers_for_account(linked.partner, at=at)
        letters += _on_link(linked, linked.customer, linked.partner, told, by=grant.decided_by)
        letters += _on_link(linked, linked.partner, linked.customer, theirs, by=grant.decided_by)
    outbox.post(letters, at=at)


def access_given(*, grant, at):
    """Tell the customer, the one who has it and the one who gave it of access that nobody had asked for:
    a colleague added on lent rights, or access a decider gave back.
    """
    told = answers_for_account(grant.account, at=at)
    page, inside = grant.get_absolute_url(), reverse("account", args=[grant.account.number])
    shared = {"about": grant.public_id, "by": grant.decided_by, "request": None, "access_path": page}
    letters = _on_grant(grant, "granted_customer", told, path=page, **shared)
    letters += _on_grant(grant, "granted_partner", {grant.grantee, grant.decided_by}, path=inside, **shared)
    outbox.post(letters, at=at)


def access_denied(*, request, at):
    """Tell both sides that the answer was no."""
    customer = {*answers_for_account(request.account, at=at), request.decided_by}
    letters = _on_request(request, "denied_customer", customer, version=True)
    letters += _on_request(request, "denied_partner", request.people, version=True)
    outbox.post(letters, at=at)


def unexpected_request(*, request, by, at):
    """Tell the vendor's security people and whoever decides that somebody did not expect this."""
    letters = _on_request(request, "unexpected", _deciders(request, at), version=True, by=by)
    letters.append(
        Letter(
            template=f"{FOLDER}/unexpected",
            to=None,
            address=settings.PORTAL_SECURITY_MAIL,
            about=f"{request.public_id}.{request.version}",
            context={"request": request, "account": request.account, "terms": request_terms(request), "by": by},
            language=settings.LANGUAGE_CODE,
            zone="UTC",
            account=request.account.number,
        )
    )
    outbox.post(letters, at=at)


def access_reduced(*, grant, before, by, at):
    """Tell both sides what access was and what it is now."""
    about = f"{grant.public_id}.{at.isoformat()}"
    outbox.post(_on_grant(grant, "reduced", _everybody(grant, at), about=about, by=by, before=before), at=at)


def access_ended(*, grant, by, at):
    """Tell both sides that access is over, why, and what was done with it."""
    lines = receipt(grant)
    who = _everybody(grant, at)
    outbox.post(_on_grant(grant, "ended", who, about=grant.public_id, by=by, receipt=lines), at=at)


def end_reminder(*, grant, days, at):
    """Tell who has access, and who asked for it, that it ends soon; a week ahead the primary user too."""
    people = _partner_side(grant)
    if days == 7:
        people |= set(answers_for_account(grant.account, at=at))
    outbox.post(_on_grant(grant, "ends_soon", people, about=f"{grant.public_id}.{days}"), at=at)


def _on_request(request, mail, people, *, version=False, about="", path="", terms=None, **context):
    about = about or (f"{request.public_id}.{request.version}" if version else request.public_id)
    full = {"request": request, "account": request.account, "terms": terms or request_terms(request), **context}
    path = path or request.get_absolute_url()
    return _letters(mail, people, account=request.account, about=about, path=path, context=full)


def _on_grant(grant, mail, people, *, about, path="", **context):
    path = path or grant.get_absolute_url()
    full = {"grant": grant, "account": grant.account, "terms": grant_terms(grant), **context}
    return _letters(mail, people, account=grant.account, about=about, path=path, context=full)


def _on_link(partnership, account, other, people, *, by):
    context = {"account": account, "other": other, "by": by}
    about = f"partnership.{partnership.pk}"
    return _letters("linked", people, account=account, about=about, path=reverse("home"), context=context)


def _letters(mail, people, *, account, about, path, context):
    """One copy each, in an order that is always the same."""
    return [
        Letter(
            template=f"{FOLDER}/{mail}",
            to=person,
            about=about,
            context=context,
            language=language_for(person, account),
            zone=account.time_zone,
            path=path,
            account=account.number,
        )
        for person in sorted(set(people), key=lambda person: person.pk)
    ]


def _deciders(request, at):
    return list(authorization.deciders(request.account, request.kind, at=at, apart_from=request.people))


def _decide_path(request):
    return reverse("decide", args=[request.public_id])


def _partner_side(grant):
    request = getattr(grant, "request", None)
    adder = {grant.decided_by} if grant.parent_id else set()
    return {grant.grantee} | ({request.asker} if request else adder)


def _everybody(grant, at):
    return {*answers_for_account(grant.account, at=at), *_partner_side(grant)}
