"""The cast with passwords and second factors that everybody may know: for tests from outside."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from config import world
from frame import clock

MISUSED = 2


class Command(BaseCommand):
    help = "Makes the cast, with passwords and second factors that are printed. Needs PORTAL_ALLOW_SEED=1."

    def add_arguments(self, parser):
        parser.add_argument("seed", choices=["base"], help="which world to make")

    @transaction.atomic
    def handle(self, *args, **options):
        if not settings.PORTAL_ALLOW_SEED:
            message = "This makes people whose passwords everybody knows: set PORTAL_ALLOW_SEED=1 if you want that."
            raise CommandError(message, returncode=MISUSED)
        cast = world.addresses()
        if User.objects.exclude(email__in=cast.values()).exists():
            raise CommandError("This database holds other people; seed an empty one.", returncode=MISUSED)
        if not User.objects.exists():
            at = clock.now()
            world.add_records(world.build(at=at, several_deciders=True), today=at.date())
        lines = [("name", "address", "password", "TOTP secret")]
        lines += [(name, cast[name], world.password_of(name), world.secret_of(name)) for name in cast]
        for name, address, password, secret in lines:
            self.stdout.write(f"{name:<8} {address:<24} {password:<22} {secret}")
