"""What every mail of the question and the answer is made of: who reads it, in which language, and where it leads."""

from django.urls import reverse

from accounts import authorization
from accounts.selectors import answers_for_account, language_for
from accounts.states import EndReason, RequestKind
from notifications.outbox import Letter

from ..selectors import approver_of, grant_terms, request_terms

FOLDER = "access_requests/email"


def letters_on_request(request, mail, people, *, version=False, about="", path="", terms=None, **context):
    """What a mail about a request says to each of these people, once for each version where ``version`` says so."""
    about = about or (f"{request.public_id}.{request.version}" if version else request.public_id)
    full = {"request": request, "account": request.account, "terms": terms or request_terms(request), **context}
    path = path or request.get_absolute_url()
    partner = dict.fromkeys(request.people, request.company)
    return letters_to(mail, people, account=request.account, partner=partner, about=about, path=path, context=full)


def letters_on_grant(grant, mail, people, *, about, path="", **context):
    """What a mail about an access says to each of these people."""
    path = path or grant.get_absolute_url()
    asked = getattr(grant, "request", None)
    facts = {"grant": grant, "account": grant.account, "terms": grant_terms(grant), "asker": asked and asked.asker}
    full = facts | {"approver": approver_of(grant)} | context
    partner = dict.fromkeys(partner_side(grant), grant.membership.account)
    return letters_to(mail, people, account=grant.account, partner=partner, about=about, path=path, context=full)


def letters_to(mail, people, *, account, partner, about, path, context):
    """One copy each, in an order that is always the same and in the language of the reader's side.

    :param partner: who of these is a partner's, with their company: ``{person: account}``
    """
    return [
        Letter(
            template=f"{FOLDER}/{mail}",
            to=person,
            about=about,
            context=context,
            language=language_for(person, partner.get(person, account)),
            zone=account.time_zone,
            path=path,
            account=account.number,
        )
        for person in sorted(set(people), key=lambda person: person.pk)
    ]


def deciders_of(request, at):
    """Who may answer a request, as a list of people."""
    return list(authorization.deciders(request.account, request.kind, at=at, apart_from=request.people))


def decide_path(request):
    """The page behind the buttons of a mail."""
    return reverse("decide", args=[request.public_id])


def partner_side(grant):
    """Who has an access, and who asked for it or added them."""
    request = getattr(grant, "request", None)
    adder = {grant.decided_by} if grant.parent_id else set()
    return {grant.grantee} | ({request.asker} if request else adder)


def everybody(grant, at):
    """Whoever answers for the account, and the other side."""
    return {*answers_for_account(grant.account, at=at), *partner_side(grant)}


def who_approved(grant, at, *, reason=""):
    """On whose word access for a case was turned on, while they speak for the account. Where a solved case has ended
    what a request of support had given for it, whoever approved that.
    """
    solved = reason == EndReason.SOLVED and grant.kind == RequestKind.SUPPORT
    person = grant.decided_by if solved else approver_of(grant)
    if person is None:
        return set()
    return set(authorization.deciders(grant.account, RequestKind.CASE, at=at).filter(pk=person.pk))


def told_of_withdrawal(request, at):
    """Who is told that there is nothing left to answer: whoever decides, and whoever asked for support or an hour."""
    if request.kind == RequestKind.HOUR:
        return {request.addressee, request.asker}
    return {*deciders_of(request, at), *({request.asker} if request.kind == RequestKind.SUPPORT else ())}
