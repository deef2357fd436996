"""How far a case is, as plain data. Values are never renamed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CaseState(models.TextChoices):
    """How far a case is."""

    OPEN = "open", _("Open")
    SOLVED = "solved", _("Solved")
