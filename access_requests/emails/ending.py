"""Every mail about access that has become less or is over, and the reminder before its end."""

from django.urls import reverse

from accounts import authorization
from accounts.selectors import answers_for_account
from accounts.states import EndReason, RequestKind
from notifications import outbox

from ..selectors import Ended, grant_terms, receipt
from .hour import hour_ended
from .letters import everybody, letters_on_grant, letters_to, partner_side, told_of_withdrawal, who_approved


def access_reduced(*, grant, before, by, at):
    """Tell both sides what access was and what it is now."""
    about = f"{grant.public_id}.{at.isoformat()}"
    who = everybody(grant, at) | who_approved(grant, at)
    if grant.kind in (RequestKind.SUPPORT, RequestKind.HOUR):
        who |= set(authorization.deciders(grant.account, grant.kind, at=at, apart_from={grant.grantee}))
    outbox.post(letters_on_grant(grant, "reduced", who, about=about, by=by, before=before), at=at)


def access_ended(*, grants, by, at, apart_from=(), withdrawn=(), last=None):
    """Tell both sides that access to one account is over, why, and what was done with it: one mail a person.

    Whoever answers for the account reads of all of it, everybody else of what was theirs or stood on their word. The
    end of an hour has a mail of its own.

    :param grants: access to one account that ended together
    :param withdrawn: requests that were withdrawn with it, for whoever answers for the account, and for those who would
        have been told of that in a mail of its own
    :param last: what is done with access in the same moment and stands in no line yet: ``{id of the grant: event}``
    """
    hours = [grant for grant in grants if grant.kind == RequestKind.HOUR]
    hour_ended(grants=hours, by=by, at=at, apart_from=apart_from)
    grants = [grant for grant in grants if grant.kind != RequestKind.HOUR]
    if not grants:
        return
    answer, letters = set(answers_for_account(grants[0].account, at=at)), []
    concerned = {grant: _told_of_end(grant, answer, grant.end_reason, at) - set(apart_from) for grant in grants}
    of_account = answer.union(*(who_approved(grant, at, reason=grant.end_reason) for grant in grants))
    readers = {request: answer | told_of_withdrawal(request, at) for request in withdrawn}
    receipts = {grant: receipt(grant, last=(last or {}).get(grant.pk, "")) for grant in grants}
    for person in sorted(set().union(*concerned.values()), key=lambda person: person.pk):
        theirs = [grant for grant in grants if person in concerned[grant]]
        gone = [request for request in withdrawn if person in readers[request]]
        if len(theirs) == 1 and not gone:
            (one,) = theirs
            letters += letters_on_grant(one, "ended", {person}, about=one.public_id, by=by, receipt=receipts[one])
            continue
        company = (
            None if person in answer else grants[0].account if person in of_account else theirs[0].membership.account
        )
        ended = [Ended(grant_terms(grant), receipts[grant], EndReason(grant.end_reason).label) for grant in theirs]
        context = {"account": grants[0].account, "company": company, "by": by, "ended_at": theirs[0].ended_at}
        letters += letters_to(
            "ended_together",
            {person},
            account=grants[0].account,
            partner={} if company is None else {person: company},
            about=theirs[0].public_id,
            path=reverse("home") if company else reverse("account_access", args=[grants[0].account.number]),
            context=context | {"ended": ended, "withdrawn": gone},
        )
    outbox.post(letters, at=at)


def told_of_ends(grants, *, reason, at):
    """Who reads :func:`access_ended` where these grants of one account, still unended, end for this reason."""
    lasting = [grant for grant in grants if grant.kind != RequestKind.HOUR]
    answer = set(answers_for_account(lasting[0].account, at=at)) if lasting else set()
    return set().union(*(_told_of_end(grant, answer, reason, at) for grant in lasting))


def _told_of_end(grant, answer, reason, at):
    return answer | partner_side(grant) | who_approved(grant, at, reason=reason)


def end_reminder(*, grant, days, at):
    """Tell who has access, and who asked for it, that it ends soon; a week ahead the primary user too.

    :param days: how many days ahead; 0 where it is minutes
    """
    people = partner_side(grant)
    if days == 7:
        people |= set(answers_for_account(grant.account, at=at))
    outbox.post(letters_on_grant(grant, "ends_soon", people, about=f"{grant.public_id}.{days}"), at=at)
