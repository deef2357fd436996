"""A partner with several people and customers, and customers who stay in charge, in a real browser.

Pat asks for three people at three customers. Globex gives one of them less than was asked, denies one and lets one
wait. Piotr, to whom Acme has lent Administrator, adds a colleague; Carol ends his access and gives the colleague's
back. Quinn of another partner sees nothing of it.
"""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from .hands import Finger, Mouse
from .processes import manage
from .visitors import DESK, PHONE, has_words, sign_in

pytestmark = pytest.mark.browser

THREE = ("Dora", "Petra", "Piotr")


@pytest.fixture
def third_customer(own_day, tmp_path):
    """Bolt Partners serves a third customer, whose primary user is Mike."""
    register = tmp_path / "register"
    register.mkdir()
    (register / "accounts.csv").write_text(
        "number,org_id,name,kind,time_zone,language,seats\n720455,48330091,Dunes,customer,Europe/Amsterdam,en,5\n"
    )
    (register / "people.csv").write_text(
        "account,email,first_name,last_name,role,authorized_contact\n720455,mike@acme.example,Mike,,primary,no\n"
    )
    (register / "partnerships.csv").write_text("partner,customer,state\n700118,720455,available\n")
    manage("portal_import", str(register), env=own_day)


@pytest.mark.seed("S2-6", "S2-8", "S2-26", "S2-28", "S2-31", "S2-33", "S2-35", "S2-36", "S2-37", "S2-40", "S2-41")
@pytest.mark.trust("H2", "A2")
@pytest.mark.usefixtures("third_customer")
class TestPartnersAndCustomers:
    def test_at_a_desk(self, arrive):
        play(partial(arrive, hands=Mouse, **DESK))

    def test_on_a_phone_without_javascript(self, arrive):
        play(partial(arrive, hands=Finger, script=False, **PHONE))


def play(arrive):
    """This will go through the story once, each of the five at a browser of their own."""
    pat, mallory, piotr, carol, quinn = arrive(), arrive(), arrive(), arrive(), arrive()
    pat_asks_for_three_people_at_three_customers(pat)
    mallory_answers_two_of_three(mallory)
    pat_sees_three_answers(pat)
    access = piotr_adds_petra(piotr)
    carol_ends_piotr_and_gives_petra_back(carol)
    piotr_is_out(piotr)
    quinn_sees_nothing(quinn, access)


def pat_asks_for_three_people_at_three_customers(pat):
    """One form for each customer; who cannot be asked for is not offered."""
    sign_in(pat, "pat@bolt.example")
    pat.reads("waits for you, Pat")
    for customer, number, people in [
        ("Globex", "810432", THREE),
        ("Dunes", "720455", THREE),
        ("Acme", "654321", ("Dora", "Petra")),  # Piotr is in already
    ]:
        pat.press("Contacts", role="link")
        pat.reads("My contacts")
        pat.hands.write(pat.page.get_by_label("Customer", exact=False).first, number)
        pat.page.keyboard.press("Enter")
        pat.reads("Partner contacts")
        offered = pat.page.get_by_role("checkbox")
        for name in people:
            pat.hands.switch_on(offered.and_(pat.page.get_by_label(re.compile(rf"^{name}\b"))))
        pat.press("Ask for those who are ticked", role="button")
        pat.reads("Request access for several people")
        pat.hands.write(pat.page.get_by_label("Why is this needed?"), f"The yearly check of {customer}.")
        for right in ("See orders", "See invoices"):
            pat.hands.switch_on(pat.page.get_by_role("switch", name=right))
        pat.press("Send the requests", role="button")
        pat.reads("Your requests were sent")
        pat.press("OK", role="link")
        pat.reads("Partner contacts")
        for name in people:
            assert has_words(row_of(pat, name), "No", "Access request pending")


def mallory_answers_two_of_three(mallory):
    """Of Petra's rights one is switched off; Dora is told no; Piotr waits."""
    sign_in(mallory, "mallory@globex.example")
    mallory.reads("3 things wait for you, Mallory")
    for name in THREE:
        mallory.sees(name)
    mallory.hands.press(mallory.page.get_by_role("main").get_by_role("link", name="for Petra").first)
    mallory.reads("Pat from Bolt Partners asks for access to Globex for Petra")
    see_orders = mallory.page.get_by_role("switch", name="See orders")
    mallory.hands.press(see_orders)
    assert not see_orders.is_checked()
    mallory.press("Approve access", role="button")
    mallory.sees("Approved. Petra has been told.")
    mallory.press("Home", role="link")
    mallory.reads("2 things wait for you, Mallory")
    mallory.hands.press(mallory.page.get_by_role("main").get_by_role("link", name="for Dora").first)
    mallory.reads("Pat from Bolt Partners asks for access to Globex for Dora")
    mallory.press("Deny access", role="button")
    mallory.sees("Denied. Dora has been told.")


def pat_sees_three_answers(pat):
    """Approved, to be asked for again, and waiting: each in its own row."""
    pat.open("/contacts/?customer=810432")
    pat.reads("Partner contacts")
    assert has_words(row_of(pat, "Petra"), "Yes", "Approved")
    assert has_words(row_of(pat, "Dora"), "No", "Request access")
    assert has_words(row_of(pat, "Piotr"), "No", "Access request pending")


def piotr_adds_petra(piotr):
    """He asks nobody; the request that waited for her is done with. Gives the address of her access."""
    sign_in(piotr, "piotr@bolt.example")
    piotr.reads("waits for you, Piotr")
    piotr.press("Contacts", role="link")
    piotr.reads("My contacts")
    piotr.open("/contacts/?customer=654321")
    piotr.reads("Partner contacts")
    piotr.hands.press(row_of(piotr, "Petra").get_by_role("link", name="Add as Latchkey user"))
    piotr.reads("Add contact as Latchkey user")
    piotr.hands.write(piotr.page.get_by_label("Why is this needed?"), "Petra keeps the invoices in order.")
    piotr.hands.switch_on(piotr.page.get_by_role("switch", name="See invoices"))
    piotr.press("Add contact", role="button")
    piotr.reads("Access was given")
    piotr.press("OK", role="link")
    piotr.reads("Partner contacts")
    assert has_words(row_of(piotr, "Petra"), "Yes", "Edit or remove")
    assert not has_words(row_of(piotr, "Petra"), "pending")
    return row_of(piotr, "Petra").get_by_role("link", name="Edit or remove").get_attribute("href")


def carol_ends_piotr_and_gives_petra_back(carol):
    """What hangs under Piotr's access is named before it ends, and can be given back on Carol's own word."""
    sign_in(carol, "carol@acme.example")
    carol.reads("2 things wait for you, Carol")
    carol.open("/accounts/654321/access/")
    carol.reads("Who has access to Acme")
    assert has_words(row_of(carol, "Petra"), "added by Piotr")
    carol.hands.press(row_of(carol, "Piotr").get_by_role("link", name="End access"))
    carol.reads("End the access of Piotr to Acme now?")
    carol.sees("With it ends the access of those whom Piotr added")
    carol.press("End access now", role="button")
    carol.sees("Ended. Piotr can no longer open the account.")
    carol.open("/accounts/654321/access/")
    carol.reads("Who has access to Acme")
    carol.hands.press(row_of(carol, "Petra").get_by_role("link", name="Give back"))
    carol.reads("Give Petra access to Acme again?")
    carol.press("Give access back", role="button")
    carol.sees("Petra has access again, on your word.")
    carol.reads("Who has access to Acme")
    expect(carol.page.get_by_text("One person from outside can open your account now.")).to_be_visible()
    assert has_words(carol.page.get_by_role("table"), "on the word of Carol")


def piotr_is_out(piotr):
    """With his access his say about colleagues is gone."""
    piotr.is_refused(partial(piotr.open, "/accounts/654321/"), status=403)
    piotr.reads("Your access has ended")


def quinn_sees_nothing(quinn, access):
    """Crow IT may ask Acme too: its admin meets his own company's people there, and nobody of Bolt's."""
    sign_in(quinn, "quinn@crow.example")
    quinn.reads("waits for you, Quinn")
    for path in ("/", "/requests/", "/contacts/?customer=654321"):
        quinn.open(path)
        said = quinn.page.get_by_role("main").inner_text()
        assert not re.search(r"\b(Pat|Petra|Piotr|Dora|Bolt|Globex|Dunes)\b", said), said
    for path in (access, "/contacts/?customer=810432", "/accounts/654321/access/"):
        quinn.is_refused(partial(quinn.open, path), status=404)


def row_of(visitor, name):
    """The row of the table that is about this person, on top where there are several."""
    return visitor.page.get_by_role("row").filter(has=visitor.page.get_by_text(name, exact=True)).first
