"""What contradicts itself in a register, from row to row, from file to file, and between it and the portal."""

from django.utils.translation import gettext as _

from accounts.models import Account, Membership
from accounts.permissions import Role
from accounts.states import AccountKind

from .book import BATCH, Book
from .faults import Faults
from .sheets import ACCOUNTS, PARTNERSHIPS, PEOPLE, SHEETS


def judge(book: Book, faults: Faults, *, accounts_readable: bool, at) -> None:
    """Find what contradicts itself.

    :param accounts_readable: every number in the file of accounts was understood; otherwise nobody can say which
        accounts are missing there, and only the number itself is named as wrong
    """
    book.know(book.run("SELECT number, kind FROM accounts WHERE number IS NOT NULL").fetchall())
    for sheet in SHEETS:
        for column in sheet.references:
            for numbers in book.unknown(sheet, column):
                book.know(Account.objects.filter(number__in=numbers).values_list("number", "kind"))
    if accounts_readable:
        _unknown_accounts(book, faults)
    _other_accounts_of_the_portal(book, faults)
    _sides(book, faults)
    _primary_users(book, faults)
    _names(book, faults)
    _people_of_the_vendor(book, faults, at=at)


def _unknown_accounts(book, faults):
    words = _("There is no account %(number)s, neither in accounts.csv nor in the portal.")
    for sheet in SHEETS:
        for column in sheet.references:
            rows = book.run(
                f"SELECT line, {column} AS number FROM {sheet.name} WHERE {column} IS NOT NULL"  # noqa: S608
                f" AND {column} NOT IN (SELECT number FROM known)"
            )
            for row in rows:
                faults.add(sheet.file, row["line"], column, words % {"number": row["number"]})


def _other_accounts_of_the_portal(book, faults):
    """An account stays what it is, and an organization ID belongs to one account."""
    for rows in book.rows(ACCOUNTS):
        kinds = dict(Account.objects.filter(number__in=[row["number"] for row in rows]).values_list("number", "kind"))
        ids = [row["org_id"] for row in rows]
        owners = dict(Account.objects.filter(org_id__in=ids).values_list("org_id", "number"))
        for row in rows:
            kind, owner = kinds.get(row["number"]), owners.get(row["org_id"])
            if kind and row["kind"] and kind != row["kind"]:
                words = _("Account %(number)s is a %(kind)s in the portal, and stays one.")
                faults.add(ACCOUNTS.file, row["line"], "kind", words % {"number": row["number"], "kind": kind})
            if owner and row["number"] and owner != row["number"]:
                words = _("The organization ID %(org_id)s belongs to account %(number)s in the portal.")
                said = words % {"org_id": row["org_id"], "number": owner}
                faults.add(ACCOUNTS.file, row["line"], "org_id", said)


def _sides(book, faults):
    for column, kind in (("partner", AccountKind.PARTNER), ("customer", AccountKind.CUSTOMER)):
        rows = book.run(
            f"SELECT line, {column} AS number, kind FROM partnerships"  # noqa: S608
            f" JOIN known ON number = {column} WHERE kind <> ?",
            (str(kind),),
        )
        for row in rows:
            words = _("Account %(number)s is a %(kind)s, not a %(wanted)s.")
            said = words % {"number": row["number"], "kind": row["kind"], "wanted": kind}
            faults.add(PARTNERSHIPS.file, row["line"], column, said)


def _primary_users(book, faults):
    rows = book.run(
        "SELECT line, account, first FROM people"
        " JOIN (SELECT account AS whose, min(line) AS first FROM people WHERE role = ? AND account IS NOT NULL"
        " GROUP BY account HAVING count(*) > 1) ON whose = account AND line > first WHERE role = ?",
        (str(Role.PRIMARY), str(Role.PRIMARY)),
    )
    for row in rows:
        words = _("Account %(number)s has its primary user on line %(line)d already.")
        faults.add(PEOPLE.file, row["line"], "role", words % {"number": row["account"], "line": row["first"]})


def _names(book, faults):
    for column in ("first_name", "last_name"):
        rows = book.run(
            f"SELECT later.line, later.email, earlier.line AS first FROM people AS later"  # noqa: S608
            f" JOIN people AS earlier ON earlier.line = (SELECT min(line) FROM people WHERE email = later.email)"
            f" WHERE later.{column} <> earlier.{column}"
        )
        for row in rows:
            words = _("%(email)s has another name on line %(line)d.")
            faults.add(PEOPLE.file, row["line"], column, words % {"email": row["email"], "line": row["first"]})


def _people_of_the_vendor(book, faults, *, at):
    """Nobody of the vendor is a member of a customer, whichever of the two comes first."""
    living = Membership.objects.living().filter(joined_at__lte=at).order_by()
    theirs = living.filter(account__kind=AccountKind.VENDOR).values_list("user__email")
    book.run("CREATE TABLE vendors (email PRIMARY KEY) WITHOUT ROWID")
    for row in theirs.iterator(chunk_size=BATCH):
        book.run("INSERT OR IGNORE INTO vendors VALUES (?)", row)
    rows_of_kind = "SELECT line, email FROM people JOIN known ON number = account WHERE kind = ? AND email IS NOT NULL"
    of_vendor = book.run(rows_of_kind, (str(AccountKind.VENDOR),)).fetchall()
    for row in of_vendor:
        book.run("INSERT OR IGNORE INTO vendors VALUES (?)", (row["email"],))
    of_customers = f"{rows_of_kind} AND email IN (SELECT email FROM vendors)"  # noqa: S608
    wrong = list(book.run(of_customers, (str(AccountKind.CUSTOMER),)))
    for start in range(0, len(of_vendor), BATCH):
        some = of_vendor[start : start + BATCH]
        members = living.filter(account__kind=AccountKind.CUSTOMER, user__email__in=[row["email"] for row in some])
        customers = set(members.values_list("user__email", flat=True))
        wrong += [row for row in some if row["email"] in customers]
    for row in wrong:
        words = _("%(email)s would belong to a customer and to the vendor; nobody belongs to both.")
        faults.add(PEOPLE.file, row["line"], "email", words % {"email": row["email"]})
