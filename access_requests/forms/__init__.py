"""What people type when they ask, answer, shorten or end."""

from .answering import DecisionForm, LessForm, ShortenForm
from .asking import AddForm, AskForm
from .cases import ActivateForm, BringInForm
from .fields import MomentForm, switches
from .giving import GiveForm, RenewForm, RenewSeveralForm
from .hour import AskHourForm, FindCustomerForm, HourForm
from .supporting import FindAccountForm, SupportDetailsForm, SupportRolesForm

__all__ = [
    "ActivateForm",
    "AddForm",
    "AskForm",
    "AskHourForm",
    "BringInForm",
    "DecisionForm",
    "FindAccountForm",
    "FindCustomerForm",
    "GiveForm",
    "HourForm",
    "LessForm",
    "MomentForm",
    "RenewForm",
    "RenewSeveralForm",
    "ShortenForm",
    "SupportDetailsForm",
    "SupportRolesForm",
    "switches",
]
