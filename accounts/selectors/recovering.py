"""Reads of what staff began and what still waits before it holds."""

from .. import authorization
from ..models import FactorReset, Membership, Replacement
from ..permissions import Role


def replacements_under_way(*, at):
    """The replacements of primary users that have neither taken effect nor been stopped, the next one first."""
    rows = Replacement.objects.under_way().filter(started_at__lte=at)
    return _with_people(rows).order_by("takes_effect_at", "pk")


def factor_resets_under_way(*, at):
    """The resets of second factors that have neither taken effect nor been stopped, the next one first."""
    rows = FactorReset.objects.under_way().filter(started_at__lte=at)
    return rows.select_related("person", "started_by").order_by("takes_effect_at", "pk")


def replacement_read_by(user, public_id, *, at):
    """The replacement with this id, or ``None`` where it is none of this person's business."""
    rows = authorization.replacements_read_by(user, at=at)
    return _with_people(rows).select_related("settled_by").filter(public_id=public_id).first()


def factor_reset_read_by(user, public_id, *, at):
    """The reset with this id, or ``None`` where it is none of this person's business."""
    rows = authorization.factor_resets_read_by(user, at=at)
    return rows.select_related("person", "started_by", "settled_by").filter(public_id=public_id).first()


def under_way_in(account, user, *, at):
    """What waits in an account and this person may stop: ``(replacements, resets of its people)``."""
    people = Membership.objects.living().filter(account=account)
    replacements = authorization.replacements_read_by(user, at=at).under_way().filter(account=account)
    resets = authorization.factor_resets_read_by(user, at=at).under_way().filter(person__in=people.values("user"))
    return _with_people(replacements), resets.select_related("person", "started_by").order_by("takes_effect_at", "pk")


def may_succeed(account, *, at):
    """The active members of an account who are not its primary user, by name: who could be made it."""
    members = Membership.objects.active(at).filter(account=account).exclude(role=Role.PRIMARY).select_related("user")
    return members.order_by("user__first_name", "user__last_name", "user__email")


def _with_people(rows):
    return rows.select_related("account", "replaced__user", "successor__user", "started_by")
