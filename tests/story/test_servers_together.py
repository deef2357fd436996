"""The same story with every server of production running, and with some of them stopped on the way."""

import json
import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from frame import clock
from tests.pages import soup_of, words_of

from .house import open_house
from .processes import until

pytestmark = pytest.mark.services

ASKED = "IT partner access has been requested to your Account on our Latchkey portal"
GRANTED = "IT partner access to customer Account granted on our Latchkey portal"
INVOICES = "/accounts/654321/invoices/"
CAROL, PETRA, PAT = "carol@acme.example", "petra@bolt.example", "pat@bolt.example"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """The portal as in production, open for all tests of this file; they leave everything running."""
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


def ask(house, email):
    """This will have Pat ask for an hour of invoices for one of his people; gives the request's address."""
    pat = house.browser_of("pat")
    rows = soup_of(pat.get("/contacts/?customer=654321")).select("tbody tr")
    row = next(row for row in rows if email in row.get_text())
    form = pat.get(row.select_one("a[href*='/contacts/ask/']")["href"])
    sent = pat.send(form, permissions=["view_invoices"], length="3600", reason="The last invoice does not add up.")
    assert sent.status_code == 200
    assert "was sent to" in soup_of(sent).get_text()
    return "/requests/" + re.search(r"sent=([0-9a-f]{32})", sent.path)[1] + "/"


def approve(house, request, *, seconds=None):
    """This will have Carol say yes, for so many seconds where said; gives the answer she got."""
    carol = house.browser_of("carol")
    less = {}
    if seconds is not None:
        end = clock.now().astimezone(ZoneInfo("Europe/Amsterdam")) + timedelta(seconds=seconds)
        less = {"until": "other", "other_end": f"{end:%Y-%m-%dT%H:%M:%S}"}
    return carol.send(carol.get(f"{request}decide/"), answer="approve", **less)


def grant_of(house, email):
    """This will give the newest access a person was given, and the request it answers."""
    state = house.state()
    grant = [grant for grant in state["grants"] if grant["grantee"] == email][-1]
    return grant, next(request for request in state["requests"] if request["id"] == grant["request"])


def is_over(grant):
    """Whether the end of an access has passed."""
    return clock.now() >= datetime.fromisoformat(grant["ends_at"])


@pytest.mark.seed("S2-17", "S2-21", "S2-22", "S2-23")
@pytest.mark.trust("B1", "E2", "I9", "K7", "K9", "H3")
def test_from_the_question_to_the_end(house):
    letters = house.letters
    asked_before = len(letters.to(CAROL, ASKED))
    request = ask(house, PETRA)
    until(lambda: len(letters.to(CAROL, ASKED)) == asked_before + 1)

    letter = letters.to(CAROL, ASKED)[-1]
    link = re.search(r"https://portal\.example(/\S+answer=approve)", letter.get_body(("plain",)).get_content())[1]
    carol = house.browser()
    question = carol.sign_in("carol", link)
    assert (question.status_code, question.path) == (200, f"{request}decide/?answer=approve")
    assert "Pat from Bolt Partners asks for access to Acme for Petra" in words_of(question)
    house.keep("carol", carol)

    assert "Approved. Petra has been told." in words_of(approve(house, request, seconds=6))
    petra = house.browser_of("petra")
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
    until(lambda: all(mail["state"] == "sent" for mail in house.state()["mails"]))
    state = house.state()
    ended = [line for line in state["trail"] if line["event"] == "grant.ended" and line["subject"] == grant["id"]]
    assert len(ended) == 1
    ids = [(to, message["Message-ID"]) for to, message in letters.arrived]
    assert len(ids) == len(set(ids)) == len(state["mails"])


@pytest.mark.trust("B3")
def test_the_broker_may_be_away_when_somebody_says_yes(house):
    request = ask(house, PAT)
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
    petra = house.browser_of("petra")
    house.stop_jobs()
    house.stop_broker()

    approve(house, request, seconds=4)
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
