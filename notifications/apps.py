from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who is told: mails on their way and notices in the portal."""

    name = "notifications"
    verbose_name = _("Mails and notices")
