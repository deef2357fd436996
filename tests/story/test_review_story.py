"""The story of looking through who is in, in a real browser, against the demo as ``make demo`` runs it.

It is 91 days since Acme came to the portal, and Carol is asked who still needs to be in. She keeps Connie, shortens
Pat's access to a day, ends Piotr's, whose next click is refused, and keeps the rest; what was said stands for good.
At a desk, on a phone, without JavaScript.
"""

from functools import partial

import pytest

from .hands import Finger, Mouse
from .processes import manage
from .visitors import DESK, PHONE, sign_in

pytestmark = pytest.mark.browser

REVIEW, INVOICES = "/accounts/654321/access/review/", "/accounts/654321/invoices/"
LATER = """
from datetime import timedelta
from access_requests.models import AccessRequest
from access_requests.services import approve_request
from accounts.models import Account, User
from frame import clock
at = clock.now()
Account.objects.filter(number="654321").update(opened_at=at - timedelta(days=91))
asked = AccessRequest.objects.get(beneficiary__email="pat@bolt.example")
carol = User.objects.get(email="carol@acme.example")
approve_request(request=asked, seen=asked.as_seen(), by=carol, at=at)
"""


@pytest.fixture
def own_day(own_day):
    """The day on which it is time: Pat was let in meanwhile, as Piotr was before."""
    manage("shell", "-c", LATER, env=own_day)
    return own_day


@pytest.mark.seed("S3-15")
@pytest.mark.trust("C3", "H2")
class TestTheStoryOfAReview:
    def test_with_a_mouse(self, arrive):
        play(arrive(hands=Mouse, **DESK), arrive(hands=Mouse, **DESK))

    def test_with_a_finger_on_a_phone(self, arrive):
        play(arrive(hands=Finger, **PHONE), arrive(hands=Mouse, **DESK))

    def test_without_javascript(self, arrive):
        plain = partial(arrive, hands=Mouse, script=False, **DESK)
        play(plain(), plain())


def play(carol, piotr):
    """This will go through the story once."""
    sign_in(piotr, "piotr@bolt.example")
    piotr.reads("waits for you, Piotr")
    piotr.open(INVOICES)
    piotr.sees("Viewing as account 654321")
    carol_is_asked(carol)
    carol_keeps_connie(carol)
    carol_shortens_pats(carol)
    carol_ends_piotrs(carol)
    piotr.is_refused(partial(piotr.open, INVOICES), status=403)
    piotr.reads("Your access has ended")
    carol_finishes(carol)
    carol_reads_what_was_said(carol)


def row_of(carol, name):
    """The line about somebody in the list."""
    return carol.page.get_by_role("row").filter(has=carol.page.get_by_role("rowheader", name=name))


def press_beside(carol, name, words, *, role="link"):
    """Use what is called so on the line about somebody."""
    carol.hands.press(row_of(carol, name).get_by_role(role, name=words))


def carol_is_asked(carol):
    """It waits at the front door, and the list shows what each may, until when, and what they did last."""
    sign_in(carol, "carol@acme.example")
    carol.reads("waits for you, Carol")
    carol.press("Look through who is in", role="link")
    carol.reads("Look through who is in")
    carol.sees("It is time to do it now.")
    carol.sees("8 are in of whom nothing was said yet.")
    assert "Piotr opened the page: Invoices" in row_of(carol, "Piotr").inner_text()


def carol_keeps_connie(carol):
    """One button, and it stands there with her name."""
    press_beside(carol, "Connie", "Keep", role="button")
    carol.sees("One is kept.")
    assert "Kept" in row_of(carol, "Connie").inner_text()


def carol_shortens_pats(carol):
    """On a page of its own that says what follows."""
    press_beside(carol, "Pat", "Shorten")
    carol.reads("Pat")
    carol.hands.press(carol.page.get_by_label("1 day"))
    carol.press("Shorten access", role="button")
    carol.sees("Shortened: Pat. Everybody concerned has been told.")
    assert "Shortened" in row_of(carol, "Pat").inner_text()


def carol_ends_piotrs(carol):
    """At once."""
    press_beside(carol, "Piotr", "End")
    carol.reads("Piotr")
    carol.sees("Piotr is out at once, also in the middle of something.")
    carol.press("End access now", role="button")
    carol.sees("Ended: Piotr. Everybody concerned has been told.")
    carol.look_around()


def carol_finishes(carol):
    """The last answer finishes it."""
    carol.sees("5 are in of whom nothing was said yet.")
    carol.press("Keep all 5 that are left on this page", role="button")
    carol.sees("Looked through: something was said of everybody who is in.")


def carol_reads_what_was_said(carol):
    """Each answer with her name, and the review among those before; nothing waits any more."""
    carol.reads("Who was in, and what was said")
    carol.sees("Finished by Carol")
    said = {"Connie": "Kept", "Pat": "Shortened", "Piotr": "Ended", "Mike": "Kept"}
    for name, word in said.items():
        assert word in row_of(carol, name).inner_text(), name
    carol.press("Looked through before", role="link")
    carol.reads("Looked through before")
    carol.open("/")
    carol.reads("waits for you, Carol")
    assert carol.page.get_by_role("link", name="Look through who is in").count() == 0
    carol.open(REVIEW)
    carol.sees("Last done by Carol")
