"""Who begins a recovery, who is told of it, who reads it and may stop it."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import Account, FactorReset, Membership, Replacement, User
from ..permissions import DECIDER_ROLES


def require_staff(user, permission):
    """Let through who works on the admin site and holds Django's permission there. It opens nobody's account.

    :param permission: a permission of this app, such as ``add_replacement``
    :raises PermissionDenied: with a sentence fit to show
    """
    if not (user.is_active and user.is_staff and user.has_perm(f"accounts.{permission}")):
        raise PermissionDenied(_("Only staff who are entrusted with it do this."))


def told_of(replacement, *, at):
    """Everybody who is told of a replacement: the two it is about, the administrators, a stand-in.

    Those who are locked out are told too: nobody silences them by locking them out first.
    """
    named = Membership.objects.filter(pk__in=[replacement.replaced_id, replacement.successor_id])
    theirs = named | _running(replacement.account_id, at)
    return User.objects.filter(pk__in=theirs.values("user")).order_by("email")


def accounts_of(person):
    """The accounts a person belongs to, in the order of their ids, also where the person is locked out."""
    theirs = Membership.objects.living().filter(user=person)
    return Account.objects.filter(pk__in=theirs.values("account")).order_by("pk")


def run_by(account, *, at):
    """Who runs an account: primary user, administrators, a stand-in; those who are locked out among them."""
    return User.objects.filter(pk__in=_running(account.pk, at).values("user")).order_by("email")


def replacements_read_by(user, *, at):
    """The replacements this person is told of, and may stop: those about them, and those of accounts they run."""
    mine = Membership.objects.active(at).filter(user=user)
    return Replacement.objects.filter(
        Q(replaced__in=mine.values("pk"))
        | Q(successor__in=mine.values("pk"))
        | Q(account__in=_accounts_run_by(user, at))
    )


def factor_resets_read_by(user, *, at):
    """The resets this person is told of, and may stop: their own, and those of people in accounts they run."""
    people = Membership.objects.living().filter(account__in=_accounts_run_by(user, at))
    return FactorReset.objects.filter(Q(person=user) | Q(person__in=people.values("user")))


def require_stopper(user, recoveries):
    """Let through who reads these recoveries, for whoever is told of one may stop it.

    :param recoveries: the one recovery, as this person reads it: :func:`replacements_read_by` and its like
    :raises PermissionDenied: with a sentence fit to show
    """
    if not (user.is_active and recoveries.exists()):
        raise PermissionDenied(_("Those whom this concerns may stop it, and nobody else."))


def _running(account_id, at):
    """The living memberships that run an account: primary user, administrators, a stand-in."""
    living = Membership.objects.living().filter(account=account_id)
    return living.filter(Q(role__in=DECIDER_ROLES) | Q(stands_in_from__lte=at, stands_in_until__gt=at))


def _accounts_run_by(user, at):
    mine = Membership.objects.active(at).filter(user=user, account__in=Account.objects.open(at))
    mine = mine.filter(Q(role__in=DECIDER_ROLES) | Q(stands_in_from__lte=at, stands_in_until__gt=at))
    return mine.values("account")
