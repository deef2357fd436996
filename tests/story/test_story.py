"""The story in a real browser, against the demo as ``make demo`` runs it.

Pat asks, Carol gets the mail and decides, Petra works in Acme's account, Carol ends it, Petra is told. It is
played with a mouse, by keyboard alone, without JavaScript and on a phone.
"""

import os
import re
from functools import partial
from pathlib import Path

import pytest

from .hands import Finger, Keyboard, Mouse
from .processes import until

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parent / "screenshots"
ASKED = "IT partner access has been requested to your Account on our Latchkey portal"
LETTERS_BEFORE = 2  # the demo begins with two questions to Carol: about Piotr, who is in, and about Pat
DESK = {"viewport": {"width": 1280, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.seed("S2-6", "S2-7", "S2-8", "S2-9", "S2-10", "S2-14", "S2-16", "S2-19", "S2-23", "S2-24", "S2-25")
@pytest.mark.trust("H2", "T9")
class TestTheStory:
    def test_with_a_mouse(self, arrive):
        play(partial(arrive, hands=Mouse, **DESK), pictures=os.environ.get("PORTAL_WRITE_SCREENSHOTS") == "1")

    def test_by_keyboard_alone(self, arrive):
        play(partial(arrive, hands=Keyboard, **DESK))

    def test_without_javascript(self, arrive):
        play(partial(arrive, hands=Mouse, script=False, **DESK))

    def test_on_a_phone(self, arrive):
        play(partial(arrive, hands=Finger, **PHONE))


def play(arrive, *, pictures=False):
    """This will go through the story once, each of the three at a browser of their own."""
    pat, carol, petra = arrive(), arrive(), arrive()
    pat_asks(pat)
    carol_reads_her_mail(carol)
    carol_says_yes(carol, pictures=pictures)
    pat_sees_that_it_is_approved(pat)
    petra_opens_the_invoices(petra, pictures=pictures)
    carol_ends_it(carol)
    petra_is_told(petra)
    petra_signs_out_and_goes_back(petra)


def pat_asks(pat):
    """Contacts, Acme, *Request access* beside Petra, the confirmation, the pending icon."""
    sign_in(pat, "pat@bolt.example")
    pat.reads("waits for you, Pat")
    pat.press("Contacts", role="link")
    pat.reads("My contacts")
    pat.hands.choose(pat.page.get_by_label("Customer"), "Acme, 654321")
    pat.press("Show", role="button")
    pat.reads("Partner contacts")
    pat.press("Request access for Petra", role="link")
    pat.reads("Request access")
    administrator = pat.page.get_by_role("switch", name="Administrator")
    assert not administrator.is_checked()
    pat.hands.write(pat.page.get_by_label("Why is this needed?"), "The last invoice does not add up.")
    pat.hands.switch_on(pat.page.get_by_role("switch", name="See invoices"))
    pat.press("Add contact", role="button")
    pat.reads("Your request was sent")
    pat.sees("Your request for Petra was sent to Carol.")
    pat.press("OK", role="link")
    pat.reads("Partner contacts")
    assert has_words(row_of_petra(pat), "No", "Access request pending")


def carol_reads_her_mail(carol):
    """It arrives by itself; she looks at it as a mail program shows it and presses *Accept access*."""
    letters = carol.page.get_by_role("link", name=ASKED)
    carol.open("/mailbox/")
    until(lambda: letters.count() == LETTERS_BEFORE + 1 or not carol.open("/mailbox/"))
    carol.reads("Mail it has sent")
    carol.hands.press(letters.first)
    carol.reads(ASKED)
    carol.sees("Petra")
    carol.press("As a mail program shows it", role="link")
    carol.page.get_by_role("link", name="Accept access").wait_for()
    carol.look_around()
    carol.press("Accept access", role="link")
    carol.reads("Sign in")


def carol_says_yes(carol, *, pictures):
    """Signing in brings her to the question the mail was about; the button decides, nothing before it."""
    with carol.page.expect_navigation() as arrived:
        carol.press("carol@acme.example", role="button")
    assert re.search(r"/requests/[0-9a-f]{32}/decide/\?answer=approve$", carol.page.url)
    assert arrived.value.headers["referrer-policy"] == "same-origin"
    carol.reads("Pat from Bolt Partners asks for access to Acme for Petra")
    carol.sees("Nothing is decided yet.")
    if pictures:
        carol.page.screenshot(path=SCREENSHOTS / "decide.png")
    carol.press("Approve access", role="button")
    carol.sees("Approved. Petra has been told.")
    carol.reads("Access to Acme for Petra")


def pat_sees_that_it_is_approved(pat):
    """The pending icon has become the approved one, and *No* has become *Yes*."""
    pat.page.reload()
    pat.reads("Partner contacts")
    assert has_words(row_of_petra(pat), "Yes", "Approved")


def petra_opens_the_invoices(petra, *, pictures):
    """Acme stands among the accounts she can open; every page in it says where she is."""
    sign_in(petra, "petra@bolt.example")
    petra.reads("waits for you, Petra")
    petra.hands.press(petra.page.get_by_role("main").get_by_role("link", name="Acme", exact=True))
    petra.reads("Acme")
    petra.hands.press(petra.page.get_by_label("Pages of Acme").get_by_role("link", name="Invoices"))
    petra.page.get_by_role("table", name="Invoices").wait_for()
    petra.sees("Viewing as account 654321")
    petra.look_around()
    if pictures:
        petra.page.screenshot(path=SCREENSHOTS / "invoices.png")


def carol_ends_it(carol):
    """One page that says what will end, one button."""
    carol.press("End access", role="link")
    carol.reads("End the access of Petra to Acme now?")
    carol.press("End access now", role="button")
    carol.sees("Ended. Petra can no longer open the account.")
    carol.reads("Access to Acme for Petra")


def petra_is_told(petra):
    """Her next click is refused, and says why."""
    petra.is_refused(partial(petra.press, "Overview", role="link"), status=403)
    petra.reads("Your access has ended")
    petra.sees("654321")
    assert petra.page.get_by_text("Viewing as account").count() == 0


def petra_signs_out_and_goes_back(petra):
    """The browser kept nothing to show to whoever sits down after her."""
    petra.hands.press(petra.page.get_by_label("Petra: your menu"))
    petra.press("Sign out", role="button")
    petra.reads("Sign in")
    petra.page.go_back()
    petra.reads("Sign in")


def sign_in(visitor, email):
    """This will come to the front door and go in as one of the cast, with one click."""
    visitor.open("/")
    visitor.reads("Sign in")
    visitor.press(email, role="button")


def row_of_petra(visitor):
    """The row of Partner contacts that is about Petra."""
    return visitor.page.get_by_role("row").filter(has=visitor.page.get_by_text("petra@bolt.example"))


def has_words(place, *words):
    """Whether each of them stands there, as a word of its own."""
    return all(re.search(rf"\b{word}\b", place.inner_text()) for word in words)
