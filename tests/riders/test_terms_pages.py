"""The pages of terms and of session requests, as people and as what no browser sends."""

import hashlib
import re
from itertools import cycle

import pytest
from django.urls import reverse

from accounts.permissions import AccountPermission as P
from accounts.services import set_member_rights
from audit.models import TrailLine
from riders import selectors, services
from riders.models import Acknowledgement, RemoteSession, SessionRequest, SupportCase
from riders.states import SessionRequestState as S
from tests import nasty
from tests.cast import approve, ask, member
from tests.pages import A_MOMENT, form_of, sentence_beside, soup_of, words_of
from tests.riders.terms import ASKED, accept, publish, request
from tests.riders.test_acknowledging import close

BOX = "I have read and agree to these terms"


def page_of(case, name="account_terms"):
    """This will give the address of a page of a case."""
    return reverse(name, args=[case.account.number, case.number])


def desk(case, name="desk_case"):
    """This will give the address of a page of a case at support's desk."""
    return reverse(name, args=[case.number])


@pytest.fixture
def mike(cast, now):
    """Mike, a plain member, may read and write cases, and not accept terms."""
    rights = [P.VIEW_CASES, P.WRITE_CASES]
    set_member_rights(membership=member(cast.mike, cast.acme), permissions=rights, by=cast.adam, at=now)
    return cast.mike


class TestTermsPage:
    @pytest.mark.seed("S1-6", "S1-7", "S1-11", "S1-12")
    def test_says_whose_what_and_which_and_records_the_yes(self, cast, backups, rider, signed_in):
        browser = signed_in(cast.connie)
        page = browser.get(page_of(backups))

        words = words_of(page)
        for said in ("Backups stop", backups.number, "Acme", "Version 1", "You let us look at", BOX, "promises none"):
            assert said in words
        assert soup_of(page).select_one("main .rider strong").get_text() == "look"
        assert form_of(page) == {"digest": [rider.digest]}  # the box is not ticked
        sent = form_of(page) | {"agreed": "on", "answer": "accept"}
        after = browser.post(page_of(backups), sent, follow=True)
        assert after.redirect_chain == [(backups.get_absolute_url(), 302)]
        assert "Accepted, for this case. Support has been told." in words_of(after)
        assert "Connie has accepted version 1." in words_of(after)

        given = Acknowledgement.objects.get()
        assert (given.given_by, given.case, given.address) == (cast.connie, backups, "127.0.0.1")
        assert "Connie has accepted these terms for this case." in words_of(browser.get(page_of(backups)))
        assert soup_of(browser.get(page_of(backups))).select("main form") == []

    @pytest.mark.seed("S1-10")
    @pytest.mark.trust("I13")
    def test_download_gives_the_very_bytes_that_are_accepted(self, cast, backups, rider, signed_in):
        browser = signed_in(cast.carol)
        for name in ("account_terms", "account_session_request"):
            page = soup_of(browser.get(page_of(backups, name)))
            [address] = [link["href"] for link in page.select("main a") if link.get_text().strip() == "Download"]
            served = browser.get(address).content
            assert hashlib.sha256(served).hexdigest() == page.find("input", attrs={"name": "digest"})["value"]
            assert served == bytes(rider.pdf)

    def test_opening_it_answers_nothing(self, cast, backups, rider, signed_in):
        before = TrailLine.objects.count()
        for method in ("get", "head"):
            getattr(signed_in(cast.carol), method)(page_of(backups), {"answer": "accept", "agreed": "on"})

        assert not Acknowledgement.objects.exists()
        assert TrailLine.objects.count() == before

    @pytest.mark.seed("S1-11")
    def test_without_the_box_and_without_script_the_server_says_so(self, cast, backups, rider, signed_in):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(page_of(backups)))
        page = browser.post(page_of(backups), sent | {"answer": "accept"})

        assert page.status_code == 400
        assert "the box is not ticked" in sentence_beside(page, "agreed")
        assert not Acknowledgement.objects.exists()

    @pytest.mark.seed("S1-17")
    def test_cancel_declines(self, cast, backups, rider, signed_in):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(page_of(backups)))
        after = browser.post(page_of(backups), sent | {"answer": "decline", "agreed": "on"}, follow=True)

        assert "Declined. Nothing was accepted" in words_of(after)
        assert Acknowledgement.objects.get().answer == "declined"
        assert selectors.acceptance_of(backups) is None
        assert "Carol has declined version 1 for this case. It can still be accepted." in words_of(
            browser.get(page_of(backups))
        )

    @pytest.mark.trust("C4")
    def test_a_version_published_meanwhile_is_read_first(self, cast, now, backups, rider, signed_in):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(page_of(backups))) | {"agreed": "on"}
        newer = publish(cast, at=now, text="Newer words.")
        for answer in ("accept", "decline"):
            page = browser.post(page_of(backups), sent | {"answer": answer})
            assert page.status_code == 409
            assert "version 2 of the terms holds now. Read it, then answer." in words_of(page)
            assert "Newer words." in words_of(page)
            assert form_of(page) == {"digest": [newer.digest]}
        assert not Acknowledgement.objects.exists()

        accept(backups, newer, by=cast.carol, at=now)
        publish(cast, at=now, text="Newest words.")
        assert "Newer words." in words_of(browser.get(page_of(backups)))

    def test_the_slower_of_two_is_told(self, cast, now, backups, rider, signed_in):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(page_of(backups))) | {"agreed": "on", "answer": "accept"}
        accept(backups, rider, by=cast.adam, at=now)

        page = browser.post(page_of(backups), sent)
        assert (page.status_code, "Adam has accepted version 1" in words_of(page)) == (409, True)

    def test_who_may_not_accept_reads_who_may(self, cast, backups, rider, mike, signed_in):
        browser = signed_in(mike)
        page = browser.get(page_of(backups))

        assert "These people may: Adam, Carol, Connie and Dora." in words_of(page)
        assert soup_of(page).select("main form") == []
        sent = {"digest": rider.digest, "agreed": "on", "answer": "accept"}
        assert browser.post(page_of(backups), sent).status_code == 403
        assert not Acknowledgement.objects.exists()

    def test_without_terms_and_on_a_closed_case_there_is_nothing_to_answer(self, cast, now, backups, signed_in):
        browser = signed_in(cast.carol)
        assert "Support has published no terms yet." in words_of(browser.get(page_of(backups)))
        publish(cast, at=now)
        close(backups, now)
        assert "This case is closed for good." in words_of(browser.get(page_of(backups)))
        assert soup_of(browser.get(page_of(backups))).select("main form") == []

    @pytest.mark.trust("A8", "A9")
    def test_anothers_case_is_like_one_there_is_not(self, cast, backups, mallorys, rider, signed_in):
        mallory = signed_in(cast.mallory)
        sent = {"digest": rider.digest, "agreed": "on", "answer": "accept"}
        for name in ("account_terms", "account_session_request"):
            for path in (page_of(backups, name), page_of(backups, name).replace("654321", "810432")):
                unknown = path.replace(backups.number, "00000000")
                for method, data in (("get", {}), ("post", sent), ("post", ASKED), ("post", {"withdraw": 1})):
                    real, made_up = (getattr(mallory, method)(one, data) for one in (path, unknown))
                    assert (real.status_code, words_of(real)) == (404, words_of(made_up))
        assert mallory.get(desk(backups)).status_code == 404
        assert mallory.post(desk(backups, "desk_terms_ask")).status_code == 404
        assert not Acknowledgement.objects.exists()
        assert not SessionRequest.objects.exists()

    @pytest.mark.trust("L1")
    def test_from_outside_it_is_read_and_not_answered(self, cast, now, backups, rider, signed_in):
        grant = approve(ask(cast, permissions=[P.VIEW_CASES], at=now), by=cast.carol, at=now)
        browser = signed_in(cast.petra)

        assert soup_of(browser.get(page_of(backups))).select("main form") == []
        [line] = TrailLine.objects.filter(event="account.viewed")
        assert (line.grants, line.details["page"]) == ([grant.public_id], "terms")
        sent = {"digest": rider.digest, "agreed": "on", "answer": "accept"}
        assert browser.post(page_of(backups), sent).status_code == 403
        assert browser.get(page_of(backups, "account_session_request")).status_code == 403


class TestRequestPage:
    @pytest.mark.seed("S1-19", "S1-20", "S1-21", "S1-22", "S1-23", "S1-24", "S1-29")
    def test_both_are_submitted_and_the_button_stays_off_until_support_answers(
        self, cast, now, backups, rider, signed_in
    ):
        browser, path = signed_in(cast.carol), page_of(backups, "account_session_request")
        side = soup_of(browser.get(backups.get_absolute_url())).select_one("aside")
        assert "Remote session request" in side.get_text()
        assert side.find("a", string="Request remote session")["href"] == path

        page = browser.get(path)
        assert {"Remote session link (optional)", BOX} <= {" ".join(one.get_text().split()) for one in labels(page)}
        sent = form_of(page) | ASKED | {"agreed": "on", "link": "https://meet.acme.example/1"}
        after = browser.post(path, sent, follow=True)

        dialog = soup_of(after).select_one("dialog[open]")
        said = " ".join(dialog.get_text(" ").split())
        assert "Remote session request: submitted." in said
        assert "Access rider: submitted, version 1, accepted by Carol for this case." in said
        assert soup_of(browser.get(path)).select_one("dialog") is None
        button = soup_of(browser.get(backups.get_absolute_url())).select_one("aside button[disabled]")
        assert button.get_text() == "Request remote session"
        why = soup_of(browser.get(backups.get_absolute_url())).find(id=button["aria-describedby"]).get_text()
        assert "waits for support" in why
        services.accept_session_request(request=SessionRequest.objects.get(), by=cast.tess, at=now)
        side = soup_of(browser.get(backups.get_absolute_url())).select_one("aside")
        assert side.find("a", string="Request remote session")

    def test_what_was_typed_survives_a_mistake_and_a_newer_version(self, cast, now, backups, rider, signed_in):
        browser, path = signed_in(cast.carol), page_of(backups, "account_session_request")
        sent = form_of(browser.get(path)) | ASKED | {"link": "http://meet.acme.example"}
        page = browser.post(path, sent | {"agreed": "on"})
        assert (page.status_code, sentence_beside(page, "link")) == (
            400,
            "Give a whole address that begins with https://.",
        )
        page = browser.post(path, sent | {"link": ""})
        assert "the box is not ticked" in sentence_beside(page, "agreed")
        newer = publish(cast, at=now, text="Newer words.")
        page = browser.post(path, sent | {"agreed": "on", "link": ""})

        assert (page.status_code, "Newer words." in words_of(page)) == (409, True)
        kept = form_of(page)
        assert (kept["expectation"], kept["why"], kept["digest"]) == (
            [ASKED["expectation"]],
            [ASKED["why"]],
            [newer.digest],
        )
        assert "agreed" not in kept
        assert not SessionRequest.objects.exists()
        assert not Acknowledgement.objects.exists()

    @pytest.mark.seed("S1-29")
    def test_under_terms_that_were_accepted_it_says_who_accepted_which_and_when(
        self, cast, now, backups, rider, mike, signed_in
    ):
        accept(backups, rider, by=cast.connie, at=now)
        browser, path = signed_in(mike), page_of(backups, "account_session_request")
        page = browser.get(path)

        assert re.search(rf"Connie has accepted version 1 of the terms for this case\. {A_MOMENT}", words_of(page))
        assert BOX not in words_of(page)
        browser.post(path, form_of(page) | ASKED)
        assert SessionRequest.objects.get().state == S.SUBMITTED

    @pytest.mark.seed("S1-29")
    def test_a_draft_is_kept_and_sent_by_whoever_accepts(self, cast, backups, rider, mike, signed_in):
        browser, path = signed_in(mike), page_of(backups, "account_session_request")
        page = browser.get(path)
        assert "are asked by mail: Adam, Carol, Connie and Dora." in words_of(page)
        after = browser.post(path, form_of(page) | ASKED, follow=True)
        assert "Remote session request: kept, and not sent yet." in soup_of(after).select_one("dialog").get_text()

        carol = signed_in(cast.carol)
        assert "waits until somebody who may has accepted" in words_of(carol.get(backups.get_absolute_url()))
        terms = carol.get(page_of(backups))
        assert "Mike wants to ask for a session" in words_of(terms)
        assert ASKED["impact"] in words_of(terms)
        sent = form_of(terms) | {"agreed": "on", "answer": "accept"}
        assert "The request of Mike for a session has gone to support." in words_of(
            carol.post(page_of(backups), sent, follow=True)
        )
        assert SessionRequest.objects.get().state == S.SUBMITTED

    def test_withdrawing(self, cast, now, backups, rider, signed_in):
        accept(backups, rider, by=cast.carol, at=now)
        request(backups, by=cast.connie, at=now)
        browser, path = signed_in(cast.carol), page_of(backups, "account_session_request")
        after = browser.post(path, form_of(browser.get(path)), follow=True)

        assert "Withdrawn. Support has nothing left to answer." in words_of(after)
        assert SessionRequest.objects.get().state == S.WITHDRAWN

    @pytest.mark.trust("A9")
    def test_a_request_of_another_case_is_like_one_there_is_not(self, cast, now, backups, mallorys, rider, signed_in):
        accept(mallorys, rider, by=cast.mallory, at=now)
        accept(backups, rider, by=cast.carol, at=now)
        theirs = request(mallorys, by=cast.mallory, at=now)
        path = page_of(backups, "account_session_request")
        for wrong in (theirs.pk, 0, 10**9, "x", "9" * 40):
            assert signed_in(cast.carol).post(path, {"withdraw": wrong}).status_code == 404
        answer = {"request": theirs.pk, "answer": "accept"}
        assert signed_in(cast.tess).post(desk(backups, "desk_session_request"), answer).status_code == 404
        theirs.refresh_from_db()
        assert theirs.state == S.SUBMITTED

    def test_no_form_where_none_can_be_asked(self, cast, now, backups, signed_in):
        browser, path = signed_in(cast.carol), page_of(backups, "account_session_request")
        assert "no terms for remote sessions yet" in words_of(browser.get(path))
        publish(cast, at=now)
        services.solve_case(case=backups, by=cast.connie, at=now)
        assert "on a case that is worked on" in words_of(browser.get(path))
        assert soup_of(browser.get(path)).select("main form") == []
        assert browser.post(path, ASKED | {"digest": "0" * 64, "agreed": "on"}).status_code == 409


def labels(page):
    return soup_of(page).select("main label, main legend")


class TestDesk:
    @pytest.mark.seed("S1-9", "S1-13")
    def test_the_associate_asks_for_the_terms_from_the_case(self, cast, backups, rider, signed_in):
        browser = signed_in(cast.tess)
        form = soup_of(browser.get(desk(backups))).find("button", string="Ask for the rider").find_parent("form")
        after = browser.post(form["action"], follow=True)

        assert "Asked. The link stands in a comment" in words_of(after)
        assert page_of(backups) in backups.comments.get().text
        assert "Tess has asked the customer for it." in words_of(after)
        customer = signed_in(cast.carol).get(backups.get_absolute_url())
        assert "Tess of support asks you to read and accept the terms." in words_of(customer)

    @pytest.mark.seed("S1-3", "S1-25")
    def test_support_declines_with_a_reason_the_customer_reads(self, cast, now, settings, backups, rider, signed_in):
        settings.PORTAL_SUPPORT_TELEPHONE = "+31 20 555 0100"
        accept(backups, rider, by=cast.carol, at=now)
        request(backups, by=cast.connie, at=now, link="https://meet.acme.example/1")
        browser, path = signed_in(cast.tess), desk(backups, "desk_session_request")
        assert "Connie asks for a session." in words_of(browser.get(desk(backups)))
        page = browser.get(path)
        for said in (*ASKED.values(), "https://meet.acme.example/1", "Version 1, accepted by Carol"):
            assert said == "observe" or said in words_of(page)
        assert browser.post(path, form_of(page) | {"answer": "decline"}).status_code == 400
        other = browser.post(path, form_of(page) | {"answer": "decline", "why_not": "other"})
        assert "Say in words why there is no session." in sentence_beside(other, "words")
        browser.post(path, form_of(page) | {"answer": "decline", "why_not": "not_technical", "words": "It is a bill."})

        words = words_of(signed_in(cast.carol).get(backups.get_absolute_url()))
        assert "Tess of support has declined the last request." in words
        assert "the telephone is quicker. “It is a bill.” Call support: +31 20 555 0100" in words
        assert not RemoteSession.objects.exists()

    def test_support_accepts(self, cast, now, backups, rider, signed_in):
        accept(backups, rider, by=cast.carol, at=now)
        request(backups, by=cast.connie, at=now)
        browser, path = signed_in(cast.tess), desk(backups, "desk_session_request")
        after = browser.post(path, form_of(browser.get(path)) | {"answer": "accept"}, follow=True)

        assert "Accepted. Both sides have been told." in words_of(after)
        assert RemoteSession.objects.get().case == backups
        assert browser.get(path).status_code == 302

    @pytest.mark.parametrize("who", ["carol", "pat", "mallory", "greta", "mike"])
    def test_it_is_not_there_for_anybody_else(self, cast, now, backups, rider, signed_in, who):
        accept(backups, rider, by=cast.carol, at=now)
        waiting = request(backups, by=cast.connie, at=now)
        browser = signed_in(getattr(cast, who))
        sent = {"request": waiting.pk, "answer": "accept"}
        for path in (desk(backups, "desk_session_request"), desk(backups, "desk_terms_ask")):
            # Whoever is locked out is sent to sign in
            assert browser.post(path, sent).status_code in ({302} if who == "greta" else {404})
        assert not RemoteSession.objects.exists()


class TestOpening:
    @pytest.mark.seed("S1-6")
    def test_the_terms_can_be_accepted_while_a_case_is_opened(self, cast, rider, signed_in):
        path, browser = reverse("account_case_open", args=["654321"]), signed_in(cast.connie)
        page = browser.get(path)
        assert BOX in words_of(page)
        browser.post(path, form_of(page) | {"subject": "Without the terms"})
        browser.post(path, form_of(page) | {"subject": "With the terms", "terms-agreed": "on"})

        assert [one.case.subject for one in Acknowledgement.objects.all()] == ["With the terms"]
        assert SupportCase.objects.count() == 2

    def test_a_newer_version_is_read_first_and_the_case_is_not_opened(self, cast, now, rider, signed_in):
        path, browser = reverse("account_case_open", args=["654321"]), signed_in(cast.connie)
        sent = form_of(browser.get(path)) | {"subject": "Backups stop", "terms-agreed": "on"}
        newer = publish(cast, at=now, text="Newer words.")
        page = browser.post(path, sent)

        assert page.status_code == 400
        assert "version 2 of the terms holds now" in words_of(page)
        assert form_of(page)["subject"] == ["Backups stop"]
        assert form_of(page)["terms-digest"] == [newer.digest]
        assert not SupportCase.objects.exists()

    def test_who_may_not_accept_sees_no_box(self, cast, rider, mike, signed_in):
        path = reverse("account_case_open", args=["654321"])
        page = signed_in(mike).get(path)
        assert BOX not in words_of(page)
        signed_in(mike).post(path, {"subject": "Odd", "terms-agreed": "on", "terms-digest": rider.digest})
        assert not Acknowledgement.objects.exists()


@pytest.mark.trust("F1", "F2", "A9")
def test_what_no_browser_sends_is_refused(cast, now, backups, rider, signed_in):
    carol, tess = signed_in(cast.carol), signed_in(cast.tess)
    other = services.open_case(account=cast.acme, subject="Another", by=cast.connie, at=now)
    accept(other, rider, by=cast.carol, at=now)
    waiting = request(other, by=cast.connie, at=now)
    forms = [
        (carol, page_of(backups), {"digest": rider.digest, "agreed": "on", "answer": "accept"}),
        (carol, page_of(backups, "account_session_request"), ASKED | {"digest": rider.digest, "agreed": "on"}),
        (carol, page_of(other, "account_session_request"), {"withdraw": waiting.pk}),
        (tess, desk(other, "desk_session_request"), {"request": waiting.pk, "answer": "decline", "why_not": "x"}),
    ]
    odd, before = nasty.encoded([*nasty.NUMBERS, *nasty.NOT_A_WORD, *nasty.HARMLESS_TEXT]), nasty.what_stands()
    for browser, path, sent in forms:
        for field in sent:
            for value in nasty.BROKEN_TEXT:
                response, changed, _landed = nasty.send(browser, path, sent, before=before, **{field: value})
                assert (response.status_code in (400, 404, 413), changed) == (True, False), (path, field, value[:20])
        for value, field in zip(odd, cycle(sent), strict=False):  # each value to each form, its fields in turn
            response, changed, landed = nasty.send(browser, path, sent, before=before, **{field: value})
            assert response.status_code in (200, 302, 400, 404, 409), (path, field, value)
            assert not changed or landed == 200, (path, field, value)
