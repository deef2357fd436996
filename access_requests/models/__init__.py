"""The question, the bundles support asks for, who may not ask any more, and reminders."""

from .following import Block, Reminder
from .requests import AccessRequest, Seen, new_public_id
from .roles import AccessRole

__all__ = ["AccessRequest", "AccessRole", "Block", "Reminder", "Seen", "new_public_id"]
