"""Writes of people and accounts."""

from .companies import open_account
from .people import (
    add_member,
    change_role,
    deactivate_person,
    end_membership,
    name_successor,
    set_member_rights,
)
from .visits import Visit, enter, tabs_of

__all__ = [
    "Visit",
    "add_member",
    "change_role",
    "deactivate_person",
    "end_membership",
    "enter",
    "name_successor",
    "open_account",
    "set_member_rights",
    "tabs_of",
]
