"""Staff's working day in a real browser: every page of the admin site, and a new company from form to mail."""

import pytest

from .visitors import DESK, PHONE, sign_in

pytestmark = pytest.mark.browser
DUNE = {
    "Name": "Dune",
    "Account number": "910001",
    "Organization ID": "91000001",
    "First name of the primary user": "First",
    "E-mail address": "first@dune.example",
    "IT partners that serve it": "Crow IT",
}


@pytest.fixture
def console(arrive):
    """``console(**window)`` is Stan on the first page of the admin site, at a browser of his own."""

    def sit_down(**how):
        stan = arrive(**how)
        sign_in(stan, "stan@latchkey.example")
        stan.open("/admin/")
        return stan

    return sit_down


@pytest.mark.trust("H2")
class TestTheConsole:
    def test_every_window_and_the_first_row_of_each(self, console):
        stan = console(**DESK)
        stan.reads("What needs you")
        windows = stan.page.locator(".all-windows ul ul a")
        addresses = [window.get_attribute("href") for window in windows.all()]
        assert len(addresses) == 27
        for address in addresses:
            stan.open(address)
            stan.page.get_by_role("heading", level=1).wait_for()
            stan.look_around()
            rows = stan.page.locator("#result_list tbody a")
            if rows.count():
                rows.first.click()
                stan.page.locator(".facts-of-row, body.change-form").first.wait_for()
                stan.look_around()

    def test_a_new_company_from_the_form_to_its_mail(self, console):
        stan = console(**DESK)
        set_up_dune(stan)
        stan.sees("The account of Dune 910001 is open.")
        stan.look_around()
        stan.press("You are invited to Dune on our Latchkey portal", role="link")
        letter = stan.page.frame_locator("iframe.letter-html")
        letter.get_by_role("link", name="Read the invitation").wait_for()
        assert letter.locator("body").evaluate("body => getComputedStyle(body).margin") == "0px"

    def test_on_a_phone(self, console):
        stan = console(**PHONE)
        for address in ("/admin/", "/admin/accounts/account/", "/admin/audit/trailline/"):
            stan.open(address)
            stan.look_around()
        stan.open("/admin/accounts/account/?q=654321")
        stan.press("Acme", role="link")
        stan.sees("Partners may add colleagues")
        stan.look_around()

    def test_without_javascript(self, console):
        stan = console(script=False, **DESK)
        set_up_dune(stan)
        stan.sees("The account of Dune 910001 is open.")


def set_up_dune(stan):
    """This will open Dune's account, by the way of the list and the preview."""
    stan.open("/admin/accounts/account/")
    stan.press("New company", role="link")
    for label, value in DUNE.items():
        stan.page.get_by_label(label, exact=True).fill(value)
    stan.press("Show the mails that would go", role="button")
    stan.sees("Nothing is done yet. One mail would go.")
    stan.look_around()
    stan.press("Open the account", role="button")
