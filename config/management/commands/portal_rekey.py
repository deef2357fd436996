"""The last step of taking a new secret key into use."""

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from accounts import services
from frame import clock


class Command(BaseCommand):
    help = "Writes every stored second factor anew under today's SECRET_KEY; SECRET_KEY_FALLBACKS can be emptied then."

    def handle(self, *args, **options):
        try:
            written = services.reencrypt_second_factors(at=clock.now())
        except ImproperlyConfigured as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Second factors written under today's key: {written}.")
