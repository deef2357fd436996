"""The help desk, the page behind *Grant access*, and what the administrator sees while it lasts."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.states import Status
from accounts import authorization
from accounts.models import Account, Grant, User
from accounts.states import RequestKind
from audit.models import TrailLine
from config import startup, world
from frame import clock, tables
from notifications.models import Mail
from riders.models import SupportCase
from tests import nasty
from tests.cast import ask_for_hour, fresh, grant_hour, wrong_code
from tests.crowd import many_people
from tests.pages import form_of, sentence_beside, soup_of, words_of

DESK = "/help-desk/"
ASK = f"{DESK}654321/"
REASON = "Nobody can sign in since noon."
HOUR = timedelta(hours=1)


@pytest.fixture
def asked(cast):
    """Tess asks Carol for temporary access to Acme, now by the portal's own clock."""
    return ask_for_hour(cast, at=clock.now())


def hours():
    return AccessRequest.objects.filter(kind=RequestKind.HOUR)


def looks():
    return list(TrailLine.objects.filter(event="account.looked_up").order_by("pk").values_list("account", "subject"))


def find(browser, words):
    return browser.post(DESK, {"words": words})


def decide_path(request):
    return f"/requests/{request.public_id}/decide/"


def answer(browser, request, **changes):
    """This will open the page behind the mail and send its form, changed here and there."""
    sent = form_of(browser.get(decide_path(request)))
    return browser.post(decide_path(request), sent | {"code": request.code, "answer": "grant"} | changes)


@pytest.mark.seed("S4-7", "S4-6")
class TestTheHelpDesk:
    @pytest.mark.parametrize("who", ["tess", "tom", "pat"])
    def test_is_one_click_from_the_menu_for_agents(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))

        [link] = soup_of(browser.get("/")).select(f'.menu-sheet a[href="{DESK}"]')
        assert link.b.get_text() == "Help desk"
        assert browser.get(DESK).status_code == 200

    @pytest.mark.trust("A2", "I11")
    @pytest.mark.parametrize("who", ["carol", "mallory", "ursula", "connie", "petra", "piotr", "quinn", "dora"])
    def test_is_not_there_for_anybody_else(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))

        assert soup_of(browser.get("/")).select(f'.menu-sheet a[href="{DESK}"]') == []
        tries = [browser.get(DESK), find(browser, "654321")]
        tries += [browser.post(ASK, {"email": "carol@acme.example", "reason": REASON}) for _time in "1"]
        assert {page.status_code for page in tries} == {404}
        assert not hours().exists()
        assert looks() == []

    @pytest.mark.seed("S0-22")
    def test_is_there_for_associates_from_the_networks_of_support_only(self, cast, signed_in, settings):
        browser = signed_in(cast.tess)
        settings.PORTAL_SUPPORT_NETWORKS = startup.networks(["10.0.0.0/8"], name="PORTAL_SUPPORT_NETWORKS")

        assert browser.get(DESK).status_code == find(browser, "654321").status_code == 404
        assert soup_of(browser.get("/")).select(f'.menu-sheet a[href="{DESK}"]') == []
        assert signed_in(cast.pat).get(DESK).status_code == 200  # partners are not asked where they are

    @pytest.mark.parametrize("words", ["654321", "48104810", "acm", "ACME"])
    def test_finds_a_customer_by_number_organization_id_or_name(self, cast, signed_in, words):
        page = find(signed_in(cast.tess), words)

        assert page.status_code == 200
        for told in ("Acme", "654321", "48104810", "Read-only support Off", "Ask for temporary access"):
            assert told in words_of(page)
        assert looks() == [("654321", words)]  # in the customer's own trail

    def test_of_several_one_is_chosen_and_each_look_is_written_down(self, cast, signed_in):
        browser = signed_in(cast.tess)
        Account.objects.filter(pk=cast.globex.pk).update(name="Acme Hosting")

        page = find(browser, "acme")
        buttons = soup_of(page).select('main input[type=hidden][name="words"]')
        assert [one["value"] for one in buttons] == ["654321", "810432"]
        assert soup_of(page).select("#id_email") == []
        find(browser, buttons[1]["value"])
        assert looks() == [("", "acme"), ("810432", "810432")]

    @pytest.mark.parametrize("words", ["999999", "Bolt", "700118", "Latchkey", "%", "nothing like it"])
    def test_finds_neither_partners_nor_the_vendor_nor_what_is_not_there(self, cast, signed_in, words):
        page = find(signed_in(cast.tess), words)

        assert "No customer you can help is called so." in words_of(page)
        assert looks() == [("", words)]

    @pytest.mark.trust("A2")
    def test_shows_a_partner_its_linked_customers_only_and_needs_no_line(self, cast, signed_in):
        browser = signed_in(cast.pat)

        assert "Ask for temporary access" in words_of(find(browser, "Acme"))
        for words in ("Globex", "810432", "48220077"):
            assert "No customer you can help" in words_of(find(browser, words))
        sent = {"email": "mallory@globex.example", "reason": REASON}
        foreign, unknown = (browser.post(f"{DESK}{number}/", sent) for number in ("810432", "999999"))
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert words_of(foreign) == words_of(unknown)
        assert looks() == []

    @pytest.mark.seed("S4-17")
    def test_says_whether_support_may_read_and_leads_there(self, cast, signed_in):
        Account.objects.filter(pk=cast.acme.pk).update(support_read_only=True)

        page = find(signed_in(cast.tess), "654321")
        assert "Read-only support On" in words_of(page)
        assert soup_of(page).select('main a[href="/accounts/654321/configuration/"]')
        page = find(signed_in(cast.pat), "654321")
        assert "It opens nothing to partners." in words_of(page)
        assert not soup_of(page).select('main a[href="/accounts/654321/configuration/"]')

    def test_shows_no_more_than_ten_and_says_so(self, cast, signed_in, now):
        Account.objects.bulk_create(
            Account(
                kind="customer", number=str(910_000 + one), org_id=f"91{one:06}", name=f"Acorn {one}", opened_at=now
            )
            for one in range(12)
        )
        page = find(signed_in(cast.tess), "acorn")

        assert len(soup_of(page).select('main input[type=hidden][name="words"]')) == 10
        assert "There are more." in words_of(page)

    @pytest.mark.trust("D1")
    def test_looking_is_limited(self, cast, signed_in, settings):
        browser = signed_in(cast.tess)

        answers = [find(browser, "654321").status_code for _time in range(31)]
        assert answers == [200] * 30 + [429]
        assert browser.post(ASK, {"email": "carol@acme.example", "reason": REASON}).status_code == 429
        assert len(looks()) == 30

    @pytest.mark.trust("F1", "F4")
    def test_refuses_what_no_browser_sends(self, cast, signed_in):
        browser = signed_in(cast.tess)
        sent = {"email": "carol@acme.example", "reason": REASON}
        for value in nasty.BROKEN_TEXT:
            for path, fields, field in ((DESK, {"words": "x"}, "words"), (ASK, sent, "email"), (ASK, sent, "reason")):
                response, _changed, _landed = nasty.send(browser, path, fields, **{field: value})
                assert response.status_code == 400, (path, field, value)
        assert not hours().exists()


@pytest.mark.seed("S4-1")
class TestAsking:
    def test_shows_the_code_on_the_agents_screen_and_nowhere_else(self, cast, signed_in):
        browser = signed_in(cast.tess)
        sent = browser.post(ASK, {"email": "carol@acme.example", "reason": REASON})

        asked = hours().get()
        assert sent.headers["Location"] == DESK
        page = browser.get(DESK)
        assert soup_of(page).select_one(".hour-code").get_text(strip=True) == asked.code
        assert "Tell Carol, carol@acme.example" in words_of(page)
        AccessRequest.objects.update(code="§¶")
        for path in (asked.get_absolute_url(), "/requests/", "/", "/notices/", "/admin/internal/access-requests/"):
            assert "§¶" not in browser.get(path).content.decode(), path
        for who in (cast.carol, cast.ursula):
            for path in (asked.get_absolute_url(), "/requests/", "/", "/accounts/654321/access/requests/"):
                assert "§¶" not in signed_in(who).get(path).content.decode(), path
        assert "§¶" not in signed_in(cast.carol).get(decide_path(asked)).content.decode()
        assert "§¶" not in signed_in(cast.tom).get(DESK).content.decode()

    @pytest.mark.trust("I11")
    def test_any_other_address_gets_the_same_page_whatever_the_reason(self, cast, signed_in, settings):
        settings.PORTAL_HOUR_ADDRESSES = 50
        browser, pages = signed_in(cast.tess), set()
        for address in ("ursula@acme.example", "mike@acme.example", "mallory@globex.example", "nobody@x.example"):
            page = browser.post(ASK, {"email": address, "reason": REASON})
            assert page.status_code == 400
            assert sentence_beside(page, "email") == "Nobody with this address can grant temporary access here."
            pages.add(words_of(page))

        assert len(pages) == 1
        assert TrailLine.objects.filter(event="hour.refused", account="654321").count() == 4

    def test_five_wrong_addresses_are_enough(self, cast, signed_in):
        browser = signed_in(cast.tess)
        answers = [browser.post(ASK, {"email": "mike@acme.example", "reason": REASON}) for _time in range(6)]

        assert [page.status_code for page in answers] == [400] * 5 + [429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 900
        assert browser.post(ASK, {"email": "carol@acme.example", "reason": REASON}).status_code == 429

    def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_stays(self, cast, signed_in):
        browser = signed_in(cast.tess)
        page = browser.post(ASK, {"email": "", "reason": REASON})

        assert (page.status_code, sentence_beside(page, "email")) == (400, "Give the address of one administrator.")
        assert REASON in soup_of(page).select_one("#id_reason").get_text()
        page = browser.post(ASK, {"email": "carol@acme.example", "reason": " … "})
        assert "Say why the access is needed." in sentence_beside(page, "reason")

    def test_twice_is_refused(self, cast, signed_in, asked):
        browser = signed_in(cast.tess)

        assert browser.post(ASK, {"email": "adam@acme.example", "reason": REASON}).status_code == 409
        assert "You wait for an answer of this customer." in words_of(find(browser, "654321"))

    def test_can_be_withdrawn(self, cast, signed_in, asked):
        browser = signed_in(cast.tess)
        [link] = soup_of(browser.get(DESK)).select(f'main a[href="/requests/{asked.public_id}/cancel/"]')

        assert browser.post(link["href"]).status_code == 302
        assert fresh(asked).status == Status.CANCELLED
        assert Mail.objects.filter(event="hour_withdrawn").values_list("to", flat=True).get() == "carol@acme.example"

    def test_the_list_is_paged_and_asks_as_often_for_many_as_for_few(self, cast, signed_in, now):
        browser, at = signed_in(cast.tess), clock.now()
        like = ask_for_hour(cast, at=at)

        def more(first, last):
            firms = Account.objects.bulk_create(
                Account(kind="customer", number=str(one), org_id=str(one), name=f"Firm {one}", opened_at=now)
                for one in range(first, last)
            )
            many_people(cast.acme, 1, at=now)
            for firm in firms:
                like.pk, like.public_id, like.account = None, f"{firm.number:0>32}", firm
                like.save(force_insert=True)

        def asked_for():
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(f"{DESK}?size=50")
            assert page.status_code == 200
            return sum(query["sql"].startswith("SELECT") for query in queries), len(soup_of(page).select(".hour-code"))

        more(910_000, 910_002)
        few = asked_for()
        more(920_000, 920_300)
        many = asked_for()
        assert (few[1], many[1]) == (3, 50)
        assert many[0] <= few[0] + 1  # how many there are
        assert len(soup_of(browser.get(DESK)).select(".hour-code")) < 50


@pytest.mark.seed("S4-4", "S4-5", "S4-8", "S4-10")
class TestThePageBehindTheMail:
    def test_the_mail_names_the_agent_and_has_the_button_that_opens_a_page_and_decides_nothing(
        self, cast, signed_in, asked, settings
    ):
        mail = Mail.objects.get(event="hour_asked")
        browser = signed_in(cast.carol)

        assert mail.subject == "Tess asks for temporary access to your organization on our Latchkey portal"
        [link] = re.findall(r"Grant access:\n(\S+)", mail.text)
        path = link.removeprefix(settings.PORTAL_BASE_URL)
        before = nasty.what_stands()
        for method in ("get", "head"):
            assert getattr(browser, method)(path).status_code == 200
        assert nasty.what_stands() == before
        assert path == decide_path(asked)

    def test_warns_and_offers_the_lengths_with_sixty_minutes_chosen(self, cast, signed_in, asked):
        page = signed_in(cast.carol).get(decide_path(asked))

        words = words_of(page)
        for told in (
            "Tess from Latchkey Support asks for temporary access to Acme",
            "Grant this only if you are in contact with Tess now",
            REASON,
            "It is the one exception to your setting",
        ):
            assert told.replace("Latchkey Support", cast.vendor.name) in words
        choices = soup_of(page).select("input[name=length]")
        assert [(one["value"], one.has_attr("checked")) for one in choices] == [
            ("900", False),
            ("1800", False),
            ("3600", True),
        ]
        buttons = [one["value"] for one in soup_of(page).select("button[name=answer]")]
        assert buttons == ["grant", "deny", "unexpected"]

    @pytest.mark.seed("S4-11", "S4-12")
    @pytest.mark.parametrize("who", ["carol", "adam"])
    def test_grants_and_shows_what_the_agent_can_do_and_for_how_long(self, cast, signed_in, asked, who):
        """Adam was not asked by name, but finds it on his page."""
        browser = signed_in(getattr(cast, who))
        assert f'href="{decide_path(asked)}"' in browser.get("/").content.decode()
        sent = answer(browser, asked, length="900")

        grant = Grant.objects.get(kind=RequestKind.HOUR)
        assert sent.headers["Location"] == decide_path(asked)
        assert grant.ends_at - grant.starts_at == timedelta(minutes=15)
        before, page, after = clock.now(), browser.get(decide_path(asked)), clock.now()
        words = words_of(page)
        assert "Tess has temporary access to Acme" in words
        assert "Change the configuration" in words
        left = int(soup_of(page).select_one("[data-left]")["data-left"])
        assert grant.ends_at - after <= timedelta(seconds=left) < grant.ends_at - before + timedelta(seconds=1)
        assert soup_of(page).select_one("[data-left] [role=status]").get_text() == ""
        assert Mail.objects.filter(event="hour_granted", to="tess@latchkey.example").count() == 1

    def test_end_it_now_ends_it_with_one_press(self, cast, signed_in, asked):
        browser = signed_in(cast.adam)
        answer(browser, asked)
        agent = signed_in(cast.tess)
        assert agent.get("/accounts/654321/configuration/").status_code == 200
        form = soup_of(browser.get(decide_path(asked))).select_one('main form[action$="/end/"]')
        assert "End it now" in form.get_text()

        browser.post(form["action"])

        page = agent.get("/accounts/654321/configuration/")
        assert (page.status_code, "Your access has ended" in words_of(page)) == (403, True)
        assert browser.get(decide_path(asked)).headers["Location"] == asked.get_absolute_url()
        assert agent.get(DESK).status_code == 200
        assert soup_of(agent.get(DESK)).select("[data-left]") == []

    @pytest.mark.seed("S4-14", "S4-16")
    @pytest.mark.trust("E3", "I2")
    def test_the_agent_is_in_until_the_end_and_out_on_the_next_click_without_any_job(self, cast, signed_in, asked):
        grant = grant_hour(asked, by=cast.carol, at=clock.now())
        agent = signed_in(cast.tess)
        assert "Open the account of Acme" in words_of(agent.get(DESK))
        assert "Viewing as account 654321" in agent.get("/accounts/654321/").content.decode()
        change = "/accounts/654321/configuration/change/"
        typed = form_of(agent.get(change)) | {"domains": "acme.example\nacme.test"}
        assert agent.post(change, typed).status_code == 302

        now = clock.now()
        Grant.objects.filter(pk=grant.pk).update(starts_at=now - HOUR, ends_at=now)

        for path in ("/accounts/654321/", "/accounts/654321/invoices/", change):
            assert agent.get(path).status_code == 403, path
        assert agent.post(change, typed).status_code == 403
        assert fresh(asked).status == Status.APPROVED  # nothing was tidied
        assert authorization.held(cast.tess, cast.acme, at=clock.now()) == set()

    @pytest.mark.seed("S4-16")
    @pytest.mark.trust("E8")
    def test_a_list_that_is_being_taken_along_stops_with_the_hour(self, cast, signed_in, asked, monkeypatch):
        world.add_records(cast, today=clock.now().date())
        monkeypatch.setattr(tables, "CHUNK", 10)
        grant = grant_hour(asked, by=cast.carol, at=clock.now())
        stream = iter(signed_in(cast.tess).get("/accounts/654321/invoices/?format=csv").streaming_content)
        began = [next(stream) for _row in range(5)]
        now = clock.now()
        Grant.objects.filter(pk=grant.pk).update(starts_at=now - HOUR, ends_at=now)
        rest = b"".join(stream).decode()

        assert (len(began), rest.count("I-654")) == (5, 6)  # what was read before the end, and not a row more
        assert "This list is not complete" in rest

    def test_every_page_the_agent_opens_and_every_change_stands_in_the_customers_trail(self, cast, signed_in, asked):
        grant = grant_hour(asked, by=cast.carol, at=clock.now())
        signed_in(cast.tess).get("/accounts/654321/invoices/")

        [line] = TrailLine.objects.filter(event="account.viewed", actor="tess@latchkey.example")
        assert (line.account, line.grants) == ("654321", [grant.public_id])
        assert "Invoices" in words_of(signed_in(cast.carol).get(asked.get_absolute_url()))

    @pytest.mark.parametrize(
        ("changes", "field", "sentence"),
        [
            ({"code": ""}, "code", "Ask the agent for the two digits"),
            ({"code": "1"}, "code", "The code is two digits."),
            ({"code": "٠١"}, "code", "The code is two digits."),
            ({"length": "3601"}, "length", "Select a valid choice."),
            ({"length": "86400"}, "length", "Select a valid choice."),
            ({"length": ""}, "length", "This field is required."),
        ],
    )
    @pytest.mark.trust("E5", "F4")
    def test_what_is_wrong_is_said_beside_its_field_and_is_no_try(
        self, cast, signed_in, asked, changes, field, sentence
    ):
        page = answer(signed_in(cast.carol), asked, **changes)

        assert page.status_code == 400
        assert sentence in (sentence_beside(page, field) or words_of(page))
        assert (fresh(asked).misses, fresh(asked).status) == (0, Status.PENDING)

    def test_a_wrong_code_is_counted_and_the_fifth_ends_it(self, cast, signed_in, asked):
        browser, wrong = signed_in(cast.carol), wrong_code(asked)

        answers = [answer(browser, asked, code=wrong) for _time in range(4)]
        assert {page.status_code for page in answers} == {400}
        assert "1 try is left." in sentence_beside(answers[-1], "code")
        last = answer(browser, asked, code=wrong)
        assert (last.status_code, "wrong too often" in words_of(last)) == (409, True)
        assert fresh(asked).status == Status.CANCELLED

    def test_denies_without_a_code(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        sent = answer(browser, asked, answer="deny", code="x", length="nonsense")

        assert sent.headers["Location"] == asked.get_absolute_url()
        assert fresh(asked).status == Status.DENIED
        assert browser.get(decide_path(asked)).status_code == 302

    @pytest.mark.seed("S4-10")
    def test_i_did_not_expect_this(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        answer(browser, asked, answer="unexpected", code="")

        assert fresh(asked).status == Status.DENIED
        assert SupportCase.objects.get().opened_by == cast.carol
        page = signed_in(cast.tess).post(ASK, {"email": "carol@acme.example", "reason": REASON})
        assert page.status_code == 403

    @pytest.mark.seed("S4-10")
    def test_what_was_granted_by_mistake_is_ended_and_reported_with_one_press(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        answer(browser, asked)
        page = browser.get(decide_path(asked))
        form = soup_of(page).select_one(f'main form[action="{decide_path(asked)}"]')
        sent = {one["name"]: one["value"] for one in form.select("input") if one["name"] != "csrfmiddlewaretoken"}

        assert browser.post(form["action"], sent | {"answer": "unexpected"}).status_code == 302

        assert authorization.held(cast.tess, cast.acme, at=clock.now()) == set()
        assert (fresh(asked).status, SupportCase.objects.count()) == (Status.DENIED, 1)
        assert Grant.objects.get(kind=RequestKind.HOUR).end_reason == "denied"
        again = browser.post(form["action"], sent | {"answer": "grant", "code": asked.code, "length": "3600"})
        assert again.status_code == 409

    @pytest.mark.trust("H4")
    def test_only_granting_asks_for_a_fresh_second_factor(self, cast, signed_in, asked, settings):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(decide_path(asked))) | {"code": asked.code}
        settings.PORTAL_REAUTH_WITHIN = timedelta(microseconds=1)
        page = browser.post(decide_path(asked), sent | {"answer": "grant"})

        assert "/auth/" in page.headers["Location"]
        assert fresh(asked).status == Status.PENDING
        assert browser.post(decide_path(asked), sent | {"answer": "deny"}).status_code == 302
        assert fresh(asked).status == Status.DENIED

    @pytest.mark.trust("A6", "A8", "T3")
    @pytest.mark.parametrize("who", ["mallory", "pat", "tom", "petra"])
    def test_does_not_exist_for_a_stranger(self, cast, signed_in, asked, who):
        browser = signed_in(getattr(cast, who))
        for path in (decide_path(asked), asked.get_absolute_url()):
            known, unknown = browser.get(path), browser.get(path.replace(asked.public_id, "0" * 32))
            assert (known.status_code, words_of(known)) == (404, words_of(unknown))
        assert browser.post(decide_path(asked), {"answer": "deny"}).status_code == 404

    @pytest.mark.trust("A6", "T7")
    @pytest.mark.parametrize("who", ["ursula", "mike", "connie"])
    def test_tells_a_fellow_member_who_decides(self, cast, signed_in, asked, who):
        browser = signed_in(getattr(cast, who))
        page = browser.get(decide_path(asked))

        assert page.status_code == 403
        assert "Adam, Carol and Dora" in words_of(page)
        refused = browser.post(decide_path(asked), {"answer": "grant", "code": asked.code, "length": "3600"})
        assert refused.status_code == 403
        assert TrailLine.objects.filter(event="access.refused", actor=getattr(cast, who).email).exists()
        assert fresh(asked).status == Status.PENDING

    @pytest.mark.trust("R2", "K6")
    def test_says_who_was_faster(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(decide_path(asked))) | {"code": asked.code, "answer": "grant"}
        services.deny_request(request=asked, seen=asked.as_seen(), by=cast.adam, at=clock.now())

        page = browser.post(decide_path(asked), sent)
        assert (page.status_code, "Adam denied this" in words_of(page)) == (409, True)
        assert not Grant.objects.filter(kind=RequestKind.HOUR).exists()

    def test_after_the_hour_it_is_no_page_to_answer_on(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(decide_path(asked))) | {"code": asked.code, "answer": "grant"}
        AccessRequest.objects.filter(pk=asked.pk).update(respond_by=clock.now())

        assert browser.get(decide_path(asked)).headers["Location"] == asked.get_absolute_url()
        assert browser.post(decide_path(asked), sent).status_code == 409

    def test_deciding_is_limited(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(decide_path(asked))) | {"answer": "grant", "code": "1"}

        answers = [browser.post(decide_path(asked), sent).status_code for _time in range(31)]
        assert answers == [400] * 30 + [429]
        cache.clear()

    @pytest.mark.trust("F1", "F2", "F4")
    def test_refuses_what_no_browser_sends(self, cast, signed_in, asked):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(decide_path(asked))) | {"code": asked.code, "answer": "grant"}
        before = nasty.what_stands()
        for field in sent:
            for value in [*nasty.BROKEN_TEXT, *nasty.encoded(nasty.NUMBERS), *nasty.encoded(nasty.MOMENTS)]:
                response, changed, _landed = nasty.send(browser, decide_path(asked), sent, before, **{field: value})
                assert (response.status_code in (400, 404, 409), changed) == (True, False), (field, value)


@pytest.mark.trust("A11")
def test_staff_read_of_it_no_more_than_that_it_is(cast, signed_in, asked):
    User.objects.filter(pk=cast.tess.pk).update(first_name="Zelda")
    AccessRequest.objects.filter(pk=asked.pk).update(code="§¶", reason="Deep secret")
    for who in (cast.stan, cast.root):
        page = signed_in(who).get(f"/admin/access_requests/accessrequest/{asked.pk}/change/")
        words = page.content.decode()
        assert page.status_code == 200
        assert asked.public_id in words
        assert not [one for one in ("§¶", "Deep secret", "Zelda") if one in words]
