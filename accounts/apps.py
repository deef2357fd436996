from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """Who exists and what they may do."""

    name = "accounts"
    verbose_name = _("Accounts and people")

    def ready(self):
        from . import receivers  # noqa: F401 - connects them
