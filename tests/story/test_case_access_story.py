"""The story of access that follows a case, in a real browser, against the demo as ``make demo`` runs it.

Carol opens a case and says at once that support may enter for it. Tess turns her access on, naming Carol, and can only
propose what would help; Carol reads the difference and agrees in writing, and it is changed. Tess brings in Tom, in his
own name. Carol marks the case as solved, and neither gets any further. At a desk, on a phone, without JavaScript.
"""

import re
from functools import partial

import pytest

from .hands import Finger, Mouse
from .visitors import DESK, PHONE, sign_in

pytestmark = pytest.mark.browser

SUBJECT = "Nobody of the new office gets in"
DOMAIN = "office.acme.example"


@pytest.mark.seed("S3-1", "S3-4", "S3-7", "S3-8", "S3-9", "S3-10", "S3-11", "S3-13", "S3-16")
@pytest.mark.trust("A5", "H2")
class TestTheStoryOfAccessForACase:
    def test_with_a_mouse(self, arrive):
        desk = partial(arrive, hands=Mouse, **DESK)
        play(desk(), desk(), desk())

    def test_with_a_finger_on_a_phone(self, arrive):
        play(arrive(hands=Finger, **PHONE), arrive(hands=Mouse, **DESK), arrive(hands=Mouse, **DESK))

    def test_without_javascript(self, arrive):
        plain = partial(arrive, hands=Mouse, script=False, **DESK)
        play(plain(), plain(), plain())


def play(carol, tess, tom):
    """This will go through the story once."""
    number = carol_opens_a_case_and_lets_support_in(carol)
    tess_turns_her_access_on(tess, number)
    tess_proposes(tess)
    carol_agrees_in_writing(carol)
    tess_finds_it_changed(tess)
    tess_brings_in_tom(tess, tom, number)
    carol_solves_it(carol, number)
    for visitor in (tess, tom):
        visitor.is_refused(partial(visitor.open, "/accounts/654321/configuration/"), status=403)
        visitor.reads("Your access has ended")


def carol_opens_a_case_and_lets_support_in(carol):
    """What it is about, and whether support may enter, with what and how long; gives the number of the case."""
    sign_in(carol, "carol@acme.example")
    carol.reads("waits for you, Carol")
    carol.open("/accounts/654321/cases/open/")
    carol.reads("Open a case")
    carol.hands.write(carol.page.get_by_label("What is it about?"), SUBJECT)
    assert carol.page.get_by_label("No, not now").is_checked()
    carol.hands.switch_on(carol.page.get_by_label("Yes, with what I tick below"))
    carol.hands.switch_on(carol.page.get_by_label("Repair the configuration"))
    assert carol.page.get_by_label("7 days").is_checked()
    carol.look_around()
    carol.press("Open the case", role="button")
    carol.sees("Opened. The number of the case is")
    carol.reads(SUBJECT)
    carol.sees("Support may enter your account for this case.")
    carol.sees("Nobody of support is in at present.")
    return re.search(r"/cases/(\d{8})/", carol.page.url)[1]


def tess_turns_her_access_on(tess, number):
    """Nothing is open before she has named who approved; a wrong address opens nothing and says no more than that."""
    sign_in(tess, "tess@latchkey.example")
    tess.reads("waits for you, Tess")
    tess.is_refused(partial(tess.open, "/accounts/654321/configuration/"), status=404)
    tess.open(f"/admin/internal/cases/{number}/")
    tess.reads(SUBJECT)
    tess.press("Turn your access on", role="link")
    tess.reads("Turn on access")
    address = tess.page.get_by_label("E-mail address of the contact who approved")
    tess.hands.write(address, "connie@acme.example")
    tess.hands.write(tess.page.get_by_label("Why you enter the account"), "To see which domains are let in.")
    tess.is_refused(partial(tess.press, "Turn on my access", role="button"), status=400)
    tess.sees("Nobody with this address has approved access for this case.")
    tess.look_around()
    address.clear()
    tess.hands.write(address, "carol@acme.example")
    tess.press("Turn on my access", role="button")
    tess.sees("Viewing as account 654321")


def tess_proposes(tess):
    """What she enters changes nothing by itself, whatever she holds."""
    tess.open("/accounts/654321/configuration/")
    tess.press("Propose a change", role="link")
    tess.reads("Propose a change")
    tess.sees("Nothing is changed by sending this.")
    tess.hands.write(tess.page.get_by_label("Allowed mail domains"), f"{DOMAIN}\n")
    tess.hands.write(tess.page.get_by_label("Why", exact=True), "The new office signs in from there.")
    tess.press("Propose the change", role="button")
    tess.reads("proposes a change to Acme")
    tess.sees("It is made once somebody of the account has agreed in writing, and not before.")
    tess.open("/accounts/654321/configuration/")
    assert tess.page.locator("main dl").get_by_text(DOMAIN).count() == 0


def carol_agrees_in_writing(carol):
    """She finds it at the front door, reads before and after; without words there is no yes."""
    carol.open("/")
    carol.press("Tess from Latchkey Support proposes a change to Acme", role="link")
    carol.reads("Tess from Latchkey Support proposes a change to Acme")
    carol.sees(DOMAIN)
    answer = carol.page.get_by_label("Your answer in writing")
    carol.hands.write(answer, "Yes, add the new office.")
    carol.press("Agree, and change it", role="button")
    carol.sees("Agreed and applied")
    carol.look_around()
    carol.open("/accounts/654321/configuration/")
    carol.sees(DOMAIN)


def tess_finds_it_changed(tess):
    """It stands there now."""
    tess.open("/accounts/654321/configuration/")
    tess.sees(DOMAIN)


def tess_brings_in_tom(tess, tom, number):
    """Tom is nobody there until Tess has brought him in, in his own name."""
    sign_in(tom, "tom@latchkey.example")
    tom.reads("waits for you, Tom")
    tom.is_refused(partial(tom.open, "/accounts/654321/configuration/"), status=404)
    tess.open(f"/admin/internal/cases/{number}/")
    tess.press("Bring in a colleague", role="link")
    tess.reads("Bring in a colleague")
    tess.hands.write(tess.page.get_by_label("E-mail address of your colleague"), "tom@latchkey.example")
    tess.hands.write(tess.page.get_by_label("Why this colleague is needed"), "He knows about signing in.")
    tess.press("Bring in", role="button")
    tess.sees("Tom")
    tess.look_around()
    tom.open("/accounts/654321/configuration/")
    tom.sees("Viewing as account 654321")


def carol_solves_it(carol, number):
    """The case names who is in; solving it is one button."""
    carol.open(f"/accounts/654321/cases/{number}/")
    carol.reads(SUBJECT)
    inside = carol.page.get_by_role("complementary")
    assert inside.get_by_role("link", name="Tess").count() == inside.get_by_role("link", name="Tom").count() == 1
    carol.press("Mark as solved", role="button")
    carol.sees("so nobody of support may enter your account for it")
    carol.look_around()
