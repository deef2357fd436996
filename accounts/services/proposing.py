"""What somebody of support would change: said before anything is changed, and taken back again (S3-13)."""

from datetime import timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frame.refusals import NotAllowedNow, TooMuch
from frame.wording import one_paragraph, spell_moment

from .. import authorization, emails, selectors
from ..models import Grant, ProposedChange
from ..permissions import AccountPermission
from ..states import ChangeState
from .applying import check_configuration, lock_grants, move_change, note_change, refuse_nothing, tell_closed
from .appointing import lock_account

WAITING_MOST = 5  # proposals of one person that wait in one account
DAY = timedelta(days=1)


@transaction.atomic
def propose_change(*, account, seen, reason, by, at, grant=None, **values):
    """Put a change of the configuration before whoever answers for it in the account. Nothing is changed by it.

    :param seen: the version of the configuration that ``by`` had before their eyes
    :param reason: why, read by whoever answers
    :param grant: the access, and so the case, it is for; of several the one that lasts longest where none is said
    :param values: whatever of :data:`CONFIGURED` is to be different
    :returns: the :class:`ProposedChange`
    :raises PermissionDenied: ``by`` may not change it
    :raises NotAllowedNow: it was changed since ``by`` read it, the access is over, or ``by`` can change it at once
    :raises ValidationError: no reason, a value that is not acceptable, or nothing would change
    :raises TooMuch: too many proposals of theirs wait, or too many were made within a day
    """
    account = lock_account(account)
    grants = lock_grants(by, account, AccountPermission.CHANGE_CONFIGURATION, at=at)
    if authorization.has_free_hand(by, account, grants, at=at):
        raise NotAllowedNow(_("You can change this at once now. There is no need to propose it."))
    stands_on = _chosen(grants, grant)
    _require_room(account, by=by, at=at)
    words = one_paragraph(reason)
    if not any(char.isalnum() for char in words):
        raise ValidationError(_("Say why it is to be changed."), code="reason")
    row, changes = check_configuration(account, values)
    if row.version != seen:
        raise NotAllowedNow(_("The configuration was changed after you opened the page."))
    refuse_nothing(changes)
    respond_by = min(at + settings.PORTAL_RESPOND_WITHIN_CHANGE, stands_on.ends_at)
    change = ProposedChange(
        account=account,
        grant=stands_on,
        case_number=stands_on.case_number,
        reason=words,
        changes=[{"field": name, "before": before, "after": after} for name, (before, after) in changes.items()],
        version=seen,
        proposed_by=by,
        proposed_at=at,
        respond_by=respond_by,
        remind_at=at + (respond_by - at) / 2,
    )
    change.digest = change.compute_digest()
    change.save(force_insert=True)
    Grant.objects.filter(pk=stands_on.pk).update(last_used_at=at)
    note_change("change.proposed", change, by=by, at=at, reason=words, changes=change.changes)
    emails.change_proposed(change=change, at=at)
    return change


@transaction.atomic
def withdraw_change(*, change, by, at):
    """Take a proposal back; nobody can agree to it any more.

    :raises PermissionDenied: somebody else proposed it
    :raises NotAllowedNow: it was answered or lapsed in the meantime
    """
    account = lock_account(change.account)
    change = lock_change(change, account)
    if by != change.proposed_by:
        raise PermissionDenied(_("Whoever proposed a change withdraws it."))
    require_waiting(change, at=at)
    move_change(change, ChangeState.WITHDRAWN, answered_by=by, answered_at=at)
    tell_closed(change, by=by, at=at)
    return change


def lock_change(change, account):
    """Lock a proposal and the access it stands on, and answer it as it is now; the caller has locked its account."""
    rows = ProposedChange.objects.select_for_update(no_key=True, of=("self",)).with_people()
    change = rows.get(pk=change.pk, account=account)
    ids = [pk for pk in (change.grant_id, change.grant.parent_id) if pk]
    list(Grant.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))
    change.account = account
    return change


def require_waiting(change, *, at):
    """Let through where a locked proposal can still be answered.

    An answer and the end of the access it was proposed under cannot both win, whenever the clock was read.

    :raises NotAllowedNow: it was answered, withdrawn, overtaken or lapsed in the meantime
    """
    ended = any(one is not None and one.ended_at is not None for one in (change.grant, change.grant.parent))
    if ended or change.state_at(at) != ChangeState.WAITING:
        raise NotAllowedNow(selectors.what_became_of(change, at=at))


def _chosen(grants, grant):
    """The access a proposal stands on: the one that was chosen, or the one that lasts longest."""
    found = [one for one in grants if grant is None or one.pk == grant.pk]
    if not found:
        raise NotAllowedNow(_("This access has ended already."))
    return max(found, key=lambda one: (one.ends_at, -one.pk))


def _require_room(account, *, by, at):
    """Let through who has not proposed too much; the caller holds the lock on the account."""
    mine = ProposedChange.objects.filter(account=account, proposed_by=by)
    waiting = list(mine.waiting(at).order_by("respond_by").values_list("respond_by", flat=True))
    if len(waiting) >= WAITING_MOST:
        words = ngettext(
            "%(count)d proposal of yours waits at %(company)s. No more can wait until one of them is answered.",
            "%(count)d proposals of yours wait at %(company)s. No more can wait until one of them is answered.",
            len(waiting),
        )
        _refuse_until(words % {"count": len(waiting), "company": account.name}, waiting[0])
    most = settings.PORTAL_ASKS_PER_DAY
    lately = list(mine.filter(proposed_at__gt=at - DAY).order_by("proposed_at").values_list("proposed_at", flat=True))
    if len(lately) >= most:
        words = _("You have proposed changes to %(company)s %(count)d times within a day.")
        _refuse_until(words % {"count": len(lately), "company": account.name}, lately[-most] + DAY)


def _refuse_until(words, moment):
    when = spell_moment(moment, timezone.get_current_timezone())
    raise TooMuch(_("%(why)s Come back on %(when)s.") % {"why": words, "when": when}, until=moment)
