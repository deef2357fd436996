"""What the vendor's register says of companies, people and records, written row by row and as often as it likes.

Facts are brought up to date. What people decided in the portal stays: a role, an end, a lock. Each service takes some
hundred rows of one sheet as plain text, already found to be in order, and says what is different. Only with
``write`` does it change anything; the caller then holds the locks on the accounts (:func:`lock_for_register`) and is
inside one transaction for the whole register.
"""

from .companies import bring_accounts, lock_for_register
from .people import bring_members, bring_people
from .records import RECORDS, bring_records
from .tally import Tally

__all__ = [
    "RECORDS",
    "Tally",
    "bring_accounts",
    "bring_members",
    "bring_people",
    "bring_records",
    "lock_for_register",
]
