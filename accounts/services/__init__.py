"""Writes of people and accounts."""

from .agreeing import agree_to_change, lapse_due_changes, refuse_change, remind_of_changes, tell_new_answerers
from .companies import open_account
from .configuring import change_configuration, change_settings
from .finding import look_up_account, look_up_accounts
from .invitations import accept_invitation, invite, invite_again, withdraw_invitation
from .leaving import deactivate_person, end_membership, endable, require_ender
from .people import (
    add_member,
    change_role,
    end_stand_in,
    name_stand_in,
    name_successor,
    set_authorized_contact,
    set_member_rights,
)
from .proposing import propose_change, withdraw_change
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
from .replacing import (
    call_off_replacement,
    complete_due_replacements,
    complete_replacement,
    start_replacement,
    stop_replacement,
)
from .resetting import (
    call_off_factor_reset,
    complete_due_factor_resets,
    complete_factor_reset,
    start_factor_reset,
    stop_factor_reset,
)
from .roles import add_access_role, change_access_role, lay_down_roles
from .setting_up import invite_as_staff, send_again_as_staff, set_up_account, withdraw_as_staff
from .visits import Visit, enter, look

__all__ = [
    "RECORDS",
    "Tally",
    "Visit",
    "accept_invitation",
    "add_access_role",
    "add_member",
    "agree_to_change",
    "bring_accounts",
    "bring_members",
    "bring_people",
    "bring_records",
    "call_off_factor_reset",
    "call_off_replacement",
    "change_access_role",
    "change_configuration",
    "change_role",
    "change_settings",
    "complete_due_factor_resets",
    "complete_due_replacements",
    "complete_factor_reset",
    "complete_replacement",
    "deactivate_person",
    "end_membership",
    "end_stand_in",
    "endable",
    "enter",
    "invite",
    "invite_again",
    "invite_as_staff",
    "lapse_due_changes",
    "lay_down_roles",
    "lock_for_register",
    "look",
    "look_up_account",
    "look_up_accounts",
    "name_stand_in",
    "name_successor",
    "open_account",
    "propose_change",
    "reencrypt_second_factors",
    "refuse_change",
    "remind_of_changes",
    "require_ender",
    "send_again_as_staff",
    "set_authorized_contact",
    "set_member_rights",
    "set_up_account",
    "start_factor_reset",
    "start_replacement",
    "stop_factor_reset",
    "stop_replacement",
    "tell_new_answerers",
    "withdraw_as_staff",
    "withdraw_change",
    "withdraw_invitation",
]
