"""Writes of people and accounts."""

from .companies import open_account
from .configuring import change_configuration, change_settings
from .people import (
    add_member,
    change_role,
    deactivate_person,
    end_membership,
    name_successor,
    set_member_rights,
)
from .visits import Visit, enter

__all__ = [
    "Visit",
    "add_member",
    "change_configuration",
    "change_role",
    "change_settings",
    "deactivate_person",
    "end_membership",
    "enter",
    "name_successor",
    "open_account",
    "set_member_rights",
]
