"""Companies of the register."""

from audit.record import Entry, record_all

from ...models import Account
from .tally import Tally

FACTS = ("org_id", "name", "time_zone", "language", "seats")
LOCKED_AT_ONCE = 500


def lock_for_register(*, numbers, at):
    """Lock the accounts of these numbers in the order of their ids, before anything else; new ones have no row yet.

    :param at: when the register is written
    :returns: how many there are already
    """
    wanted = sorted(
        pk
        for start in range(0, len(numbers), LOCKED_AT_ONCE)
        for pk in Account.objects.filter(number__in=numbers[start : start + LOCKED_AT_ONCE], opened_at__lte=at)
        .order_by()
        .values_list("pk", flat=True)
    )
    rows = Account.objects.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True)
    for start in range(0, len(wanted), LOCKED_AT_ONCE):
        list(rows.filter(pk__in=wanted[start : start + LOCKED_AT_ONCE]))
    return len(wanted)


def bring_accounts(*, rows, write, by, at):
    """Open the accounts that are not here yet, and bring the facts of the others up to date.

    :param rows: ``number``, ``org_id``, ``name``, ``kind``, ``time_zone``, ``language``, ``seats``; all text
    """
    tally, opened, changed, lines = Tally(), [], [], []
    found = {account.number: account for account in Account.objects.filter(number__in=[row["number"] for row in rows])}
    for row in rows:
        facts = {name: row[name] for name in FACTS} | {"seats": int(row["seats"])}
        account = found.get(row["number"])
        if account is None:
            account = Account(number=row["number"], kind=row["kind"], opened_at=at, **facts)
            opened.append(account)
            tally.count("new", account.number)
            lines.append(Entry("account.opened", account.number, account.number, {"kind": account.kind, **facts}))
            continue
        changes = {name: [getattr(account, name), after] for name, after in facts.items()}
        changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        if not changes:
            tally.count("same")
            continue
        for name, (_before, after) in changes.items():
            setattr(account, name, after)
        changed.append(account)
        tally.count("changed", account.number)
        lines.append(Entry("account.changed", account.number, account.number, {"changes": changes}))
    if write:
        Account.objects.bulk_create(opened)
        Account.objects.bulk_update(changed, FACTS)
        record_all(lines, by=by, at=at)
    return tally
