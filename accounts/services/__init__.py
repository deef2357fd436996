"""Writes of people and accounts."""

from .companies import open_account
from .configuring import change_configuration, change_settings
from .finding import look_up_account
from .invitations import accept_invitation, invite, invite_again, withdraw_invitation
from .leaving import deactivate_person, end_membership, require_ender
from .people import (
    add_member,
    change_role,
    end_stand_in,
    name_stand_in,
    name_successor,
    set_authorized_contact,
    set_member_rights,
)
from .visits import Visit, enter, look

__all__ = [
    "Visit",
    "accept_invitation",
    "add_member",
    "change_configuration",
    "change_role",
    "change_settings",
    "deactivate_person",
    "end_membership",
    "end_stand_in",
    "enter",
    "invite",
    "invite_again",
    "look",
    "look_up_account",
    "name_stand_in",
    "name_successor",
    "open_account",
    "require_ender",
    "set_authorized_contact",
    "set_member_rights",
    "withdraw_invitation",
]
