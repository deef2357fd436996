"""Staff's windows on people, companies, what companies hold, and access; and what little staff begin there."""

from .access import Grants
from .changes import ProposedChanges
from .companies import Accounts, Memberships
from .inviting import Invitations
from .people import People
from .records import Invoices, Orders, UsageLines
from .recovering import FactorResets, Replacements
from .roles import AccessRoles

__all__ = [
    "AccessRoles",
    "Accounts",
    "FactorResets",
    "Grants",
    "Invitations",
    "Invoices",
    "Memberships",
    "Orders",
    "People",
    "ProposedChanges",
    "Replacements",
    "UsageLines",
]
