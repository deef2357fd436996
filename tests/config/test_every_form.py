"""Every form there is, found by its address: what no honest browser sends is refused, and a new one needs a case."""

from itertools import cycle

import pytest

from tests import nasty
from tests.config.test_urls import OPEN, every_address
from tests.config.things import CHOSEN, begin_to_ask, is_ours, things
from tests.pages import form_of, soup_of

BROKEN = [nasty.BROKEN_TEXT[0], *nasty.BROKEN_TEXT[2:4]]
ODD = nasty.encoded(["-1", "9" * 40, "NaN", "9999-12-31T23:59", "{}", "' OR 1=1 --", "0001-01-01"])
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
    "replacement_stop": {},
    "factor_reset_stop": {},
    "help_desk_ask": {"email": ["carol@acme.example"], "reason": ["Nobody can sign in."]},
    "csp_report": {},
    "desk_terms_ask": {},
    "desk_case_finish": {},
    "account_case_withdraw": {},
    "account_case_follow": {"follow": ["yes"]},
    "desk_case_follow": {"follow": ["yes"]},
    "account_review_access": {"answer": ["end"]},
    "account_review_member": {"answer": ["end"]},
}
# Answers on its own page, and writes down whatever was looked up
WRITTEN_DOWN = {"support_find", "help_desk"}


@pytest.fixture
def forms(cast, now, signed_in):
    """Every address that can be sent to: ``{name: (browser, path, what its form sends or None)}``."""
    browsers = [signed_in(cast.carol), signed_in(cast.pat), signed_in(cast.petra), signed_in(cast.tess)]
    begin_to_ask(browsers[-1])
    found, only_read = {}, set()
    for known in things(cast, now):
        for name, path in every_address(known):
            done = name in only_read or found.get(name, (0, 0, None))[2] is not None
            if done or name in OPEN or not is_ours(path):
                continue
            if "POST" not in browsers[0].put(path).headers.get("Allow", ""):
                only_read.add(name)
            else:
                found[name] = _case(name, path + CHOSEN.get(name, "").format(**known), browsers)
    return found


def _case(name, path, browsers):
    """What the first of these browsers that gets a form there would send."""
    if name in BUTTONS:
        return browsers[0], path, BUTTONS[name]
    for browser in browsers:
        page = browser.get(path)
        if page.status_code == 200 and soup_of(page).select_one("main form[method=post]"):
            return browser, path, form_of(page)
    return browsers[0], path, None


@pytest.mark.trust("F1", "F2", "F4")
def test_every_form_refuses_what_no_browser_sends(forms):
    """One test, for the world it walks through takes longer to make than to walk. Each field is sent one value of each
    kind in turn; those of the forms that ask, decide and lend are sent all of them in ``tests/access_requests``.
    """
    assert {name for name, (_browser, _path, sent) in forms.items() if sent is None} == set(), "a form without a case"
    assert {"account_invite", "give_access", "renew", "renewals", "ask_several", "end_all_access"} <= forms.keys()

    broken, odd, before = cycle(BROKEN), cycle(ODD), nasty.what_stands()
    for name, (browser, path, sent) in forms.items():
        for field in [*sent, "strange"]:
            value = next(broken)
            response, changed, _landed = nasty.send(browser, path, sent, before=before, **{field: value})
            assert (response.status_code in (400, 404), changed) == (True, False), (name, field, value)
        for field, value in zip(sent, odd, strict=False):
            response, changed, landed = nasty.send(browser, path, sent, before=before, **{field: value})
            assert response.status_code < 500, (name, field, value)
            assert not changed or landed == 200 or name in WRITTEN_DOWN, (name, field, value)
