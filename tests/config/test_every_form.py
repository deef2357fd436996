"""Every form there is, found by its address: what no honest browser sends is refused, and a new one needs a case."""

from datetime import timedelta

import pytest

from access_requests import services
from accounts import services as accounts
from accounts.models import Grant
from accounts.permissions import Role
from tests import nasty
from tests.cast import INVOICES, approve, ask, member
from tests.config.test_urls import OPEN, every_address
from tests.pages import form_of

BROKEN = [nasty.BROKEN_TEXT[0], *nasty.BROKEN_TEXT[2:4]]
ODD = nasty.encoded(["-1", "9" * 40, "NaN", "9999-12-31T23:59", "{}", "' OR 1=1 --"])
# Addresses that are only sent to: what their button sends
BUTTONS = {
    "switch": {"account": ["654321"]},
    "notice_read": {},
    "unblock": {},
    "request_send_again": {},
    "invitation_again": {},
    "invitation_withdraw": {},
    "invitation_accept": {},
    "person_role": {"role": ["access_administrator"]},
    "person_rights": {"permissions": ["view_orders"]},
    "person_contact": {"authorized_contact": ["on"]},
    "person_stand_in_end": {},
    "csp_report": {},
}
# Forms that are another's page with the same form, reached by an address of their own
SAME_AS = {"grant_end": "access_end", "grant_less": "access_less"}


@pytest.fixture
def forms(cast, now, signed_in):
    """Every address that can be sent to: ``{name: (browser, path, what its form sends or None)}``."""
    waiting = ask(cast, at=now, for_=cast.pat)
    lent = approve(ask(cast, at=now, administrator=True, may_delegate=True), by=cast.carol, at=now)
    child = services.add_colleague(
        account=cast.acme,
        membership=member(cast.dora, cast.bolt),
        by=cast.piotr,
        permissions=[INVOICES],
        administrator=False,
        reason="Holidays",
        at=now,
    )
    services.end_access(grant=Grant.objects.get(grantee=cast.piotr), by=cast.carol, at=now + timedelta(seconds=1))
    invited = {"email": "new@acme.example", "first_name": "New", "last_name": "One", "role": Role.MEMBER}
    invitation = accounts.invite(
        account=cast.acme, permissions=[], authorized_contact=False, by=cast.carol, at=now, **invited
    )
    here = {"number": "654321", "customer": "654321", "partner": "700118"}
    worlds = [
        {"public_id": waiting.public_id, "grant_id": child.public_id, "membership": member(cast.mike, cast.acme).pk},
        {"public_id": lent.request_id, "grant_id": lent.public_id, "membership": member(cast.piotr, cast.bolt).pk},
        {"public_id": invitation.public_id, "grant_id": lent.public_id, "membership": member(cast.pat, cast.bolt).pk},
    ]
    browsers = [signed_in(cast.carol), signed_in(cast.pat), signed_in(cast.petra)]
    found = {}
    for known in worlds:
        for name, path in every_address(here | known):
            if name in OPEN or path.startswith(("/auth/", "/admin/")) or found.get(name, (0, 0, None))[2] is not None:
                continue
            for browser in browsers:
                if "POST" not in browser.put(path).headers.get("Allow", ""):
                    break
                page = browser.get(path)
                sent = form_of(page) if page.status_code == 200 and b"<form" in page.content else None
                if name in BUTTONS or sent is not None:
                    found[name] = (browser, path, BUTTONS.get(name, sent))
                    break
                found.setdefault(name, (browser, path, None))
    return found


@pytest.mark.trust("F1", "F2", "F4")
class TestEveryForm:
    def test_has_a_case(self, forms):
        assert {name for name, (_browser, _path, sent) in forms.items() if sent is None} <= SAME_AS.keys()
        assert set(SAME_AS.values()) <= forms.keys()
        assert {"invite", "give_access", "renew", "person_stand_in"} & {name.removeprefix("account_") for name in forms}

    def test_refuses_broken_text_in_every_field(self, forms):
        for name, (browser, path, sent) in forms.items():
            for field in [*(sent or {}), "strange"]:
                for value in BROKEN:
                    response, changed, _landed = nasty.send(browser, path, sent or {}, **{field: value})
                    assert (response.status_code in (400, 404), changed) == (True, False), (name, field, value)

    def test_never_breaks_on_what_cannot_be_meant(self, forms):
        for name, (browser, path, sent) in forms.items():
            for field in sent or {}:
                for value in ODD:
                    response, changed, landed = nasty.send(browser, path, sent, **{field: value})
                    assert response.status_code < 500, (name, field, value)
                    assert not changed or landed == 200, (name, field, value)
