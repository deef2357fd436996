"""Who exists, what they may do, and what an account's own records are."""

from .grants import Grant, GrantedPermission
from .people import Account, Membership, MembershipRight, User
from .records import Invoice, Order, Usage

__all__ = [
    "Account",
    "Grant",
    "GrantedPermission",
    "Invoice",
    "Membership",
    "MembershipRight",
    "Order",
    "Usage",
    "User",
]
