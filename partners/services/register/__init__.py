"""The vendor's register: up to six sheets of comma-separated values that say who exists, who serves whom, what was
ordered, billed and used. All of it goes in or nothing does, and it may go in again and again.

``sheets`` is the contract, ``reading`` turns bytes into cells, ``cells`` cells into values, ``book`` keeps the rows on
disk, ``judging`` finds what contradicts itself, ``importing`` writes, ``uploads`` is the same through the admin site.
"""

from .faults import Faulty
from .importing import Report, check_register, import_register
from .sheets import SHEETS
from .sources import Source, from_folder
from .uploads import LIFE, check_upload, import_upload, keep_upload

__all__ = [
    "LIFE",
    "SHEETS",
    "Faulty",
    "Report",
    "Source",
    "check_register",
    "check_upload",
    "from_folder",
    "import_register",
    "import_upload",
    "keep_upload",
]
