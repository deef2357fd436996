"""Writes of who serves whom, and of the vendor's register as a whole."""

from .register import (
    LIFE,
    SHEETS,
    Faulty,
    Report,
    Source,
    check_register,
    check_upload,
    from_folder,
    import_register,
    import_upload,
    keep_upload,
)
from .serving import (
    bring_partnerships,
    end_partnership,
    link,
    link_unasked,
    make_known,
    set_up_company,
    tell_of_available,
)

__all__ = [
    "LIFE",
    "SHEETS",
    "Faulty",
    "Report",
    "Source",
    "bring_partnerships",
    "check_register",
    "check_upload",
    "end_partnership",
    "from_folder",
    "import_register",
    "import_upload",
    "keep_upload",
    "link",
    "link_unasked",
    "make_known",
    "set_up_company",
    "tell_of_available",
]
