"""The filters above orders, invoices and usage: what they leave over, on the page and in the file."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Invoice, Order
from config import world
from tests import nasty
from tests.pages import sentence_beside, soup_of, words_of

KINDS = ["orders", "invoices", "usage"]


@pytest.fixture
def records(cast, now):
    """The cast with orders, invoices and usage of a year."""
    world.add_records(cast, today=now.date())
    return cast


def path_of(kind, query=""):
    return f"/accounts/654321/{kind}/?size=50&{query}"


def shown(client, kind, query=""):
    """This will give the rows that the page shows under a filter."""
    response = client.get(path_of(kind, query))
    assert response.status_code == 200
    return list(response.context["page"].object_list)


def taken(client, kind, query):
    """This will give the cells of the file that a filter leaves over, without the headings."""
    response = client.get(path_of(kind, f"{query}&format=csv"))
    return list(csv.reader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))[1:]


class TestWhatIsLeftOver:
    @pytest.mark.parametrize(("kind", "table"), [("orders", Order), ("invoices", Invoice)])
    def test_by_state(self, records, signed_in, kind, table):
        carol = signed_in(records.carol)

        everything = table.objects.filter(account=records.acme)

        for state, _words in table._meta.get_field("state").flatchoices:
            assert shown(carol, kind, f"state={state}") == list(everything.filter(state=state))
        assert 0 < everything.filter(state="open").count() < everything.count()

    def test_by_a_part_of_the_number_the_product_or_the_description(self, records, signed_in):
        carol = signed_in(records.carol)
        orders = records.acme.orders

        assert shown(carol, "orders", "search=firewall") == list(orders.filter(product="FIREWALL"))
        assert shown(carol, "orders", "search=1+tb") == list(orders.filter(description="Backup, 1 TB"))
        assert shown(carol, "orders", "search=O-654519") == list(orders.filter(number="O-654519"))
        assert shown(carol, "invoices", "search=7399") == list(records.acme.invoices.filter(number="I-6547399"))
        assert {row.product for row in shown(carol, "usage", "search=mail")} == {"MAIL-50"}

    def test_by_the_days_both_included(self, records, signed_in):
        carol = signed_in(records.carol)
        days = sorted(records.acme.orders.values_list("ordered_on", flat=True))

        found = shown(carol, "orders", f"since={days[3]}&until={days[6]}")

        assert sorted(row.ordered_on for row in found) == days[3:7]

    def test_usage_counts_from_the_month_a_day_lies_in(self, records, signed_in):
        carol = signed_in(records.carol)
        months = sorted(set(records.acme.usage.values_list("month", flat=True)))

        found = shown(carol, "usage", f"since={months[2].replace(day=17)}&until={months[3].replace(day=17)}")

        assert {row.month for row in found} == set(months[2:4])

    def test_all_at_once_and_in_the_chosen_order(self, records, signed_in):
        query = "state=paid&search=I-&sort=-amount"
        rows = shown(signed_in(records.carol), "invoices", query)

        paid = Invoice.objects.filter(account=records.acme, state="paid")
        assert rows == list(paid.order_by("-currency", "-amount", "pk"))

    def test_nothing_says_so_and_leads_back_to_all(self, records, signed_in):
        response = signed_in(records.carol).get(path_of("orders", "search=nothing"))

        assert "Nothing matches" in words_of(response)
        assert soup_of(response).select_one(".filters a")["href"] == "?"


class TestTheForm:
    def test_shows_what_was_chosen_and_keeps_the_order(self, records, signed_in):
        response = signed_in(records.carol).get(path_of("orders", "state=open&search=O&since=2020-01-02&sort=-number"))
        form = soup_of(response).select_one("form.filters")

        sent = {field["name"]: field.get("value") for field in form.select("input")}
        assert sent == {"search": "O", "since": "2020-01-02", "until": None, "sort": "-number"}
        assert form.select_one("option[selected]")["value"] == "open"
        assert all(form.find("label", attrs={"for": field["id"]}) for field in form.select("select, input[id]"))

    def test_is_not_there_where_there_is_nothing_to_filter(self, cast, signed_in):
        assert soup_of(signed_in(cast.carol).get(path_of("orders"))).select_one("form.filters") is None

    def test_usage_has_no_state(self, records, signed_in):
        response = signed_in(records.carol).get(path_of("usage", "state=open"))

        assert response.context["page"].paginator.count == 36
        assert soup_of(response).select_one("form.filters select") is None

    @pytest.mark.trust("F2", "F3")
    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("field", ["state", "since", "until"])
    def test_what_cannot_be_meant_gets_a_sentence_and_no_rows(self, records, signed_in, kind, field):
        carol = signed_in(records.carol)
        if (kind, field) == ("usage", "state"):
            return
        for value in nasty.encoded([*nasty.NUMBERS[:5], "2027-02-30", "0000-01-01", *nasty.MOMENTS[2:5], "<b>"]):
            response = carol.get(path_of(kind, f"{field}={value}"))
            assert response.status_code == 400, value
            assert response.context["page"].paginator.count == 0
            assert sentence_beside(response, field)
        as_file = carol.get(path_of(kind, f"{field}=NaN&format=csv"))
        assert (as_file.status_code, as_file.streaming) == (400, False)

    @pytest.mark.trust("F1")
    @pytest.mark.parametrize("kind", KINDS)
    def test_broken_text_is_refused_and_odd_text_is_looked_for(self, records, signed_in, kind):
        carol = signed_in(records.carol)

        broken = {carol.get(path_of(kind, f"search={value}")).status_code for value in nasty.BROKEN_TEXT}
        odd = ["%", "_", "' OR 1=1 --", "\\", *nasty.HARMLESS_TEXT[:2]]
        found = [carol.get(path_of(kind, f"search={value}")) for value in nasty.encoded(odd)]

        assert broken == {400}
        assert [response.status_code for response in found] == [200] * len(odd)
        assert found[0].context["page"].paginator.count == 0

    def test_days_the_wrong_way_round_get_a_sentence(self, records, signed_in):
        response = signed_in(records.carol).get(path_of("usage", "since=2027-02-02&until=2027-02-01"))

        assert response.status_code == 400
        assert "before the first one" in sentence_beside(response, "until")


class TestTheFile:
    @pytest.mark.parametrize("query", ["search=", "since=2000-01-01", "until=2000-01-01"])
    @pytest.mark.parametrize("kind", KINDS)
    def test_holds_what_the_page_shows(self, records, signed_in, kind, query):
        carol = signed_in(records.carol)

        rows = shown(carol, kind, query)

        assert [cells[0] for cells in taken(carol, kind, query)] == [
            f"{row.month:%Y-%m}" if kind == "usage" else row.number for row in rows
        ]

    def test_is_led_to_with_the_filter(self, records, signed_in):
        page = soup_of(signed_in(records.carol).get(path_of("invoices", "state=paid&search=I-")))

        assert page.select_one(".take a")["href"] == "?state=paid&search=I-&format=csv"

    def test_of_a_filter_is_no_way_in_either(self, records, signed_in):
        mallory, petra = signed_in(records.mallory), signed_in(records.petra)

        for kind in KINDS:
            for ending in ("", "&format=csv"):
                assert mallory.get(path_of(kind, f"search=I{ending}")).status_code == 404
                assert petra.get(path_of(kind, f"search=I{ending}")).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_number_of_queries_however_much_is_left_over(records, signed_in, kind):
    carol, counts = signed_in(records.carol), []
    carol.get(path_of(kind))
    for query in ("since=2000-01-01", "search=0&since=2000-01-01&until=2100-01-01"):
        with CaptureQueriesContext(connection) as queries:
            assert carol.get(path_of(kind, query)).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
