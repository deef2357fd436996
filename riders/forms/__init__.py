"""What people type about cases, terms and sessions."""

from .cases import CaseForm
from .terms import OpeningTermsForm, SessionAnswerForm, SessionRequestForm, TermsForm, WithdrawForm

__all__ = ["CaseForm", "OpeningTermsForm", "SessionAnswerForm", "SessionRequestForm", "TermsForm", "WithdrawForm"]
