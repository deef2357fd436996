"""Reads of requests: who sees which, what to say when somebody was faster, and terms in words."""

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import authorization
from accounts.models import Account, Grant, Membership, ProposedChange
from accounts.permissions import AccountPermission
from accounts.states import KEPT, RequestKind
from frame.wording import spell_moment
from partners import selectors as partners
from riders import selectors as riders

from ..models import AccessRequest, Block
from ..states import FINAL, Status
from .cases import approved_by_contact


def visible_to(user, *, at):
    """The requests a person may read: of accounts where they see access or decide, and those they asked
    for, would benefit from, or whose company they administer.
    """
    seen_here = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at)
    own_side = Q(asker=user) | Q(beneficiary=user) | Q(company__in=partners.administered_by(user, at=at))
    own_side &= Q(company__in=_companies_of(user, at=at))
    return AccessRequest.objects.filter(Q(account__in=seen_here) | own_side)


def waiting_for(user, *, at, standing=None):
    """The requests ``user`` may answer now: of their accounts, and of nobody they share a company with.

    :param standing: what ``authorization.standing_of`` says of them, where it is known already
    """
    standing = standing or authorization.standing_of(user, at=at)
    mine = Q(pk__in=())
    for kind, known in standing.decides.items():
        mine |= Q(kind=kind, account__in=known)
    return apart_from_own(AccessRequest.objects.waiting(at).filter(mine), user, at=at, standing=standing)


def apart_from_own(requests, user, *, at, standing=None):
    """Requests in which the person has no part: not theirs, nor anybody's of a company outside they belong to.

    :param standing: as in :func:`waiting_for`
    """
    shared = (standing or authorization.standing_of(user, at=at)).outside
    requests = requests.exclude(Q(asker=user) | Q(beneficiary=user))
    if not shared:
        return requests
    others = Membership.objects.active(at).filter(account__in=shared).order_by().values("user")
    return requests.exclude(Q(company__in=shared) | Q(asker__in=others) | Q(beneficiary__in=others))


def may_decide(user, request, *, at):
    """Whether this person may answer this request, so far as who they are goes."""
    who = authorization.deciders(request.account, request.kind, at=at, apart_from=request.people)
    return who.filter(pk=user.pk).exists()


def deciders_of(request, *, at):
    """Who may answer this request, as a list of people."""
    return list(authorization.deciders(request.account, request.kind, at=at, apart_from=request.people))


def who_would_decide(account, people, *, at):
    """Who would answer a partner's request in which these people have a part."""
    return list(authorization.deciders(account, RequestKind.PARTNER, at=at, apart_from=people))


def asked_by(user, *, at):
    """The requests a person asked, or would benefit from, newest first."""
    return visible_to(user, at=at).filter(Q(asker=user) | Q(beneficiary=user))


def requests_that_go_with(membership, *, at):
    """The requests that are withdrawn when a membership ends, as a list of ``(words, address)``.

    What support has or asks for is counted and not named: the reader may be another associate (S0-10).
    """
    theirs = Q(membership=membership) | Q(asker=membership.user, company=membership.account)
    waiting = list(AccessRequest.objects.waiting(at).filter(theirs).with_people().order_by("pk"))
    words = _("The request for %(person)s to %(account)s, which waits for an answer")
    named = [
        (words % {"person": one.beneficiary, "account": one.account.name}, one.get_absolute_url())
        for one in waiting
        if one.kind not in KEPT
    ]
    through = Q(membership=membership) | Q(parent__membership=membership)
    own = Grant.objects.unended(at).filter(through, kind__in=KEPT).count()
    asked = len(waiting) - len(named)
    if own:
        words = ngettext("%(count)d access of support", "%(count)d accesses of support", own)
        named.append((words % {"count": own}, ""))
    if asked:
        words = ngettext("%(count)d waiting request of support", "%(count)d waiting requests of support", asked)
        named.append((words % {"count": asked}, ""))
    return named


def named(requests, words):
    """Requests in which the person, the company or the account is called like this, or the id begins so."""
    if not words:
        return requests
    fields = [
        "beneficiary__first_name",
        "beneficiary__last_name",
        "beneficiary__email",
        "company__name",
        "account__name",
    ]
    like = Q(public_id__startswith=words.lower()) | Q(account__number__startswith=words)
    for field in fields:
        like |= Q(**{f"{field}__icontains": words})
    return requests.filter(like)


def linked_since(request):
    """Since when the asking company is linked to the account, or ``None``."""
    partnership = partners.living(request.company, request.account)
    return partnership.linked_at if partnership else None


def decides_partners(user, account, *, at):
    """Whether a person answers partners' requests for an account, before anybody is set apart: for buttons."""
    return authorization.decides_for(user, RequestKind.PARTNER, at=at).filter(pk=account.pk).exists()


def is_insider(user, request, *, at):
    """Whether somebody who may not answer it may at least be told who does."""
    member = Membership.objects.active(at).filter(user=user, account=request.account_id)
    return member.exists() or visible_to(user, at=at).filter(pk=request.pk).exists()


def account_number_of(public_id):
    """The number of the account a request is about, or an empty string: for the trail, never for a page."""
    found = AccessRequest.objects.filter(public_id=public_id).values_list("account__number", flat=True)
    return found.first() or ""


def what_happened_instead(request, seen, *, at):
    """One sentence on why a step was not possible: who was faster and when, or what changed."""
    now = AccessRequest.objects.select_related("decided_by").get(pk=request.pk)
    zone = timezone.get_current_timezone()
    status = now.status_at(at)
    if status in (Status.APPROVED, Status.DENIED) and now.status != seen.status:
        words = (
            _("%(name)s approved this on %(when)s.")
            if status == Status.APPROVED
            else _("%(name)s denied this on %(when)s.")
        )
        return words % {"name": now.decided_by, "when": spell_moment(now.decided_at, zone)}
    if status == Status.CANCELLED:
        return _("This request was withdrawn.")
    if status == Status.EXPIRED:
        return _("This request lapsed on %(when)s. Nobody had answered.") % {"when": spell_moment(now.respond_by, zone)}
    if (now.version, now.digest) != (seen.version, seen.digest):
        return _("This request was changed after you opened the page. Read it again before you answer.")
    if status == Status.DENIED:
        return _("The time that was asked for is over. A new request is needed.")
    return _("This is not possible any more.")


def possible_moves(request, user, *, at):
    """The names of the steps this person can take with this request now: for buttons."""
    status = request.status_at(at)
    if status in FINAL:
        return set()
    if request.kind == RequestKind.HOUR:
        return _moves_of_hour(request, user, status, at=at)
    moves = set()
    if request.asker == user and status == Status.PENDING:
        moves |= {"cancel"}
        if _may_still_ask(request, user, at=at):
            moves |= {"edit"} if request.version <= settings.PORTAL_EDIT_MAX else set()
            moves |= {"send_again"} if may_send_again(request, at) else set()
    if may_decide(user, request, at=at):
        moves |= {"approve", "deny"} if status == Status.PENDING else set()
        moves |= {"deny"} if status == Status.APPROVED else set()
        moves |= (
            {"approve"} if status == Status.DENIED and window_lasts(request, at) and _case_lives(request) else set()
        )
    return moves


def _moves_of_hour(request, user, status, *, at):
    """An hour is answered once, and its access ended rather than denied again; whoever wants another one asks anew."""
    if status != Status.PENDING:
        return set()
    moves = {"cancel"} if request.asker == user else set()
    return moves | ({"approve", "deny"} if may_decide(user, request, at=at) else set())


def _may_still_ask(request, user, *, at):
    """Whether whoever asked is still one of the partner's admins, and is not kept from asking by the customer."""
    admin = partners.administered_by(user, at=at).filter(pk=request.company_id)
    return (request.kind != RequestKind.PARTNER or admin.exists()) and not standing_blocks(
        request.account, request.people
    ).exists()


def _case_lives(request):
    """Whether what support asks about is still worked on; where no case is named, nothing hangs on one."""
    case = request.case_number if request.kind == RequestKind.SUPPORT else ""
    return not case or riders.find_unsolved(request.account, case) is not None


def may_send_again(request, at):
    """Whether a waiting request may be sent again now: a few times, with some time between."""
    return request.times_sent_again < settings.PORTAL_SEND_AGAIN_MAX and request.may_be_sent_again_at <= at


def window_lasts(request, at):
    """Whether a denied request can still be approved: while the asked window, or the time to answer, lasts."""
    return (request.respond_by if request.duration is not None else request.ends_at) > at


def standing_blocks(account, people):
    """The blocks that keep any of these people from asking for this account."""
    return Block.objects.standing().filter(account=account, person__in=people).select_related("person", "request")


def access_now(user, *, at):
    """Access that holds now on accounts where this person sees who is in, or for a case on their own word, soonest end
    first.
    """
    accounts = authorization.accounts_where(user, AccountPermission.VIEW_ACCESS, at=at)
    seen = Q(account__in=accounts) | approved_by_contact(user, at=at)
    live = Grant.objects.effective(at).filter(seen, account__in=Account.objects.open(at))
    return live.select_related("grantee", "account", "membership__account").order_by("ends_at", "pk")


def _companies_of(user, *, at):
    return Membership.objects.active(at).filter(user=user).values("account")


def kept_from_staff():
    """What staff read no more of than id, account, status and times: requests and access of support, and for an hour,
    and what was proposed under such access.

    Who asks for support asks in their own name, and what for is between them and the customer: no operator, and no
    superuser, sees who it was, why, which rights, or the mails about it (ACCEPTANCE.md, who sees a request). This is
    the one place that says so; every window of the admin site asks here.
    """
    proposed = ProposedChange.objects.filter(grant__kind__in=KEPT).order_by()
    return [AccessRequest.objects.filter(kind__in=KEPT), Grant.objects.filter(kind__in=KEPT), proposed]
