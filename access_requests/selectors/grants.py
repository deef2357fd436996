"""Reads of access that was given: by the customer, or by somebody who may add colleagues."""

from django.conf import settings
from django.db.models import Max, Q

from accounts import authorization
from accounts.models import Grant
from accounts.permissions import AccountPermission
from accounts.states import EndReason
from partners import selectors as partners

from ..models import AccessRequest
from ..states import Status


def lending_grants(user, account=None, *, at):
    """The access through which a person may add colleagues now; of one account, or of all."""
    grants = Grant.objects.effective(at).filter(grantee=user, may_delegate=True, parent=None)
    grants = grants.filter(account__partners_may_add_colleagues=True)
    return grants if account is None else grants.filter(account=account)


def grants_of_people(account, people, *, at):
    """What access holds or will for these people (ids) on one account: ``{person id: grant}``.

    What holds now comes before what is still to begin; of several the one with the latest end.
    """
    grants = Grant.objects.unended(at).filter(account=account, grantee__in=people)
    rows = grants.select_related("parent", "account", "membership__account").order_by("ends_at", "pk")
    return {grant.grantee_id: grant for grant in sorted(rows, key=lambda grant: grant.live_at(at))}


def waiting_for_people(account, people, *, at):
    """What waits for these people (ids) on one account: ``{person id: request}``."""
    waiting = AccessRequest.objects.waiting(at).filter(account=account, beneficiary__in=people)
    return {request.beneficiary_id: request for request in waiting.order_by("pk")}


def turned_away(account, people):
    """Those of the people (ids) to whom the customer's last word was no: denied, or ended by the customer.

    Two queries for any number of people.
    """
    no = dict(
        AccessRequest.objects.filter(account=account, beneficiary__in=people, status=Status.DENIED)
        .order_by()
        .values_list("beneficiary")
        .annotate(Max("decided_at"))
    )
    rows = Grant.objects.filter(account=account, grantee__in=people).order_by()
    ended = Q(end_reason__in=[EndReason.ENDED, EndReason.DENIED])
    words = {"no": Max("ended_at", filter=ended), "yes": Max("opened_at", filter=Q(parent=None))}
    for person, last_no, last_yes in rows.values("grantee").annotate(**words).values_list("grantee", "no", "yes"):
        nos = [moment for moment in (no.get(person), last_no) if moment is not None]
        no[person] = max(nos) if nos and (last_yes is None or max(nos) >= last_yes) else None
    return {person for person, moment in no.items() if moment is not None}


def account_number_of_grant(public_id):
    """The number of the account an access is to, or an empty string: for the trail, never for a page."""
    return Grant.objects.filter(public_id=public_id).values_list("account__number", flat=True).first() or ""


def grants_visible_to(user, *, at):
    """The grants a person may read: of accounts where they see access, their own, those under theirs, and those of
    the companies they administer.
    """
    seen_here = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at)
    theirs = Q(grantee=user) | Q(parent__grantee=user)
    theirs |= Q(membership__account__in=partners.administered_by(user, at=at))
    grants = Grant.objects.filter(Q(account__in=seen_here) | theirs)
    return grants.select_related("account", "grantee", "membership__account", "decided_by", "parent__grantee")


def may_renew(user, grant, *, at):
    """Whether this person may ask for the same access from its end on: it holds, stands by itself, and ends so soon
    that a request may begin there.
    """
    soon = grant.ends_at <= at + settings.PORTAL_START_AHEAD_MAX
    admin = partners.administered_by(user, at=at).filter(pk=grant.membership.account_id)
    return grant.unended_at(at) and grant.parent_id is None and soon and admin.exists()
