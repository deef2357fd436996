"""What people type about cases and remote sessions, and what staff write."""

from .cases import CaseForm
from .sessions import AttendeeForm, AttendingForm, ButtonForm, PlanForm, StartForm, ToolsForm
from .writing import WritingForm

__all__ = [
    "AttendeeForm",
    "AttendingForm",
    "ButtonForm",
    "CaseForm",
    "PlanForm",
    "StartForm",
    "ToolsForm",
    "WritingForm",
]
