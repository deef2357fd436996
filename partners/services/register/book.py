"""The rows of a register while it is judged and written: on disk, in a database of its own that nobody else sees.

So a register of any size takes little memory, and what is written is what was checked, whatever becomes of the files.
"""

import sqlite3
from collections.abc import Iterator
from typing import Any

from .sheets import SHEETS, Sheet

BATCH = 500
Row = dict[str, Any]

# Every statement is made of the names in ``sheets``; what stands in the files travels as parameters.
_PEOPLE_ONCE = "line IN (SELECT min(line) FROM people GROUP BY email)"


class Book:
    """A register's rows by sheet, which accounts there are, and which of them the import touches."""

    def __init__(self):
        self._base = sqlite3.connect("", isolation_level=None)  # a file of its own, gone when it is closed
        self._base.row_factory = sqlite3.Row
        self.run("PRAGMA journal_mode = OFF")
        self.run("PRAGMA synchronous = OFF")
        self.run("PRAGMA temp_store = FILE")
        for sheet in SHEETS:
            self.run(f"CREATE TABLE {sheet.name} (line INTEGER PRIMARY KEY, {', '.join(sheet.columns)})")
            for number, key in enumerate(sheet.keys):
                self.run(f"CREATE UNIQUE INDEX {sheet.name}_{number} ON {sheet.name} ({', '.join(key)})")
        self.run("CREATE INDEX people_by_address ON people (email, line)")
        self.run("CREATE TABLE known (number PRIMARY KEY, kind) WITHOUT ROWID")
        self.run("CREATE TABLE touched (number PRIMARY KEY) WITHOUT ROWID")
        self.run("BEGIN")

    def close(self) -> None:
        """Forget everything."""
        self._base.close()

    def run(self, statement: str, values: tuple = ()) -> sqlite3.Cursor:
        """Ask or change the book."""
        return self._base.execute(statement, values)

    def add(self, sheet: Sheet, line: int, values: dict[str, str | None]) -> tuple[tuple[str, ...], int] | None:
        """Keep a row.

        :returns: nothing, or where the row agrees with an earlier one in all columns of a key: the key, and that line
        """
        marks = ", ".join("?" * (len(values) + 1))
        done = self.run(f"INSERT OR IGNORE INTO {sheet.name} VALUES ({marks})", (line, *values.values()))  # noqa: S608
        if done.rowcount:
            return None
        for key in sheet.keys:
            where = " AND ".join(f"{name} = ?" for name in key)
            found = self.run(f"SELECT line FROM {sheet.name} WHERE {where}", tuple(values[name] for name in key))  # noqa: S608
            earlier = found.fetchone()
            if earlier:
                return key, earlier["line"]
        return None

    def count(self, sheet: Sheet) -> int:
        """How many rows of a sheet are kept."""
        return self.run(f"SELECT count(*) FROM {sheet.name}").fetchone()[0]  # noqa: S608

    def rows(self, sheet: Sheet, *, touched: bool = False, people: bool = False) -> Iterator[list[Row]]:
        """The rows of a sheet by account, some hundred at a time.

        :param touched: only those of accounts that the import touches
        :param people: of each mail address only the first row
        """
        by = sheet.references or ("number",)
        where = [f"{by[-1]} IN (SELECT number FROM touched)"] if touched else []  # noqa: S608
        where += [_PEOPLE_ONCE] if people else []
        narrowed = f" WHERE {' AND '.join(where)}" if where else ""
        found = self.run(f"SELECT * FROM {sheet.name}{narrowed} ORDER BY {by[-1]}, line")  # noqa: S608
        while rows := found.fetchmany(BATCH):
            yield [dict(row) for row in rows]

    def touch(self, numbers: set[str]) -> None:
        """Note accounts that the import touches."""
        self._base.executemany("INSERT OR IGNORE INTO touched VALUES (?)", [(number,) for number in sorted(numbers)])

    def touched(self) -> list[str]:
        """The numbers of the accounts that the import touches."""
        return [row["number"] for row in self.run("SELECT number FROM touched ORDER BY number")]

    def know(self, accounts) -> None:
        """Note accounts that there are, as pairs of number and kind."""
        self._base.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", accounts)

    def unknown(self, sheet: Sheet, column: str) -> Iterator[list[str]]:
        """The numbers a column names that are not known, some hundred at a time."""
        found = self.run(
            f"SELECT DISTINCT {column} FROM {sheet.name} WHERE {column} IS NOT NULL"  # noqa: S608
            f" AND {column} NOT IN (SELECT number FROM known)"
        ).fetchall()
        for start in range(0, len(found), BATCH):
            yield [row[0] for row in found[start : start + BATCH]]
