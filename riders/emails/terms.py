"""Mails about the terms of remote access, and about asking for a session under them."""

from django.urls import reverse

from accounts.selectors import languages_and_zones_of
from notifications import outbox
from notifications.outbox import Letter

from .. import selectors

FOLDER = "riders/email"


def terms_asked(*, case, rider, by, at, draft=None):
    """Ask those who may accept terms to read them: for support, or for a colleague who wants a session.

    :param draft: the :class:`~riders.models.SessionRequest` that waits for it, where there is one
    """
    people = set(selectors.may_accept(case.account, at=at)) - {by}
    path = reverse("account_terms", args=[case.account.number, case.number])
    about = f"{case.number}.{at.isoformat()}"
    context = {"case": case, "account": case.account, "rider": rider, "by": by, "draft": draft}
    outbox.post(_letters("terms_asked", people, path=path, about=about, context=context, at=at), at=at)


def terms_answered(*, given, at):
    """Tell whoever of support works on the case, and who waits for it, that the terms were accepted or declined."""
    case = given.case
    waiting = selectors.waiting_request(case)
    context = {"case": case, "account": case.account, "given": given, "waiting": waiting}
    about = f"acknowledgement.{given.pk}"
    customers = {waiting.asked_by} if waiting else set()
    _post_to_both("terms_answered", case, context, about=about, by=given.given_by, besides=customers, at=at)


def session_requested(*, request, by, at):
    """Tell both sides that a session was asked for, why, and what is expected of it."""
    case = request.case
    accepted = selectors.acceptance_of(case)
    context = {"case": case, "account": case.account, "session_request": request, "accepted": accepted}
    about = f"session_request.{request.pk}"
    _post_to_both("session_requested", case, context, about=about, by=by, besides={request.asked_by}, at=at)


def session_answered(*, request, at):
    """Tell both sides what became of a request for a session: accepted, declined and why, or withdrawn."""
    case = request.case
    context = {
        "case": case,
        "account": case.account,
        "session_request": request,
        "telephone": selectors.telephone_for(request),
    }
    about = f"session_request.{request.pk}"
    by = request.answered_by
    _post_to_both("session_answered", case, context, about=about, by=by, besides={request.asked_by}, at=at)


def _post_to_both(mail, case, context, *, about, by, besides, at):
    support = selectors.support_on(case, at=at) - {by}
    customers = selectors.customers_on(case, at=at, besides=besides) - {by}
    desk, page = reverse("desk_case", args=[case.number]), case.get_absolute_url()
    letters = _letters(mail, support, path=desk, about=about, context=context | {"at_desk": True}, at=at)
    letters += _letters(mail, customers - support, path=page, about=about, context=context | {"at_desk": False}, at=at)
    outbox.post(letters, at=at)


def _letters(mail, people, *, path, about, context, at):
    account, reading = context["account"], languages_and_zones_of(people, at=at)
    return [
        Letter(
            template=f"{FOLDER}/{mail}",
            to=person,
            about=about,
            context=context,
            language=reading[person][0],
            zone=account.time_zone,
            path=path,
            account=account.number,
        )
        for person in sorted(people, key=lambda person: person.pk)
    ]
