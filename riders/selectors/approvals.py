"""Reads of what customers have answered to support entering their account for a case."""

import hashlib

from django.db.models import Count, Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from accounts import authorization
from accounts.models import AccessRole, Grant, Membership
from accounts.permissions import LENDABLE, READS, AccountPermission
from accounts.states import RequestKind
from audit.record import canonical_json, canonical_time

from ..models import CaseApproval, SupportCase


def approvers(account, *, at):
    """Who may answer whether support enters an account for a case, as a queryset of people by address."""
    return authorization.deciders(account, RequestKind.CASE, at=at)


def may_approve(user, account, *, at):
    """Whether this person may answer that for an account: for pages."""
    return approvers(account, at=at).filter(pk=user.pk).exists()


def lenders(account, *, at, apart_from=()):
    """Who may answer that, and whether with more than what only looks: ``{id of the person: whether}``. One query.

    :param apart_from: whoever would enter: nobody lends to those with whom they share a company
    """
    reads = authorization.lenders_for_case(account, READS, at=at, apart_from=apart_from).order_by()
    anything = authorization.lenders_for_case(account, LENDABLE, at=at, apart_from=apart_from).order_by()
    return dict(reads.annotate(anything=Q(pk__in=anything.values("pk"))).values_list("pk", "anything"))


def still_given(approvals, lenders):
    """Those of the approvals whose giver could give them still; on the others nobody turns access on.

    :param lenders: what :func:`lenders` gave
    """
    able = [one for one in approvals if one.approved_by_id in lenders]
    return [one for one in able if lenders[one.approved_by_id] or set(one.rights) <= READS]


def cases_to_answer(user, *, at, standing=None):
    """The cases on which this person is asked whether support may enter, the oldest question first.

    :param standing: what ``authorization.standing_of`` says of them, where it is known already
    """
    known = (standing or authorization.standing_of(user, at=at)).decides[RequestKind.CASE]
    return _waiting().filter(account__in=known).order_by("access_asked_at", "pk")


def unanswered_cases(account):
    """The cases of an account on which its contacts are asked that, and nobody has answered."""
    return _waiting().filter(account=account).order_by("pk")


def waits_for_answer(case):
    """Whether it was put before the contacts if support may enter for a case, and nobody has answered it."""
    return _waiting().filter(pk=case.pk).exists()


def approvals_of(case):
    """Every approval of a case, the newest first."""
    return CaseApproval.objects.filter(case=case).select_related("case", "approved_by", "ended_by")


def standing_approvals(case, *, at):
    """The approvals of a case that support can act on at a moment, the newest first."""
    return approvals_of(case).standing(at)


def withdrawable(case, user, *, at):
    """The standing approvals of a case that this person may take back: whoever may end access all of them, another of
    the account's people what they have approved themself.
    """
    standing = standing_approvals(case, at=at)
    if not Membership.objects.active(at).filter(user=user, account=case.account).exists():
        return standing.none()
    if authorization.allows(user, AccountPermission.END_ACCESS, case.account, at=at):
        return standing
    return standing.filter(approved_by=user)


def inside_of(case, *, at):
    """Who of support is in for a case, the newest first: on what was approved on it, as far as that really opens
    something at a moment, and on a request of its own, until that ends.
    """
    opens = Q(kind=RequestKind.CASE, pk__in=Grant.objects.effective(at).order_by().values("pk"))
    on_request = Q(kind=RequestKind.SUPPORT, ended_at=None, ends_at__gt=at)
    rows = Grant.objects.filter(opens | on_request, account=case.account, case_number=case.number)
    return rows.select_related("grantee", "membership__account", "parent").order_by("-starts_at", "-pk")


def first_inside(case, *, most, at):
    """The newest of :func:`inside_of`, so many of each kind; each knows as ``together`` how many there are of its
    kind. One query.
    """
    newest = [F("starts_at").desc(), F("pk").desc()]
    place = Window(RowNumber(), partition_by=F("kind"), order_by=newest)
    together = Window(Count("pk"), partition_by=F("kind"))
    return inside_of(case, at=at).annotate(place=place, together=together).filter(place__lte=most)


def unended_for(case, *, at):
    """The access for a case that somebody could still end."""
    return _accesses(case).unended(at)


def ends_with(case, user, *, at):
    """The access that ends when this person takes back what they may of a case."""
    unended = unended_for(case, at=at)
    if authorization.allows(user, AccountPermission.END_ACCESS, case.account, at=at):
        return unended
    return unended.filter(Q(decided_by=user) | Q(parent__decided_by=user))


def given_on_request(case, *, at):
    """What support was given for a case on a request of its own: whoever takes an approval back leaves that as it is,
    and a solved case ends it too.
    """
    given = Grant.objects.unended(at).filter(account=case.account, kind=RequestKind.SUPPORT, case_number=case.number)
    return given.select_related("grantee").order_by("starts_at", "pk")


def offered_bundles():
    """The bundles that can be approved, by name."""
    return AccessRole.objects.on_offer().order_by("name")


def bundles_for(user, account, *, at):
    """What can be approved, each with whether this person may: ``[(role, may), …]``. What only looks whoever answers
    may approve, everything else whoever decides what support asks (S3-2).
    """
    anything = set(AccountPermission) - READS
    decides = authorization.may_lend_for_case(user, account, anything, at=at)
    return [(role, decides or set(role.rights) <= READS) for role in offered_bundles()]


def seen_of(case=None, *, offered=None, approvals=None):
    """What whoever answers has before their eyes, as one SHA-256: what is offered, what was asked, what was answered.

    :param case: ``None`` for one that is about to be opened
    :param offered: the bundles on offer, by name, where the page has read them already
    :param approvals: every approval of the case, where the page has read them already
    """
    said = [case.access_asked_at, case.access_declined_at] if case else [None, None]
    if approvals is None:
        approvals = approvals_of(case) if case else []
    content = {
        "offered": [[role.pk, role.as_asked()] for role in (offered_bundles() if offered is None else offered)],
        "said": [moment and canonical_time(moment) for moment in said],
        "answers": sorted([one.pk, one.ended_at and canonical_time(one.ended_at)] for one in approvals),
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _waiting():
    answered = CaseApproval.objects.filter(case=OuterRef("pk"), approved_at__gte=OuterRef("access_asked_at"))
    undeclined = Q(access_declined_at=None) | Q(access_declined_at__lt=F("access_asked_at"))
    asked = SupportCase.objects.unsolved().filter(undeclined, access_asked_at__isnull=False)
    return asked.exclude(Exists(answered)).select_related("account", "opened_by", "access_asked_by")


def _accesses(case):
    mine = Grant.objects.filter(account=case.account, kind=RequestKind.CASE, case_number=case.number)
    return mine.select_related("grantee", "membership__account", "parent").order_by("starts_at", "pk")
