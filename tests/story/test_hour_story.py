"""The hour in a real browser, two people at once, against the demo as ``make demo`` runs it.

Tess is on the telephone with Carol, finds Acme at the help desk and asks; Carol sees it come in, types what Tess reads
out, and watches the time run; Tess goes in and repairs; Carol ends it, and Tess's next click is refused.
"""

import re
from functools import partial

import pytest

from .hands import Mouse
from .visitors import DESK, sign_in

pytestmark = pytest.mark.browser

ASKED = "Tess asks for temporary access to your organization on our Latchkey portal"
NOTICED_WITHIN = 20_000


@pytest.mark.seed("S4-1", "S4-7", "S4-8", "S4-10", "S4-11", "S4-14", "S4-16")
@pytest.mark.trust("H2")
class TestTheStoryOfTheHour:
    def test_with_a_mouse(self, arrive):
        play(partial(arrive, hands=Mouse, **DESK))

    def test_without_javascript(self, arrive):
        play(partial(arrive, hands=Mouse, script=False, **DESK))


def play(arrive):
    """This will go through the story once."""
    tess, carol = arrive(), arrive()
    sign_in(carol, "carol@acme.example")
    carol.reads("waits for you, Carol")
    code = tess_asks(tess)
    carol_reads_it(carol)
    tess.look_around()
    carol_grants_it(carol, code)
    tess_goes_in(tess)
    carol.press("End it now", role="button")
    carol.sees("Ended. Tess can no longer open the account.")
    tess.is_refused(partial(tess.press, "Orders", role="link"), status=403)
    tess.reads("Your access has ended")


def tess_asks(tess):
    """Her menu, *Help desk*, a wrong address first; gives the code on her screen."""
    sign_in(tess, "tess@latchkey.example")
    tess.reads("waits for you, Tess")
    tess.hands.press(tess.page.get_by_label("Tess: your menu"))
    tess.press("Help desk", role="link")
    tess.reads("Help desk")
    tess.hands.write(tess.page.get_by_label("Account number, organization ID or name"), "acme")
    tess.press("Find the customer", role="button")
    tess.reads("Acme")
    asking = partial(tess.press, "Ask for temporary access", role="button")
    tess.hands.write(tess.page.get_by_label("What is to be repaired"), "Nobody can sign in since noon.")
    address = tess.page.get_by_label("E-mail address of the administrator")
    tess.hands.write(address, "ursula@acme.example")
    tess.is_refused(asking, status=400)
    tess.sees("Nobody with this address can grant temporary access here.")
    tess.look_around()
    address.clear()
    tess.hands.write(address, "carol@acme.example")
    asking()
    tess.sees("Tell Carol, carol@acme.example, these two digits:")
    code = tess.page.locator(".hour-code").inner_text().strip()
    assert re.fullmatch("[0-9]{2}", code)
    return code


def carol_reads_it(carol):
    """It comes in by itself; without script the next page has it."""
    if carol.script:
        carol.page.locator("#toasts[role=status]").get_by_text(ASKED, exact=True).wait_for(timeout=NOTICED_WITHIN)
    carol.open("/")
    carol.press("Tess from Latchkey Support asks for temporary access to Acme", role="link")
    carol.reads("Tess from Latchkey Support asks for temporary access to Acme")
    carol.sees("Grant this only if you are in contact with Tess now")
    assert carol.page.get_by_label("1 hour").is_checked()


def carol_grants_it(carol, code):
    """A slip first, then what Tess reads out; and the time runs."""
    digits = carol.page.get_by_label("The two digits on the agent’s screen")
    carol.hands.write(digits, "00" if code != "00" else "01")
    carol.is_refused(partial(carol.press, "Grant access", role="button"), status=400)
    carol.sees("4 tries are left.")
    carol.look_around()
    digits.clear()
    carol.hands.write(digits, code)
    carol.hands.press(carol.page.get_by_label("15 minutes"))
    carol.press("Grant access", role="button")
    carol.reads("Tess has temporary access to Acme")
    carol.sees("Change the configuration")
    clock = carol.page.locator("[data-clock]")
    if carol.script:
        first = clock.inner_text()
        assert re.fullmatch("1[45]:[0-9]{2}", first)
        carol.page.wait_for_function("was => document.querySelector('[data-clock]').textContent !== was", arg=first)
        assert carol.page.locator("[data-said]").inner_text() == ""  # and a screen reader is left in peace
    else:
        assert not clock.is_visible()


def tess_goes_in(tess):
    """Her own hour stands at the help desk; inside, every tab that can be lent."""
    tess.open("/help-desk/")
    tess.look_around()
    tess.press("Open the account of Acme", role="link")
    tess.sees("Viewing as account 654321")
    tabs = tess.page.get_by_label("Pages of Acme").get_by_role("link")
    tabs.filter(has_text="Configuration").wait_for()
    assert {"Overview", "Orders", "Configuration"} <= set(tabs.all_inner_texts())
