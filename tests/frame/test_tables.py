"""Lists that people sort and take with them: in the order chosen, safe in a spreadsheet, and only what is theirs."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.http import Http404
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from access_requests.services import end_access
from accounts.models import Grant, Invoice, Order
from accounts.permissions import AccountPermission as P
from accounts.views.records import INVOICES
from audit.models import TrailLine
from config import world
from frame import tables
from frame.tables import CHUNK, Table, safe_cell
from tests.cast import approve, ask

PAGE = "/accounts/654321/invoices/"


@pytest.fixture
def records(cast, now):
    """The cast with orders, invoices and usage: thirty-one invoices at Acme."""
    world.add_records(cast, today=now.date())
    return cast


def parsed(response):
    """This will read a file as a spreadsheet does: its rows, the headings first."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def first_cells(response):
    page = BeautifulSoup(response.content, "html.parser")
    return [cell.get_text(strip=True) for cell in page.select("tbody th[scope=row]")]


@pytest.mark.trust("F6")
class TestSafeCell:
    @pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\0"])
    def test_what_a_spreadsheet_would_run_gets_a_quote_character_in_front(self, start):
        assert safe_cell(f"{start}1+1") == f"'{start}1+1"
        assert safe_cell(f"a{start}1") == f"a{start}1"

    def test_numbers_below_zero_are_no_exception_and_nothing_is_empty(self):
        assert (safe_cell(Decimal("-12.50")), safe_cell(None), safe_cell(0)) == ("'-12.50", "", "0")

    def test_a_moment_is_said_in_the_readers_zone_with_its_offset(self):
        assert safe_cell(datetime(2026, 11, 23, 9, 12, tzinfo=UTC)) == "2026-11-23T09:12+00:00"

    def test_a_file_is_written_in_the_language_and_the_zone_of_its_page(self, cast, granted, signed_in):
        cast.carol.language, cast.carol.time_zone = "sv", "Asia/Kolkata"
        cast.carol.save(update_fields=["language", "time_zone"])
        rows = parsed(signed_in(cast.carol).get("/accounts/654321/access/?format=csv&name=petra@"))

        assert "Konto" in " ".join(rows[0])
        assert granted.ends_at.astimezone(ZoneInfo("Asia/Kolkata")).isoformat(timespec="minutes") in rows[1]

    def test_cells_of_a_downloaded_list_are_safe(self, records, signed_in):
        Order.objects.filter(account=records.acme).update(description='=HYPERLINK("https://evil.example")')
        rows = parsed(signed_in(records.carol).get("/accounts/654321/orders/?format=csv"))

        assert {row[3] for row in rows[1:]} == {'\'=HYPERLINK("https://evil.example")'}


class TestSorting:
    @pytest.mark.parametrize("column", [column.name for column in INVOICES])
    def test_by_any_column_both_ways(self, records, signed_in, column):
        carol = signed_in(records.carol)
        up, down = (first_cells(carol.get(f"{PAGE}?sort={way}{column}&size=50")) for way in ("", "-"))
        order = next(one.order for one in INVOICES if one.name == column)

        assert up == list(records.acme.invoices.order_by(*order, "pk").values_list("number", flat=True))
        assert sorted(up) == sorted(down)
        assert [getattr(Invoice.objects.get(number=number), order[0]) for number in down] == sorted(
            [getattr(Invoice.objects.get(number=number), order[0]) for number in down], reverse=True
        )

    def test_the_heading_says_which_way_and_leads_to_the_other(self, records, signed_in):
        page = BeautifulSoup(signed_in(records.carol).get(f"{PAGE}?sort=amount&size=10").content, "html.parser")
        heading = page.select_one("th[aria-sort]")

        assert (heading["aria-sort"], heading.get_text(strip=True)) == ("ascending", "Amount")
        assert heading.a["href"] == "?size=10&sort=-amount"
        assert len(page.select("tbody tr")) == 10
        assert [(one.get_text(), one.get("aria-current")) for one in page.select(".sizes a")] == [
            ("5", None),
            ("10", "true"),
            ("20", None),
            ("50", None),
        ]

    @pytest.mark.trust("F2")
    @pytest.mark.parametrize(
        "query", ["sort=nothing", "sort=--amount", "sort=account__name", "format=xlsx", "page=2147483648", "page=0"]
    )
    def test_what_there_is_not_is_not_found(self, records, signed_in, query):
        assert signed_in(records.carol).get(f"{PAGE}?{query}").status_code == 404

    def test_the_same_number_of_queries_for_three_rows_and_for_fifty(self, records, signed_in):
        carol = signed_in(records.carol)
        carol.get(PAGE)
        counts = []
        for kept in (None, 3):
            if kept:
                numbers = records.acme.invoices.values_list("pk", flat=True)[kept:]
                Invoice.objects.filter(pk__in=list(numbers)).delete()
            with CaptureQueriesContext(connection) as queries:
                carol.get(f"{PAGE}?sort=-amount&size=50")
            counts.append(len(queries))

        assert counts[0] == counts[1]


class TestFiles:
    def test_hold_every_row_in_the_order_of_the_page_and_nobody_elses(self, records, signed_in):
        response = signed_in(records.carol).get(f"{PAGE}?sort=amount&format=csv&size=5&page=2")
        rows = parsed(response)

        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"] == 'attachment; filename="invoices-654321.csv"'
        assert response.headers["Cache-Control"] == "no-store"
        assert rows[0] == ["Invoice", "Date", "Due", "Amount", "Currency", "State"]
        assert [row[0] for row in rows[1:]] == list(
            records.acme.invoices.order_by("currency", "amount").values_list("number", flat=True)
        )

    def test_leave_a_line_of_their_own_where_somebody_from_outside_takes_one(self, records, signed_in, now):
        grant = approve(ask(records, at=now), by=records.carol, at=now)
        assert len(parsed(signed_in(records.petra).get(f"{PAGE}?format=csv"))) == 32

        (line,) = TrailLine.objects.filter(event="account.viewed")
        assert (line.details["page"], line.grants) == ("invoices.csv", [grant.public_id])

    @pytest.mark.parametrize("who", ["mallory", "quinn", "tess", "root"])
    def test_are_no_way_in(self, records, signed_in, who):
        assert signed_in(getattr(records, who)).get(f"{PAGE}?format=csv").status_code == 404

    @pytest.mark.trust("E8")
    def test_stop_and_say_so_when_access_ends_while_they_are_written(self, records, signed_in, now, monkeypatch):
        monkeypatch.setattr(tables, "CHUNK", 10)
        grant = approve(ask(records, at=now), by=records.carol, at=now)
        stream = iter(signed_in(records.petra).get(f"{PAGE}?format=csv").streaming_content)
        began = [next(stream) for _row in range(5)]
        end_access(grant=grant, by=records.carol, at=now)
        rest = b"".join(stream).decode()

        assert len(began) == 5
        assert rest.count("I-654") == 6  # what was read before the end, and not a row more
        assert rest.endswith('"This list is not complete: you may not read the rest of it any more."\r\n')

    def test_are_read_in_pieces(self, records, now):
        assert Grant.objects.exists()
        product = Order(account=records.acme, ordered_on=now.date(), product="X", quantity=1, state="open")
        many = [Order(**{**_plain(product), "number": f"N{number:05}"}) for number in range(CHUNK + 1)]
        Order.objects.bulk_create(many)
        request = RequestFactory().get("/?format=csv")
        table = Table(request, lambda at: records.acme.orders.all(), INVOICES[:1], now)
        with CaptureQueriesContext(connection) as queries:
            rows = parsed(table.file("orders"))

        assert (len(rows), len(queries)) == (CHUNK + 1 + 12 + 1, 3)

    def test_can_be_taken_five_times_an_hour(self, records, signed_in):
        carol = signed_in(records.carol)

        assert [carol.get(f"{PAGE}?format=csv").status_code for _try in range(6)] == [200] * 5 + [429]

    def test_a_table_without_that_column_does_not_sort(self, rf):
        with pytest.raises(Http404):
            Table(rf.get("/?sort=-"), lambda at: None, INVOICES, datetime(2026, 1, 1, tzinfo=UTC))


class TestRequests:
    @pytest.fixture
    def asked(self, cast, now):
        """Petra's request waits, Pat's was approved, Quinn's has lapsed."""
        ask(cast, at=now)
        approve(ask(cast, for_=cast.pat, permissions=[P.VIEW_ORDERS], at=now), by=cast.carol, at=now)
        ask(cast, by=cast.quinn, for_=cast.quinn, at=now - timedelta(days=15))
        return cast

    def test_are_sorted_by_what_their_status_is_now(self, asked, signed_in):
        page = BeautifulSoup(signed_in(asked.carol).get("/requests/?sort=decision").content, "html.parser")
        states = [pill.get_text(strip=True) for pill in page.select("tbody .pill")]

        assert states == ["Approved", "Approved", "Expired", "Pending"]

    @pytest.mark.parametrize(
        "column", ["request", "for", "account", "rights", "start", "end", "asked", "decision", "-for"]
    )
    def test_can_be_sorted_by_any_column_of_the_page(self, asked, signed_in, column):
        page = BeautifulSoup(signed_in(asked.carol).get(f"/requests/?sort={column}").content, "html.parser")

        assert len(page.select("tbody tr")) == 4
        assert all(heading.a for heading in page.select("thead th"))

    def test_are_downloaded_as_filtered_and_nobody_elses(self, asked, signed_in):
        rows = parsed(signed_in(asked.carol).get("/requests/?status=expired&format=csv"))

        assert [(row[1], row[2], row[-2]) for row in rows[1:]] == [("Quinn", asked.quinn.email, "Expired")]
        assert parsed(signed_in(asked.mallory).get("/requests/?format=csv"))[1:] == []


def _plain(order):
    return {name: getattr(order, name) for name in ("account", "ordered_on", "product", "quantity", "state")}
