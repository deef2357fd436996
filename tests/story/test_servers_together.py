"""The same story with every server of production running, and with some of them stopped on the way."""

import json
import re

import pytest

from tests.pages import soup_of, words_of

from .acting import ASKED, CAROL, GRANTED, INVOICES, PAT, PETRA, approve, ask, grant_of, is_over
from .processes import until

pytestmark = pytest.mark.services


@pytest.mark.seed("S2-17", "S2-21", "S2-22", "S2-23")
@pytest.mark.trust("B1", "E2", "I9", "K7", "K9", "H3")
def test_from_the_question_to_the_end(house):
    letters = house.letters
    asked_before, arrived_before = len(letters.to(CAROL, ASKED)), len(letters.arrived)
    request = ask(house, PETRA)
    until(lambda: len(letters.to(CAROL, ASKED)) == asked_before + 1)

    letter = letters.to(CAROL, ASKED)[-1]
    link = re.search(r"https://portal\.example(/\S+answer=approve)", letter.get_body(("plain",)).get_content())[1]
    carol = house.browser()
    question = carol.sign_in("carol", link)
    assert (question.status_code, question.path) == (200, f"{request}decide/?answer=approve")
    assert "Pat from Bolt Partners asks for access to Acme for Petra" in words_of(question)
    house.keep("carol", carol)

    petra = house.browser_of("petra")
    assert "Approved. Petra has been told." in words_of(approve(house, request, seconds=12))
    page = petra.get(INVOICES)
    assert page.status_code == 200
    assert "Viewing as account 654321" in soup_of(page).get_text()
    until(lambda: letters.to(PETRA, GRANTED))

    grant, _request = grant_of(house, PETRA)
    until(lambda: is_over(grant))
    refused = petra.get(INVOICES)
    assert refused.status_code == 403
    assert "Your access to account 654321 ended" in words_of(refused)

    until(lambda: grant_of(house, PETRA)[0]["ended_at"] == grant["ends_at"])
    until(lambda: not house.unsent(), or_say=lambda: str(house.unsent()))
    state = house.state()
    ended = [line for line in state["trail"] if line["event"] == "grant.ended" and line["subject"] == grant["id"]]
    assert len(ended) == 1
    ids = [(to, message["Message-ID"]) for to, message in letters.arrived]
    assert {(mail["to"], mail["message_id"]) for mail in state["mails"]} <= set(ids)
    assert len(ids[arrived_before:]) == len(set(ids[arrived_before:]))


@pytest.mark.trust("B3")
def test_the_broker_may_be_away_when_somebody_says_yes(house):
    request = ask(house, PAT)
    house.browser_of("carol")  # nobody signs in while nobody can count
    house.stop_broker()
    told_before = len(house.letters.to(PAT, GRANTED))

    answer = approve(house, request)

    assert "Approved. Pat has been told." in words_of(answer)
    assert house.browser_of("pat").get(INVOICES).status_code == 200
    assert json.loads(house.browser().get("/readyz").content)["broker"] is False
    assert len(house.letters.to(PAT, GRANTED)) == told_before

    house.start_broker()
    until(lambda: len(house.letters.to(PAT, GRANTED)) == told_before + 1)
    assert [process.process.poll() for process in house.processes] == [None] * 6


@pytest.mark.trust("E3", "I2")
def test_access_ends_though_worker_schedule_and_broker_are_stopped(house):
    request = ask(house, PETRA)
    petra, _carol = house.browser_of("petra"), house.browser_of("carol")
    house.stop_jobs()
    house.stop_broker()

    approve(house, request, seconds=12)
    assert petra.get(INVOICES).status_code == 200
    grant, _request = grant_of(house, PETRA)
    until(lambda: is_over(grant))
    refused = petra.get(INVOICES)

    assert refused.status_code == 403
    untidied, stored = grant_of(house, PETRA)
    assert (untidied["ended_at"], stored["status"]) == (None, "approved")

    house.start_broker()
    house.start_jobs()
    until(lambda: grant_of(house, PETRA)[0]["ended_at"] == grant["ends_at"])
