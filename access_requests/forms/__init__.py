"""What people type when they ask, answer, shorten or end."""

from .answering import DecisionForm, LessForm
from .asking import AskForm
from .fields import switches

__all__ = ["AskForm", "DecisionForm", "LessForm", "switches"]
