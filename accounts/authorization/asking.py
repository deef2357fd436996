"""Who holds which right, as yes or no and as lists, from one predicate."""

from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Exists, F, Max, Q, Value
from django.utils.translation import gettext as _

from ..models import Account, Grant, Membership, User
from ..permissions import (
    CONTACT_RIGHTS,
    LENDABLE,
    MEMBER_SWITCHES,
    ROLE_RIGHTS,
    STAND_IN_RIGHTS,
    SUPPORT_READS,
    AccountPermission,
    Role,
    lendable,
)
from ..states import Deciders
from .supporting import associates


def accounts_where(user, permission, *, at):
    """The accounts on which ``user`` holds ``permission`` at the moment ``at``, as a queryset."""
    return Account.objects.filter(_opened_to(user, at, permission))


def allows(user, permission, account, *, at):
    """Whether ``user`` holds ``permission`` on ``account`` at the moment ``at``. One query."""
    if not user.is_authenticated:
        return False
    return accounts_where(user, permission, at=at).filter(pk=account.pk).exists()


def people_holding(permission, account, *, at):
    """Everybody who holds ``permission`` on ``account`` at the moment ``at``, as a queryset of people by name."""
    own = Membership.objects.giving(permission, at).filter(account=account, account__in=Account.objects.open(at))
    lent = Grant.objects.effective(at).filter(account=account, account__in=Account.objects.open(at))
    lent = lent.filter(permissions__permission__codename=permission).order_by()
    people = User.objects.filter(Q(pk__in=own.order_by().values("user")) | Q(pk__in=lent.values("grantee")))
    return people.order_by("first_name", "last_name", "email")


def require(user, permission, account, *, at):
    """Let through who holds the right.

    :raises PermissionDenied: with a sentence fit to show
    """
    if not allows(user, permission, account, at=at):
        words = AccountPermission(permission).label
        raise PermissionDenied(
            _("You do not hold the right “%(right)s” on account %(number)s.")
            % {"right": words, "number": account.number}
        )


def held(user, account, *, at):
    """Every right ``user`` holds on ``account`` at ``at``, as a frozenset. At most two queries."""
    if not user.is_authenticated:
        return frozenset()
    rights = set()
    memberships = Membership.objects.active(at).filter(user=user, account__in=Account.objects.open(at))
    # One row per own switch of a plain member, or one row without any
    for membership in (
        memberships.filter(account=account).select_related("account").annotate(own=F("rights__permission"))
    ):
        rights |= _rights_of(membership, at)
    lent = _grants_of(user, at).filter(account=account, account__in=Account.objects.open(at)).order_by()
    read = Account.objects.open(at).filter(_read_by_support(user, at), pk=account.pk).order_by()
    codenames = lent.values_list("permissions__permission__codename", flat=True).union(
        *(read.values_list(Value(right.value, output_field=CharField()), flat=True) for right in SUPPORT_READS)
    )
    return frozenset(rights).union(AccountPermission(name) for name in lendable(codenames))


def open_to(user, *, at):
    """The accounts ``user`` may enter at all: as a member, through a live grant, whatever it allows, or because
    the account lets support read.
    """
    if not user.is_authenticated:
        return Account.objects.none()
    return Account.objects.filter(_opened_to(user, at))


def grants_used(user, account, permission, *, at):
    """The live grants that give ``user`` this right on ``account`` (any right, with ``permission=None``)."""
    return _lent(user, permission, at).filter(account=account)


def reads_for_support(user, account, *, at):
    """Whether the account's setting lets ``user`` read its configuration, as an associate of the vendor."""
    return Account.objects.open(at).filter(_read_by_support(user, at), pk=account.pk).exists()


def ends_of(user, account_ids, *, at):
    """Until when ``user``'s access to each of these accounts lasts at most: ``{account id: moment}``."""
    grants = _grants_of(user, at).filter(account__in=account_ids)
    return dict(grants.order_by().values_list("account").annotate(Max("ends_at")))


def _opened_to(user, at, permission=None):
    """The one predicate behind yes and no, the list, and the switcher: a Q on :class:`Account`."""
    own = Membership.objects.active(at) if permission is None else Membership.objects.giving(permission, at)
    # Never correlated: a list of ids the database makes once, however wrong its guess of how many there are
    ways = Q(pk__in=own.filter(user=user).order_by().values("account"))
    if permission is None or permission in LENDABLE:
        ways |= Q(pk__in=_lent(user, permission, at).order_by().values("account"))
    if permission is None or permission in SUPPORT_READS:
        ways |= _read_by_support(user, at)
    return Q(pk__in=Account.objects.open(at).values("pk")) & ways


def _read_by_support(user, at):
    """The accounts whose setting lets support read, where ``user`` is an associate."""
    return Q(support_read_only=True) & Q(Exists(associates(at=at).filter(user=user)))


def _grants_of(user, at):
    return Grant.objects.effective(at).filter(grantee=user)


def _lent(user, permission, at):
    """The live grants of a person that give a right (any, with ``None``); what cannot be lent none of them gives."""
    grants = _grants_of(user, at)
    if permission is None:
        return grants
    return grants.filter(permissions__permission__codename=permission) if permission in LENDABLE else grants.none()


def _rights_of(membership, at):
    rights = set(ROLE_RIGHTS[Role(membership.role)])
    if membership.role == Role.MEMBER:
        rights |= {membership.own} & {*MEMBER_SWITCHES}
    if membership.authorized_contact:
        rights |= CONTACT_RIGHTS
    if membership.role == Role.ADMINISTRATOR and Deciders.PRIMARY_AND_ADMINISTRATORS in (
        membership.account.partner_deciders,
        membership.account.support_deciders,
    ):
        rights.add(AccountPermission.DECIDE_ACCESS)
    if membership.stands_in_from and membership.stands_in_from <= at < membership.stands_in_until:
        rights |= STAND_IN_RIGHTS
    return rights
