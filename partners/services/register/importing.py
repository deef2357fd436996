"""Reading a register, judging it, and writing it into the portal: all of it or nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import services as accounts
from accounts.models import Account
from accounts.services import RECORDS, Tally
from audit.record import record
from frame.refusals import NotAllowedNow

from ...models import Partnership
from ...states import PartnershipState
from ..serving import bring_partnerships
from .book import BATCH, Book
from .faults import Faults, Faulty
from .judging import judge
from .reading import rows_of
from .sheets import ACCOUNTS, FILES, PARTNERSHIPS, PEOPLE, SHEETS, Sheet
from .sources import Source

NOTES_KEPT = 100
PARTS = {
    "accounts": gettext_lazy("Accounts"),
    "people": gettext_lazy("People"),
    "memberships": gettext_lazy("Memberships"),
    "orders": gettext_lazy("Orders"),
    "invoices": gettext_lazy("Invoices"),
    "usage": gettext_lazy("Usage"),
    "partnerships": gettext_lazy("Partnerships"),
}
Progress = Callable[[str, int, int], None]  # what is being done, how far, of how much


@dataclass
class Report:
    """What a register comes to: for each part of it, in order, a tally; and notes worth reading."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self):
        """Whether anything is different by it."""
        return any(tally.new or tally.changed for tally in self.tallies.values())

    def rows(self):
        """Each part's name in words, and its tally."""
        return [(PARTS[name], tally) for name, tally in self.tallies.items()]

    def counts(self):
        """The same as plain values: ``{part: [new, changed, same, left]}``."""
        return {name: [one.new, one.changed, one.same, one.left] for name, one in self.tallies.items()}

    def written(self, done):
        """Take over what was in fact written, by the report on those accounts that it concerned."""
        for name, tally in done.tallies.items():
            self.tallies[name].new, self.tallies[name].changed = tally.new, tally.changed

    def add(self, name, tally):
        """Take in what some rows of a part came to."""
        whole = self.tallies.setdefault(name, Tally())
        whole.new, whole.changed = whole.new + tally.new, whole.changed + tally.changed
        whole.same, whole.left = whole.same + tally.same, whole.left + tally.left
        self.notes += tally.notes[: NOTES_KEPT - len(self.notes)]


def check_register(*, sources: list[Source], at, progress: Progress | None = None) -> Report:
    """Try a register without writing anything.

    :param sources: the files there are, of those named in ``sheets``
    :param progress: told now and then how far it is
    :raises Faulty: it is not in order
    """
    with _read(sources, progress or _silent, at=at) as book:
        return _gone_through(book, progress or _silent, write=False, by=None, at=at)


def import_register(*, sources: list[Source], by, at, progress: Progress | None = None) -> Report:
    """Write a register. One that holds nothing new leaves everything as it is, the trail too.

    Facts are brought up to date. What people decided in the portal stays, and nobody is ended, invited or let back in.
    The partners of a new customer are told as :func:`make_known` tells them.

    :param by: the member of staff whom the admin site let in, or ``None`` for an operator's command
    :raises Faulty: it is not in order
    :raises NotAllowedNow: somebody else wrote the same at the same time, or held what is to be written for too long
    """
    progress = progress or _silent
    with _read(sources, progress, at=at) as book:
        report = _gone_through(book, progress, write=False, by=by, at=at)
        if report.changes:
            try:
                report.written(_written(book, progress, by=by, at=at))
            except (IntegrityError, OperationalError) as error:
                words = _("The portal was changed at the same time. Nothing was imported; try again.")
                raise NotAllowedNow(words) from error
        return report


def _silent(what, done, of):
    """Tell nobody."""


@contextmanager
def _read(sources, progress, *, at) -> Iterator[Book]:
    """A book with all rows of the files, found to be in order.

    :raises Faulty: it is not
    """
    book, faults = Book(), Faults()
    try:
        by_name = {source.name: source for source in sources}
        if ACCOUNTS.file not in by_name:
            faults.add(ACCOUNTS.file, 0, "", _("This file is missing; the others may be left out."))
        complete = True
        for place, sheet in enumerate(SHEETS):
            progress(sheet.file, place, len(SHEETS))
            if sheet.file in by_name:
                understood = _fill(book, sheet, by_name[sheet.file], faults)
                complete &= understood or sheet is not ACCOUNTS
        judge(book, faults, accounts_readable=complete and ACCOUNTS.file in by_name, at=at)
        if faults.count:
            raise Faulty(faults)
        yield book
    finally:
        book.close()


def _fill(book: Book, sheet: Sheet, source: Source, faults: Faults) -> bool:
    """Put a file's rows into the book.

    :returns: whether it is known of each row which it is
    """
    understood = True
    try:
        with source.open() as stream:
            for line, values in rows_of(sheet, stream, faults):
                found = book.add(sheet, line, values)
                if found is not None:
                    key, earlier = found
                    words = _("Line %(line)d has the same %(columns)s already.")
                    faults.add(sheet.file, line, key[-1], words % {"line": earlier, "columns": " + ".join(key)})
                understood &= found is None and all(values[name] is not None for name in sheet.keys[0])
    except OSError as error:
        words = _("This file cannot be read: %(why)s.") % {"why": error.strerror or error}
        faults.add(sheet.file, 0, "", words)
        return False
    return understood


def _gone_through(book, progress, *, write, by, at):
    """Ask of each row what is different by it, and with ``write`` make it so; then only where something was."""
    report = Report()
    of = sum(book.count(sheet) for sheet in SHEETS)
    done = 0
    for name, rows_in_batches, bring in _parts(book, touched=write):
        for rows in rows_in_batches:
            progress(name, done, of)
            tally = bring(rows=rows, write=write, by=by, at=at)
            book.touch(tally.touched)
            report.add(name, tally)
            done += len(rows)
    return report


def _parts(book, *, touched):
    """What a register is written in, in this order: each part's name, its rows in batches, and who writes them."""
    yield "accounts", book.rows(ACCOUNTS, touched=touched), accounts.bring_accounts
    yield "people", book.rows(PEOPLE, touched=touched, people=True), accounts.bring_people
    yield "memberships", book.rows(PEOPLE, touched=touched), accounts.bring_members
    for kind in RECORDS:
        sheet = FILES[f"{kind}.csv"]
        yield kind, book.rows(sheet, touched=touched), partial(accounts.bring_records, kind=kind)
    yield "partnerships", book.rows(PARTNERSHIPS, touched=touched), bring_partnerships


@transaction.atomic
def _written(book, progress, *, by, at):
    numbers = book.touched()
    accounts.lock_for_register(numbers=numbers, at=at)
    _lock_partnerships(numbers)
    report = _gone_through(book, progress, write=True, by=by, at=at)
    record("register.imported", by=by, at=at, **report.counts())
    return report


def _lock_partnerships(numbers):
    """Lock what may be linked, after the accounts and before anything is written."""
    for start in range(0, len(numbers), BATCH):
        customers = Account.objects.filter(number__in=numbers[start : start + BATCH]).order_by()
        rows = Partnership.objects.filter(state=PartnershipState.AVAILABLE, customer__in=customers.values("pk"))
        list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
