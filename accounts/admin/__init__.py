"""Staff's windows on people, companies, what companies hold, and access."""

from .access import Grants
from .companies import Accounts, Invitations, Memberships
from .people import People
from .records import Invoices, Orders, UsageLines

__all__ = ["Accounts", "Grants", "Invitations", "Invoices", "Memberships", "Orders", "People", "UsageLines"]
