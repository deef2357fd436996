"""The door. Who may do what is asked here and nowhere else.

Rights come from an active membership, from a live grant, or from the account's setting that lets support
read its configuration, and from nothing else: a superuser's staff power ends at the admin site. Time is read from
the rows, never from a job that tidied them.
"""

from .asking import (
    accounts_where,
    allows,
    ends_of,
    grants_used,
    held,
    open_to,
    people_holding,
    reads_for_support,
    require,
)
from .deciding import (
    Standing,
    deciders,
    decides_for,
    is_primary,
    lenders_for_case,
    may_lend_for_case,
    require_appointer,
    require_decider,
    require_partner_admin,
    require_primary,
    standing_of,
)
from .lending import end_grant, granted, open_grant, shrink_grant
from .recovering import (
    accounts_of,
    factor_resets_read_by,
    replacements_read_by,
    require_staff,
    require_stopper,
    run_by,
    told_of,
)
from .supporting import (
    AgreementNeeded,
    has_free_hand,
    is_associate,
    people_of_support,
    require_associate,
    require_free_hand,
)

__all__ = [
    "AgreementNeeded",
    "Standing",
    "accounts_of",
    "accounts_where",
    "allows",
    "deciders",
    "decides_for",
    "end_grant",
    "ends_of",
    "factor_resets_read_by",
    "granted",
    "grants_used",
    "has_free_hand",
    "held",
    "is_associate",
    "is_primary",
    "lenders_for_case",
    "may_lend_for_case",
    "open_grant",
    "open_to",
    "people_holding",
    "people_of_support",
    "reads_for_support",
    "replacements_read_by",
    "require",
    "require_appointer",
    "require_associate",
    "require_decider",
    "require_free_hand",
    "require_partner_admin",
    "require_primary",
    "require_staff",
    "require_stopper",
    "run_by",
    "shrink_grant",
    "standing_of",
    "told_of",
]
