"""My contacts: finding one of many customers, searching the people, and for which of one's companies."""

import pytest

from access_requests.models import AccessRequest
from accounts.models import Account, Grant, Membership
from accounts.permissions import Role
from accounts.services import add_member
from partners.models import Partnership
from partners.services import make_known
from tests.cast import approve, ask, member
from tests.crowd import many_customers, many_people
from tests.pages import form_of, soup_of, words_of

PAGE, OPTIONS = "/contacts/", "/contacts/customers/"


@pytest.fixture
def of_two(cast, now):
    """Pat administers Bolt Partners and Crow IT, and Crow IT serves Globex too."""
    add_member(account=cast.crow, user=cast.pat, role=Role.ADMINISTRATOR, by=None, at=now)
    make_known(partner=cast.crow, customer=cast.globex, by=None, at=now)
    return cast


def people_on(response):
    """This will give who is in the table."""
    return [row.user.first_name for row in response.context["page"].object_list]


def customers_on(response):
    """This will give the customers the page offers, by name."""
    return [one["customer"].name for one in response.context["matches"]["first"]]


@pytest.mark.seed("S2-7", "S2-8")
class TestFindingACustomer:
    def test_two_thousand_are_never_all_on_a_page(self, cast, now, signed_in):
        many_customers(cast.bolt, 2000, at=now)
        browser = signed_in(cast.pat)

        for path in (PAGE, f"{PAGE}?find=Customer", f"{PAGE}?customer=654321", OPTIONS):
            answer = browser.get(path)
            assert len(soup_of(answer).select("a[href*='customer='], [role=option]")) <= 8
            assert len(answer.content) < 60_000
        assert "2002 customers" in words_of(browser.get(PAGE))
        assert "8 of 2000. Type more to find the others." in browser.get(f"{OPTIONS}?find=Customer").text

    @pytest.mark.parametrize("words", ["Acme", "acme", "654321", "Acme, 654321", "  acm  ", "6543"])
    def test_words_that_mean_one_lead_to_it(self, cast, signed_in, words):
        answer = signed_in(cast.pat).get(PAGE, {"find": words, "name": "petra"})

        assert answer.headers["Location"] == "/contacts/?company=700118&customer=654321&name=petra"

    def test_words_that_mean_several_list_them(self, cast, now, signed_in):
        many_customers(cast.bolt, 12, at=now)
        answer = signed_in(cast.pat).get(PAGE, {"find": "customer 1"})

        assert customers_on(answer) == ["Customer 1", "Customer 10", "Customer 11"]
        assert "3 customers fit" in words_of(answer)

    def test_a_whole_number_means_one_however_others_begin(self, cast, now, signed_in):
        Account.objects.filter(pk=cast.globex.pk).update(number="6543210")

        assert "customer=654321" in signed_in(cast.pat).get(PAGE, {"find": "654321"}).headers["Location"]

    @pytest.mark.parametrize("words", ["Dunes", "%", "_", "'", "Acme, 810432", "654322"])
    def test_words_that_mean_none_say_so(self, cast, signed_in, words):
        browser = signed_in(cast.pat)

        assert f"No customer of yours is called “{words}”." in words_of(browser.get(PAGE, {"find": words}))
        assert "No customer fits." in browser.get(OPTIONS, {"find": words}).text

    @pytest.mark.trust("A2")
    def test_a_strangers_customer_is_never_found(self, cast, now, signed_in):
        of_bolt = signed_in(cast.quinn)
        for page in (PAGE, OPTIONS):
            assert "Globex" not in of_bolt.get(page, {"find": "Glo"}).text.replace("“Glo”", "")
        assert of_bolt.get(PAGE, {"customer": "810432"}).status_code == 404
        for who in (cast.mallory, cast.carol, cast.petra, cast.tess):
            for page in (PAGE, OPTIONS):
                assert signed_in(who).get(page, {"find": "Acme"}).status_code == 404

    def test_whoever_lends_finds_only_where_they_lend(self, cast, signed_in):
        answer = signed_in(cast.piotr).get(PAGE)

        assert customers_on(answer) == ["Acme"]

    def test_closed_and_former_customers_are_gone(self, cast, now, signed_in):
        Account.objects.filter(pk=cast.globex.pk).update(closed_at=now)

        assert customers_on(signed_in(cast.pat).get(PAGE)) == ["Acme"]

    def test_whoever_has_no_customer_is_told(self, cast, signed_in):
        Partnership.objects.filter(partner=cast.crow).delete()
        answer = signed_in(cast.quinn).get(PAGE)

        assert "Your company serves nobody on this portal at present." in words_of(answer)
        assert not soup_of(answer).select("#id_find")

    def test_names_are_written_as_text(self, cast, signed_in):
        Account.objects.filter(pk=cast.globex.pk).update(name='<b onload="x">&"')
        browser = signed_in(cast.pat)

        option = soup_of(browser.get(OPTIONS, {"find": "<b"})).select_one("[role=option]")
        assert option["data-words"] == '<b onload="x">&", 810432'
        assert "<b onload" not in browser.get(PAGE).text


@pytest.mark.seed("S2-9")
class TestFindingPeople:
    @pytest.mark.parametrize(
        ("name", "found"),
        [("petra", ["Petra"]), ("bolt.example pe", ["Petra"]), ("BOLT petra", ["Petra"]), ("nobody", [])],
    )
    def test_by_words_of_name_and_address(self, cast, signed_in, name, found):
        for query in ({}, {"customer": "654321"}):
            answer = signed_in(cast.pat).get(PAGE, {**query, "name": name})
            assert people_on(answer) == found
            assert ("Nobody of that name here" in words_of(answer)) is (found == [])

    def test_what_was_searched_stays_when_paging(self, cast, now, signed_in):
        many_people(cast.bolt, 30, at=now)
        answer = signed_in(cast.pat).get(PAGE, {"customer": "654321", "name": "colleague"})

        assert soup_of(answer).select_one("a[rel=next]")["href"] == "?customer=654321&name=colleague&page=2"

    def test_the_table_says_what_changed_to_who_cannot_see_it(self, cast, signed_in):
        page = soup_of(signed_in(cast.pat).get(PAGE, {"customer": "654321", "name": "petra"}))

        assert page.select_one("#contacts")["data-said"] == "Acme: 1 person"
        assert page.select_one("#contacts-said[role=status]") is not None


@pytest.mark.seed("S2-6")
class TestSeveralCompanies:
    def test_one_is_chosen_and_kept_in_the_address(self, of_two, signed_in):
        browser = signed_in(of_two.pat)
        first, other = browser.get(PAGE), browser.get(PAGE, {"company": "700226"})

        assert [one.account.name for one in first.context["companies"]] == ["Bolt Partners", "Crow IT"]
        assert "Petra" in people_on(first)
        assert people_on(other) == ["Pat", "Quinn"]
        addresses = [link["href"] for link in soup_of(other).select(".matches a")]
        assert addresses == [f"/contacts/?company=700226&customer={number}" for number in ("654321", "810432")]
        assert {field["value"] for field in soup_of(other).select("input[name=company]")} == {"700226"}

    def test_without_one_the_first_that_serves_the_customer_is_meant(self, of_two, now, signed_in):
        Partnership.objects.get(partner=of_two.bolt, customer=of_two.globex).delete()

        answer = signed_in(of_two.pat).get(PAGE, {"customer": "810432"})
        assert answer.context["own"].account == of_two.crow

    @pytest.mark.trust("A2")
    def test_anothers_company_does_not_exist(self, of_two, signed_in):
        for who, number in [("quinn", "700118"), ("pat", "654321"), ("pat", "999999"), ("mallory", "700226")]:
            for page in (PAGE, OPTIONS):
                assert signed_in(getattr(of_two, who)).get(page, {"company": number}).status_code == 404

    def test_each_asks_for_its_own_people(self, of_two, signed_in):
        browser = signed_in(of_two.pat)
        path = f"/contacts/ask/810432/{member(of_two.quinn, of_two.crow).pk}/"

        sent = {**form_of(browser.get(path)), "permissions": ["view_invoices"], "reason": "The yearly check."}
        answer = browser.post(path, sent)

        asked = AccessRequest.objects.get(beneficiary=of_two.quinn)
        assert (asked.company, asked.account) == (of_two.crow, of_two.globex)
        assert answer.headers["Location"] == "/contacts/?company=700226&customer=810432&sent=1"

    def test_ending_a_partnership_ends_that_of_the_company_chosen(self, of_two, signed_in):
        browser = signed_in(of_two.pat)
        page = browser.get("/contacts/?company=700226&customer=654321")
        (link,) = soup_of(page).select("a[href*=unlink]")

        assert "Crow IT" in words_of(browser.get(link["href"]))
        assert browser.post(link["href"]).headers["Location"] == "/contacts/?company=700226"

        living = Partnership.objects.living().filter(customer=of_two.acme)
        assert [one.partner for one in living] == [of_two.bolt]

    @pytest.mark.seed("S2-35", "S2-36", "S2-37")
    def test_whoever_lends_through_two_adds_the_people_of_each(self, cast, now, signed_in):
        add_member(account=cast.crow, user=cast.piotr, role=Role.MEMBER, by=None, at=now)
        own = ask(cast, by=cast.quinn, for_=cast.quinn, at=now, administrator=True, may_delegate=True)
        grant = approve(own, by=cast.carol, at=now)
        Grant.objects.filter(pk=grant.pk).update(
            grantee=cast.piotr, membership=Membership.objects.get(user=cast.piotr, account=cast.crow)
        )
        browser = signed_in(cast.piotr)
        path = f"/contacts/add/654321/{member(cast.quinn, cast.crow).pk}/"
        page = browser.get(PAGE, {"company": "700226", "customer": "654321"})
        assert path in [link["href"] for link in soup_of(page).select("td a")]

        answer = browser.post(path, {"permissions": ["view_invoices"], "reason": "The yearly check."})

        assert answer.headers["Location"] == "/contacts/?company=700226&customer=654321&added=1"
        assert Grant.objects.get(grantee=cast.quinn).parent == grant
