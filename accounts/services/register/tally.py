"""What some rows of a register come to."""

from dataclasses import dataclass, field


@dataclass
class Tally:
    """How many rows are new, changed, as before, or left as people decided in the portal.

    ``touched`` holds the numbers of the accounts that are different by them, ``notes`` sentences worth reading.
    """

    new: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0
    touched: set[str] = field(default_factory=set)
    notes: list[str] = field(default_factory=list)

    def count(self, name: str, *touched: str) -> None:
        """Add one row to ``name``, and the accounts that are different by it."""
        setattr(self, name, getattr(self, name) + 1)
        self.touched.update(touched)
