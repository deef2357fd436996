"""Support inside an account: the pages the roles open and none else, and what remains when its person is locked out."""

from datetime import timedelta
from itertools import combinations

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from access_requests import services
from access_requests.services import end_access
from access_requests.states import Status
from accounts import authorization
from accounts import services as accounts
from accounts.models import Grant
from accounts.permissions import LENDABLE, PAGES
from audit.models import TrailLine
from notifications.models import Mail
from tests.access_requests.case_access import a_case, let_in
from tests.cast import READ_RECORDS, REPAIR, approve, ask_for_support, fresh, role_bundles
from tests.pages import soup_of, words_of

FIRST = [READ_RECORDS, "Follow up cases", "Look into the configuration", REPAIR]
CHOICES = [*combinations(FIRST, 1), *combinations(FIRST, 2)]


@pytest.mark.seed("S0-2", "S0-3")
@pytest.mark.trust("A3")
@pytest.mark.parametrize("roles", CHOICES, ids=" + ".join)
def test_the_roles_open_their_pages_and_no_other(cast, now, signed_in, roles):
    approve(ask_for_support(cast, roles=roles, at=now), by=cast.carol, at=now)
    rights = {right for role in role_bundles(*roles) for right in role.rights}
    browser = signed_in(cast.tess)

    found = {name: browser.get(reverse(name, args=["654321"])).status_code for name, _label, _right in PAGES}

    assert authorization.held(cast.tess, cast.acme, at=now) == rights
    assert found == {name: 200 if right is None or right in rights else 403 for name, _label, right in PAGES}
    assert {browser.get(reverse(name, args=["810432"])).status_code for name in found} == {404}
    assert "Viewing as account 654321" in browser.get("/accounts/654321/").content.decode()


@pytest.mark.trust("A3")
@pytest.mark.parametrize("right", LENDABLE)
def test_a_bundle_of_one_right_opens_its_page_and_no_other(cast, now, signed_in, right):
    """Staff may make such bundles of any right that can be lent."""
    accounts.add_access_role(name="One", description="One right.", permissions=[right], by=cast.stan, at=now)
    approve(ask_for_support(cast, roles=["One"], at=now), by=cast.carol, at=now)
    browser = signed_in(cast.tess)

    found = {name: browser.get(reverse(name, args=["654321"])).status_code for name, _label, _needed in PAGES}

    assert authorization.held(cast.tess, cast.acme, at=now) == {right}
    assert found == {name: 200 if needed in (None, right) else 403 for name, _label, needed in PAGES}


@pytest.mark.trust("H7", "A2")
def test_whoever_is_locked_out_is_out_everywhere_at_once(cast, now, signed_in):
    grant = approve(ask_for_support(cast, at=now), by=cast.carol, at=now)
    waiting = ask_for_support(cast, account=cast.globex, at=now)
    browser = signed_in(cast.tess)
    assert browser.get("/accounts/654321/").status_code == 200

    accounts.deactivate_person(user=cast.tess, by=cast.root, at=now)

    for path in ("/accounts/654321/", "/admin/internal/access-requests/", f"/requests/{waiting.public_id}/"):
        assert browser.get(path).headers["Location"].startswith("/auth/login/"), path
    assert authorization.held(cast.tess, cast.acme, at=now) == set()
    assert fresh(waiting).status == Status.CANCELLED
    assert Grant.objects.get(pk=grant.pk).end_reason == "locked_out"


@pytest.mark.seed("S0-32")
@pytest.mark.trust("E3")
def test_the_next_click_after_the_end_is_refused_whether_or_not_a_job_has_run(cast, now, signed_in):
    grant = approve(ask_for_support(cast, at=now), by=cast.carol, at=now)
    browser = signed_in(cast.tess)
    assert browser.get("/accounts/654321/invoices/").status_code == 200

    Grant.objects.filter(pk=grant.pk).update(starts_at=now - timedelta(days=2), ends_at=now)

    page = browser.get("/accounts/654321/invoices/")
    assert (page.status_code, "Your access has ended" in words_of(page)) == (403, True)
    assert fresh(grant.request).status == Status.APPROVED


def test_a_swedish_customer_reads_the_roles_in_swedish(cast, now, signed_in):
    cast.acme.language = "sv"
    cast.acme.save()
    request = ask_for_support(cast, roles=[REPAIR], at=now)

    mail = Mail.objects.get(event="requested_customer", to="carol@acme.example", about__startswith=request.public_id)
    assert mail.subject == "Supportåtkomst till ditt konto har begärts på vår portal Latchkey"
    for text in (mail.text, mail.html, words_of(signed_in(cast.carol).get(f"/requests/{request.public_id}/decide/"))):
        assert "Laga konfigurationen" in text
        assert REPAIR not in text


@pytest.mark.seed("S0-10")
def test_what_support_tried_and_was_given_for_a_case_is_kept_from_staff(cast, now, signed_in):
    case = a_case(cast, at=now)
    let_in(case, by=cast.carol, at=now)
    with pytest.raises(ValidationError):
        services.activate_access(case=case, email="nobody@acme.example", reason="Help", by=cast.tess, at=now)
    with pytest.raises(ValidationError):
        services.ask_hour(account=cast.acme, email="nobody@acme.example", reason="Help", by=cast.tess, at=now)

    root = signed_in(cast.root)
    for event in ("activation.refused", "hour.refused", "case_access.approved"):
        line = TrailLine.objects.get(event=event)
        page = root.get(f"/admin/audit/trailline/{line.pk}/change/")
        words = words_of(page)
        assert (page.status_code, event in words) == (200, True)
        for kept in (cast.tess.email, "nobody@acme.example", READ_RECORDS):
            assert kept not in words


@pytest.mark.seed("S0-10")
@pytest.mark.trust("L4")
def test_what_was_refused_inside_is_kept_from_staff_as_the_access_is(cast, now, signed_in):
    grant = approve(ask_for_support(cast, at=now), by=cast.carol, at=now)
    tess = signed_in(cast.tess)
    assert tess.post("/accounts/654321/settings/", {"version": 0}).status_code == 403
    end_access(grant=grant, by=cast.carol, at=now)
    assert tess.post("/hand-back/654321/").status_code == 404

    lines = TrailLine.objects.filter(event="access.refused", account="654321")
    assert list(lines.values_list("actor", "subject")) == [(cast.tess.email, grant.public_id)] * 2
    listed = soup_of(signed_in(cast.root).get("/admin/audit/trailline/?noun=access")).select_one("#result_list")
    assert listed.get_text().count("access.refused") == 2
    assert cast.tess.email not in listed.get_text()
