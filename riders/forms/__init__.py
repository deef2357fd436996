"""What people type about cases, and what staff write."""

from .cases import AnswerForm, CaseForm, RecordForm, SeenForm
from .writing import WritingForm

__all__ = ["AnswerForm", "CaseForm", "RecordForm", "SeenForm", "WritingForm"]
