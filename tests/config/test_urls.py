"""Every address there is, walked as nobody, and with what no browser sends."""

import re

import pytest
from django.urls import URLPattern, get_resolver

from access_requests import services
from tests import nasty
from tests.pages import soup_of

METHODS = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
# What stands open to nobody in particular: how to get in, what operators ask, and the mailbox of the embedded default
OPEN = {
    *("healthz", "readyz", "csp_report", "icon", "mailbox", "mail", "mail_html", "invitation"),
    *("account_login", "account_signup", "account_inactive", "account_reset_password", "account_logout"),
    *("account_confirm_login_code", "account_confirm_password_reset_code", "account_complete_password_reset"),
    *("account_password_reset_completed", "account_email_verification_sent"),
    *("mfa_authenticate", "mfa_login_webauthn"),
    "invitation",  # how to get in, in the same words whatever the address
}
SIGN_IN = ("/auth/login/", "/admin/login/")  # the second leads to the first
OF_ACME = ["Acme", "654321", "Petra", "does not add up", "carol@", "petra@"]


def every_address(known, patterns=None, before=""):
    """This will give ``(name, path)`` of every address, with what exists put in its places.

    :param known: for each name of a place, something that exists there
    """
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            route = re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str(known.get(place[1], 1)), route)
            yield pattern.name, "/" + route.replace("^(?P<url>.*)$", "anywhere/").lstrip("^").rstrip("$")
        else:
            yield from every_address(known, pattern.url_patterns, route)


@pytest.fixture
def addresses(cast, pending, granted):
    """Every address, about what Mallory and nobody must not see."""
    known = {
        "public_id": pending.public_id,
        "grant_id": granted.public_id,
        "number": "654321",
        "customer": "654321",
        "membership": granted.membership_id,
        "object_id": pending.pk,
    }
    return list(every_address(known))


@pytest.mark.trust("A1")
class TestNobody:
    @pytest.mark.parametrize("method", METHODS)
    def test_is_sent_to_the_sign_in_page(self, client, addresses, method):
        before = nasty.what_stands()
        wrong = []

        for name, path in addresses:
            response = getattr(client, method)(path)
            to_sign_in = response.status_code == 302 and response.headers["Location"].startswith(SIGN_IN)
            if name not in OPEN and path != "/admin/logout/" and not to_sign_in and response.status_code != 404:
                wrong.append((name, path, response.status_code))
            told = "" if response.streaming else soup_of(response).get_text()
            wrong += [(name, path, word) for word in OF_ACME if word in told]
            # Operators are told that no job has run yet
            assert response.status_code < 500 or (path, response.status_code) == ("/readyz", 503), path

        assert wrong == []
        assert nasty.what_stands() == before

    @pytest.mark.trust("H5")
    def test_finds_no_other_way_into_the_admin_site(self, client, cast):
        for path in ("/admin/", "/admin/accounts/user/", "/admin/login/"):
            response = client.get(path, follow=True)
            assert response.redirect_chain[-1][0].startswith("/auth/login/"), path

        password = {"username": "root@latchkey.example", "password": "lend-me-a-key-root"}
        assert client.post("/admin/login/", password).headers["Location"].startswith("/auth/login/")
        assert "_auth_user_id" not in client.session

    def test_meets_every_room_of_the_house(self, addresses):
        names = {name for name, _path in addresses}

        assert {"home", "decide", "account_invoices", "notices", "switch", "index", "account_login"} <= names


@pytest.mark.trust("F5")
class TestSignedIn:
    @pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
    def test_methods_that_no_page_knows(self, cast, addresses, signed_in, method):
        client = signed_in(cast.carol)

        ours = [path for name, path in addresses if name not in OPEN and not path.startswith(("/auth/", "/admin/"))]
        found = {path: getattr(client, method)(path).status_code for path in ours}

        assert found == dict.fromkeys(ours, 405)

    @pytest.mark.parametrize(
        ("content_type", "body", "status"),
        [
            ("application/json", "{" + '"a":{' * 1000 + "}" * 1001, 415),
            ("text/plain", "answer=deny", 415),
            ("application/xml", "<a/>", 415),
            ("", "answer=deny", 415),
            ("multipart/form-data", "answer=deny", 400),
            ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="answer"\r\n\r\nde', 400),
            ("application/x-www-form-urlencoded; charset=utf-7", "answer=deny", 400),
            ("application/x-www-form-urlencoded; charset=klingon", "answer=deny", 400),
            ("application/x-www-form-urlencoded", "answer=" + "x" * 7_000_000, 413),
            ("application/x-www-form-urlencoded", "&".join(f"f{number}=1" for number in range(10_000)), 400),
        ],
    )
    def test_bodies_that_no_form_sends(self, cast, pending, signed_in, content_type, body, status):
        client, before = signed_in(cast.carol), nasty.what_stands()

        path = f"/requests/{pending.public_id}/decide/"
        response = client.generic("POST", path, body.encode(), content_type=content_type)

        assert response.status_code == status
        assert nasty.what_stands() == before


@pytest.mark.trust("F1", "F2")
class TestPathsQueriesHeadersAndCookies:
    @pytest.mark.parametrize("broken", nasty.BROKEN_TEXT[:5])
    def test_broken_text(self, cast, signed_in, broken):
        client = signed_in(cast.carol)
        paths = ["/requests/{}/", "/accounts/{}/", "/accounts/654321/{}/", "/contacts/ask/{}/1/", "/mailbox/{}/"]
        queries = [
            "/?search={}",
            "/requests/?name={}",
            "/requests/?status={}",
            "/requests/?{}=1",
            "/contacts/?customer={}",
        ]

        found = {address: client.get(address.format(broken)).status_code for address in paths + queries}

        assert set(found.values()) <= {400, 404}, found

    def test_very_long_ones(self, cast, signed_in):
        client, long = signed_in(cast.carol), "x" * 1_000_000

        assert client.get(f"/requests/{long}/").status_code == 400
        assert client.get("/requests/", {"name": long}).status_code == 400
        assert client.get("/", HTTP_USER_AGENT=long).status_code == 400
        client.cookies["session_of_old"] = "x" * 100_000
        assert client.get("/").status_code == 400

    @pytest.mark.parametrize("header", ["HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_X_FORWARDED_FOR", "HTTP_COOKIE"])
    @pytest.mark.parametrize("text", ["a\x00b", "\udce2\udc28", "\ufffd"])
    def test_broken_headers(self, cast, signed_in, header, text):
        assert signed_in(cast.carol).get("/", **{header: text}).status_code == 400

    @pytest.mark.parametrize("number", nasty.NUMBERS)
    def test_numbers_that_are_none(self, cast, signed_in, number):
        client = signed_in(cast.pat)
        lists = ["/requests/", "/contacts/", "/notices/"]

        found = [client.get(path, {"page": number}).status_code for path in lists]
        found += [client.get(path, {"size": number}).status_code for path in lists]
        assert set(found) <= {200, 404}
        assert {client.get(path, {"page": number}).status_code for path in lists} == {404}
        assert client.get("/notices/new/", {"after": number}).status_code in {200, 204}
        assert client.get(f"/accounts/{number}/").status_code == 404
        assert client.get("/contacts/", {"customer": number}).status_code == 404
        assert client.get(f"/contacts/ask/654321/{number}/").status_code == 404
        assert client.post(f"/notices/{number}/read/").status_code == 404
        assert client.post("/switch/", {"account": number}).status_code == 404


@pytest.mark.trust("K10")
def test_addresses_and_services_keep_their_names():
    """Mails that have left, bookmarks and outside tests lean on them."""
    names = {name for name, _path in every_address({})}

    assert {"home", "requests", "request", "decide", "contacts", "switch", "healthz", "readyz"} <= names
    assert {f"account{page}" for page in ("", "_orders", "_invoices", "_usage", "_access", "_contacts")} <= names
    assert {"submit_request", "approve_request", "deny_request", "cancel_request"} <= set(dir(services))
