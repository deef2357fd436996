"""What people type about cases, terms and sessions, and what staff write."""

from .cases import AnswerForm, CaseForm, RecordForm, SeenForm
from .terms import OpeningTermsForm, SessionAnswerForm, SessionRequestForm, TermsForm, WithdrawForm
from .writing import WritingForm

__all__ = [
    "AnswerForm",
    "CaseForm",
    "OpeningTermsForm",
    "RecordForm",
    "SeenForm",
    "SessionAnswerForm",
    "SessionRequestForm",
    "TermsForm",
    "WithdrawForm",
    "WritingForm",
]
