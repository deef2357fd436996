"""Reads of access that was given: by the customer, or by somebody who may add colleagues."""

from django.conf import settings
from django.db.models import Max, Q

from accounts import authorization
from accounts.models import Account, Grant, Membership
from accounts.permissions import AccountPermission, ordered
from accounts.states import EndReason, RequestKind
from audit.models import TrailLine
from partners import selectors as partners

from ..models import AccessRequest, Block
from ..states import Status
from .cases import approved_by_contact

# What goes by itself before long, and says nothing of the lasting access that partners ask for
PASSING = (RequestKind.HOUR, RequestKind.CASE)


def lending_grants(user, account=None, *, at, company=None):
    """The access through which a person may add colleagues now; of one account, or of all.

    :param company: only what they hold through this partner of theirs, whose people they may add
    """
    mine = Grant.objects.effective(at).filter(grantee=user, kind=RequestKind.PARTNER)
    grants = mine.filter(may_delegate=True, parent=None)
    grants = grants.filter(account__in=Account.objects.open(at), account__partners_may_add_colleagues=True)
    grants = grants if company is None else grants.filter(membership__account=company)
    return grants if account is None else grants.filter(account=account)


def grants_of_people(account, people, *, at, company=None):
    """What lasting access holds or will for these people (ids) on one account: ``{person id: grant}``.

    An hour is none of it, nor what holds for a case of support. What holds now comes before what is still to begin; of
    several the one with the latest end.

    :param company: only what they have through this company: what they have through another is not its business
    """
    grants = Grant.objects.unended(at).filter(account=account, grantee__in=people).exclude(kind__in=PASSING)
    grants = grants if company is None else grants.filter(membership__account=company)
    rows = grants.select_related("parent__grantee", "account", "membership__account").order_by("ends_at", "pk")
    return {grant.grantee_id: grant for grant in sorted(rows, key=lambda grant: grant.live_at(at))}


def waiting_for_people(account, people, *, at, company=None):
    """What lasting access waits for these people (ids) on one account: ``{person id: request}``. An hour is none.

    :param company: only what this company asked
    """
    waiting = AccessRequest.objects.waiting(at).filter(account=account, beneficiary__in=people)
    waiting = waiting.exclude(kind=RequestKind.HOUR)
    waiting = waiting if company is None else waiting.filter(company=company)
    return {request.beneficiary_id: request for request in waiting.order_by("pk")}


def blocked_people(account, people):
    """Those of the people (ids) whom the customer keeps from asking."""
    standing = Block.objects.standing().filter(account=account, person__in=people)
    return set(standing.values_list("person_id", flat=True))


def turned_away(account, people):
    """Those of the people (ids) to whom the customer's last word was no, or less: denied, ended, or made less.

    What was said of an hour, or on a case of support, is neither a yes nor a no to more. Two queries for any number of
    people.
    """
    no = dict(
        AccessRequest.objects.filter(account=account, beneficiary__in=people, status=Status.DENIED)
        .exclude(kind=RequestKind.HOUR)
        .order_by()
        .values_list("beneficiary")
        .annotate(Max("decided_at"))
    )
    rows = Grant.objects.filter(account=account, grantee__in=people).exclude(kind__in=PASSING).order_by()
    ended = Q(end_reason__in=[EndReason.ENDED, EndReason.DENIED])
    words = {
        "no": Max("ended_at", filter=ended),
        "less": Max("reduced_at"),
        "yes": Max("opened_at", filter=Q(parent=None)),
    }
    answers = rows.values("grantee").annotate(**words).values_list("grantee", "no", "less", "yes")
    for person, last_no, last_less, last_yes in answers:
        nos = [moment for moment in (no.get(person), last_no, last_less) if moment is not None]
        no[person] = max(nos) if nos and (last_yes is None or max(nos) >= last_yes) else None
    return {person for person, moment in no.items() if moment is not None}


def account_number_of_grant(public_id):
    """The number of the account an access is to, or an empty string: for the trail, never for a page."""
    return Grant.objects.filter(public_id=public_id).values_list("account__number", flat=True).first() or ""


def is_restorable(grant, *, at):
    """Whether a decider can give this access back with one click."""
    return bool(restorable([grant], at=at))


def restorable(grants, *, at):
    """The ids of those of one account's grants that ended with the access they hung under, lately, and whose person
    is still there and has no other access. One query at most.
    """
    lately = at - settings.PORTAL_RESTORE_WITHIN
    lent_on = [grant for grant in grants if grant.kind == RequestKind.PARTNER and grant.end_reason == EndReason.LENDER]
    ended = [grant for grant in lent_on if grant.ended_at > lately and grant.ends_at > at]
    if not ended:
        return set()
    inside = grants_of_people(ended[0].account, [grant.grantee_id for grant in ended], at=at)
    return {grant.pk for grant in ended if grant.membership.active_at(at) and grant.grantee_id not in inside}


def possible_lenders(grant, by, *, at):
    """What access of the same company could carry on what hangs under a grant, so far as ``by`` can say so: somebody
    of the customer for any of them, somebody of the company for their own only.
    """
    if grant.kind != RequestKind.PARTNER:
        return Grant.objects.none()  # what somebody of the vendor has is no colleague's business
    others = Grant.objects.effective(at).filter(account=grant.account, may_delegate=True, parent=None)
    others = others.filter(kind=RequestKind.PARTNER)
    others = others.filter(account__partners_may_add_colleagues=True)
    if not authorization.allows(by, AccountPermission.END_ACCESS, grant.account, at=at):
        others = others.filter(grantee=by)
    others = others.filter(membership__account=grant.membership.account_id).exclude(pk=grant.pk)
    return others.exclude(grantee=grant.grantee_id).select_related("grantee").order_by("grantee__first_name", "pk")


def access_to(account, *, at):
    """Who from outside has access to an account, or will: soonest end first."""
    return _with_everything(Grant.objects.unended(at).filter(account=account)).order_by("ends_at", "pk")


def lately_ended(account, *, at):
    """Access to an account that ended within the last two weeks, latest first."""
    since = at - settings.PORTAL_RESTORE_WITHIN
    over = Q(ended_at__gt=since, ended_at__lte=at) | Q(ended_at=None, ends_at__lte=at, ends_at__gt=since)
    return _with_everything(Grant.objects.filter(over, account=account)).order_by("-ends_at", "-pk")


def access_at(account, moment):
    """Who from outside could open an account at a moment, past or to come, as far as is decided now."""
    return _with_everything(Grant.objects.lent(moment).filter(account=account)).order_by("ends_at", "pk")


def rights_then(grants, moment):
    """What each of the grants allowed at a moment: ``{grant id: [right, ...]}``.

    Rights taken away since are gone from the grant; the trail remembers them. One query for any number.
    """
    ids = {grant.public_id: grant.pk for grant in grants}
    lines = TrailLine.objects.filter(subject__in=ids, event__in=["grant.opened", "grant.shrunk"], at__lte=moment)
    rights = {}
    for line in lines.order_by("at", "id"):
        rights[ids[line.subject]] = ordered(line.details["permissions"])
    return rights


def rights_of(grant):
    """What a grant of one of these lists allows, in the order of the catalogue; no query."""
    return ordered(row.permission.codename for row in grant.permissions.all())


def _with_everything(grants):
    rows = grants.select_related("account", "grantee", "membership__account", "membership__user", "decided_by")
    return rows.select_related("parent__grantee", "ended_by").prefetch_related("permissions__permission")


def grants_visible_to(user, *, at):
    """The grants a person may read: of accounts where they see access; and through a company they belong to their
    own, those under theirs, and those of its people where they administer it. Whoever approved access for a case reads
    what stands on it.
    """
    seen_here = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at)
    theirs = Q(grantee=user) | Q(parent__grantee=user)
    theirs |= Q(membership__account__in=partners.administered_by(user, at=at))
    theirs &= Q(membership__account__in=Membership.objects.active(at).filter(user=user).values("account"))
    grants = Grant.objects.filter(Q(account__in=seen_here) | theirs | approved_by_contact(user, at=at))
    rows = grants.select_related("account", "grantee", "membership__account", "decided_by", "parent__grantee")
    return rows.select_related("parent__decided_by")


def may_renew(user, grant, *, at):
    """Whether this person may ask for the same access from its end on: it holds, stands by itself, and ends so soon
    that a request may begin there.
    """
    soon = grant.ends_at <= at + settings.PORTAL_START_AHEAD_MAX
    admin = partners.administered_by(user, at=at).filter(pk=grant.membership.account_id)
    lasting = grant.parent_id is None and grant.kind == RequestKind.PARTNER
    return grant.unended_at(at) and lasting and soon and admin.exists()
