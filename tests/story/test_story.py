"""The story in a real browser, against the demo as ``make demo`` runs it.

Pat asks, Carol gets the mail and decides, Petra works in Acme's account, Carol ends it, Petra is told. It is
played with a mouse, by keyboard alone, without JavaScript and on a phone.
"""

import os
import re
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .hands import Finger, Keyboard, Mouse
from .processes import until
from .visitors import DESK, PHONE, has_words, sign_in

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parent / "screenshots"
ASKED = "IT partner access has been requested to your Account on our Latchkey portal"
LETTERS_BEFORE = 2  # the demo begins with two questions to Carol: about Piotr, who is in, and about Pat


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
    pat.hands.write(pat.page.locator("#id_find"), "Acme")
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


@pytest.mark.seed("S2-7", "S2-8", "S2-14")
@pytest.mark.trust("T9")
class TestManyCustomersAndPeople:
    """My contacts for somebody who works with the keyboard alone, and never waits for a whole page."""

    def test_a_customer_is_found_while_typing(self, arrive):
        pat = arrive(hands=Keyboard, **DESK)
        page = come_to_contacts(pat)

        page.keyboard.press("Alt+K")
        page.keyboard.type("glo")
        expect(page.get_by_role("option")).to_have_text(["Globex810432"])
        expect(page.locator("#contacts-said")).to_have_text("1 customer fits")
        page.keyboard.press("ArrowDown")
        field = page.get_by_role("combobox", name="Customer")
        expect(field).to_have_attribute("aria-expanded", "true")
        expect(field).to_have_attribute("aria-activedescendant", "option-810432")
        pat.look_around()
        page.keyboard.press("Enter")

        page.wait_for_url("**/contacts/?company=700118&customer=810432")
        pat.reads("Partner contacts")
        expect(field).to_have_value("Globex, 810432")
        expect(field).to_be_focused()
        expect(page.locator("#contacts-said")).to_have_text("Globex: 4 people")
        assert page.evaluate("window.sameDocument")

        page.keyboard.press("ArrowDown")
        expect(page.get_by_role("option")).to_have_count(2)
        page.keyboard.press("Escape")
        expect(page.get_by_role("option")).to_have_count(0)
        expect(field).to_have_value("Globex, 810432")

        page.go_back()
        pat.reads("My contacts")
        expect(field).to_have_value("")

    def test_a_key_is_about_what_stands_in_the_field_not_about_a_list_from_before(self, arrive):
        page = come_to_contacts(arrive(hands=Keyboard, **DESK))
        page.keyboard.press("Alt+K")
        page.keyboard.type("e")
        expect(page.get_by_role("option")).to_have_text([re.compile("Acme"), re.compile("Globex")])

        page.keyboard.type("x")
        page.keyboard.press("ArrowDown")

        chosen = page.get_by_role("option", selected=True)
        expect(chosen).to_have_text(["Globex810432"])
        expect(page.get_by_role("combobox", name="Customer")).to_have_attribute(
            "aria-activedescendant", "option-810432"
        )
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("Enter")
        page.wait_for_url("**/contacts/?company=700118&customer=810432")

    def test_who_is_ticked_stays_ticked_when_the_list_changes(self, arrive):
        pat = arrive(**DESK)
        page = come_to_contacts(pat, "?customer=654321")

        page.get_by_role("checkbox", name="Petra").check()
        look_for(page, "dora")
        page.get_by_role("checkbox", name="Dora").check()
        assert page.get_by_role("checkbox").count() == 1
        expect(page.locator("[data-ticked]")).to_have_text("Ticked: 2")
        assert page.evaluate("window.sameDocument")
        page.get_by_role("button", name="Ask for those who are ticked").click()

        pat.reads("Request access for several people")
        page.get_by_label("Why is this needed?").fill("The yearly check.")
        page.get_by_role("switch", name="See invoices").check()
        page.get_by_role("button", name="Send the requests").click()
        pat.reads("Your requests were sent")
        pat.sees("Your requests for Dora and Petra were sent to Carol.")
        pat.press("OK", role="link")
        pending = page.get_by_role("link", name="Access request pending")
        expect(pending).to_have_count(3)  # and Pat's own, from before

    def test_who_was_signed_out_meanwhile_comes_to_the_sign_in(self, arrive):
        pat = arrive(**DESK)
        page = come_to_contacts(pat, "?customer=654321")
        pat.context.clear_cookies()

        page.get_by_role("link", name="Our own people").click()

        pat.reads("Sign in")


def come_to_contacts(pat, query=""):
    """This will open My contacts as Pat, and leave a mark that is gone with the document."""
    sign_in(pat, "pat@bolt.example")
    pat.reads("waits for you, Pat")
    pat.open(f"/contacts/{query}")
    pat.page.evaluate("window.sameDocument = true")
    return pat.page


def look_for(page, name):
    """This will search the people for a name and wait for the list."""
    page.get_by_label("Name or e-mail address").fill(name)
    page.get_by_role("button", name="Search").click()
    page.wait_for_url(f"**name={name}*")


def row_of_petra(visitor):
    """The row of Partner contacts that is about Petra."""
    return visitor.page.get_by_role("row").filter(has=visitor.page.get_by_text("petra@bolt.example"))
