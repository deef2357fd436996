"""The locks every service takes first, and the one conditional UPDATE that moves a request."""

from django.db.models import F, Q

from accounts.models import Account, Grant
from audit.record import record
from frame.refusals import NotAllowedNow
from partners.models import Partnership
from riders.models import CaseApproval, SupportCase

from .. import selectors, states
from ..models import AccessRequest
from ..states import Status


def lock_account(account):
    """Lock an account's row, before anything else."""
    return Account.objects.select_for_update(no_key=True).get(pk=account.pk)


def lock_accounts(account, company):
    """Lock the rows of both companies, before anything else, and answer the first as it is now.

    Whoever gives access holds both, so that giving it and the person leaving cannot both win.
    """
    rows = Account.objects.select_for_update(no_key=True).filter(pk__in=[account.pk, company.pk]).order_by("pk")
    return next(row for row in rows if row.pk == account.pk)


def lock_many_accounts(ids):
    """Lock the rows of these companies (ids) in one order, before anything else."""
    return list(Account.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def lock_partnerships(partners, customers):
    """Lock the living partnerships between these partners and these customers (ids), by id."""
    living = Partnership.objects.living().select_for_update(no_key=True, of=("self",))
    return list(living.filter(partner__in=partners, customer__in=customers).order_by("pk"))


def lock_partnership(partner, customer):
    """Lock the living partnership of the two and answer it, or ``None``."""
    living = Partnership.objects.living().select_for_update(no_key=True, of=("self",))
    return living.filter(partner=partner, customer=customer).select_related("partner", "customer").first()


def lock_case(account, number):
    """Lock the case of an account with this number and answer it, or ``None``: without a number too."""
    if not number:
        return None
    rows = SupportCase.objects.select_for_update(no_key=True, of=("self",)).select_related("account")
    return rows.filter(account=account, number=number).first()


def lock_approvals(case):
    """Lock the customer's approvals of a locked case, by id, and answer them, the newest last."""
    rows = CaseApproval.objects.select_for_update(no_key=True, of=("self",)).select_related("approved_by", "case")
    return list(rows.filter(case=case).order_by("pk"))


def lock_request(request):
    """Lock a request's row and answer it as it is now, with its people and all that giving the access reads."""
    rows = AccessRequest.objects.select_for_update(no_key=True, of=("self",)).with_people()
    return rows.select_related("membership__user", "membership__account", "grant__grantee").get(pk=request.pk)


def lock_requests(requests):
    """Lock several requests, by id, and answer them as they are now."""
    rows = AccessRequest.objects.select_for_update(no_key=True, of=("self",)).with_people()
    return list(rows.filter(pk__in=requests.values("pk")).order_by("pk"))


def lock_grants(grants):
    """Lock several grants and whatever hangs under them, by id, and answer the asked ones as they are now."""
    wanted = set(grants.values_list("pk", flat=True))
    family = Grant.objects.select_for_update(no_key=True, of=("self",)).filter(Q(pk__in=wanted) | Q(parent__in=wanted))
    rows = family.select_related("account", "grantee", "membership__account", "decided_by", "parent__grantee")
    rows = rows.select_related("parent__decided_by").order_by("pk")
    return [row for row in rows if row.pk in wanted]


def lock_grant(grant):
    """Lock a grant and whatever hangs under it, by id, and answer the grant as it is now."""
    return lock_grants(Grant.objects.filter(pk=grant.pk))[0]


def move_request(request, name, *, seen, at, **changes):
    """Take one step if the request is still exactly what was seen, and may go there.

    The WHERE clause is the guard: of two people deciding at once, or one deciding on a stale page,
    one gets zero rows, on every database, without a lock. Every step adds 1 to the version.

    :raises NotAllowedNow: saying who was faster and when, or what changed
    """
    step = states.move(name, seen.status)
    if step is None:
        raise NotAllowedNow(selectors.what_happened_instead(request, seen, at=at))
    rows = AccessRequest.objects.filter(pk=request.pk).as_seen(seen).filter(_in_time(step, at))
    if not rows.update(status=step.target, version=F("version") + 1, **changes):
        raise NotAllowedNow(selectors.what_happened_instead(request, seen, at=at))
    for field, value in changes.items():
        setattr(request, field, value)
    request.status, request.version = step.target, seen.version + 1
    return step


def require_as_seen(request, seen, *, at):
    """Refuse early, with the reason, where the request is not what was seen any more.

    :raises NotAllowedNow: saying who was faster and when, or what changed
    """
    if request.as_seen() != seen:
        raise NotAllowedNow(selectors.what_happened_instead(request, seen, at=at))


def note_request(event, request, *, by, at, **details):
    """Write the trail line of a request's step."""
    record(
        event,
        account=request.account,
        by=by,
        subject=request.public_id,
        grants=[request.grant.public_id] if request.grant else [],
        case=request.case_number,
        digest=request.digest,
        at=at,
        version=request.version,
        person=request.beneficiary.email,
        **details,
    )


def _in_time(step, at):
    """Until when a step may be taken: a pending request while it waits, a denied one while its window lasts."""
    if step.name == "expire":
        return Q(respond_by__lte=at)
    if step.source == Status.PENDING:
        return Q(respond_by__gt=at)
    if step.source == Status.DENIED:
        return Q(duration=None, ends_at__gt=at) | Q(duration__isnull=False, respond_by__gt=at)
    return Q()
