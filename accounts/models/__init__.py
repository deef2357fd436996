"""Who exists, what they may do, and what an account's own records are."""

from .grants import Grant, GrantedPermission
from .invitations import Invitation
from .people import Account, Membership, MembershipRight, User
from .records import Invoice, Order, Usage

__all__ = [
    "Account",
    "Grant",
    "GrantedPermission",
    "Invitation",
    "Invoice",
    "Membership",
    "MembershipRight",
    "Order",
    "Usage",
    "User",
]
