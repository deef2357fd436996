"""What people type about cases and remote sessions."""

from .cases import CaseForm
from .sessions import AttendeeForm, AttendingForm, ButtonForm, PlanForm, StartForm, ToolsForm

__all__ = ["AttendeeForm", "AttendingForm", "ButtonForm", "CaseForm", "PlanForm", "StartForm", "ToolsForm"]
