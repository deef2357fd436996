"""Support's story in a real browser, three people at once, against the demo as ``make demo`` runs it.

Tess asks, Carol sees it come in and approves with less, Tess goes over and works, Carol watches and ends it, Tess's
next click is refused and says why. Tom, who works beside Tess, sees nothing of it at any time.
"""

import re
import time
from functools import partial

import pytest

from .hands import Mouse
from .visitors import DESK, sign_in

pytestmark = pytest.mark.browser

ASKED = "Support access has been requested to your Account on our Latchkey portal"
LOOK_FOR_NEWS = """new Promise(done => {
    document.addEventListener("htmx:afterRequest", () => done(), {once: true});
    htmx.trigger("#toasts", "due");
})"""
SECONDS = 1000
NOTICED_WITHIN = 20 * SECONDS


@pytest.mark.seed("S0-2", "S0-8", "S0-12", "S0-14", "S0-17", "S0-18", "S0-23", "S0-24", "S0-28", "S0-29")
@pytest.mark.trust("A5", "H2", "H6")
class TestTheStoryOfSupport:
    def test_with_a_mouse(self, arrive):
        play(partial(arrive, hands=Mouse, **DESK))

    def test_without_javascript(self, arrive):
        play(partial(arrive, hands=Mouse, script=False, **DESK))


@pytest.mark.trust("H6")
class TestAPageThatStandsOpenAfterSigningOut:
    def test_takes_nothing_in_from_the_sign_in_page(self, arrive):
        carol = arrive(hands=Mouse, **DESK)
        sign_in(carol, "carol@acme.example")
        carol.open("/accounts/654321/invoices/")
        carol.page.get_by_role("table", name="Invoices").wait_for()
        carol.context.clear_cookies()

        with carol.page.expect_response(lambda answer: "/auth/login/" in answer.url):
            carol.page.evaluate(LOOK_FOR_NEWS)

        assert carol.page.get_by_role("heading", name="Sign in").count() == 0
        assert carol.page.locator("#toasts > *").count() == 1


def play(arrive):
    """This will go through the story once."""
    tess, carol, tom = arrive(), arrive(), arrive()
    carol_is_somewhere_else(carol)
    asked = tess_asks(tess)
    carol_notices(carol, since=asked)
    tess.reads("Access to Acme for Tess")
    carol_gives_less(carol)
    tess_goes_over_and_works(tess)
    tom_sees_nothing(tom, tess)
    carol_watches(carol)
    carol_ends_it(carol)
    tess_is_told(tess)


def carol_is_somewhere_else(carol):
    """She looks through her invoices; nothing of support is in sight."""
    sign_in(carol, "carol@acme.example")
    carol.reads("waits for you, Carol")
    carol.open("/accounts/654321/invoices/")
    carol.page.get_by_role("table", name="Invoices").wait_for()
    assert count_of(carol) == 1


def tess_asks(tess):
    """Her menu, *Access requests*, the three steps; gives when it was sent."""
    sign_in(tess, "tess@latchkey.example")
    tess.reads("waits for you, Tess")
    tess.hands.press(tess.page.get_by_label("Tess: your menu"))
    tess.press("Access requests", role="link")
    tess.reads("Access requests")
    tess.press("Create request", role="link")
    tess.reads("Create request")
    tess.hands.write(tess.page.get_by_label("Account number"), "654321")
    tess.hands.write(tess.page.get_by_label("Organization ID"), "48104810")
    tess.hands.write(tess.page.get_by_label("Why there is no case"), "Carol called.")
    tess.hands.write(tess.page.get_by_label("Why is this needed?"), "The last invoice does not add up.")
    tess.press("Next: roles", role="button")
    tess.hands.switch_on(tess.page.get_by_label("Read orders, invoices and usage"))
    tess.look_around()
    tess.press("Next: review", role="button")
    tess.sees("Who decides")
    tess.look_around()
    tess.press("Send the request", role="button")
    sent = time.monotonic()
    tess.sees("Sent to Acme.")
    return sent


def carol_notices(carol, *, since):
    """It comes in by itself, is said aloud, and the count stays; without script the next page says it."""
    if carol.script:
        pop_up = carol.page.locator("#toasts[role=status]").get_by_text(ASKED, exact=True)
        pop_up.wait_for(timeout=NOTICED_WITHIN)
        assert (time.monotonic() - since) * SECONDS <= NOTICED_WITHIN
        pop_up.hover()  # while somebody is reading it, it stays
        assert count_of(carol) == 2
        carol.look_around()
        carol.page.locator(".toast .close").first.click()
        pop_up.wait_for(state="detached")
        assert count_of(carol) == 2
    else:
        carol.page.reload()
        assert count_of(carol) == 2
    carol.hands.press(carol.page.get_by_label("Carol: your menu"))
    carol.press("Access requests", role="link")
    carol.reads("Access requests")
    carol.hands.press(carol.page.get_by_role("link", name=re.compile("^Request [0-9a-f]{6}, Tess$")))
    carol.reads("Tess from Latchkey Support asks for access to Acme")


def carol_gives_less(carol):
    """She reads the role and each right, and switches one off."""
    carol.reads("Roles requested")
    carol.sees("Looks at what was ordered, billed and used")
    carol.hands.press(carol.page.get_by_role("switch", name="See usage"))
    assert not carol.page.get_by_role("switch", name="See usage").is_checked()
    carol.press("Approve access", role="button")
    carol.sees("Approved. Tess has been told.")
    carol.reads("Access to Acme for Tess")
    carol.sees("Nothing yet. Every page that is opened")
    assert count_of(carol) == 1


def tess_goes_over_and_works(tess):
    """Acme stands in the switcher; the banner says whose account it is, until when, and how to hand it back."""
    tess.open("/")
    tess.hands.press(tess.page.locator(".menu-switch summary"))
    if tess.script:
        tess.hands.write(tess.page.get_by_role("searchbox", name="Name or number").first, "6543")
        tess.page.locator("#switch-found button").filter(has_text="Latchkey").wait_for(state="detached")
    tess.hands.press(tess.page.locator("#switch-found").get_by_role("button", name="Acme"))
    tess.sees("Viewing as account 654321")
    tess.sees("Hand access back")
    tess.look_around()
    tabs = tess.page.get_by_label("Pages of Acme").get_by_role("link")
    assert tabs.all_inner_texts() == ["Overview", "Orders", "Invoices"]
    tess.hands.press(tabs.filter(has_text="Invoices"))
    tess.page.get_by_role("table", name="Invoices").wait_for()


def tom_sees_nothing(tom, tess):
    """Neither the account nor the request, nor anything of them in his menus and lists."""
    request = tess.page.context.new_page()
    request.goto("/admin/internal/access-requests/")
    asked = request.get_by_role("link", name=re.compile("^Request ")).first.get_attribute("href")
    request.close()
    sign_in(tom, "tom@latchkey.example")
    tom.reads("waits for you, Tom")
    assert tom.page.locator("#switch-found button").count() == 1
    for path in ("/accounts/654321/", "/accounts/654321/invoices/", asked):
        tom.is_refused(partial(tom.open, path), status=404)
    tom.open("/admin/internal/access-requests/")
    tom.sees("No request here")


def carol_watches(carol):
    """What Tess opens appears under the access, without anybody doing anything."""
    if not carol.script:
        carol.page.reload()
    carol.page.get_by_role("log").get_by_text("Tess opened the page: Invoices").wait_for(timeout=NOTICED_WITHIN)
    carol.look_around()


def carol_ends_it(carol):
    """The button beside what was done; one page that says what will end."""
    carol.press("End it now", role="link")
    carol.reads("End the access of Tess to Acme now?")
    carol.press("End access now", role="button")
    carol.sees("Ended. Tess can no longer open the account.")


def tess_is_told(tess):
    """Her next click is refused and says why, with the number and the time and nothing else."""
    tess.is_refused(partial(tess.press, "Orders", role="link"), status=403)
    tess.reads("Your access has ended")
    tess.sees("Your access to account 654321 ended")
    assert tess.page.get_by_text("Acme").count() == tess.page.get_by_text("Viewing as account").count() == 0


def count_of(visitor):
    """How many wait for somebody, as the masthead says; 0 where it says nothing."""
    shown = visitor.page.locator("#waiting-count .count")
    return int(re.search(r"\d+", shown.inner_text())[0]) if shown.count() else 0
