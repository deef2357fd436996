"""What a link in a mail may do, which is nothing, and what a form from elsewhere may do, which is nothing either."""

import re
from io import StringIO
from itertools import product
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from access_requests import services
from audit.models import TrailLine
from frame import clock
from notifications.models import Mail
from tests.cast import fresh
from tests.pages import form_of, soup_of, words_of


def state():
    """This will give everything that stands, as operators see it."""
    out = StringIO()
    call_command("portal_state", "--json", stdout=out)
    return out.getvalue()


def links():
    """This will give where every link of every mail written so far leads."""
    found = set()
    for mail in Mail.objects.all():
        found.update(re.findall(rf"{re.escape(settings.PORTAL_BASE_URL)}[^\s\"<>]*", f"{mail.text} {mail.html}"))
    return sorted(link.removeprefix(settings.PORTAL_BASE_URL) or "/" for link in found)


@pytest.mark.trust("T1", "T3", "I10")
class TestLinksInMails:
    @pytest.mark.parametrize(("who", "times"), [("nobody", 10), ("carol", 4), ("adam", 1), ("pat", 1), ("mallory", 1)])
    def test_change_nothing_however_often_they_are_followed(self, cast, pending, client, signed_in, who, times):
        browser = client if who == "nobody" else signed_in(getattr(cast, who))
        paths, before = links(), state()
        assert f"/requests/{pending.public_id}/decide/?answer=deny" in paths

        for path, method in product(paths, times * ("head", "get", "options")):
            assert getattr(browser, method)(path).status_code < 500

        assert state() == before

    @pytest.mark.seed("S2-19", "S2-20")
    @pytest.mark.parametrize(("word", "button"), [("approve", "Approve access"), ("deny", "Deny access")])
    def test_still_work_afterwards(self, cast, pending, client, signed_in, word, button):
        for _time in range(10):
            client.get(f"/requests/{pending.public_id}/decide/?answer={word}")
        carol = signed_in(cast.carol)

        page = carol.get(f"/requests/{pending.public_id}/decide/?answer={word}")
        carol.post(f"/requests/{pending.public_id}/decide/", form_of(page) | {"answer": word})

        assert "Nothing is decided yet." in words_of(page)
        assert button in words_of(page)
        assert fresh(pending).status == {"approve": "approved", "deny": "denied"}[word]

    def test_lead_strangers_to_signing_in_and_from_there_to_the_question(self, cast, pending, client):
        path = f"/requests/{pending.public_id}/decide/?answer=approve"

        response = client.get(path)

        assert response.status_code == 302
        assert urlsplit(response.headers["Location"]).path == "/auth/login/"
        sign_in = client.get(response.headers["Location"])
        assert soup_of(sign_in).select_one("input[name=next]")["value"] == path

    @pytest.mark.trust("T4")
    def test_of_an_older_mail_show_the_newest_version(self, cast, pending, signed_in, now):
        services.edit_request(
            request=pending,
            seen=pending.as_seen(),
            by=cast.pat,
            permissions=["view_usage"],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=pending.duration),
            reason="It was the usage after all.",
            at=now,
        )

        page = signed_in(cast.carol).get(f"/requests/{pending.public_id}/decide/?answer=approve")

        assert "It was the usage after all." in words_of(page)
        assert form_of(page)["version"] == ["2"]
        assert form_of(page)["permissions"] == ["view_usage"]


@pytest.mark.trust("T2")
class TestFormsFromElsewhere:
    @pytest.fixture
    def desk(self, cast, pending, signed_in):
        """Carol's browser, which minds where forms come from; the page's address; what its form would send."""
        browser = signed_in(cast.carol, enforce_csrf_checks=True)
        path = f"/requests/{pending.public_id}/decide/"
        page = browser.get(path)
        token = soup_of(page).select_one("main input[name=csrfmiddlewaretoken]")["value"]
        return browser, path, form_of(page) | {"answer": "approve"}, token

    def test_our_own_is_taken(self, desk, pending):
        browser, path, sent, token = desk

        response = browser.post(path, sent | {"csrfmiddlewaretoken": token}, HTTP_ORIGIN="http://testserver")

        assert response.status_code == 302
        assert fresh(pending).status == "approved"

    @pytest.mark.parametrize(
        ("headers", "with_token"),
        [
            ({}, False),
            ({"HTTP_ORIGIN": "http://testserver"}, False),
            ({"HTTP_ORIGIN": "https://evil.example"}, True),
            ({"HTTP_ORIGIN": "null"}, True),
            ({"HTTP_ORIGIN": "http://testserver.evil.example"}, True),
            ({"HTTP_ORIGIN": "http://testserver:8001"}, True),
        ],
    )
    def test_any_other_is_refused_and_written_down(self, cast, desk, pending, headers, with_token):
        browser, path, sent, token = desk

        response = browser.post(path, sent | ({"csrfmiddlewaretoken": token} if with_token else {}), **headers)

        assert response.status_code == 403
        assert "This form was not sent from a page of ours" in words_of(response)
        assert fresh(pending).as_seen() == pending.as_seen()
        refused = TrailLine.objects.filter(event="access.refused").values_list("actor", flat=True)
        assert list(refused) == [cast.carol.email]

    def test_somebody_elses_token_does_not_fit(self, cast, desk, pending, signed_in):
        browser, path, sent, _token = desk
        other = signed_in(cast.mallory, enforce_csrf_checks=True)
        token = soup_of(other.get("/")).select_one("input[name=csrfmiddlewaretoken]")["value"]

        response = browser.post(path, sent | {"csrfmiddlewaretoken": token}, HTTP_ORIGIN="http://testserver")

        assert response.status_code == 403
        assert fresh(pending).status == "pending"

    @pytest.mark.parametrize("name", ["end", "less", "cancel", "edit", "unblock"])
    def test_nor_is_any_other_step_taken(self, cast, granted, pending, signed_in, name):
        before = state()

        response = signed_in(cast.carol, enforce_csrf_checks=True).post(f"/requests/{pending.public_id}/{name}/")

        assert response.status_code == 403
        assert fresh(pending).grant.ended_at is None
        assert len(state().splitlines()) > len(before.splitlines())  # the line of the refusal, and nothing else
        assert granted.unended_at(clock.now())


@pytest.mark.trust("T9", "H1")
def test_the_decision_page_says_nothing_to_anybody_else(cast, pending, signed_in):
    page = signed_in(cast.carol).get(f"/requests/{pending.public_id}/decide/")

    assert page.headers["Referrer-Policy"] == "same-origin"
    addresses = [tag.get("src") or tag.get("href") for tag in soup_of(page).select("[src], link[href]")]
    assert {urlsplit(address).netloc for address in addresses} == {""}


def test_a_browser_without_cookies_cannot_decide(pending):
    seen = pending.as_seen()

    response = Client().post(
        f"/requests/{pending.public_id}/decide/",
        {"answer": "approve", "status": seen.status, "version": seen.version, "digest": seen.digest},
    )

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/auth/login/")
    assert fresh(pending).as_seen() == seen
