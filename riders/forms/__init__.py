"""What people type about cases, terms and sessions, and what staff write."""

from .cases import AnswerForm, CaseForm, RecordForm, SeenForm
from .sessions import AttendeeForm, AttendingForm, ButtonForm, PlanForm, StartForm, ToolsForm
from .terms import OpeningTermsForm, SessionAnswerForm, SessionRequestForm, TermsForm, WithdrawForm
from .writing import WritingForm

__all__ = [
    "AnswerForm",
    "AttendeeForm",
    "AttendingForm",
    "ButtonForm",
    "CaseForm",
    "OpeningTermsForm",
    "PlanForm",
    "RecordForm",
    "SeenForm",
    "SessionAnswerForm",
    "SessionRequestForm",
    "StartForm",
    "TermsForm",
    "ToolsForm",
    "WithdrawForm",
    "WritingForm",
]
