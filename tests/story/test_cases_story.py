"""The story of a case in a real browser, against the demo as ``make demo`` runs it: from its opening to the end of a
remote session.

Connie, an authorized contact, reports something. Tess of support reads it at her desk and asks for the terms; Connie
reads and accepts them for that very case and asks for a session; Tess accepts, plans and starts it; Connie finds the
way in on the case; Tess ends it. Once at a desk, once on a phone, once without JavaScript.
"""

import re
from functools import partial

import pytest

from .hands import Finger, Mouse
from .visitors import DESK, PHONE, sign_in

pytestmark = pytest.mark.browser

AGREED = "I have read and agree to these terms"
JOIN = "https://meet.example/acme/7"


@pytest.mark.seed(
    "S1-6", "S1-9", "S1-10", "S1-11", "S1-12", "S1-13", "S1-14", "S1-18", "S1-19", "S1-23", "S1-24", "S1-26"
)
@pytest.mark.trust("H2", "I13")
class TestTheStoryOfACase:
    def test_with_a_mouse(self, arrive):
        play(arrive(hands=Mouse, **DESK), arrive(hands=Mouse, **DESK))

    def test_with_a_finger_on_a_phone(self, arrive):
        play(arrive(hands=Finger, **PHONE), arrive(hands=Mouse, **DESK))

    def test_without_javascript(self, arrive):
        play(arrive(hands=Mouse, script=False, **DESK), arrive(hands=Mouse, script=False, **DESK))


def play(connie, tess):
    """This will go through the story once: Connie at her own browser or phone, Tess at support's desk."""
    connie_opens_a_case(connie)
    tess_asks_for_the_terms(tess)
    connie_accepts_them(connie)
    connie_asks_for_a_session(connie)
    tess_accepts_and_plans(tess)
    tess_starts(tess)
    connie_finds_the_way_in(connie)
    tess_ends_it(tess)
    connie_reads_how_long_it_took(connie)


def connie_opens_a_case(connie):
    """What it is about, how bad it is; the number comes back."""
    sign_in(connie, "connie@acme.example")
    connie.reads("waits for you, Connie")
    connie.open("/accounts/654321/cases/")
    connie.reads("Cases")
    connie.press("Open a case", role="link")
    connie.reads("Open a case")
    connie.hands.write(connie.page.get_by_label("What is it about?"), "Mail to partners comes back")
    connie.hands.write(connie.page.get_by_label("What happens, and what should"), "Since **Monday** every second one.")
    connie.look_around()
    connie.press("Open the case", role="button")
    connie.sees("Opened. The number of the case is")
    connie.reads("Mail to partners comes back")
    assert connie.page.locator(".written strong").inner_text() == "Monday"


def tess_asks_for_the_terms(tess):
    """Her menu, *Cases*; what is new waits on top. A word of hers, and the button that asks for the rider."""
    sign_in(tess, "tess@latchkey.example")
    tess.reads("waits for you, Tess")
    tess.hands.press(tess.page.get_by_label("Tess: your menu"))
    tess.press("Cases", role="link")
    tess.reads("Cases")
    row = tess.page.get_by_role("row").filter(has_text="Mail to partners comes back")
    tess.hands.press(row.get_by_role("link").first)
    tess.reads("Mail to partners comes back")
    tess.hands.write(tess.page.get_by_label("Your comment"), "I would like to see it happen.")
    tess.press("Send", role="button")
    tess.page.locator(".comment").get_by_text("I would like to see it happen.").wait_for()
    tess.press("Ask for the rider", role="button")
    tess.page.locator(".comment").nth(1).wait_for()
    assert tess.page.get_by_role("button", name="Start the session").count() == 0
    tess.look_around()


def connie_accepts_them(connie):
    """The link in the comment leads to the terms of this case; without the box nothing is accepted."""
    connie.page.reload()
    connie.reads("Mail to partners comes back")
    connie.sees("I would like to see it happen.")
    assert connie.page.get_by_text("asks you to read and accept the terms").is_visible()
    number = re.search(r"/cases/(\d{8})/", connie.page.url)[1]
    link = connie.page.locator(f".comment a[href*='/cases/{number}/terms/']")
    connie.hands.press(link.first)
    connie.page.get_by_role("link", name="Download").wait_for()
    connie.look_around()
    submit = connie.page.get_by_role("button", name="Submit")
    if connie.script:
        assert submit.is_disabled()
    else:
        connie.is_refused(partial(connie.hands.press, submit), status=400)
        connie.sees("Nothing was recorded.")
    connie.hands.switch_on(connie.page.get_by_label(AGREED))
    connie.hands.press(submit)
    connie.reads("Mail to partners comes back")
    connie.sees("Connie has accepted version 1")


def connie_asks_for_a_session(connie):
    """On the right of the case, below it on a phone: why, what for, how bad; then the button rests."""
    connie.press("Request remote session", role="link")
    connie.reads("Request remote session")
    connie.hands.switch_on(connie.page.get_by_label("To see the problem as it happens"))
    connie.hands.write(connie.page.get_by_label("What do you expect of the session?"), "See one come back.")
    connie.hands.write(connie.page.get_by_label("What does the problem stop"), "Half of our orders.")
    connie.look_around()
    connie.press("Request remote session", role="button")
    connie.reads("Both are submitted")
    connie.sees("Remote session request: submitted.")
    connie.sees("Access rider: submitted, version 1, accepted by Connie")
    connie.hands.press(connie.page.get_by_role("dialog").get_by_role("link", name="Back to the case"))
    connie.reads("Mail to partners comes back")
    assert connie.page.get_by_role("button", name="Request remote session").is_disabled()


def tess_accepts_and_plans(tess):
    """The desk shows what is asked; a yes makes a session, which gets a time."""
    tess.page.reload()
    tess.press("Read and answer", role="link")
    tess.reads("Remote session request")
    tess.sees("Half of our orders.")
    tess.press("Accept the request", role="button")
    tess.page.locator("#sessions-h").wait_for()
    tess.hands.press(tess.page.locator("section:has(> .card-head #sessions-h) .keys a").first)
    tess.reads("Remote session for case")

    tess.look_around()


def tess_starts(tess):
    """The terms are there, so it can begin; how to join goes to the case."""
    tess.hands.write(tess.page.get_by_label("Link to join by"), JOIN)
    tess.press("Start the session", role="button")
    tess.reads("The session is running")


def connie_finds_the_way_in(connie):
    """A comment on the case says how to join."""
    connie.page.reload()
    connie.reads("Mail to partners comes back")
    connie.page.locator(f".comment a[href='{JOIN}']").wait_for()


def tess_ends_it(tess):
    """One button; by whom and how long stands there."""
    tess.press("End the session", role="button")
    tess.sees("How long")
    tess.look_around()


def connie_reads_how_long_it_took(connie):
    """The same on her side."""
    connie.page.reload()
    connie.sees("Begun by Tess, ended by Tess")
    connie.look_around()
