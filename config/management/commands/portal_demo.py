"""The demo's world, made once, and the words that `make demo` begins with."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from config import library, world
from frame import clock

MISUSED = 2
TRY = {
    "Pat": "admin of Bolt Partners, an IT partner: ask for access to Acme for Petra",
    "Carol": "primary user of Acme, a customer: open the mail, accept or deny",
    "Petra": "works at Bolt Partners: open Acme’s invoices, once Carol has said yes",
    "Tess": "support engineer: Internal → Cases, in the menu under her name, and Access requests about Acme’s case",
    "Stan": "staff of the portal: look through the windows of the admin site",
}


class Command(BaseCommand):
    help = "Makes the demo’s small world, unless it is there already, and says how to begin."

    @transaction.atomic
    def handle(self, *args, **options):
        if not settings.PORTAL_DEMO:
            raise CommandError("The demo lets everybody in: set PORTAL_DEMO=1 if you want that.", returncode=MISUSED)
        if not User.objects.exists():
            at = clock.now()
            made = world.build(at=at, secrets=False)
            world.add_records(made, today=at.date())
            world.ask_for_pat(made, at=at)
            world.open_case_of_acme(made, at=at)
            library.write_it(made, at=at)
        elif not User.objects.filter(email=world.addresses()["carol"]).exists():
            raise CommandError("This database holds a portal of its own, not the demo’s.", returncode=MISUSED)
        here = settings.PORTAL_BASE_URL
        self.stdout.write(f"\n  {settings.PORTAL_NAME}: {here}\n\n  Sign in with one click, as")
        for name, words in TRY.items():
            self.stdout.write(f"    {name:<6} {words}")
        self.stdout.write("    or anybody else of the cast")
        self.stdout.write(f"\n  Mails: {here}{reverse('mailbox')}   Admin site: {here}{reverse('admin:index')}")
        self.stdout.write("  Ctrl-C ends it; started again it goes on where it was.\n\n", ending="")
