from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccessRequestsConfig(AppConfig):
    """The question and the answer."""

    name = "access_requests"
    verbose_name = _("Access requests")

    def ready(self):
        from . import receivers  # noqa: F401  (connects the receivers)
