from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PartnersConfig(AppConfig):
    """Who serves whom."""

    name = "partners"
    verbose_name = _("Partnerships")

    def ready(self):
        from . import receivers  # noqa: F401  (connects the receivers)
