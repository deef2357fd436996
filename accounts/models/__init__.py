"""Who exists, what they may do, and what an account's own records are."""

from .changes import ProposedChange
from .configuration import CONFIGURED, DECIDING, SETTINGS, Configuration, read_certificate
from .grants import Grant, GrantedPermission
from .invitations import Invitation
from .people import Account, Membership, MembershipRight, User, validate_zone
from .records import Invoice, InvoiceState, Order, OrderState, Usage
from .recoveries import REASON_MAX, FactorReset, Replacement
from .roles import AccessRole

__all__ = [
    "CONFIGURED",
    "DECIDING",
    "REASON_MAX",
    "SETTINGS",
    "AccessRole",
    "Account",
    "Configuration",
    "FactorReset",
    "Grant",
    "GrantedPermission",
    "Invitation",
    "Invoice",
    "InvoiceState",
    "Membership",
    "MembershipRight",
    "Order",
    "OrderState",
    "ProposedChange",
    "Replacement",
    "Usage",
    "User",
    "read_certificate",
    "validate_zone",
]
