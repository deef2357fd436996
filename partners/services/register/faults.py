"""What is wrong with a register, place by place."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

KEPT = 1_000  # more than anybody reads; the rest is counted


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong: in which file, on which line (0: all of it), in which column (or none), and what."""

    file: str
    line: int
    column: str
    words: str

    def __str__(self):
        place = {"file": self.file, "line": self.line, "column": self.column, "words": self.words}
        if self.column:
            return _("%(file)s, line %(line)d, column %(column)s: %(words)s") % place
        if self.line:
            return _("%(file)s, line %(line)d: %(words)s") % place
        return _("%(file)s: %(words)s") % place


@dataclass
class Faults:
    """Everything found wrong so far. The first thousand are kept, the others counted."""

    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, file: str, line: int, column: str, words: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.kept) < KEPT:
            self.kept.append(Fault(file, line, column, words))

    def lines(self) -> list[str]:
        """All of it, one line for each, by file and line."""
        said = [str(fault) for fault in sorted(self.kept)]
        more = self.count - len(self.kept)
        if more:
            said.append(ngettext("… and %(count)d more.", "… and %(count)d more.", more) % {"count": more})
        return said


class Faulty(Exception):
    """The register is not in order; nothing of it was written.

    :param faults: the :class:`Faults`
    """

    def __init__(self, faults: Faults):
        super().__init__("\n".join(faults.lines()))
        self.faults = faults
