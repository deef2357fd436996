"""Check that the trail is whole."""

import json
import os
import sys
import tempfile
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit import verification

MISUSED = 2


class Command(BaseCommand):
    help = "Checks every chain of the trail: no number missing, no line changed. Exit 0 if whole, 1 if not."

    def add_arguments(self, parser):
        parser.add_argument("--anchor", metavar="FILE", help="also hold it against the heads noted in FILE earlier")
        parser.add_argument("--write-anchor", metavar="FILE", help="note the heads in FILE, if the trail is whole")

    def handle(self, *args, anchor, write_anchor, **options):
        noted = _read(anchor) if anchor else None
        heads = verification.heads()
        faults = verification.verify(anchor=noted)
        for fault in faults:
            self.stderr.write(f"The trail is broken at {fault}")
        if faults:
            sys.exit(1)
        if write_anchor:
            _write(write_anchor, heads)
        lines = sum(sequence for sequence, _hash in heads.values())
        self.stdout.write(f"The trail is whole: {lines} lines in {len(heads)} chains.")


def _read(name):
    """This will give the heads noted in a file: ``{chain: [sequence, hash]}``."""
    try:
        noted = json.loads(Path(name).read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"The anchor {name} cannot be read: {error}.", returncode=MISUSED) from error
    if not isinstance(noted, dict) or not all(map(_is_head, noted.values())):
        raise CommandError(f"{name} is not an anchor written by --write-anchor.", returncode=MISUSED)
    return noted


def _is_head(value):
    return isinstance(value, list) and len(value) == 2 and type(value[0]) is int and isinstance(value[1], str)


def _write(name, heads):
    """Write the whole file beside its place first: an anchor that is half written proves nothing."""
    target = Path(name)
    try:
        with tempfile.NamedTemporaryFile("w", dir=target.parent, prefix=f".{target.name}.", delete=False) as draft:
            json.dump(heads, draft, indent=1, sort_keys=True)
            draft.write("\n")
        os.replace(draft.name, target)
    except OSError as error:
        raise CommandError(f"The anchor {name} cannot be written: {error}.", returncode=MISUSED) from error
