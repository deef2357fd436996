"""The vendor's register, from a folder of comma-separated values."""

import sys

from django.core.management.base import BaseCommand, CommandError

from frame import clock
from frame.refusals import NotAllowedNow
from partners.services import Faulty, check_register, from_folder, import_register

WIDTH = 30
COLUMNS = ("new", "changed", "as before", "left alone")


class Command(BaseCommand):
    help = (
        "Reads accounts.csv and, where they are there, people.csv, partnerships.csv, orders.csv, invoices.csv and "
        "usage.csv from a folder, all of it or nothing. Exit 1 with a line for each fault, and nothing was changed."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", help="where the files are")
        parser.add_argument("--check", action="store_true", help="only try it, and say what would be different")

    def handle(self, *args, folder, check, **options):
        at = clock.now()
        try:
            sources, strange = from_folder(folder=folder, at=at)
        except OSError as error:
            raise CommandError(f"The folder {folder} cannot be read: {error.strerror}.") from error
        bar = Bar(self.stderr)
        try:
            if check:
                report = check_register(sources=sources, progress=bar.draw, at=at)
            else:
                report = import_register(sources=sources, progress=bar.draw, by=None, at=at)
        except Faulty as faulty:
            bar.wipe()
            for line in faulty.faults.lines():
                self.stderr.write(line)
            count = faulty.faults.count
            self.stdout.write(f"Nothing was imported: {count} fault{'' if count == 1 else 's'}.")
            sys.exit(1)
        except NotAllowedNow as refusal:
            bar.wipe()
            raise CommandError(str(refusal)) from refusal
        bar.wipe()
        self.tell(report, strange, check=check)

    def tell(self, report, strange, *, check):
        """This will print the summary."""
        for name in strange:
            self.stdout.write(f"{name} was not read: no file of a register has this name.")
        for note in report.notes:
            self.stdout.write(note)
        self.stdout.write(" " * 12 + "".join(f"{word:>12}" for word in COLUMNS))
        for name, numbers in report.counts().items():
            self.stdout.write(f"{name:<12}" + "".join(f"{number:>12}" for number in numbers))
        if check:
            self.stdout.write("Nothing was written: this was only tried.")
        elif report.changes:
            self.stdout.write("Imported.")
        else:
            self.stdout.write("Nothing was new.")


class Bar:
    """How far it is, on a terminal; nowhere else."""

    def __init__(self, out):
        self.out = out if out.isatty() else None
        self.drawn = None

    def draw(self, what, done, of):
        """This will draw the bar anew where it has grown."""
        filled = WIDTH * done // max(of, 1)
        if self.out and (what, filled) != self.drawn:
            self.drawn = what, filled
            self.out.write(f"\r{'█' * filled}{'░' * (WIDTH - filled)} {what:<16}", ending="")
            self.out.flush()

    def wipe(self):
        """This will leave the line empty."""
        if self.drawn:
            self.out.write("\r" + " " * (WIDTH + 20) + "\r", ending="")
