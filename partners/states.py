"""The life of a partnership as plain data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PartnershipState(models.TextChoices):
    """How far the two companies are. The values are never renamed."""

    AVAILABLE = "available", _("Available")
    LINKED = "linked", _("Linked")
    ENDED = "ended", _("Ended")
