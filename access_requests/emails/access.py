"""Every mail of the question and the answer but those of temporary access."""

from django.conf import settings
from django.urls import reverse

from accounts.selectors import answers_for_account
from accounts.states import RequestKind
from notifications import outbox
from notifications.outbox import Letter

from ..selectors import Ended, as_changes, grant_terms, receipt, request_terms
from .hour import hour_denied, hour_lapsed, hour_withdrawn
from .letters import (
    FOLDER,
    decide_path,
    deciders_of,
    letters_on_grant,
    letters_on_request,
    letters_to,
    told_of_withdrawal,
)


def access_requested(*, request, at, deciders_only=False):
    """Ask whoever decides, and tell who asked and for whom that it was sent."""
    deciders = deciders_of(request, at)
    letters = letters_on_request(request, "requested_customer", deciders, version=True, path=decide_path(request))
    if not deciders_only:
        named = [str(person) for person in deciders]
        letters += letters_on_request(request, "requested_partner", request.people, deciders=named, edited=False)
    outbox.post(letters, at=at)


def renewals_requested(*, requests, at):
    """Ask whoever decides about each; tell who asked, and each person it is for, of all of theirs in one mail."""
    letters: list[Letter] = []
    theirs: dict = {}
    for request in requests:
        deciders = deciders_of(request, at)
        letters += letters_on_request(request, "requested_customer", deciders, version=True, path=decide_path(request))
        for person in request.people:
            theirs.setdefault(person, []).append((request, [str(one) for one in deciders]))
    for person, asked in sorted(theirs.items(), key=lambda item: item[0].pk):
        first, deciders = asked[0]
        if len(asked) == 1:
            letters += letters_on_request(first, "requested_partner", {person}, deciders=deciders)
            continue
        rows = [{"request": one, "terms": request_terms(one), "deciders": names} for one, names in asked]
        letters += letters_to(
            "renewals_partner",
            {person},
            account=first.company,
            partner={},
            about=first.public_id,
            path=reverse("requests"),
            context={"account": first.company, "asker": first.asker, "reason": first.reason, "rows": rows},
        )
    outbox.post(letters, at=at)


def request_edited(*, request, differences, at):
    """Tell whoever decides what changed; the page reached from an older mail shows the newest version.

    Whoever of support asked gets what is asked now in writing too.
    """
    changes = as_changes(differences, request.account.zone)
    who, path = deciders_of(request, at), decide_path(request)
    letters = letters_on_request(request, "edited_customer", who, version=True, path=path, changes=changes)
    if request.kind == RequestKind.SUPPORT:
        named = [str(person) for person in who]
        letters += letters_on_request(
            request, "requested_partner", {request.asker}, version=True, deciders=named, edited=True
        )
    outbox.post(letters, at=at)


def answer_reminder(*, request, at):
    """Remind whoever decides, halfway to lapsing."""
    who, path = deciders_of(request, at), decide_path(request)
    outbox.post(letters_on_request(request, "reminder_customer", who, path=path), at=at)


def request_withdrawn(*, request, by, at, apart_from=()):
    """Tell whoever decides, and whoever of support asked, that there is nothing left to answer."""
    if request.kind == RequestKind.HOUR:
        hour_withdrawn(request=request, by=by, at=at, apart_from=apart_from)
        return
    who = told_of_withdrawal(request, at) - set(apart_from)
    outbox.post(letters_on_request(request, "withdrawn_customer", who, by=by), at=at)


def request_sent_again(*, request, at):
    """Put the question before whoever decides once more."""
    about = f"{request.public_id}.{request.version}.again{request.times_sent_again}"
    who, path = deciders_of(request, at), decide_path(request)
    outbox.post(letters_on_request(request, "requested_customer", who, about=about, path=path), at=at)


def request_lapsed(*, request, at):
    """Tell both sides that nobody answered in time, and how to ask again."""
    if request.kind == RequestKind.HOUR:
        hour_lapsed(request=request, at=at)
        return
    outbox.post(letters_on_request(request, "lapsed", {*deciders_of(request, at), *request.people}), at=at)


def access_granted(*, request, grant, terms, at, linked=None):
    """Confirm to both sides that access was given, and what it allows.

    :param terms: the :class:`~.selectors.Terms` of the grant
    :param linked: the partnership, where this first yes has linked the two companies
    """
    told = _told_of_answers(request, at)
    shared = {"about": grant.public_id, "terms": terms, "by": grant.decided_by, "grant": grant}
    shared["access_path"] = grant.get_absolute_url()
    inside = reverse("account", args=[request.account.number])
    letters = letters_on_request(request, "granted_customer", told, **shared)
    letters += letters_on_request(request, "granted_partner", request.people, path=inside, **shared)
    if linked is not None:
        letters += _on_link(linked, "linked", at=at, known=told, by=grant.decided_by, grant=grant)
    outbox.post(letters, at=at)


def access_given(*, grant, at, linked=None, restored=False):
    """Tell both sides of access that nobody had asked for: given unasked by the customer, or given back.

    :param linked: the partnership, where this has linked the two companies
    :param restored: it had ended with the access it hung under
    """
    outbox.post(_on_gift(grant, {grant.grantee}, at=at, restored=restored), at=at)
    if linked is not None:
        outbox.post(_on_link(linked, "linked", at=at, by=grant.decided_by, grant=grant), at=at)


def colleague_added(*, grant, at):
    """Tell the customer who was added by whom, and tell the colleague and the one who added them."""
    outbox.post(_on_gift(grant, {grant.grantee, grant.parent.grantee}, at=at), at=at)


def access_denied(*, request, at):
    """Tell both sides that the answer was no."""
    if request.kind == RequestKind.HOUR:
        hour_denied(request=request, at=at)
        return
    customer = {*_told_of_answers(request, at), request.decided_by}
    again_at = request.decided_at + settings.PORTAL_ASK_AGAIN_AFTER
    letters = letters_on_request(request, "denied_customer", customer, version=True)
    letters += letters_on_request(request, "denied_partner", request.people, version=True, again_at=again_at)
    outbox.post(letters, at=at)


def unexpected_request(*, request, block, by, at, case=None, stopped=0):
    """Tell the vendor's security people and whoever decides that somebody did not expect this, once for each block.

    :param block: what stops the asker now
    :param case: the case that was opened about it
    :param stopped: how many other requests of the same asker were stopped with it
    """
    more = {"by": by, "case": case, "stopped": stopped}
    about = f"{request.public_id}.{request.version}.block{block.pk}"
    letters = letters_on_request(request, "unexpected", deciders_of(request, at), about=about, **more)
    letters.append(
        Letter(
            template=f"{FOLDER}/unexpected",
            to=None,
            address=settings.PORTAL_SECURITY_MAIL,
            about=about,
            context={"request": request, "account": request.account, "terms": request_terms(request), **more},
            language=settings.LANGUAGE_CODE,
            zone="UTC",
            account=request.account.number,
        )
    )
    outbox.post(letters, at=at)


def unlinked(*, partnership, grants, requests, by, at):
    """Tell whoever answers for either company that the two are no longer linked, and what ended with it."""
    ended = [Ended(grant_terms(grant), receipt(grant)) for grant in grants]
    letters = _on_link(partnership, "unlinked", at=at, by=by, ended=ended, withdrawn=requests)
    outbox.post(letters, at=at)


def _on_gift(grant, people, *, at, restored=False):
    """What answers no request: given by the customer, or lent on to a colleague."""
    told = answers_for_account(grant.account, at=at)
    page, inside = grant.get_absolute_url(), reverse("account", args=[grant.account.number])
    shared = {"about": grant.public_id, "by": grant.decided_by, "request": None, "access_path": page}
    shared["restored"] = restored
    letters = letters_on_grant(grant, "granted_customer", told, path=page, **shared)
    return letters + letters_on_grant(grant, "granted_partner", people, path=inside, **shared)


def _on_link(partnership, mail, *, at, known=None, **context):
    """One letter to whoever answers for each of the two companies.

    :param known: who answers for the customer, where the caller has looked that up already
    """
    letters, home = [], reverse("home")
    about = f"partnership.{partnership.pk}"
    pair = (partnership.customer, partnership.partner)
    for account, other in (pair, pair[::-1]):
        full = {"account": account, "other": other, **context}
        told = known if known is not None and account == pair[0] else answers_for_account(account, at=at)
        letters += letters_to(mail, told, account=account, partner={}, about=about, path=home, context=full)
    return letters


def _told_of_answers(request, at):
    """Who of the customer reads what was answered: of support's requests everybody who could have answered."""
    if request.kind == RequestKind.SUPPORT:
        return deciders_of(request, at)
    return list(answers_for_account(request.account, at=at))
