from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Listed as an app for its management commands; it has no tables."""

    name = "config"
