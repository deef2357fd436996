"""What people type about accounts, cleaned."""

from .configuring import ConfigurationForm, SettingsForm
from .people import ContactForm, InviteForm, RightsForm, RoleForm, StandInForm, member_switches
from .records import RecordsForm, SwitchForm
from .staff import ReplaceForm, ResetForm, SetUpForm, StaffInviteForm

__all__ = [
    "ConfigurationForm",
    "ContactForm",
    "InviteForm",
    "RecordsForm",
    "ReplaceForm",
    "ResetForm",
    "RightsForm",
    "RoleForm",
    "SetUpForm",
    "SettingsForm",
    "StaffInviteForm",
    "StandInForm",
    "SwitchForm",
    "member_switches",
]
