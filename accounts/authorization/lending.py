"""The only writers of grants and of what they allow."""

from django.conf import settings
from django.contrib.auth.models import Permission
from django.utils.translation import gettext as _

from audit.record import record
from frame.refusals import NotAllowedNow

from ..models import Grant, GrantedPermission
from ..permissions import LENDABLE, ordered
from ..states import EndReason, RequestKind


def open_grant(
    *,
    account,
    membership,
    by,
    starts_at,
    ends_at,
    permissions,
    administrator,
    may_delegate,
    at,
    decided_by=None,
    **facts,
):
    """Lend ``permissions`` on ``account`` to the person of ``membership`` for one window.

    The caller has asked :func:`require_decider` and holds the locks.

    :param decided_by: on whose word it is lent, where ``by`` acts on what somebody else has said
    :param permissions: the rights to lend; with ``administrator`` every lendable right there is now
    :param facts: ``parent``, the grant it hangs under, and what it remembers: ``kind``,
        ``request_id``, ``request_digest``, ``reason``, ``case_number``
    :raises NotAllowedNow: nothing would be lent, a right that cannot be lent, or an hour for too long (S4-13)
    """
    rights = ordered(LENDABLE if administrator else permissions)
    if facts.get("kind") == RequestKind.HOUR and ends_at - starts_at > settings.PORTAL_HOUR_MAX:
        raise NotAllowedNow(_("Temporary access does not last that long."))
    if not rights or not set(rights) <= set(LENDABLE):
        raise NotAllowedNow(_("Choose at least one right that can be lent."))
    parent = facts.get("parent")
    if parent is not None:
        _refuse_amplification(parent, rights, starts_at, ends_at, administrator or may_delegate)
    grant = Grant.objects.create(
        account=account,
        grantee=membership.user,
        membership=membership,
        starts_at=starts_at,
        ends_at=ends_at,
        administrator=administrator,
        may_delegate=may_delegate,
        decided_by=decided_by or by,
        opened_at=at,
        **facts,
    )
    codenames = [right.value for right in rights]
    kept = Permission.objects.filter(content_type__app_label="accounts", content_type__model="account")
    GrantedPermission.objects.bulk_create(
        GrantedPermission(permission=permission, user=grant.grantee, content_object=account, grant=grant)
        for permission in kept.filter(codename__in=codenames)
    )
    word = {} if grant.decided_by == by else {"on_the_word_of": grant.decided_by.email}
    _note("grant.opened", grant, by=by, at=at, permissions=codenames, until=ends_at.isoformat(), **word)
    return grant


def shrink_grant(*, grant, by, ends_at, permissions, may_delegate, at):
    """Make a grant less: an earlier end, fewer rights, no adding of colleagues. Never more.

    Whatever hangs under it shrinks with it, and ends where nothing is left of it.

    :returns: the grants that ended by it
    :raises NotAllowedNow: it has ended, or this would make it more, or nothing would change
    """
    before = set(granted(grant))
    rights = set(ordered(permissions))
    more = not rights or not rights <= before or ends_at > grant.ends_at or (may_delegate and not grant.may_delegate)
    if more or ends_at <= max(at, grant.starts_at):
        raise NotAllowedNow(_("Access can be made less, not more. For more, ask anew."))
    if (rights, ends_at, may_delegate) == (before, grant.ends_at, grant.may_delegate):
        raise NotAllowedNow(_("Nothing was changed: this access was like that already."))
    administrator = grant.administrator and rights == before
    changed = Grant.objects.unended(at).filter(pk=grant.pk, ends_at__gte=ends_at)
    if not changed.update(ends_at=ends_at, may_delegate=may_delegate, administrator=administrator):
        raise NotAllowedNow(_("This access has ended already."))
    GrantedPermission.objects.filter(grant=grant).exclude(permission__codename__in=rights).delete()
    grant.refresh_from_db()
    names = [right.value for right in ordered(rights)]
    _note("grant.shrunk", grant, by=by, at=at, permissions=names, until=ends_at.isoformat())
    ended = []
    for child in Grant.objects.unended(at).filter(parent=grant).order_by("pk"):
        left = rights & set(granted(child))
        if not left or child.starts_at >= ends_at or not may_delegate:
            ended += end_grant(grant=child, reason=EndReason.LENDER, by=by, at=at)
        elif left != set(granted(child)) or child.ends_at > ends_at:
            shrink_grant(
                grant=child,
                by=by,
                ends_at=min(child.ends_at, ends_at),
                permissions=left,
                may_delegate=False,
                at=at,
            )
    return ended


def end_grant(*, grant, reason, by, at):
    """End a grant, and with it whatever hangs under it; answers the grants that ended, this one first.

    A grant whose window is over is tidied: it ended at its ``ends_at``, whenever that is noticed.

    :raises NotAllowedNow: it has ended already
    """
    ended_at = min(at, grant.ends_at) if reason == EndReason.WINDOW else at
    who = None if reason == EndReason.WINDOW else by
    still = Grant.objects.filter(pk=grant.pk, ended_at=None)
    still = still.filter(ends_at__lte=at) if reason == EndReason.WINDOW else still.filter(ends_at__gt=at)
    if not still.update(ended_at=ended_at, ended_by=who, end_reason=reason):
        raise NotAllowedNow(_("This access has ended already."))
    grant.refresh_from_db()
    _note("grant.ended", grant, by=who, at=at, reason=str(reason), ended_at=ended_at.isoformat())
    ended = [grant]
    if reason != EndReason.WINDOW:
        for child in Grant.objects.unended(at).filter(parent=grant).select_related("grantee", "account").order_by("pk"):
            ended += end_grant(grant=child, reason=EndReason.LENDER, by=by, at=at)
    return ended


def _refuse_amplification(parent, rights, starts_at, ends_at, passes_on):
    """Nobody lends more, or longer, than they hold, nor what hangs under somebody else's access already."""
    within = parent.starts_at <= starts_at and ends_at <= parent.ends_at and set(rights) <= set(granted(parent))
    if parent.parent_id is not None or not parent.may_delegate or passes_on or not within:
        raise NotAllowedNow(_("Nobody lends more, or longer, than they hold."))


def granted(grant):
    """The rights a grant lends, in the order of the catalogue."""
    return ordered(grant.permissions.values_list("permission__codename", flat=True))


def _note(event, grant, *, by, at, **details):
    record(
        event,
        account=grant.account,
        by=by,
        subject=grant.public_id,
        grants=[grant.public_id],
        case=grant.case_number,
        digest=grant.request_digest,
        at=at,
        person=grant.grantee.email,
        **details,
    )
