"""The question, who may not ask any more, reminders, access for cases, and reviews."""

from .cases import CaseAccess
from .following import Block, Reminder
from .requests import AccessRequest, Seen, new_public_id
from .reviews import Review, ReviewLine

__all__ = ["AccessRequest", "Block", "CaseAccess", "Reminder", "Review", "ReviewLine", "Seen", "new_public_id"]
