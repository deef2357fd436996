"""What people type about cases, and what staff write."""

from .cases import CaseForm
from .writing import WritingForm

__all__ = ["CaseForm", "WritingForm"]
