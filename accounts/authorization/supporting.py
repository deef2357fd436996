"""Who is an associate: whoever of the vendor may ask a customer for access, and reads where a setting lets them.

And who of support has a free hand in an account, and who can only propose.
"""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from ..models import Account, Membership, User
from ..permissions import AccountPermission
from ..states import AccountKind, RequestKind

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class AgreementNeeded(PermissionDenied):
    """Whoever speaks for support can propose a change; one of the account's people has to agree to it in writing."""


def associates(*, at):
    """The memberships that make an associate: active, of the vendor, of somebody whose mail address is verified
    and who has a second factor (S0-21).
    """
    verified = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("user__email"), verified=True)
    factors = Authenticator.objects.filter(user=OuterRef("user"), type__in=FACTORS)
    vendors = Account.objects.open(at).filter(kind=AccountKind.VENDOR)
    ours = Membership.objects.active(at).filter(account__in=vendors)
    return ours.filter(Exists(verified), Exists(factors)).order_by("pk")


def people_of_support(*, at):
    """Every associate, as a queryset of people by name."""
    people = User.objects.filter(pk__in=associates(at=at).order_by().values("user"))
    return people.order_by("first_name", "last_name", "email")


def is_associate(user, *, at):
    """Whether this person is an associate: for menus and pages. One query."""
    return user.is_authenticated and associates(at=at).filter(user=user).exists()


def require_associate(user, *, at):
    """Let through an associate and answer the membership that makes them one.

    :raises PermissionDenied: with a sentence fit to show
    """
    found = associates(at=at).filter(user=user).select_related("user", "account").first()
    if found is None:
        raise PermissionDenied(_("Only associates of the vendor with a verified account can do this."))
    return found


def has_free_hand(user, account, grants, *, at, permission=AccountPermission.CHANGE_CONFIGURATION):
    """Whether what ``user`` changes on ``account`` holds at once, though they hold the right to change it (S3-13).

    The account's own people have it where their own membership gives the right, and partners through what they were
    lent. Whoever is of the vendor has it during an hour that gives the right, and where the account has switched
    *support changes need our agreement* off.

    :param account: the account as it is now
    :param grants: the live grants that give the right, with the company each came through
    """
    if not account.support_changes_need_agreement:
        return True
    if Membership.objects.giving(permission, at).filter(user=user, account=account).exists():
        return True
    if any(grant.kind == RequestKind.HOUR for grant in grants):
        return True
    of_the_vendor = Membership.objects.active(at).filter(user=user, account__kind=AccountKind.VENDOR)
    through_the_vendor = any(grant.membership.account.kind == AccountKind.VENDOR for grant in grants)
    return not (through_the_vendor or of_the_vendor.exists())


def require_free_hand(user, account, grants, *, at, permission=AccountPermission.CHANGE_CONFIGURATION):
    """Let through whoever changes the account directly: the pair of :func:`has_free_hand`.

    Every service that changes an account's configuration or data by a right that can be lent asks this.

    :raises AgreementNeeded: with a sentence fit to show
    """
    if not has_free_hand(user, account, grants, at=at, permission=permission):
        raise AgreementNeeded(
            _("Support changes nothing in account %(number)s by itself. Propose the change: one of them answers.")
            % {"number": account.number}
        )
