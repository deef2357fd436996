"""Who answers, who asks for a partner, who appoints."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext as _

from ..models import Account, Membership, User
from ..permissions import APPOINTS, PARTNER_ADMIN_ROLES, READS, AccountPermission, Role
from ..states import AccountKind, Deciders, RequestKind

OUTSIDE = (AccountKind.PARTNER, AccountKind.VENDOR)

# Decided by the administrators too, whatever the account's settings say
_WHATEVER_THE_SETTINGS = (RequestKind.HOUR, RequestKind.CASE, RequestKind.CHANGE)


def _contacts_for(kind):
    """The memberships whose flag *authorized contact* lets them answer a request of this kind."""
    if kind == RequestKind.CASE:
        return Q(authorized_contact=True)
    if kind == RequestKind.CHANGE:
        return Q(authorized_contact=True) & ~Q(role=Role.ACCESS_ADMINISTRATOR)
    return Q(pk__in=())


def _decides(kind, at):
    """The memberships that answer requests of this kind for their account, by its settings: a Q."""
    setting = "partner_deciders" if kind == RequestKind.PARTNER else "support_deciders"
    both = {} if kind in _WHATEVER_THE_SETTINGS else {f"account__{setting}": Deciders.PRIMARY_AND_ADMINISTRATORS}
    stands_in = Q(stands_in_from__lte=at, stands_in_until__gt=at)
    return Q(role=Role.PRIMARY) | Q(role=Role.ADMINISTRATOR, **both) | stands_in | _contacts_for(kind)


def deciders(account, kind, *, at, apart_from=()):
    """Who may answer a request of this kind for this account, as a queryset of people.

    Temporary access is decided by the primary user and the administrators, whatever the settings (S4-1). Access for a
    case, and a change that support proposes, are for these and the authorized contacts (S3-2); an access administrator
    who is a contact speaks for cases only. Whoever of the vendor may enter for a case is not known when it is approved,
    so none of the vendor's people approve, whatever else they are.

    :param kind: a :class:`RequestKind`
    :param apart_from: the asker and the beneficiary: nobody decides for themself, nor for anybody
        with whom they share a partner or vendor account
    """
    may = Membership.objects.active(at).filter(_decides(kind, at), account=account)
    may = may.filter(account__in=Account.objects.open(at))
    shared = Membership.objects.active(at).filter(account__kind__in=OUTSIDE)
    anybody = Q(account__kind=AccountKind.VENDOR) if kind == RequestKind.CASE else Q(pk__in=())
    companies = shared.filter(anybody | Q(user__in=apart_from)).values("account")
    return (
        User.objects.filter(pk__in=may.values("user"))
        .exclude(pk__in=[person.pk for person in apart_from])
        .exclude(pk__in=shared.filter(account__in=companies).values("user"))
        .order_by("email")
    )


def lenders_for_case(account, permissions, *, at, apart_from=()):
    """Who may lend all of these rights for a case, as a queryset of people: whoever decides what support asks may lend
    any, an authorized contact only what changes nothing (S3-2).

    :param permissions: rights, or their values
    """
    people = deciders(account, RequestKind.CASE, at=at, apart_from=apart_from)
    if {str(right) for right in permissions} <= {right.value for right in READS}:
        return people
    any_right = deciders(account, RequestKind.SUPPORT, at=at, apart_from=apart_from)
    return people.filter(pk__in=any_right.order_by().values("pk"))


def may_lend_for_case(user, account, permissions, *, at, apart_from=()):
    """Whether this person is one of :func:`lenders_for_case`."""
    return lenders_for_case(account, permissions, at=at, apart_from=apart_from).filter(pk=user.pk).exists()


def require_decider(user, account, kind, *, at, apart_from=()):
    """Let through who may answer a request of this kind for this account.

    :raises PermissionDenied: with a sentence fit to show
    """
    if not deciders(account, kind, at=at, apart_from=apart_from).filter(pk=user.pk).exists():
        raise PermissionDenied(_("You do not decide requests for account %(number)s.") % {"number": account.number})


def decides_for(user, kind, *, at):
    """The accounts for which ``user`` decides requests of this kind, before anybody is set apart."""
    may = Membership.objects.active(at).filter(_decides(kind, at), user=user)
    if kind == RequestKind.CASE:
        vendors = Membership.objects.active(at).filter(account__kind=AccountKind.VENDOR)
        may = may.exclude(user__in=vendors.values("user"))
    return Account.objects.open(at).filter(pk__in=may.order_by().values("account"))


@dataclass(frozen=True)
class Standing:
    """What somebody is to every account at one moment, by the accounts' ids."""

    decides: dict[RequestKind, list[int]]  # as :func:`decides_for` says
    outside: list[int]  # the partners and vendors they belong to
    reviews: list[int]  # where they look through who is in: they see access and may end it

    @property
    def answers(self):
        """Whether anything at all can wait for them."""
        return bool(self.reviews) or any(self.decides.values())


def standing_of(user, *, at):
    """What ``user`` is to every account, for what waits for them: one query, as small as any.

    :returns: a :class:`Standing`
    """
    sees, ends = AccountPermission.VIEW_ACCESS, AccountPermission.END_ACCESS
    asked = {kind.value: _decides(kind, at) for kind in RequestKind}
    asked["reviews"] = Membership.objects.gives(sees, at) & Membership.objects.gives(ends, at)
    asked["is_open"] = Q(account__in=Account.objects.open(at).order_by().values("pk"))
    answers = {name: Case(When(what, then=Value(True)), default=Value(False)) for name, what in asked.items()}  # noqa: FBT003
    mine = Membership.objects.active(at).filter(user=user).order_by()
    rows = list(mine.annotate(**answers).values("account_id", "account__kind", *answers))
    kinds = {row["account_id"]: row["account__kind"] for row in rows}
    where = {name: [row["account_id"] for row in rows if row["is_open"] and row[name]] for name in answers}
    if AccountKind.VENDOR in kinds.values():
        where[RequestKind.CASE] = []
    outside = [pk for pk, kind in kinds.items() if kind in OUTSIDE]
    return Standing({kind: where[kind.value] for kind in RequestKind}, outside, where["reviews"])


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
