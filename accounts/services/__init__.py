"""Writes of people and accounts."""

from .companies import open_account
from .configuring import change_configuration, change_settings
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
from .register import (
    RECORDS,
    Tally,
    bring_accounts,
    bring_members,
    bring_people,
    bring_records,
    lock_for_register,
)
from .rekeying import reencrypt_second_factors
from .visits import Visit, enter

__all__ = [
    "RECORDS",
    "Tally",
    "Visit",
    "accept_invitation",
    "add_member",
    "bring_accounts",
    "bring_members",
    "bring_people",
    "bring_records",
    "change_configuration",
    "change_role",
    "change_settings",
    "deactivate_person",
    "end_membership",
    "end_stand_in",
    "enter",
    "invite",
    "invite_again",
    "lock_for_register",
    "name_stand_in",
    "name_successor",
    "open_account",
    "reencrypt_second_factors",
    "require_ender",
    "set_authorized_contact",
    "set_member_rights",
    "withdraw_invitation",
]
