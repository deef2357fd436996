"""What people type about accounts, cleaned."""

from .changing import ChangeAnswerForm, ProposalForm
from .configuring import ConfigurationForm, SettingsForm
from .people import ContactForm, InviteForm, RightsForm, RoleForm, StandInForm, member_switches
from .records import RecordsForm, SwitchForm
from .staff import ReplaceForm, ResetForm, StaffInviteForm

__all__ = [
    "ChangeAnswerForm",
    "ConfigurationForm",
    "ContactForm",
    "InviteForm",
    "ProposalForm",
    "RecordsForm",
    "ReplaceForm",
    "ResetForm",
    "RightsForm",
    "RoleForm",
    "SettingsForm",
    "StaffInviteForm",
    "StandInForm",
    "SwitchForm",
    "member_switches",
]
