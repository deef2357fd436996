"""The role bundles every portal begins with: run it once after the first migration, or again at any time."""

from django.core.management.base import BaseCommand

from accounts.services import lay_down_roles
from frame import clock


class Command(BaseCommand):
    help = "Puts the role bundles every portal begins with on offer, where nothing of that name is there."

    def handle(self, *args, **options):
        added = lay_down_roles(at=clock.now())
        for role in added:
            self.stdout.write(role.name)
        self.stdout.write(f"{len(added)} added")
