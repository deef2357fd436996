from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RidersConfig(AppConfig):
    """Support cases and the terms they are worked on under."""

    name = "riders"
    verbose_name = _("Support cases")

    def ready(self):
        from . import receivers  # noqa: F401  (connects the receivers)
