"""What people type when they ask, answer, shorten or end."""

from .answering import DecisionForm, LessForm
from .asking import AddForm, AskForm
from .fields import switches

__all__ = ["AddForm", "AskForm", "DecisionForm", "LessForm", "switches"]
