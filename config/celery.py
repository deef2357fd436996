"""The Celery application. Only the schedule publishes; no page and no service does."""

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def write_as_the_portal_does(**kwargs):
    """Celery's processes log in the portal's form, not in their own."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
