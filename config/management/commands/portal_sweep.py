"""Expire, end, remind and tell what is due, without Celery."""

from django.conf import settings
from django.core.management.base import BaseCommand

from access_requests import services
from config.repeating import repeat
from frame import clock


class Command(BaseCommand):
    help = "Expires requests, ends access and writes the reminders and the news of customers that are due."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="once, instead of every PORTAL_SWEEP_EVERY seconds")

    def handle(self, *args, once, **options):
        if once:
            _sweep()
        else:
            repeat(_sweep, every=settings.PORTAL_SWEEP_EVERY)


def _sweep():
    services.sweep(at=clock.now())
