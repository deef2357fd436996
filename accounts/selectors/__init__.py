"""Reads of people, of accounts, and of what is in them."""

from .configuring import (
    CertificateFacts,
    Change,
    added_colleagues,
    as_changes,
    certificate_facts,
    changed_since,
    changes_of,
    configuration_in_words,
    configuration_of,
)
from .people import (
    WayIn,
    answers_for_account,
    colleagues,
    find_open,
    home_of,
    is_trusted,
    known_number,
    language_and_zone_of,
    language_for,
    needs_second_factor,
    openable,
    ways_in,
    zone_of,
)
from .records import (
    opens_today,
    record_counts,
)

__all__ = [
    "CertificateFacts",
    "Change",
    "WayIn",
    "added_colleagues",
    "answers_for_account",
    "as_changes",
    "certificate_facts",
    "changed_since",
    "changes_of",
    "colleagues",
    "configuration_in_words",
    "configuration_of",
    "find_open",
    "home_of",
    "is_trusted",
    "known_number",
    "language_and_zone_of",
    "language_for",
    "needs_second_factor",
    "openable",
    "opens_today",
    "record_counts",
    "ways_in",
    "zone_of",
]
