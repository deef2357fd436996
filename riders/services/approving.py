"""Whether support may enter an account for a case: asked, approved or declined, withdrawn, finished (S3).

An approval opens nothing by itself. What was opened under one ends with it: whoever listens above hears of that in the
same transaction.
"""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import authorization
from accounts.models import AccessRole
from accounts.permissions import lendable, ordered
from accounts.states import RequestKind
from audit.record import canonical_json, canonical_time
from frame.refusals import NotAllowedNow
from frame.wording import several_lines, spell_moment

from .. import selectors
from ..emails import approvals as emails
from ..models import CaseApproval, SupportCase
from ..signals import case_approval_withdrawn
from ..states import UNSOLVED, ApprovalEnd
from .acting import as_decider, as_member, as_support, note
from .threads import follow, say

SHORTEST = timedelta(days=1)
WHY_MAX = 2_000


@transaction.atomic
def ask_case_access(*, case, roles, reason, by, at):
    """Ask the customer's contacts whether support may enter their account for a case, with which bundles and why.

    :param roles: the :class:`~accounts.models.AccessRole` that are asked for
    :raises PermissionDenied: ``by`` is no validated associate
    :raises ValidationError: no bundle or no reason, or too long a one
    :raises NotAllowedNow: nobody works on the case, a bundle is not on offer, or it was asked or declined a moment ago
    """
    acting = as_support(account=case.account, case=case, by=by, at=at)
    _require_unsolved(acting.case)
    asked = _on_offer(roles)
    why = several_lines(reason).strip()
    if not any(char.isalnum() for char in why):
        raise ValidationError(_("Say why support has to enter the account."), code="reason")
    if len(why) > WHY_MAX:
        raise ValidationError(_("This is too long."), code="reason")
    _refuse_asking_again(acting.case, at)
    put_before_contacts(acting.case, by=by, roles=asked, why=why, at=at)
    with translation.override(acting.account.language):
        say(acting, text=_words_that_ask(acting), at=at)
    note("case_access.asked", acting, at=at, roles=[role["name"] for role in asked], why=why)
    emails.access_asked(case=acting.case, at=at, apart_from={by})
    return acting.case


@transaction.atomic
def approve_case_access(*, case, roles, length, by, at, seen=None):
    """Let support enter the account for a case, with these bundles, for a while.

    :param roles: the :class:`~accounts.models.AccessRole` that are lent
    :param length: a :class:`~datetime.timedelta`, a day at least and ``PORTAL_CASE_ACCESS_MAX`` at most
    :param seen: what :func:`~riders.selectors.seen_of` gave when the page was drawn
    :returns: the :class:`~riders.models.CaseApproval`
    :raises PermissionDenied: ``by`` may not answer for this account, or not lend what is in the bundles
    :raises ValidationError: no bundle, or too short or too long
    :raises NotAllowedNow: nobody works on the case, or something changed since the page was drawn
    """
    acting = as_decider(case=case, kind=RequestKind.CASE, by=by, at=at)
    _require_unsolved(acting.case)
    _require_as_seen(acting.case, seen)
    lent = _on_offer(roles)
    _require_length(length)
    rights = {right for role in lent for right in role["permissions"]}
    if not authorization.may_lend_for_case(by, acting.account, rights, at=at):
        raise PermissionDenied(
            _("You may approve bundles that only look. What changes something is approved by an administrator.")
        )
    _refuse_the_same_again(acting, rights, at + length, at)
    approval = CaseApproval.objects.create(
        case=acting.case,
        roles=lent,
        digest=_digest(acting.case, lent, by, at, at + length),
        approved_by=by,
        approved_at=at,
        ends_at=at + length,
    )
    follow(acting.case, by, at=at)
    names, until = [role["name"] for role in lent], canonical_time(approval.ends_at)
    values = [right.value for right in ordered(lendable(rights))]
    note("case_access.approved", acting, at=at, roles=names, rights=values, until=until, agreed=approval.digest)
    emails.access_answered(case=acting.case, approval=approval, by=by, at=at)
    return approval


@transaction.atomic
def decline_case_access(*, case, by, at, seen=None):
    """Say that support may not enter the account for a case. It can be approved later all the same.

    :param seen: what :func:`~riders.selectors.seen_of` gave when the page was drawn
    :raises PermissionDenied: ``by`` may not answer for this account
    :raises NotAllowedNow: nobody asks, somebody was faster, or something changed since the page was drawn
    """
    acting = as_decider(case=case, kind=RequestKind.CASE, by=by, at=at)
    _require_unsolved(acting.case)
    if not selectors.waits_for_answer(acting.case):
        raise NotAllowedNow(_("Nobody waits for an answer to that: it was answered already, or not asked."))
    _require_as_seen(acting.case, seen)
    SupportCase.objects.filter(pk=case.pk).update(access_declined_at=at, access_declined_by=by)
    acting.case.refresh_from_db(fields=["access_declined_at", "access_declined_by"])
    note("case_access.declined", acting, at=at)
    emails.access_answered(case=acting.case, by=by, at=at)
    return acting.case


@transaction.atomic
def withdraw_case_access(*, case, by, at):
    """Take back what was approved for a case; whatever support has opened under it ends at once.

    Who may end access takes back all of it, a contact what they have approved themself.

    :returns: the approvals that ended
    :raises PermissionDenied: nothing of it is for ``by`` to take back
    :raises NotAllowedNow: nothing is approved, or no longer
    """
    acting = as_member(case=case, by=by, at=at)
    mine = selectors.withdrawable(acting.case, by, at=at)
    if not mine.exists() and selectors.standing_approvals(acting.case, at=at).exists():
        raise PermissionDenied(_("Only who approved it, or may end access, can take it back."))
    if not mine.exists():
        raise NotAllowedNow(_("There is nothing to withdraw: support has no approval to enter for this case."))
    losing = selectors.ends_with(acting.case, by, at=at)
    return _take_away(acting, mine, losing, reason=ApprovalEnd.WITHDRAWN, at=at)


@transaction.atomic
def finish_investigation(*, case, by, at):
    """Say that support is done in the account for a case, which may go on; all access for it ends at once (S3-14).

    :returns: the approvals that ended
    :raises PermissionDenied: ``by`` is no validated associate
    :raises NotAllowedNow: nothing is approved, or no longer
    """
    acting = as_support(account=case.account, case=case, by=by, at=at)
    standing = selectors.standing_approvals(acting.case, at=at)
    if not standing.exists():
        raise NotAllowedNow(_("There is nothing to finish: support has no approval to enter for this case."))
    losing = selectors.unended_for(acting.case, at=at)
    return _take_away(acting, standing, losing, reason=ApprovalEnd.FINISHED, at=at)


def end_with_case(acting, *, at):
    """End every approval of the locked case, on which nobody works any more; the line is the caller's.

    :returns: the approvals that ended
    """
    unended = selectors.approvals_of(acting.case).filter(ended_at=None, ends_at__gt=at)
    return _end(unended, reason=ApprovalEnd.SOLVED, by=acting.by, at=at) if unended.exists() else []


def _take_away(acting, approvals, losing, *, reason, at):
    """End approvals of the locked case before it is over: the line, and the mails.

    :param losing: the access that ends with them; whoever had it, and whoever approved that, reads of it in its receipt
    """
    receipts = {pk for one in losing for pk in (one.grantee_id, (one.parent or one).decided_by_id)}
    ended = _end(approvals, reason=reason, by=acting.by, at=at)
    note(f"case_access.{reason}", acting, at=at, approvals=[approval.pk for approval in ended])
    facts = {"reason": reason, "by": acting.by, "at": at}
    emails.access_over(case=acting.case, approvals=ended, apart_from=receipts, **facts)
    return ended


def put_before_contacts(case, *, at, by=None, roles=(), why=""):
    """Note on a locked case that its contacts are asked; by nobody where the case itself does. The caller mails."""
    facts = {"access_asked_at": at, "access_asked_by": by, "access_asked_roles": list(roles), "access_asked_why": why}
    SupportCase.objects.filter(pk=case.pk).update(**facts)
    case.refresh_from_db(fields=list(facts))


def _end(approvals, *, reason, by, at):
    """End these approvals of a locked case, and say so to whoever has opened something under them."""
    ids = [approval.pk for approval in approvals.select_for_update(no_key=True, of=("self",)).order_by("pk")]
    CaseApproval.objects.filter(pk__in=ids, ended_at=None).update(ended_at=at, ended_by=by, end_reason=reason)
    related = CaseApproval.objects.select_related("case__account", "approved_by", "ended_by")
    ended = list(related.filter(pk__in=ids).order_by("pk"))
    case_approval_withdrawn.send(sender=CaseApproval, approvals=ended, reason=reason, by=by, at=at)
    return ended


def _require_unsolved(case):
    if case.state not in UNSOLVED:
        raise NotAllowedNow(_("Nobody works on this case any more. Reopen it first."))


def _require_as_seen(case, seen):
    if seen is not None and seen != selectors.seen_of(case):
        raise NotAllowedNow(_("Nothing was recorded: something changed since the page was drawn. Look at it again."))


def _require_length(length):
    most = settings.PORTAL_CASE_ACCESS_MAX
    if not min(SHORTEST, settings.PORTAL_CASE_ACCESS_OFFERED) <= length <= most:
        raise ValidationError(_("Choose a length of 1 to %(most)s days.") % {"most": most.days}, code="length")


def _refuse_the_same_again(acting, rights, ends_at, at):
    """Nobody approves twice what they have approved already, as long and with as much."""
    mine = selectors.standing_approvals(acting.case, at=at).filter(approved_by=acting.by, ends_at__gte=ends_at)
    if any(set(approval.rights) >= set(rights) for approval in mine):
        raise NotAllowedNow(_("You have approved that already, for as long and with as much."))


def _on_offer(roles):
    """What the bundles mean now, as plain values that are kept."""
    ids = {role.pk for role in roles}
    if not ids:
        raise ValidationError(_("Choose at least one bundle."), code="roles")
    offered = AccessRole.objects.on_offer().filter(pk__in=ids).order_by("name")
    if len(offered) != len(ids):
        raise NotAllowedNow(_("Nothing was recorded: a bundle you chose is not on offer any more."))
    return [role.as_asked() for role in offered]


def _refuse_asking_again(case, at):
    """What support itself has asked a moment ago, and nobody has answered, is not asked again; nor is it right after a
    no, where nobody has said yes since.
    """
    no, wait = case.access_declined_at, settings.PORTAL_ASK_AGAIN_AFTER
    if no is not None and at - no < wait and not selectors.approvals_of(case).filter(approved_at__gte=no).exists():
        facts = {"name": case.access_declined_by, "when": spell_moment(no + wait, timezone.get_current_timezone())}
        raise NotAllowedNow(_("%(name)s has just declined. Support can ask again on %(when)s.") % facts)
    if case.access_asked_by_id is None or not selectors.waits_for_answer(case):
        return
    if at - case.access_asked_at < settings.PORTAL_SEND_AGAIN_EVERY:
        words = _("%(name)s has asked for it a moment ago. It can be asked again within the hour.")
        raise NotAllowedNow(words % {"name": case.access_asked_by})


def _digest(case, roles, by, at, ends_at):
    """SHA-256 over what was agreed, to be written under everything that is opened under it."""
    content = {
        "account": case.account.number,
        "case": case.number,
        "roles": roles,
        "approved_by": by.pk,
        "approved_at": canonical_time(at),
        "ends_at": canonical_time(ends_at),
    }
    return hashlib.sha256(canonical_json(content)).hexdigest()


def _words_that_ask(acting):
    return _(
        "To look into case %(case)s we ask to enter your account. We start once somebody of yours who may has approved"
        " it:\n\n"
        "[Read what we ask for, and answer](%(link)s)\n\n"
        "An answer in a comment is not an approval."
    ) % {"case": acting.case.number, "link": settings.PORTAL_BASE_URL + acting.case.get_access_url()}
