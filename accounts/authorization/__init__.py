"""The door. Who may do what is asked here and nowhere else.

Rights come from an active membership or from a live grant, and from nothing else: a superuser's
staff power ends at the admin site. Time is read from the rows, never from a job that tidied them.
"""

from .asking import accounts_where, allows, ends_of, grants_used, held, open_to, require
from .deciding import deciders, decides_for, require_appointer, require_decider, require_partner_admin
from .lending import end_grant, granted, open_grant, shrink_grant

__all__ = [
    "accounts_where",
    "allows",
    "deciders",
    "decides_for",
    "end_grant",
    "ends_of",
    "granted",
    "grants_used",
    "held",
    "open_grant",
    "open_to",
    "require",
    "require_appointer",
    "require_decider",
    "require_partner_admin",
    "shrink_grant",
]
