from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AuditConfig(AppConfig):
    """What happened: the trail."""

    name = "audit"
    verbose_name = _("Trail")
