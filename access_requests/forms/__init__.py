"""What people type when they ask, answer, shorten or end."""

from .answering import DecisionForm, LessForm
from .asking import AddForm, AskForm
from .fields import MomentForm, switches

__all__ = ["AddForm", "AskForm", "DecisionForm", "LessForm", "MomentForm", "switches"]
