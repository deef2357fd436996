"""Who answers, who asks for a partner, who appoints."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext as _

from ..models import Account, Membership, User
from ..permissions import APPOINTS, PARTNER_ADMIN_ROLES, Role
from ..states import AccountKind, Deciders, RequestKind


def deciders(account, kind, *, at, apart_from=()):
    """Who may answer a request of this kind for this account, as a queryset of people.

    Temporary access is decided by the primary user and the administrators, whatever the settings (S4-1).

    :param kind: a :class:`RequestKind`
    :param apart_from: the asker and the beneficiary: nobody decides for themself, nor for anybody
        with whom they share a partner or vendor account
    """
    setting = account.partner_deciders if kind == RequestKind.PARTNER else account.support_deciders
    roles = [Role.PRIMARY]
    if kind == RequestKind.HOUR or setting == Deciders.PRIMARY_AND_ADMINISTRATORS:
        roles.append(Role.ADMINISTRATOR)
    may = Membership.objects.active(at).filter(account=account, account__in=Account.objects.open(at))
    may = may.filter(Q(role__in=roles) | Q(stands_in_from__lte=at, stands_in_until__gt=at))
    outside = (AccountKind.PARTNER, AccountKind.VENDOR)
    shared = Membership.objects.active(at).filter(account__kind__in=outside)
    companies = shared.filter(user__in=apart_from).values("account")
    return (
        User.objects.filter(pk__in=may.values("user"))
        .exclude(pk__in=[person.pk for person in apart_from])
        .exclude(pk__in=shared.filter(account__in=companies).values("user"))
        .order_by("email")
    )


def require_decider(user, account, kind, *, at, apart_from=()):
    """Let through who may answer a request of this kind for this account.

    :raises PermissionDenied: with a sentence fit to show
    """
    if not deciders(account, kind, at=at, apart_from=apart_from).filter(pk=user.pk).exists():
        raise PermissionDenied(_("You do not decide requests for account %(number)s.") % {"number": account.number})


def decides_for(user, kind, *, at):
    """The accounts for which ``user`` decides requests of this kind, before anybody is set apart."""
    setting = "partner_deciders" if kind == RequestKind.PARTNER else "support_deciders"
    both = {} if kind == RequestKind.HOUR else {f"account__{setting}": Deciders.PRIMARY_AND_ADMINISTRATORS}
    may = Membership.objects.active(at).filter(user=user)
    may = may.filter(
        Q(role=Role.PRIMARY) | Q(role=Role.ADMINISTRATOR, **both) | Q(stands_in_from__lte=at, stands_in_until__gt=at)
    )
    return Account.objects.open(at).filter(pk__in=may.values("account"))


def require_partner_admin(user, partner, *, at):
    """Let through who may ask for access for the people of ``partner``.

    :raises PermissionDenied: with a sentence fit to show
    """
    admins = Membership.objects.active(at).filter(account=partner, account__in=Account.objects.open(at))
    admins = admins.filter(role__in=PARTNER_ADMIN_ROLES)
    if partner.kind != AccountKind.PARTNER or not admins.filter(user=user).exists():
        raise PermissionDenied(_("Only admin users of a partner’s account ask for access to a customer’s account."))


def require_appointer(user, account, *, role, at):
    """Let through who may put somebody into ``role`` on ``account``, or take them out of it.

    :raises PermissionDenied: with a sentence fit to show
    """
    mine = Membership.objects.active(at).filter(user=user, account=account, account__in=Account.objects.open(at))
    if not any(Role(role) in APPOINTS[Role(membership.role)] for membership in mine):
        raise PermissionDenied(
            _("You may not make or unmake somebody “%(role)s” of account %(number)s.")
            % {"role": Role(role).label, "number": account.number}
        )


def require_primary(user, account, *, at):
    """Let through the primary user alone: who makes and unmakes deciders.

    :raises PermissionDenied: with a sentence fit to show
    """
    if not is_primary(user, account, at=at):
        raise PermissionDenied(
            _("Only the primary user of account %(number)s says who decides.") % {"number": account.number}
        )


def is_primary(user, account, *, at):
    """Whether this person is the account's primary user: for pages."""
    mine = Membership.objects.active(at).filter(user=user, account=account, account__in=Account.objects.open(at))
    return mine.filter(role=Role.PRIMARY).exists()
