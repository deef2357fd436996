"""What people type about cases, terms and sessions, and what staff write."""

from .approvals import ApprovalForm, AskAccessForm, OpeningApprovalForm
from .cases import AnswerForm, OpeningForm, RecordForm, SeenForm
from .sessions import AttendeeForm, AttendingForm, ButtonForm, PlanForm, StartForm, ToolsForm
from .terms import OpeningTermsForm, SessionAnswerForm, SessionRequestForm, TermsForm, WithdrawForm
from .writing import WritingForm

__all__ = [
    "AnswerForm",
    "ApprovalForm",
    "AskAccessForm",
    "AttendeeForm",
    "AttendingForm",
    "ButtonForm",
    "OpeningApprovalForm",
    "OpeningForm",
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
