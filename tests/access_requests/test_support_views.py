"""Internal → Access requests: three steps, the list, finding an account; and nobody else sees a thing of it."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.services import Window
from access_requests.states import Status
from accounts import services as accounts
from accounts.models import AccessRole
from accounts.states import RequestKind
from audit.models import TrailLine
from config import startup
from frame import clock
from riders import services as cases
from tests import nasty
from tests.cast import READ_RECORDS, REPAIR, WEEK, approve, ask_for_support, fresh, role_bundles
from tests.pages import form_of, sentence_beside, soup_of, words_of

LIST = "/admin/internal/access-requests/"
NEW = f"{LIST}new/"
FIND = "/admin/internal/accounts/"
DETAILS = {
    "number": "654321",
    "org_id": "48104810",
    "case_number": "",
    "no_case": "Carol called.",
    "reason": "The nightly backups stop.",
    "length": "86400",
    "starts_at": "",
    "ends_at": "",
}


def asked_for_support():
    return AccessRequest.objects.filter(kind=RequestKind.SUPPORT)


def ids(*names):
    return [str(role.pk) for role in role_bundles(*names)]


@pytest.fixture
def tess(cast, signed_in):
    """Tess's browser."""
    return signed_in(cast.tess)


def three_steps(browser, *, roles=(READ_RECORDS,), begin=NEW, **details):
    """This will go through the steps up to the review, and give that page."""
    browser.post(begin, {**DETAILS, **details})
    return browser.post(f"{begin}roles/", {"roles": ids(*roles)}, follow=True)


def send(browser, *, begin=NEW):
    """This will press the button on the review as it stands now, and give the answer."""
    return browser.post(f"{begin}review/", form_of(browser.get(f"{begin}review/")))


@pytest.mark.seed("S0-24")
class TestTheThreeSteps:
    def test_lead_to_a_request(self, cast, tess):
        first = tess.post(NEW, DETAILS)
        assert first.headers["Location"] == f"{NEW}roles/"
        second = tess.get(f"{NEW}roles/")
        assert "To the account of Acme 654321" in words_of(second)
        third = tess.post(f"{NEW}roles/", {"roles": ids(READ_RECORDS)})
        assert third.headers["Location"] == f"{NEW}review/"
        review = words_of(tess.get(f"{NEW}review/"))
        for words in ("Acme", "48104810", "Carol called.", "The nightly backups stop.", READ_RECORDS, "See invoices"):
            assert words in review
        assert "Adam, Carol and Dora" in review
        assert not asked_for_support().exists()  # nothing is sent before the last step

        sent = send(tess)

        request = asked_for_support().get()
        assert sent.headers["Location"] == f"/requests/{request.public_id}/"
        assert (request.asker, request.account, request.duration) == (cast.tess, cast.acme, timedelta(days=1))
        assert form_of(tess.get(NEW))["number"] == [""]  # and the next one begins empty

    def test_each_says_where_one_is(self, tess):
        tess.post(NEW, DETAILS)
        tess.post(f"{NEW}roles/", {"roles": ids(READ_RECORDS)})

        steps = {"": "Details", "roles/": "Roles", "review/": "Review"}
        found = {step: soup_of(tess.get(NEW + step)).select_one("[aria-current=step]").get_text() for step in steps}
        assert found == steps

    @pytest.mark.seed("S0-5", "S0-34")
    @pytest.mark.parametrize(
        ("wrong", "field", "sentence"),
        [
            ({"number": ""}, "number", "Give the customer’s account number."),
            ({"org_id": ""}, "org_id", "Give the customer’s organization ID."),
            ({"org_id": "48220077"}, "number", "No customer has this account number together with"),
            ({"number": "100001", "org_id": "90000001"}, "number", "You belong to this account yourself."),
            ({"reason": " "}, "reason", "Say why the access is needed."),
            ({"no_case": ""}, "no_case", "Give the number of the case, or say why there is none."),
            ({"case_number": "123"}, "case_number", "This customer has no open case with this number."),
            ({"length": "60"}, "length", "Select a valid choice"),
            ({"length": "fixed"}, "ends_at", "Say from when until when"),
        ],
    )
    def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_stays(self, tess, wrong, field, sentence):
        page = tess.post(NEW, {**DETAILS, **wrong})

        assert page.status_code == 400
        assert sentence in sentence_beside(page, field)
        typed = DETAILS | wrong
        assert {name: form_of(page)[name] for name in ("number", "org_id", "no_case")} == {
            name: [typed[name]] for name in ("number", "org_id", "no_case")
        }

    @pytest.mark.seed("S0-6")
    @pytest.mark.parametrize(
        ("starts", "ends", "field", "sentence"),
        [
            (-2, 2, "starts_at", "in the past"),
            (24 * 61, 24 * 62, "starts_at", "too far ahead"),
            (2, 1, "ends_at", "not after the start"),
            (2, 24 * 367, "ends_at", "one year at most"),
        ],
    )
    def test_so_is_a_window_that_breaks_a_rule(self, cast, tess, starts, ends, field, sentence):
        now = clock.now()
        window = {  # true hours from now, so that none of them is one that the clocks leave out
            name: (now + timedelta(hours=hours)).astimezone(cast.acme.zone).strftime("%Y-%m-%dT%H:%M")
            for name, hours in (("starts_at", starts), ("ends_at", ends))
        }
        page = tess.post(NEW, {**DETAILS, "length": "fixed", **window})

        assert (page.status_code, sentence in sentence_beside(page, field)) == (400, True)

    def test_fixed_times_are_on_the_customers_clock(self, cast, tess):
        cast.acme.time_zone = "Pacific/Auckland"
        cast.acme.save()
        there = clock.now().astimezone(cast.acme.zone).replace(hour=9, minute=30, second=0, microsecond=0)
        start, end = there + timedelta(days=2), there + timedelta(days=3)
        window = {"starts_at": start.strftime("%Y-%m-%dT%H:%M"), "ends_at": end.strftime("%Y-%m-%dT%H:%M")}

        review = words_of(three_steps(tess, length="fixed", **window))
        send(tess)

        request = asked_for_support().get()
        assert "Auckland time" in review
        assert (request.starts_at, request.ends_at) == (start, end)

    def test_going_back_keeps_what_was_typed_and_what_was_ticked(self, tess):
        tess.post(NEW, DETAILS)
        back = tess.post(f"{NEW}roles/", {"roles": ids(REPAIR), "back": "1"}, follow=True)

        assert {name: form_of(back)[name] for name in DETAILS} == {name: [text] for name, text in DETAILS.items()}
        assert form_of(tess.get(f"{NEW}roles/"))["roles"] == ids(REPAIR)
        nowhere = tess.get("/", follow=True)
        assert nowhere.status_code == 200
        assert form_of(tess.get(NEW))["reason"] == [DETAILS["reason"]]  # also after having been elsewhere

    def test_a_later_step_leads_to_the_first_that_is_not_done(self, tess):
        assert tess.get(f"{NEW}review/").headers["Location"] == f"{NEW}?check=1"
        assert tess.get(f"{NEW}roles/").headers["Location"] == f"{NEW}?check=1"
        tess.post(NEW, DETAILS)
        assert tess.get(f"{NEW}review/").headers["Location"] == f"{NEW}roles/"

    @pytest.mark.parametrize("roles", [[], ["0"], ["x"], ["99999999999999999999"], ["1'--"]])
    def test_a_role_there_is_not_is_refused(self, tess, roles):
        tess.post(NEW, DETAILS)
        page = tess.post(f"{NEW}roles/", {"roles": roles})

        assert page.status_code == 400
        assert "Choose at least one of the roles on offer." in sentence_beside(page, "roles")

    def test_leaving_asks_first(self, tess):
        page = tess.post(NEW, {**DETAILS, "no_case": "", "leave": "1"}, follow=True)
        assert page.request["PATH_INFO"] == f"{NEW}leave/"
        assert "Nothing is sent. What you typed is thrown away." in words_of(page)
        assert form_of(tess.get(NEW))["reason"] == [DETAILS["reason"]]  # asking alone throws nothing away

        gone = tess.post(f"{NEW}leave/")

        assert gone.headers["Location"] == LIST
        assert form_of(tess.get(NEW))["reason"] == [""]

    def test_leaving_the_roles_asks_first_too(self, tess):
        tess.post(NEW, DETAILS)
        page = tess.post(f"{NEW}roles/", {"roles": ids(REPAIR), "leave": "1"}, follow=True)

        assert page.request["PATH_INFO"] == f"{NEW}leave/"
        assert form_of(tess.get(f"{NEW}roles/"))["roles"] == ids(REPAIR)

    def test_what_is_sent_is_what_was_read_though_another_window_went_on(self, cast, tess):
        read = form_of(three_steps(tess))
        tess.post(NEW, {**DETAILS, "number": "810432", "org_id": cast.globex.org_id})

        refused = tess.post(f"{NEW}review/", read)

        assert (refused.status_code, asked_for_support().exists()) == (409, False)
        assert "Nothing was sent. This is not what stood here before" in words_of(refused)
        assert "Globex" in words_of(refused)
        tess.post(f"{NEW}review/", form_of(refused))
        assert asked_for_support().get().account == cast.globex

    def test_nor_does_more_go_because_a_role_gives_more_since(self, cast, tess, now):
        read = form_of(three_steps(tess))
        [role] = role_bundles(READ_RECORDS)
        more = [*role.permissions, "change_configuration"]
        accounts.change_access_role(
            role=role, name=role.name, description=role.description, permissions=more, active=True, by=cast.root, at=now
        )

        refused = tess.post(f"{NEW}review/", read)

        assert (refused.status_code, asked_for_support().exists()) == (409, False)

    def test_numbers_may_be_typed_with_spaces_as_they_are_read_out(self, cast, tess):
        three_steps(tess, number="654 321", org_id=" 4810 4810")

        assert send(tess).status_code == 302
        assert asked_for_support().get().account == cast.acme

    def test_what_went_wrong_since_is_said_at_the_end(self, cast, tess, now):
        page = three_steps(tess)
        assert page.status_code == 200
        ask_for_support(cast, at=clock.now())

        page = send(tess)

        assert page.status_code == 409
        assert "Nothing was sent. A request for Tess waits for an answer already." in words_of(page)

    @pytest.mark.seed("S0-31")
    def test_a_case_of_the_customer_is_named(self, cast, tess, now):
        case = cases.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
        three_steps(tess, case_number=case.number, no_case="")
        send(tess)

        assert asked_for_support().get().case_number == case.number

    @pytest.mark.trust("F1", "F2", "E5")
    def test_what_no_browser_sends(self, tess):
        fixed = {**DETAILS, "length": "fixed"}
        numbers = nasty.encoded([*nasty.NUMBERS, "<b>"])
        wrong = [(field, value) for field in fixed for value in nasty.BROKEN_TEXT]
        wrong += [(field, value) for field in ("number", "org_id", "case_number", "length") for value in numbers]
        wrong += [(field, value) for field in ("starts_at", "ends_at") for value in nasty.encoded(nasty.MOMENTS)]
        wrong += [("reason", value) for value in nasty.encoded(nasty.NOT_A_WORD)]

        for field, value in wrong:
            response, changed, _landed = nasty.send(tess, NEW, fixed, **{field: value})
            assert (response.status_code in {400, 413}, changed) == (True, False), (field, value[:50])
        for value in nasty.encoded(nasty.HARMLESS_TEXT):
            response, changed, landed = nasty.send(tess, NEW, DETAILS, reason=value)
            assert (response.status_code, changed, landed) == (302, False, 200), value
        for value in nasty.BROKEN_TEXT:
            assert nasty.send(tess, FIND, {}, number=value)[0].status_code in {400, 413}


@pytest.mark.seed("S0-25", "S0-34")
class TestChanging:
    def test_goes_through_the_same_steps_with_what_was_asked_and_without_the_account(self, cast, tess, support_asked):
        begin = f"{LIST}{support_asked.public_id}/edit/"
        page = tess.get(begin)
        assert form_of(page)["reason"] == [support_asked.reason]
        assert "number" not in form_of(page)
        assert "The account of a request stays." in words_of(page)

        three_steps(tess, begin=begin, roles=[REPAIR], number="810432", org_id="48220077", reason="The sign-in.")
        changed = send(tess, begin=begin)

        assert changed.headers["Location"] == f"/requests/{support_asked.public_id}/"
        request = fresh(support_asked)
        assert (request.account, request.reason, request.version) == (cast.acme, "The sign-in.", 2)
        assert [role["name"] for role in request.roles] == [REPAIR]

    def test_the_page_of_the_request_leads_there(self, tess, support_asked):
        page = soup_of(tess.get(f"/requests/{support_asked.public_id}/"))
        link = page.find("a", string=re.compile("Change the request"))

        assert tess.get(link["href"]).headers["Location"] == f"{LIST}{support_asked.public_id}/edit/"
        other = tess.post(link["href"], {"administrator": "on", "length": "3600", "reason": "More.", "version": "1"})
        assert other.status_code == 302
        assert fresh(support_asked).version == 1

    def test_what_was_changed_in_another_window_is_shown_first_and_then_changed_over(self, cast, tess, support_asked):
        begin = f"{LIST}{support_asked.public_id}/edit/"
        three_steps(tess, begin=begin)
        services.edit_support_request(
            request=support_asked,
            seen=support_asked.as_seen(),
            by=cast.tess,
            roles=role_bundles(REPAIR),
            window=Window(duration=WEEK),
            reason="From the other window.",
            no_case="Carol called.",
            at=clock.now(),
        )

        refused = send(tess, begin=begin)

        assert refused.status_code == 409
        assert fresh(support_asked).reason == "From the other window."
        assert "What is different now" in words_of(refused)
        assert f"{support_asked.reason} From the other window." in words_of(refused)  # before, now
        again = tess.post(f"{begin}review/", form_of(refused))  # having read it, what was typed goes
        assert again.headers["Location"] == f"/requests/{support_asked.public_id}/"
        assert fresh(support_asked).reason == DETAILS["reason"]

    @pytest.mark.seed("S0-10")
    def test_a_refusal_there_stands_in_the_customers_trail_and_names_nobody_to_staff(
        self, cast, tess, support_asked, signed_in
    ):
        begin = f"{LIST}{support_asked.public_id}/edit/"
        three_steps(tess, begin=begin)
        form = {**form_of(tess.get(f"{begin}review/")), "mark": "another"}
        assert tess.post(f"{begin}review/", form).status_code == 409
        assert signed_in(cast.tom).post(begin, DETAILS).status_code == 404

        lines = TrailLine.objects.filter(event="access.refused").order_by("sequence")
        assert list(lines.values_list("account", "actor")) == [("654321", cast.tess.email), ("654321", cast.tom.email)]
        page = signed_in(cast.root).get("/admin/audit/trailline/?noun=access")
        assert words_of(page).count("access.refused") == 2
        assert "@latchkey.example" not in soup_of(page).select_one("#result_list").get_text()

    @pytest.mark.seed("S0-27")
    def test_after_the_answer_there_is_nothing_to_change(self, cast, tess, support_asked, now):
        approve(support_asked, by=cast.carol, at=now)
        begin = f"{LIST}{support_asked.public_id}/edit/"

        for step in ("", "roles/", "review/"):
            for answer in (tess.get(begin + step), tess.post(begin + step, DETAILS)):
                assert answer.headers["Location"] == f"/requests/{support_asked.public_id}/"
        assert fresh(support_asked).version == 2

    @pytest.mark.seed("S0-26")
    def test_withdrawing_says_that_it_cannot_be_undone(self, tess, support_asked):
        page = tess.get(f"/requests/{support_asked.public_id}/cancel/")
        assert "This cannot be undone." in words_of(page)

        tess.post(f"/requests/{support_asked.public_id}/cancel/")

        assert fresh(support_asked).status == Status.CANCELLED


@pytest.mark.seed("S0-10", "S0-30")
class TestTheList:
    def test_has_the_columns_and_ones_own_requests_only(self, cast, tess, support_asked, now):
        theirs = ask_for_support(cast, by=cast.tom, at=now)
        page = soup_of(tess.get(LIST))

        headings = [cell.get_text(strip=True) for cell in page.select("thead th")]
        assert headings == ["Request", "Account number", "Account", "Start", "End", "Created", "Status"]
        links = [link["href"] for link in page.select("tbody a")]
        assert links == [f"/requests/{support_asked.public_id}/"]
        assert theirs.public_id not in str(page)

    def test_narrows_by_status_and_name_sorts_by_each_column_and_pages(self, cast, tess, support_asked, now):
        services.cancel_request(request=support_asked, by=cast.tess, at=now)
        other = ask_for_support(cast, account=cast.globex, at=now)

        def shown(**query):
            return [link["href"].split("/")[2] for link in soup_of(tess.get(LIST, query)).select("tbody a")]

        assert shown(status="pending") == shown(name="Globex") == [other.public_id]
        assert shown(status="cancelled") == shown(name="6543") == [support_asked.public_id]
        for column in ("request", "number", "account", "start", "end", "asked", "status"):
            assert (
                set(shown(sort=column)) == set(shown(sort=f"-{column}")) == {other.public_id, support_asked.public_id}
            )
        assert shown(sort="account") == shown(sort="-account")[::-1] == [support_asked.public_id, other.public_id]
        assert {size: tess.get(LIST, {"size": size}).status_code for size in (5, 10, 20, 50)} == dict.fromkeys(
            (5, 10, 20, 50), 200
        )
        assert tess.get(LIST, {"status": "odd"}).status_code == tess.get(LIST, {"sort": "reason"}).status_code == 404

    def test_a_file_of_it_has_ones_own_only_too(self, cast, tess, support_asked, now):
        ask_for_support(cast, by=cast.tom, account=cast.globex, at=now)
        text = b"".join(tess.get(LIST, {"format": "csv"}).streaming_content).decode()

        assert support_asked.public_id in text
        assert "Globex" not in text

    def test_takes_the_same_number_of_queries_for_one_and_for_thirty(
        self, cast, tess, support_asked, now, django_assert_num_queries
    ):
        tess.get(LIST)  # the first page of a session writes it
        with CaptureQueriesContext(connection) as few:
            tess.get(LIST, {"size": 50})
        rows = [AccessRequest.objects.get(pk=support_asked.pk) for _one in range(30)]
        for place, row in enumerate(rows):
            row.pk, row.public_id, row.case_number = None, f"{place:032x}", str(place)
        AccessRequest.objects.bulk_create(rows)

        with django_assert_num_queries(len(few)):
            page = tess.get(LIST, {"size": 50})
        assert len(soup_of(page).select("tbody tr")) == 31


@pytest.mark.seed("S0-21", "S0-23")
class TestWhoFindsIt:
    @pytest.mark.parametrize("who", ["tess", "tom", "stan", "root"])
    def test_associates_in_the_menu_under_their_name(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))

        menu = soup_of(browser.get("/")).select(".mast .menu-sheet")[-1]
        assert "Internal" in menu.get_text()
        assert menu.find("a", href=LIST).get_text() == "Access requests"
        assert browser.get(LIST).status_code == 200

    def test_on_the_admin_site_too(self, cast, signed_in):
        menu = soup_of(signed_in(cast.stan).get("/admin/")).select_one("#user-tools .menu-sheet")

        assert menu.find("a", href=LIST).get_text() == "Access requests"

    @pytest.mark.parametrize("who", ["carol", "ursula", "mike", "pat", "dora", "quinn", "mallory"])
    def test_for_everybody_else_it_is_not_there(self, cast, signed_in, support_asked, who):
        browser, before = signed_in(getattr(cast, who)), asked_for_support().count()
        known = f"{LIST}{support_asked.public_id}/edit/"
        steps = [page + step for page in (NEW, known) for step in ("", "roles/", "review/", "leave/")]

        for path in (LIST, FIND, *steps):
            assert browser.get(path).status_code == 404, path
        for path in (FIND, *steps):
            assert browser.post(path, DETAILS).status_code == 404, path
        assert LIST not in browser.get("/").content.decode()
        assert asked_for_support().count() == before

    def test_nor_for_an_associate_whose_second_factor_is_gone(self, cast, tess):
        Authenticator.objects.filter(user=cast.tess).delete()

        assert tess.get(LIST).status_code in {302, 404}
        assert LIST not in tess.get("/", follow=True).content.decode()

    def test_the_way_by_the_sign_in_page_is_all_that_nobody_gets(self, client, db):
        for path in (LIST, NEW, FIND):
            assert client.get(path).headers["Location"].startswith("/auth/login/"), path


@pytest.mark.seed("S0-10", "S0-11")
@pytest.mark.trust("A5", "A8", "A2")
class TestOneRequestOfAnother:
    @pytest.mark.parametrize("who", ["tom", "root", "stan", "mallory", "quinn"])
    def test_is_like_one_there_is_not(self, cast, signed_in, support_asked, who):
        browser = signed_in(getattr(cast, who))
        paths = [
            "/requests/{}/",
            "/requests/{}/decide/",
            "/requests/{}/edit/",
            "/requests/{}/cancel/",
            LIST + "{}/edit/",
            LIST + "{}/edit/review/",
        ]

        for path in paths:
            real, made_up = (browser.get(path.format(one)) for one in (support_asked.public_id, "0" * 32))
            assert real.status_code == made_up.status_code == 404, path
            assert words_of(real) == words_of(made_up)
        for path in ("/requests/{}/decide/", "/requests/{}/cancel/", LIST + "{}/edit/"):
            assert browser.post(path.format(support_asked.public_id), {"answer": "approve"}).status_code == 404

    @pytest.mark.parametrize("who", ["tom", "root", "stan"])
    def test_stands_in_no_list_and_in_no_notice_of_a_colleague(self, cast, signed_in, support_asked, now, who):
        approve(support_asked, by=cast.carol, at=now)
        browser = signed_in(getattr(cast, who))

        for path in ("/", "/requests/", "/notices/", LIST, "/accounts/100001/", "/?search=Acme", f"{LIST}?name=Acme"):
            page = browser.get(path).content.decode()
            for word in (support_asked.public_id[:6], "nightly backups", "Acme 6"):
                assert word not in page, (path, word)
        assert browser.get("/accounts/654321/").status_code == 404
        assert browser.post("/switch/", {"account": "654321"}).status_code == 404

    def test_is_counted_and_not_named_where_its_associate_leaves(self, cast, signed_in, support_asked, now):
        grant = approve(ask_for_support(cast, account=cast.globex, at=now), by=cast.mallory, at=now)
        page = words_of(signed_in(cast.root).get(f"/accounts/100001/contacts/{grant.membership_id}/end/"))

        assert "1 access of support" in page
        assert "1 waiting request of support" in page
        assert not {"Acme", "Globex"} & set(page.split())


@pytest.mark.trust("A6")
class TestTheCustomersSide:
    @pytest.mark.seed("S0-15", "S0-17", "S0-18", "S0-19")
    def test_reads_the_roles_with_their_rights_and_answers(self, cast, signed_in, support_asked):
        carol = signed_in(cast.carol)
        page = carol.get(f"/requests/{support_asked.public_id}/decide/")
        read = words_of(page)
        for words in ("Roles requested", READ_RECORDS, "See invoices", "“Carol called.”", support_asked.public_id):
            assert words in read
        assert "Your first yes links the two companies." not in read

        carol.post(f"/requests/{support_asked.public_id}/decide/", {**form_of(page), "answer": "approve"})
        assert fresh(support_asked).status == Status.APPROVED
        again = carol.get(f"/requests/{support_asked.public_id}/decide/")
        carol.post(f"/requests/{support_asked.public_id}/decide/", {**form_of(again), "answer": "deny"})
        assert fresh(support_asked).status == Status.DENIED

    @pytest.mark.seed("S0-12", "S0-13")
    @pytest.mark.parametrize(("who", "status"), [("ursula", 403), ("mike", 403), ("pat", 404), ("mallory", 404)])
    def test_nobody_else_of_it_answers_and_the_try_is_written_down(self, cast, signed_in, support_asked, who, status):
        browser = signed_in(getattr(cast, who))
        path = f"/requests/{support_asked.public_id}/decide/"

        assert browser.post(path, {"answer": "approve"}).status_code == status
        assert fresh(support_asked).status == Status.PENDING
        line = TrailLine.objects.get(event="access.refused", account="654321")
        assert (line.actor, line.details["path"]) == (getattr(cast, who).email, path)

    @pytest.mark.seed("S0-7")
    def test_everybody_signed_in_can_read_what_support_can_ask_for(self, cast, signed_in, client):
        for who in ("mike", "mallory", "pat", "tess"):
            page = words_of(signed_in(getattr(cast, who)).get("/roles/"))
            for role in AccessRole.objects.all():
                assert role.name in page
                assert role.description in page
        assert client.get("/roles/").headers["Location"].startswith("/auth/login/")

    @pytest.mark.seed("S0-33")
    def test_finds_both_numbers_on_the_overview_each_to_be_copied(self, cast, signed_in):
        page = soup_of(signed_in(cast.mike).get("/accounts/654321/"))

        assert "48104810" in page.select_one("main").get_text()
        assert [button["data-copy"] for button in page.select("button[data-copy]")] == ["654321", "48104810"]


@pytest.mark.seed("S0-22")
@pytest.mark.trust("A2")
class TestFindingTheAccount:
    def test_gives_the_organization_id_and_writes_it_down_in_the_customers_trail(self, cast, tess):
        page = tess.post(FIND, {"number": "654321"})

        assert "48104810" in words_of(page)
        line = TrailLine.objects.get(event="account.looked_up")
        assert (line.account, line.actor, line.subject) == ("654321", "tess@latchkey.example", "654321")

    @pytest.mark.parametrize("number", ["000000", "700118", "100001"])  # unknown, a partner's, the vendor's
    def test_of_customers_only(self, cast, tess, number):
        page = words_of(tess.post(FIND, {"number": number}))

        assert "No customer has this account number." in page
        assert not {"57031180", "90000001", "Bolt"} & set(page.split())
        assert TrailLine.objects.get(event="account.looked_up").account == ""

    def test_opening_the_page_looks_nothing_up(self, cast, tess):
        assert tess.get(FIND, {"number": "654321"}).status_code == 200
        assert not TrailLine.objects.filter(event="account.looked_up").exists()

    @pytest.mark.parametrize(
        ("networks", "address", "status"),
        [
            ([], "127.0.0.1", 404),
            (["10.1.0.0/16"], "127.0.0.1", 404),
            (["10.1.0.0/16"], "10.1.2.3", 200),
            (["10.1.0.0/16"], "::ffff:10.1.2.3", 200),
            (["10.1.0.0/16"], "10.2.0.1", 404),
            (["fd00::/8"], "fd00::1", 200),
            (["fd00::/8"], "10.1.2.3", 404),
        ],
    )
    def test_only_from_the_networks_the_settings_name(self, cast, tess, settings, networks, address, status):
        settings.PORTAL_SUPPORT_NETWORKS = startup.networks(networks, name="PORTAL_SUPPORT_NETWORKS")

        assert tess.get(FIND, REMOTE_ADDR=address).status_code == status
        assert tess.post(FIND, {"number": "654321"}, REMOTE_ADDR=address).status_code == status
        assert TrailLine.objects.filter(event="account.looked_up").exists() == (status == 200)
        assert (FIND in tess.get(LIST, REMOTE_ADDR=address).content.decode()) == (status == 200)

    def test_an_address_made_up_by_the_caller_does_not_help(self, cast, tess, settings):
        settings.PORTAL_SUPPORT_NETWORKS = startup.networks(["10.1.0.0/16"], name="PORTAL_SUPPORT_NETWORKS")

        assert tess.get(FIND, HTTP_X_FORWARDED_FOR="10.1.2.3").status_code == 404

    def test_a_person_looks_up_so_many_in_an_hour_and_no_more(self, cast, tess):
        tess.post(NEW, DETAILS)
        answers = [tess.post(FIND, {"number": "000000"}).status_code for _one in range(30)]

        assert answers == [200] * 29 + [429]
        other = {**DETAILS, "number": "810432"}
        assert tess.post(NEW, other).status_code == 429  # which would tell pairs apart just as well
        assert tess.post(NEW, {**DETAILS, "reason": "The same account."}).status_code == 302

    @pytest.mark.seed("S0-5")
    def test_leads_to_a_request_with_both_numbers_filled_in(self, cast, tess):
        tess.post(NEW, {**DETAILS, "number": "810432", "org_id": "48220077"})
        link = soup_of(tess.post(FIND, {"number": "654321"})).find("a", string="Ask for access")["href"]

        shown = form_of(tess.get(link))
        assert (shown["number"], shown["org_id"], shown["reason"]) == (["654321"], ["48104810"], [DETAILS["reason"]])
        assert form_of(tess.get(f"{NEW}?number=700118"))["org_id"] == [""]  # that of no other account
        assert form_of(tess.get(NEW))["number"] == ["810432"]  # looking changes nothing
