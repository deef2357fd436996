"""Orders, invoices and usage of the register."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from audit.record import Entry, record_all

from ...models import Account, Invoice, Order, Usage
from .tally import Tally


@dataclass(frozen=True)
class Records:
    """One kind of record: its table, what tells two of an account apart, what may change, and how text is read."""

    model: Any
    key: tuple[str, ...]
    facts: tuple[str, ...]
    values: dict[str, Callable[[str], Any]]

    def read(self, row):
        """The fields of a row as the table keeps them."""
        return {name: self.values.get(name, str)(row[name]) for name in (*self.key, *self.facts)}


RECORDS = {
    "orders": Records(
        Order,
        key=("number",),
        facts=("ordered_on", "product", "description", "quantity", "state"),
        values={"ordered_on": date.fromisoformat, "quantity": int},
    ),
    "invoices": Records(
        Invoice,
        key=("number",),
        facts=("issued_on", "due_on", "amount", "currency", "state"),
        values={"issued_on": date.fromisoformat, "due_on": date.fromisoformat, "amount": Decimal},
    ),
    "usage": Records(
        Usage,
        key=("month", "product", "unit"),
        facts=("amount",),
        values={"month": date.fromisoformat, "amount": Decimal},
    ),
}


def bring_records(*, kind, rows, write, by, at):
    """Add the records that are not here yet, and bring the others up to date. None is taken away.

    :param kind: one of :data:`RECORDS`
    :param rows: ``account`` and the record's fields, all text; days as in ISO 8601
    """
    records, tally = RECORDS[kind], Tally()
    fresh, changed = [], []
    counts: dict[str, Counter] = {}
    accounts = {one.number: one for one in Account.objects.filter(number__in={row["account"] for row in rows})}
    values = [records.read(row) for row in rows]
    found = _found(records, accounts.values(), values)
    for row, fields in zip(rows, values, strict=True):
        number = row["account"]
        record = found.get((number, *(fields[name] for name in records.key)))
        if record is None:
            fresh.append(records.model(account=accounts.get(number), **fields))
        elif any(getattr(record, name) != fields[name] for name in records.facts):
            for name in records.facts:
                setattr(record, name, fields[name])
            changed.append(record)
        else:
            tally.count("same")
            continue
        what = "changed" if record else "new"
        tally.count(what, number)
        counts.setdefault(number, Counter())[what] += 1
    if write:
        records.model.objects.bulk_create(fresh)
        records.model.objects.bulk_update(changed, records.facts)
        lines = [Entry("records.brought", number, kind, dict(count)) for number, count in counts.items()]
        record_all(lines, by=by, at=at)
    return tally


def _found(records, accounts, values):
    """The records that may be meant, by the account's number and their key."""
    first = records.key[0]
    rows = records.model.objects.filter(account__in=accounts, **{f"{first}__in": {fields[first] for fields in values}})
    numbers = {account.pk: account.number for account in accounts}
    return {(numbers[row.account_id], *(getattr(row, name) for name in records.key)): row for row in rows}
