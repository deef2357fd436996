"""Proposing a change, reading the difference and answering it, as people meet it."""

import re
from datetime import datetime, timedelta

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access_requests.services import end_access
from accounts import services
from accounts.models import Account, Configuration, Grant, ProposedChange
from accounts.permissions import AccountPermission as P
from accounts.selectors import configuration_of
from accounts.states import ChangeState
from audit.models import TrailLine
from config.world import secret_of
from frame import clock
from notifications.models import Notice
from tests.accounts.proposals import METADATA, agree, anew, lend_for_case, lend_repair, propose
from tests.cast import approve, ask, ask_for_hour, grant_hour
from tests.certificates import certificate
from tests.doorbell import age_session
from tests.pages import A_MOMENT, form_of, sentence_beside, soup_of, words_of

HERE, CHANGE, LIST = (f"/accounts/654321/{page}/" for page in ("configuration", "configuration/change", "changes"))
INSIDE, OUTSIDE = ["mike"], ["tom", "stan", "root", "petra", "piotr", "pat", "quinn", "mallory"]
DAY = timedelta(days=1)


@pytest.fixture
def lent(cast, now):
    """Tess may see and change Acme's configuration for a case, for a week."""
    return lend_for_case(cast, at=now)


@pytest.fixture
def change(cast, lent, now):
    """Tess proposes to allow the domain acme.example."""
    return propose(cast, at=now)


def answer(browser, change, **fields):
    path = change.get_absolute_url()
    return browser.post(path, form_of(browser.get(path)) | {"answer": "agree", "words": "Yes, do it.", **fields})


@pytest.mark.seed("S3-13")
class TestProposing:
    def test_the_form_of_the_configuration_proposes_and_says_so(self, cast, lent, signed_in):
        tess = signed_in(cast.tess)
        assert "Propose a change" in words_of(tess.get(HERE))
        page = tess.get(CHANGE)
        assert "Nothing is changed by sending this." in words_of(page)
        assert "It holds as soon as you save it" not in words_of(page)

        sent = form_of(page) | {"domains": "acme.example", "reason": "The old one is gone."}
        landed = tess.post(CHANGE, sent, follow=True)

        change = ProposedChange.objects.get()
        assert landed.redirect_chain == [(change.get_absolute_url(), 302)]
        assert "It is made once one of them has agreed in writing, and not before." in words_of(landed)
        assert not Configuration.objects.exists()

    def test_for_everybody_else_it_saves_as_before(self, cast, lent, signed_in):
        for person in (cast.carol, cast.piotr):
            page = words_of(signed_in(person).get(CHANGE))
            assert "It holds as soon as you save it" in page
            assert "Propose" not in page

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"reason": ""}, "reason"), ({"reason": "…"}, "reason"), ({"domains": "acme"}, "domains"), ({}, "version")],
    )
    def test_a_mistake_is_said_and_keeps_what_was_typed(self, cast, lent, signed_in, wrong, field):
        tess = signed_in(cast.tess)
        sent = {"version": "0", "metadata_url": METADATA, "reason": "It moved."} | wrong
        page = tess.post(CHANGE, sent if wrong else sent | {"version": "x"})

        assert page.status_code == 400
        assert METADATA in page.content.decode()
        assert sentence_beside(page, field)
        assert not ProposedChange.objects.exists()

    def test_nothing_changed_is_said(self, cast, lent, signed_in):
        page = signed_in(cast.tess).post(CHANGE, {"version": "0", "reason": "Nothing."})

        assert (page.status_code, "like that already" in words_of(page)) == (400, True)

    def test_over_a_page_that_is_out_of_date_what_was_typed_stands_with_the_reason(self, cast, lent, signed_in, now):
        services.change_configuration(account=cast.acme, seen=0, by=cast.carol, at=now, metadata_url=METADATA)
        tess = signed_in(cast.tess)
        page = tess.post(CHANGE, {"version": "0", "domains": "acme.example", "reason": "The old one is gone."})
        again = form_of(page)

        assert page.status_code == 409
        assert f"Single sign-on metadata address none {METADATA}" in words_of(page)
        assert (again["reason"], again["metadata_url"]) == (["The old one is gone."], [METADATA])
        assert tess.post(CHANGE, again).status_code == 302
        assert ProposedChange.objects.get().version == 1

    def test_what_was_typed_as_a_proposal_is_not_made_at_once_when_an_hour_came_in_between(
        self, cast, lent, signed_in, now
    ):
        tess = signed_in(cast.tess)
        sent = form_of(tess.get(CHANGE)) | {"domains": "acme.example", "reason": "The old one is gone."}
        grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
        page = tess.post(CHANGE, sent)

        assert (page.status_code, Configuration.objects.exists()) == (409, False)
        assert "You can change this at once now." in words_of(page)
        assert tess.post(CHANGE, form_of(page)).status_code == 302
        assert configuration_of(cast.acme).domains == ["acme.example"]

    def test_what_was_typed_in_an_hour_that_is_over_is_asked_for_its_reason(self, cast, lent, signed_in):
        page = signed_in(cast.tess).post(CHANGE, {"version": "0", "domains": "acme.example"})

        assert (page.status_code, "acme.example" in page.content.decode()) == (400, True)
        assert sentence_beside(page, "reason")
        assert not Configuration.objects.exists()

    def test_of_several_accesses_one_is_chosen(self, cast, lent, signed_in, now):
        other = lend_for_case(cast, case="10077", ends_at=now + DAY, at=now)
        tess = signed_in(cast.tess)
        sent = form_of(tess.get(CHANGE)) | {"domains": "acme.example", "reason": "The old one is gone."}

        assert sent["access"] == [""]
        assert sentence_beside(tess.post(CHANGE, sent), "access")
        assert tess.post(CHANGE, sent | {"access": "0" * 32}).status_code == 400
        assert tess.post(CHANGE, sent | {"access": other.public_id}).status_code == 302
        assert ProposedChange.objects.get().case_number == "10077"

    @pytest.mark.trust("D1")
    def test_too_many_are_refused_with_what_was_typed(self, cast, lent, signed_in, now):
        for one in range(5):
            propose(cast, at=now, domains=[f"d{one}.example"])
        page = signed_in(cast.tess).post(CHANGE, {"version": "0", "domains": "f.example", "reason": "One more."})

        assert page.status_code == 429
        assert "No more can wait until one of them is answered." in words_of(page)
        assert "f.example" in page.content.decode()

    def test_what_was_overtaken_is_proposed_again_with_one_click(self, cast, change, signed_in, now):
        services.change_configuration(account=cast.acme, seen=0, by=cast.carol, at=now, metadata_url=METADATA)
        tess = signed_in(cast.tess)
        page = tess.get(change.get_absolute_url())
        [again] = [link["href"] for link in soup_of(page).select("main a") if "again=" in link["href"]]
        form = form_of(tess.get(again))

        assert (form["domains"], form["metadata_url"]) == (["acme.example"], [METADATA])
        assert form["reason"] == ["The old domain is gone."]
        assert form_of(tess.get(f"{CHANGE}?again={'0' * 32}"))["domains"] == [""]
        assert form_of(signed_in(cast.carol).get(again))["domains"] == [""]


@pytest.mark.seed("S3-13")
class TestReading:
    def test_it_says_before_and_then_case_person_why_and_until_when(self, cast, lent, signed_in, now):
        services.change_configuration(account=cast.acme, seen=0, by=cast.carol, at=now, domains=["a.example"])
        change = propose(cast, at=now, domains=["b.example"], certificate=certificate())
        page = words_of(signed_in(cast.connie).get(change.get_absolute_url()))

        assert "Tess from Latchkey Support proposes a change to Acme" in page
        assert "Allowed mail domains a.example b.example comes in: b.example goes: a.example" in page
        assert "Sign-in certificate none CN=idp.acme.example, expires Thu 1 May 2031, SHA-256 " in page
        assert "BEGIN CERTIFICATE" not in page
        assert "“The old domain is gone.” Case 10042" in page
        assert "A mistake can lock people out, or let somebody in." in page
        assert "(in 7 days)" in page

    @pytest.mark.trust("T3", "A1")
    def test_a_fellow_member_is_told_who_answers_and_for_everybody_else_it_does_not_exist(
        self, cast, change, signed_in
    ):
        mike = signed_in(cast.mike).get(change.get_absolute_url())
        assert mike.status_code == 403
        assert "This change is answered by Adam, Carol, Connie and Dora." in mike.content.decode()
        for who in OUTSIDE:
            browser = signed_in(getattr(cast, who))
            for path in (change.get_absolute_url(), f"{LIST}{'0' * 32}/", LIST):
                assert browser.get(path).status_code == 404, (who, path)
                assert browser.post(path, {"answer": "agree"}).status_code in (404, 405), (who, path)

        assert signed_in(cast.mike).get(f"{LIST}{'0' * 32}/").status_code == 404
        assert signed_in(cast.mike).get(LIST).status_code == 403

    @pytest.mark.trust("A2")
    def test_an_id_of_another_account_is_unknown_here(self, cast, change, signed_in):
        mallory = signed_in(cast.mallory)

        assert mallory.get(f"/accounts/810432/changes/{change.public_id}/").status_code == 404
        assert mallory.get("/accounts/810432/changes/").status_code == 200

    def test_a_partner_who_sees_the_configuration_reads_nothing_of_it(self, cast, change, signed_in, now):
        approve(ask(cast, permissions=[P.VIEW_CONFIGURATION], at=now), by=cast.carol, at=now)
        petra = signed_in(cast.petra)
        page = words_of(petra.get(HERE))

        assert "Tess" not in page
        assert "Proposed" not in page
        agree(change, by=cast.carol, at=now)
        page = words_of(petra.get(HERE))
        assert "Carol carol@acme.example proposed by somebody else from outside Allowed mail domains" in page
        assert "Tess" not in page

    def test_inside_the_history_names_both(self, cast, lent, change, signed_in, now):
        agree(change, by=cast.connie, at=now)
        for person in (cast.carol, cast.tess):
            page = words_of(signed_in(person).get(HERE))
            assert f"Connie connie@acme.example proposed by Tess, through access {lent.public_id[:6]}" in page

    def test_its_person_reads_it_while_their_access_lives_and_is_then_told_that_it_is_over(
        self, cast, lent, change, signed_in
    ):
        tess = signed_in(cast.tess)
        page = tess.get(change.get_absolute_url())
        assert "Viewing as account 654321" in page.content.decode()
        assert "Withdraw the proposal" in words_of(page)
        assert "Your answer" not in words_of(page)
        end_access(grant=lent, by=cast.carol, at=clock.now())

        after = tess.get(change.get_absolute_url())
        assert (after.status_code, "Your access to account 654321 ended" in words_of(after)) == (403, True)
        assert "domain" not in words_of(after)

    @pytest.mark.trust("L4")
    def test_a_look_from_outside_leaves_a_line_one_that_is_refused_none(self, cast, lent, change, signed_in):
        tess = signed_in(cast.tess)
        tess.get(change.get_absolute_url())
        tess.get(LIST)
        tess.get(f"{LIST}{'0' * 32}/")
        signed_in(cast.carol).get(change.get_absolute_url())

        looks = TrailLine.objects.filter(event="account.viewed").order_by("id")
        assert [(line.details["page"], line.grants) for line in looks] == [
            ("change", [lent.public_id]),
            ("changes", [lent.public_id]),
        ]

    @pytest.mark.parametrize("who", ["carol", "adam", "connie", "dora"])
    def test_it_waits_on_the_first_page_of_whoever_may_answer(self, cast, change, signed_in, who):
        page = soup_of(signed_in(getattr(cast, who)).get("/"))

        assert page.select_one(f'main a[href="{change.get_absolute_url()}"]')
        assert page.select_one("#waiting-count .count").get_text().startswith("1")

    @pytest.mark.parametrize("who", ["ursula", "mike", "tess", "tom", "petra", "mallory"])
    def test_and_on_nobody_elses(self, cast, change, signed_in, who):
        page = soup_of(signed_in(getattr(cast, who)).get("/"))

        assert not page.select_one(f'main a[href="{change.get_absolute_url()}"]')

    def test_the_configuration_says_what_waits(self, cast, change, signed_in):
        for person in (cast.carol, cast.ursula, cast.tess):
            assert soup_of(signed_in(person).get(HERE)).select_one(f'main a[href="{change.get_absolute_url()}"]')

    def test_the_list_is_by_how_far_each_is_and_asks_as_often_for_many(self, cast, change, signed_in, now):
        made = [propose(cast, at=now, domains=[f"d{one}.example"]) for one in range(2)]
        services.refuse_change(change=made[0], by=cast.connie, at=now)
        carol = signed_in(cast.carol)
        page = words_of(carol.get(LIST))
        assert "Refused by Connie" in page
        assert page.count("Waits for an answer") == 1 + 2  # the filter's own, and two rows
        assert [len(soup_of(carol.get(f"{LIST}?state={state}")).select("tbody tr")) for state in ChangeState] == [
            2,
            0,
            1,
            0,
            0,
            0,
        ]
        assert carol.get(f"{LIST}?state=made-up").status_code == 404

        counts = []
        for more in (0, 297):
            ProposedChange.objects.bulk_create(_like(change) for _one in range(more))
            with CaptureQueriesContext(connection) as queries:
                assert carol.get(f"{LIST}?size=50").status_code == 200
                assert carol.get("/").status_code == 200
                assert carol.get(HERE).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]


def _like(change):
    """One more of the same, not yet saved."""
    facts = ("account", "grant", "case_number", "reason", "changes", "version", "digest", "proposed_by")
    times = ("proposed_at", "respond_by")
    return ProposedChange(**{name: getattr(change, name) for name in facts + times})


@pytest.mark.seed("S3-13")
class TestAnswering:
    def test_agree_and_it_is_changed(self, cast, change, signed_in):
        carol = signed_in(cast.carol)
        assert Notice.objects.filter(recipient=cast.carol, read_at=None, event="change_proposed").count() == 1
        landed = answer(carol, change)

        assert landed.headers["Location"] == change.get_absolute_url()
        page = words_of(carol.get(change.get_absolute_url()))
        assert "Changed, exactly as you read it. Tess has been told." in page
        assert re.search(f"Agreed {A_MOMENT}", page)
        assert "by Carol In writing “Yes, do it.”" in page
        assert configuration_of(cast.acme).domains == ["acme.example"]
        assert not Notice.objects.filter(recipient=cast.carol, read_at=None, event="change_proposed").exists()

    @pytest.mark.parametrize("words", ["", " ", "…"])
    def test_a_yes_without_words_is_asked_for_them(self, cast, change, signed_in, words):
        page = answer(signed_in(cast.connie), change, words=words)

        assert page.status_code == 400
        assert "Say yes in your own words" in sentence_beside(page, "words")
        assert anew(change).state == ChangeState.WAITING

    def test_what_the_configuration_cannot_be_any_more_is_said_and_nothing_is_lost(self, cast, change, signed_in):
        """As where a later release is stricter about what is set up already."""
        Configuration.objects.create(account=cast.acme, notification_addresses=["nobody"])
        page = answer(signed_in(cast.carol), change)

        assert page.status_code == 400
        assert "nobody: " in words_of(page)
        assert soup_of(page).select_one("textarea[name=words]").text.strip() == "Yes, do it."
        assert anew(change).state == ChangeState.WAITING

    def test_a_no_needs_none(self, cast, change, signed_in):
        connie = signed_in(cast.connie)
        answer(connie, change, answer="refuse", words="")

        assert "Refused. Nothing was changed, and Tess has been told." in words_of(connie.get("/"))
        assert anew(change).state == ChangeState.REFUSED

    @pytest.mark.trust("H4")
    def test_a_yes_asks_for_the_second_factor_after_a_while_and_loses_nothing(self, cast, change, signed_in):
        carol = signed_in(cast.carol)
        sent = form_of(carol.get(change.get_absolute_url())) | {"answer": "agree", "words": "Yes.\nDo it."}
        age_session(carol, seconds=660)
        asked = carol.post(change.get_absolute_url(), sent)
        assert asked.headers["Location"].startswith("/auth/2fa/reauthenticate/")
        assert anew(change).state == ChangeState.WAITING

        code = format_hotp_value(hotp_value(secret_of("carol"), int(clock.now().timestamp()) // 30))
        assert carol.post(asked.headers["Location"], {"code": code}, follow=True).status_code == 200
        assert (anew(change).state, anew(change).answer) == (ChangeState.AGREED, "Yes.\nDo it.")

    @pytest.mark.trust("H4")
    def test_a_no_and_taking_it_back_never_ask(self, cast, change, signed_in, now):
        carol, tess = signed_in(cast.carol), signed_in(cast.tess)
        other = propose(cast, at=now, metadata_url=METADATA)
        for browser in (carol, tess):
            age_session(browser, seconds=660)
        answer(carol, change, answer="refuse")
        answer(tess, other, answer="withdraw", words="")

        assert [anew(one).state for one in (change, other)] == [ChangeState.REFUSED, ChangeState.WITHDRAWN]

    def test_what_was_changed_in_between_is_shown_beside_it_and_nothing_is_applied(self, cast, change, signed_in, now):
        carol = signed_in(cast.carol)
        sent = form_of(carol.get(change.get_absolute_url())) | {"answer": "agree", "words": "Yes."}
        services.change_configuration(account=cast.acme, seen=0, by=cast.adam, at=now, domains=["c.example"])
        page = carol.post(change.get_absolute_url(), sent)

        assert page.status_code == 409
        assert "The configuration was changed in between" in words_of(page)
        assert "Allowed mail domains none acme.example comes in: acme.example c.example" in words_of(page)
        assert configuration_of(cast.acme).domains == ["c.example"]

    @pytest.mark.trust("I4", "F4")
    @pytest.mark.parametrize("digest", ["", "x", "0" * 64])
    def test_a_page_that_was_made_up_agrees_to_nothing(self, cast, change, signed_in, digest):
        page = answer(signed_in(cast.carol), change, digest=digest)

        assert page.status_code == (409 if len(digest) == 64 else 400)
        assert not Configuration.objects.exists()

    @pytest.mark.trust("A7")
    @pytest.mark.parametrize(("who", "status"), [("tess", 403), ("ursula", 403), ("mike", 403), ("tom", 404)])
    def test_by_hand_nobody_else_answers(self, cast, change, signed_in, who, status):
        sent = {"answer": "agree", "words": "Yes.", "digest": change.digest}
        browser = signed_in(getattr(cast, who))
        age_session(browser, seconds=660)

        assert browser.post(change.get_absolute_url(), sent).status_code == status
        assert browser.post(change.get_absolute_url(), sent | {"answer": "refuse"}).status_code == status
        if who != "tess":
            assert browser.post(change.get_absolute_url(), sent | {"answer": "withdraw"}).status_code == status
        assert anew(change).state == ChangeState.WAITING

    def test_answered_meanwhile_says_by_whom(self, cast, change, signed_in, now):
        carol = signed_in(cast.carol)
        sent = form_of(carol.get(change.get_absolute_url())) | {"answer": "refuse"}
        agree(change, by=cast.adam, at=now)
        page = carol.post(change.get_absolute_url(), sent)

        assert (page.status_code, "Adam agreed to this change on" in words_of(page)) == (409, True)

    def test_a_swedish_reader_reads_it_in_swedish(self, cast, change, signed_in):
        cast.acme.language = cast.carol.language = "sv"
        cast.carol.save()

        assert "föreslår en ändring" in words_of(signed_in(cast.carol).get(change.get_absolute_url()))


@pytest.mark.seed("S3-13", "S4-13")
class TestTheSetting:
    PAGE = "/accounts/654321/settings/"

    def test_it_is_on_stands_on_the_page_and_is_switched_off_there(self, cast, lent, signed_in):
        carol = signed_in(cast.carol)
        page = carol.get(self.PAGE)
        sent = form_of(page)
        assert sent.pop("support_changes_need_agreement")
        assert carol.post(self.PAGE, sent).status_code == 302

        assert "Support changes need our agreement yes no" in words_of(carol.get(self.PAGE))
        assert "It holds as soon as you save it" in words_of(signed_in(cast.tess).get(CHANGE))

    def test_saving_the_page_as_it_stands_changes_nothing(self, cast, signed_in):
        carol = signed_in(cast.carol)

        sent = form_of(carol.get(self.PAGE))
        ticked = {
            name: "on" for name in ("partners_may_add_colleagues", "support_changes_need_agreement") if name in sent
        }
        assert "like that already" in words_of(carol.post(self.PAGE, sent | ticked))

    def test_the_page_that_grants_the_hour_says_that_it_is_the_exception(self, cast, signed_in, now):
        asked, carol = ask_for_hour(cast, at=now), signed_in(cast.carol)
        path, exception = f"/requests/{asked.public_id}/decide/", "the one exception to your setting"

        assert exception in words_of(carol.get(path))
        services.change_settings(account=cast.acme, seen=1, by=cast.carol, at=now, support_changes_need_agreement=False)
        page = words_of(carol.get(path))
        assert exception not in page
        assert "need no further word of yours" in page


def test_staff_see_that_it_is_and_no_more(cast, signed_in, now):
    lend_repair(cast, at=now)
    change = propose(cast, at=now)
    for browser in (signed_in(cast.stan), signed_in(cast.root)):
        for path in ("/admin/accounts/proposedchange/", f"/admin/accounts/proposedchange/{change.pk}/change/"):
            page = words_of(browser.get(path))
            assert "654321" in page
            for kept in ("Tess", "tess@", "old domain", "acme.example"):
                assert kept not in page, (path, kept)


@pytest.mark.seed("S3-13")
class TestEveryPageSaysWhetherAYesIsNeeded:
    WITHOUT = "and can change the configuration at once while it lasts, without a yes"
    OFF = "support can also change the configuration at once, without a yes"

    @pytest.mark.parametrize("who", ["carol", "connie", "tess"])
    def test_beside_a_proposal_while_only_a_yes_makes_it(self, cast, change, signed_in, who):
        page = words_of(signed_in(getattr(cast, who)).get(change.get_absolute_url()))

        assert "It is made once somebody of the account has agreed in writing, and not before." in page
        assert self.WITHOUT not in page
        assert self.OFF not in page

    def test_beside_a_proposal_whose_person_can_do_without(self, cast, change, signed_in, now):
        carol, path = signed_in(cast.carol), change.get_absolute_url()
        grant_hour(ask_for_hour(cast, by=cast.tom, at=now), by=cast.carol, at=now)
        assert self.WITHOUT not in words_of(carol.get(path))  # that is Tom's
        hour = grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
        said = soup_of(carol.get(path)).select_one(".note-care:has(time)")
        assert said.get_text(" ", strip=True).startswith(f"Tess also holds temporary access, {self.WITHOUT}: until ")
        assert datetime.fromisoformat(said.time["datetime"]) == hour.ends_at
        end_access(grant=hour, by=cast.carol, at=clock.now())
        assert self.WITHOUT not in words_of(carol.get(path))
        Account.objects.filter(pk=cast.acme.pk).update(support_changes_need_agreement=False)
        assert self.OFF in words_of(carol.get(path))
        agree(change, by=cast.carol, at=clock.now())
        assert self.OFF not in words_of(carol.get(path))

    @pytest.mark.parametrize("on", [True, False])
    def test_above_the_list(self, cast, change, signed_in, on):
        Account.objects.filter(pk=cast.acme.pk).update(support_changes_need_agreement=on)
        page = words_of(signed_in(cast.carol).get(reverse("account_changes", args=["654321"])))

        assert "None of these is made without a yes in writing." in page
        assert ("What is changed during temporary access needs none." in page) == on
        assert ("what support changes at once stands in the history" in page) == (not on)

    def test_on_the_form_of_support_that_holds_at_once(self, cast, lent, signed_in, now):
        tess, agreed = signed_in(cast.tess), "Nobody of Acme has to agree while your temporary access lasts: until"
        grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
        assert agreed in words_of(tess.get(CHANGE))
        Account.objects.filter(pk=cast.acme.pk).update(support_changes_need_agreement=False)
        Grant.objects.filter(kind="hour").update(ended_at=now, end_reason="ended")
        page = words_of(tess.get(CHANGE))
        assert "Nobody has to agree: Acme lets support change it at once." in page
        assert agreed not in page
        for other in (cast.carol, cast.piotr):
            assert "has to agree" not in words_of(signed_in(other).get(CHANGE))


class TestWhoGivesAccessReadsWhatItDoesNotGive:
    @pytest.mark.seed("S3-13")
    @pytest.mark.parametrize("on", [True, False])
    def test_while_the_setting_is_on(self, cast, now, signed_in, support_asked, on):
        Account.objects.filter(pk=cast.acme.pk).update(support_changes_need_agreement=on)
        carol = signed_in(cast.carol)
        asked = words_of(carol.get(reverse("decide", args=[support_asked.public_id])))
        opening = words_of(carol.get(reverse("account_case_open", args=["654321"])))
        assert ("without one of you agreeing to it in writing" in asked) == on
        assert ("they can only propose a change" in opening) == on
        assert ("What they may change they change at once" in opening) == (not on)
