"""What people type about cases."""

from .cases import AnswerForm, CaseForm, RecordForm, SeenForm

__all__ = ["AnswerForm", "CaseForm", "RecordForm", "SeenForm"]
