"""Who is an associate: whoever of the vendor may ask a customer for access, and reads where a setting lets them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from ..models import Account, Membership, User
from ..states import AccountKind

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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
