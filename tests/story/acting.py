"""What the cast does in the house, and what came of it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from frame import clock
from tests.pages import soup_of

ASKED = "IT partner access has been requested to your Account on our Latchkey portal"
GRANTED = "IT partner access to customer Account granted on our Latchkey portal"
INVOICES = "/accounts/654321/invoices/"
CAROL, PETRA, PAT = "carol@acme.example", "petra@bolt.example", "pat@bolt.example"


def ask(house, email):
    """This will have Pat ask for an hour of invoices for one of his people; gives the request's address."""
    send_question(house, email)
    return newest_request(house, email)


def send_question(house, email):
    """This will have Pat ask, and look at nothing but the answer he gets."""
    pat = house.browser_of("pat")
    rows = soup_of(pat.get("/contacts/?customer=654321")).select("tbody tr")
    row = next(row for row in rows if email in row.get_text())
    form = pat.get(row.select_one("a[href*='/contacts/ask/']")["href"])
    sent = pat.send(form, permissions=["view_invoices"], length="3600", reason="The last invoice does not add up.")
    assert sent.status_code == 200
    assert "was sent to" in soup_of(sent).get_text()


def newest_request(house, email):
    """This will give the address of the newest request for a person."""
    newest = [request for request in house.state()["requests"] if request["beneficiary"] == email][-1]
    return f"/requests/{newest['id']}/"


def approve(house, request, *, seconds=None):
    """This will have Carol say yes, for so many seconds from then where said; gives the answer she got."""
    carol = house.browser_of("carol")
    page, less = carol.get(f"{request}decide/"), {}
    if seconds is not None:
        end = clock.now().astimezone(ZoneInfo("Europe/Amsterdam")) + timedelta(seconds=seconds)
        less = {"until": "other", "other_end": f"{end:%Y-%m-%dT%H:%M:%S}"}
    return carol.send(page, answer="approve", **less)


def answer(house, request, word):
    """This will have Carol answer; gives the page she lands on."""
    carol = house.browser_of("carol")
    return carol.send(carol.get(f"{request}decide/"), answer=word)


def grant_of(house, email):
    """This will give the newest access a person was given, and the request it answers."""
    state = house.state()
    grant = [grant for grant in state["grants"] if grant["grantee"] == email][-1]
    return grant, next(request for request in state["requests"] if request["id"] == grant["request"])


def is_over(grant):
    """Whether the end of an access has passed."""
    return clock.now() >= datetime.fromisoformat(grant["ends_at"])
