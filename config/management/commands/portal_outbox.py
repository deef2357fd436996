"""Send the mails that are due, without Celery."""

from django.conf import settings
from django.core.management.base import BaseCommand

from config.repeating import repeat
from frame import clock
from notifications import services


class Command(BaseCommand):
    help = "Sends the mails that are due."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="once, instead of every PORTAL_OUTBOX_EVERY seconds")

    def handle(self, *args, once, **options):
        if once:
            _deliver()
        else:
            repeat(_deliver, every=settings.PORTAL_OUTBOX_EVERY)


def _deliver():
    """Batch after batch, until none of a batch could be sent."""
    while services.deliver_due(at=clock.now()):
        pass
