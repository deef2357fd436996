"""What is wrong with a register: one line for each fault, at its place, all in one go, and nothing written."""

import pytest

from accounts.models import Account
from partners.services import Faulty, Source, import_register
from tests.partners import registers
from tests.partners.registers import everything, sources

HEAD = registers.ACCOUNTS.splitlines()[0]
NOT_UTF8 = "This is not UTF-8. It is the first such place; save the whole file as UTF-8."
NOT_CLOSED = "The quotation mark that opens this cell is not closed before the next comma."


def faults(at, **sheets):
    """This will give what is wrong, and see that nothing was written."""
    before = everything()
    with pytest.raises(Faulty) as refused:
        import_register(sources=sources(**sheets), by=None, at=at)
    assert everything() == before
    return refused.value.faults.lines()


def with_(sheet, old, new):
    """This will give a sheet of the small register with one thing changed."""
    text = registers.SMALL[f"{sheet}.csv"]
    assert old in text
    return {sheet: text.replace(old, new, 1)}


@pytest.mark.trust("F1", "F2", "F3")
@pytest.mark.parametrize(
    ("sheet", "old", "new", "line"),
    [
        ("accounts", "300100,", "30-01,", "line 2, column number: “30-01” is no number of three to twelve digits."),
        ("accounts", "300100,", "٣٠٠١,", "line 2, column number: “٣٠٠١” is no number of three to twelve digits."),
        ("accounts", "93002000", "93001000", "line 3, column org_id: Line 2 has the same org_id already."),
        ("accounts", "Ember IT", " ", "line 3, column name: This cell is empty."),
        ("accounts", "Ember IT", "E" * 121, f"line 3, column name: “{'E' * 40}…” is longer than 120 characters."),
        ("accounts", "Ember IT", "Em\x1bber", "line 3, column name: “Em\\u001bber” holds the character U+001B"),
        ("accounts", "partner", "robot", "line 3, column kind: “robot” is none of: customer, partner, vendor."),
        ("accounts", "Europe/Prague", "../etc/passwd", "line 2, column time_zone: “../etc/passwd” is not the name"),
        ("accounts", ",sv,", ",tlh,", "line 3, column language: “tlh” is none of: en, sv."),
        ("accounts", ",5\n", ",-5\n", "line 3, column seats: “-5” is no whole number from 0 on."),
        ("accounts", ",5\n", f",{10**40}\n", "line 3, column seats: “1000"),
        (
            "accounts",
            "5\n",
            "5\n810432,48220077,G,partner,UTC,en,5\n",
            "line 4, column kind: Account 810432 is a customer in",
        ),
        ("accounts", "93002000", "48104810", "line 3, column org_id: The organization ID 48104810 belongs to account"),
        (
            "people",
            "two@dune.example",
            "two at dune",
            "line 3, column email: “two at dune” is no mail address.",
        ),
        (
            "people",
            "two@dune.example",
            "PRIMARY@dune.example",
            "line 3, column email: Line 2 has the same account + email",
        ),
        ("people", "administrator", "primary", "line 3, column role: Account 300100 has its primary user on line 2"),
        ("people", "administrator", "root", "line 3, column role: “root” is none of"),
        ("people", "yes", "maybe", "line 2, column authorized_contact: “maybe” is none of: yes, no."),
        ("people", "300200,other", "999999,other", "line 4, column account: There is no account 999999, neither in"),
        (
            "people",
            "two@dune",
            "tess@latchkey",
            "line 3, column email: tess@latchkey.example would belong to a cust",
        ),
        ("people", "300200,other@ember", "100001,carol@acme", "line 4, column email: carol@acme.example would belong"),
        ("partnerships", "300200,300100", "300100,300100", "line 2, column partner: Account 300100 is a customer, not"),
        ("partnerships", "300200,300100", "300200,300200", "line 2, column customer: Account 300200 is a partner, not"),
        (
            "partnerships",
            "700118",
            "300200",
            "line 3, column customer: Line 2 has the same partner + customer already.",
        ),
        ("partnerships", "available", "ended", "line 2, column state: “ended” is none of: available, linked."),
        ("orders", "2026-03-28", "2026-02-30", "line 2, column ordered_on: “2026-02-30” is no day such as 2026-11-27."),
        ("orders", "2026-03-28", "0001-01-01", "line 2, column ordered_on: “0001-01-01” is no day"),
        ("orders", "2026-03-28", "2026-W08-6", "line 2, column ordered_on: “2026-W08-6” is no day"),
        ("orders", ",5,", ",0,", "line 2, column quantity: “0” is no whole number from 1 on."),
        ("invoices", "10.5", "1e309", "line 2, column amount: “1e309” is no amount such as 1234.50"),
        ("invoices", "10.5", "10.505", "line 2, column amount: “10.505” is no amount"),
        ("invoices", "10.5", '"10,5"', "line 2, column amount: “10,5” is no amount"),
        ("invoices", "EUR", "eur", "line 2, column currency: “eur” is no currency such as EUR."),
        ("invoices", "I-2", "I-1", "line 3, column number: Line 2 has the same account + number already."),
        ("usage", "2026-10", "2026-13", "line 2, column month: “2026-13” is no month such as 2026-11."),
        ("usage", "12.5,", "Infinity,", "line 2, column amount: “Infinity” is no amount"),
    ],
)
def test_each_is_named_with_its_place(cast, now, sheet, old, new, line):
    (said,) = faults(now, **with_(sheet, old, new))

    assert said.startswith(f"{sheet}.csv, {line}")


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "line"),
        [
            (None, "accounts.csv: This file is missing; the others may be left out."),
            ("", f"accounts.csv, line 1: The file is empty; its first line must be: {HEAD}"),
            ("\ufeff", f"accounts.csv, line 1: The file is empty; its first line must be: {HEAD}"),
            (HEAD.replace(",", ";"), "accounts.csv, line 1: The cells are separated by “;”; commas are wanted."),
            (HEAD.replace(",", "\t"), "accounts.csv, line 1: The cells are separated by “TAB”; commas are wanted."),
            (HEAD.encode("utf-16"), "accounts.csv, line 1: This is not UTF-8."),
            (HEAD.encode("utf-16-le"), "accounts.csv, line 1: This is not UTF-8."),
            (
                registers.ACCOUNTS.replace("\n", ",x\n").replace("seats,x", "seats,name"),
                "accounts.csv, line 1, column name: Several columns have this name.",
            ),
            (
                registers.ACCOUNTS.replace("\n", ",x\n").replace("seats,x", "seats,colour"),
                "accounts.csv, line 1, column colour: There is no such column; the first line must",
            ),
            (
                "\n".join(line.rpartition(",")[0] for line in registers.ACCOUNTS.splitlines()),
                "accounts.csv, line 1, column seats: This column is missing.",
            ),
        ],
        ids=str,
    )
    def test_one_that_is_none_is_one_fault(self, cast, now, content, line):
        (said,) = faults(now, accounts=content)

        assert said.startswith(line)

    def test_one_that_cannot_be_read_is_named(self, cast, now):
        def shut():
            raise PermissionError(13, "Permission denied")

        with pytest.raises(Faulty) as refused:
            import_register(sources=[Source("accounts.csv", shut)], by=None, at=now)
        assert refused.value.faults.lines() == ["accounts.csv: This file cannot be read: Permission denied."]

    def test_latin_1_is_said_once_and_the_rest_is_read_on(self, cast, now):
        text = registers.PEOPLE.replace("Číslo", "Müller").replace("Žižek", "Müller").replace("ě", "e")
        said = faults(now, people=text.replace("O'Clock,administrator", "O'Clock,root").encode("latin-1"))

        assert said == [
            f"people.csv, line 2, column last_name: {NOT_UTF8}",
            "people.csv, line 3, column role: “root” is none of: primary, administrator, access_administrator, member.",
        ]

    def test_a_broken_quotation_mark_costs_its_own_row_only(self, cast, now):
        text = registers.PEOPLE.replace("two@dune.example,", 'two@dune.example,"').replace("other@", "other")
        said = faults(now, people=text)

        assert said == [
            f"people.csv, line 3, column first_name: {NOT_CLOSED}",
            "people.csv, line 4, column email: “otherember.example” is no mail address.",
        ]

    def test_a_row_with_more_or_fewer_cells_is_named(self, cast, now):
        said = faults(now, usage="account,month,product,amount,unit\n300100,2026-10,A,1\n300100,2026-10,A,1,GB,6\n")

        assert said == [
            "usage.csv, line 2: This row has 4 cells; 5 are wanted.",
            "usage.csv, line 3: This row has 6 cells; 5 are wanted.",
        ]

    @pytest.mark.trust("F1")
    def test_a_cell_of_a_megabyte_is_refused_and_the_next_line_is_read(self, cast, now):
        long = f"300100,I-9,2026-10-01,2026-10-31,1.00,EUR,{'x' * 1_000_000}\n"
        said = faults(now, invoices=registers.INVOICES + long + "300100,I-8,2026-10-01,2026-10-31,x,EUR,open\n")

        assert said == [
            "invoices.csv, line 4: This line is longer than 65536 bytes.",
            "invoices.csv, line 5, column amount: “x” is no amount such as 1234.50, with a point and at most 2 places.",
        ]

    def test_rubbish_is_given_up_after_a_while(self, cast, now):
        said = faults(now, usage="account,month,product,amount,unit\n" + '"x"y\n' * 5_000)

        assert said[-1].endswith("The rest of this file was not read: too many rows are broken.")
        assert len(said) == 101

    def test_more_than_anybody_reads_is_counted(self, cast, now):
        usage = "account,month,product,amount,unit\n" + "".join(f"300100,x,A{row},1,GB\n" for row in range(1_200))
        said = faults(now, usage=usage)

        assert (len(said), said[-1]) == (1_001, "… and 200 more.")


class TestTogether:
    def test_all_are_found_in_one_go_in_the_order_of_the_files(self, cast, now):
        said = faults(
            now,
            **with_("accounts", "Europe/Prague", "Mars/Olympus"),
            **with_("usage", "12.5", "NaN"),
            **with_("people", "300200", "999999"),
        )

        assert [line.partition(":")[0] for line in said] == [
            "accounts.csv, line 2, column time_zone",
            "people.csv, line 4, column account",
            "usage.csv, line 2, column amount",
        ]

    def test_a_wrong_number_is_not_repeated_by_everything_that_hangs_on_it(self, cast, now):
        assert len(faults(now, **with_("accounts", "300100,", "X,"))) == 1

    def test_one_address_has_one_name(self, cast, now):
        people = registers.PEOPLE + "300200,primary@dune.example,Primary,Číslo,member,no\n"

        assert faults(now, people=people) == [
            "people.csv, line 5, column first_name: primary@dune.example has another name on line 2."
        ]

    @pytest.mark.trust("L5")
    def test_what_is_quoted_stays_on_one_line(self, cast, now):
        (said,) = faults(now, **with_("people", "administrator", '"\x1b[2J\nMallory\u202e"'))

        assert said.isprintable()
        assert "\\u001b" in said


class TestThePlansOwn:
    """The registers that come with the plan: a large one that is in order, and ten that have one fault each."""

    FLAWED = {
        "amount_nan": "invoices.csv, line 3, column amount: “NaN” is no amount",
        "bad_number": "accounts.csv, line 4, column number: “12-34” is no number",
        "bad_zone": "accounts.csv, line 5, column time_zone: “Mars/Olympus” is not the name of a time zone",
        "broken_quote": "accounts.csv, line 8, column org_id: The quotation mark that opens this cell",
        "duplicate_number": "accounts.csv, line 7, column number: Line 6 has the same number already.",
        "missing_column": "accounts.csv, line 1, column name: This column is missing.",
        "not_utf8": "people.csv, line 6, column first_name: This is not UTF-8.",
        "nul_byte": "people.csv, line 5, column first_name: “Ka\\u0000rl” holds the character U+0000",
        "two_primaries": "people.csv, line 52, column role: Account 548363 has its primary user on line 2 already.",
        "unknown_account": "people.csv, line 6, column account: There is no account 999999999",
    }

    @pytest.mark.parametrize("name", FLAWED)
    def test_one_fault_is_one_line(self, plan, cast, now, name):
        before = everything()
        with pytest.raises(Faulty) as refused:
            import_register(sources=files_in(plan / "flawed" / name), by=None, at=now)

        (said,) = refused.value.faults.lines()
        assert said.startswith(self.FLAWED[name])
        assert everything() == before

    def test_the_sample_goes_in_twice_and_is_the_same(self, plan, cast, now):
        first = import_register(sources=files_in(plan / "sample"), by=None, at=now)
        before = everything()
        again = import_register(sources=files_in(plan / "sample"), by=None, at=now)

        assert everything() == before
        assert {name: counts[0] for name, counts in first.counts().items()} == {
            "accounts": 163,
            "people": 883,
            "memberships": 883,
            "orders": 1532,
            "invoices": 2141,
            "usage": 4065,
            "partnerships": 148,
        }
        assert not again.changes
        assert Account.objects.filter(kind="partner", number__in=["548363", "360494"]).count() == 2


@pytest.fixture
def plan():
    """The place of the plan's registers; a clone alone does not have it, and the tests say that they were left out."""
    if not registers.PLAN.is_dir():
        pytest.skip(f"left out: {registers.PLAN} is not there, as in a clone without the plan")
    return registers.PLAN


def files_in(folder):
    """This will give the files of a folder, read once."""
    return [Source(path.name, registers.opener(path.read_bytes())) for path in sorted(folder.iterdir())]
