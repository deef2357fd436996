"""The contract: the files of a register, their columns, and what tells two rows of a file apart."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import InvoiceState, OrderState
from accounts.permissions import Role
from accounts.states import AccountKind

from ...states import PartnershipState
from . import cells
from .cells import Reader


@dataclass(frozen=True)
class Sheet:
    """One file: its name without ending, the readers of its columns by name, and its keys.

    Two rows that agree in all columns of a key contradict each other. ``references`` are the columns that name an
    account.
    """

    name: str
    columns: dict[str, Reader]
    keys: tuple[tuple[str, ...], ...]
    references: tuple[str, ...] = ("account",)

    @property
    def file(self):
        """The name of the file."""
        return f"{self.name}.csv"

    @property
    def header(self):
        """What its first line says."""
        return ",".join(self.columns)


_digits = cells.matching("[0-9]{3,12}", lambda: _("“%(value)s” is no number of three to twelve digits."))
_currency = cells.matching("[A-Z]{3}", lambda: _("“%(value)s” is no currency such as EUR."))

ACCOUNTS = Sheet(
    "accounts",
    {
        "number": _digits,
        "org_id": _digits,
        "name": cells.text(120),
        "kind": cells.one_of(AccountKind.values),
        "time_zone": cells.zone,
        "language": cells.one_of([code for code, _name in settings.LANGUAGES]),
        "seats": cells.whole(0),
    },
    keys=(("number",), ("org_id",)),
    references=(),
)
PEOPLE = Sheet(
    "people",
    {
        "account": _digits,
        "email": cells.address,
        "first_name": cells.text(150),
        "last_name": cells.text(150, blank=True),
        "role": cells.one_of(Role.values),
        "authorized_contact": cells.one_of(["yes", "no"]),
    },
    keys=(("account", "email"),),
)
PARTNERSHIPS = Sheet(
    "partnerships",
    {
        "partner": _digits,
        "customer": _digits,
        "state": cells.one_of([PartnershipState.AVAILABLE, PartnershipState.LINKED]),
    },
    keys=(("partner", "customer"),),
    references=("partner", "customer"),
)
ORDERS = Sheet(
    "orders",
    {
        "account": _digits,
        "number": cells.text(30),
        "ordered_on": cells.day,
        "product": cells.text(60),
        "description": cells.text(200, blank=True),
        "quantity": cells.whole(1),
        "state": cells.one_of(OrderState.values),
    },
    keys=(("account", "number"),),
)
INVOICES = Sheet(
    "invoices",
    {
        "account": _digits,
        "number": cells.text(30),
        "issued_on": cells.day,
        "due_on": cells.day,
        "amount": cells.amount(12, 2),
        "currency": _currency,
        "state": cells.one_of(InvoiceState.values),
    },
    keys=(("account", "number"),),
)
USAGE = Sheet(
    "usage",
    {
        "account": _digits,
        "month": cells.month,
        "product": cells.text(60),
        "amount": cells.amount(13, 3),
        "unit": cells.text(20),
    },
    keys=(("account", "month", "product", "unit"),),
)
SHEETS = (ACCOUNTS, PEOPLE, PARTNERSHIPS, ORDERS, INVOICES, USAGE)
FILES = {sheet.file: sheet for sheet in SHEETS}
