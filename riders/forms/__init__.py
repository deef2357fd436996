"""What people type about cases, terms and sessions, and what staff write."""

from .cases import CaseForm
from .terms import OpeningTermsForm, SessionAnswerForm, SessionRequestForm, TermsForm, WithdrawForm
from .writing import WritingForm

__all__ = [
    "CaseForm",
    "OpeningTermsForm",
    "SessionAnswerForm",
    "SessionRequestForm",
    "TermsForm",
    "WithdrawForm",
    "WritingForm",
]
