"""Reads of who serves whom."""

from accounts.models import Account, Membership
from accounts.permissions import PARTNER_ADMIN_ROLES
from accounts.states import AccountKind

from .models import Partnership


def living(partner, customer):
    """The living partnership of the two, or ``None``."""
    return Partnership.objects.living().filter(partner=partner, customer=customer).first()


def administered_by(user, *, at):
    """The partner accounts whose admin ``user`` is: those for whose people they may ask."""
    admins = Membership.objects.active(at).filter(user=user, role__in=PARTNER_ADMIN_ROLES)
    return Account.objects.open(at).filter(kind=AccountKind.PARTNER, pk__in=admins.values("account"))


def customers_of(partner, *, at):
    """The living partnerships of a partner with customers whose account is open, by the customer's name."""
    return (
        Partnership.objects.living()
        .filter(partner=partner, customer__in=Account.objects.open(at))
        .select_related("customer")
        .order_by("customer__name", "customer__number")
    )
