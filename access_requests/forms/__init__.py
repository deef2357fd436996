"""What people type when they ask, answer, shorten or end."""

from .answering import DecisionForm, LessForm
from .asking import AddForm, AskForm
from .fields import MomentForm, switches
from .giving import GiveForm, RenewForm, RenewSeveralForm

__all__ = [
    "AddForm",
    "AskForm",
    "DecisionForm",
    "GiveForm",
    "LessForm",
    "MomentForm",
    "RenewForm",
    "RenewSeveralForm",
    "switches",
]
