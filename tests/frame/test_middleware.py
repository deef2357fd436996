"""What every answer carries, and what no question may be made of."""

import pytest
from django.test import Client

from frame.middleware import PERMISSIONS_POLICY, client_address
from tests import doorbell

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.frame.refusing")]


@pytest.fixture
def mike(client):
    user = doorbell.person("mike@acme.example")
    doorbell.sign_in(client, user)
    return user


def assert_guarded(response):
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "base-uri 'none'" in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Permissions-Policy"] == PERMISSIONS_POLICY
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.trust("H1")
class TestEveryAnswer:
    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("/auth/login/", 200),
            ("/auth/password/reset/", 200),
            ("/auth/signup/", 200),
            ("/nowhere/", 404),
            ("/", 302),
            ("/admin/", 302),
            ("/healthz", 200),
            ("/static/tokens.css", 200),
            ("/static/nothing.css", 404),
            ("/try/public/denied/", 403),
            ("/try/public/ended/", 403),
            ("/try/public/late/", 409),
            ("/try/public/gone/", 404),
            ("/try/public/broken/", 500),
            ("/%00", 400),
        ],
    )
    def test_is_guarded(self, path, status):
        response = Client(raise_request_exception=False).get(path)

        assert response.status_code == status
        assert_guarded(response)

    def test_of_a_page_behind_signing_in_is_guarded_and_never_kept(self, client, mike):
        response = client.get("/try/echo/")

        assert_guarded(response)
        assert response.headers["Cache-Control"] == "no-store"

    def test_gives_each_page_a_nonce_of_its_own(self, client):
        first, second = client.get("/auth/login/"), client.get("/auth/login/")

        assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]

    def test_is_numbered(self, client):
        first, second = client.get("/healthz"), client.get("/healthz")

        assert len(first.headers["X-Request-ID"]) == 32
        assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]


class TestARefusal:
    @pytest.mark.parametrize(
        ("how", "status", "sentence"),
        [
            ("denied", 403, "Only the primary user may do this."),
            ("ended", 403, "Your access to account 654321 ended."),
            ("late", 409, "Adam was faster."),
        ],
    )
    def test_says_why(self, client, mike, how, status, sentence):
        response = client.get(f"/try/refuse/{how}/")

        assert response.status_code == status
        assert sentence in response.content.decode()

    def test_of_what_is_not_there_says_nothing_about_it(self, client, mike):
        response = client.get("/try/refuse/gone/")

        assert response.status_code == 404
        assert "no such thing" not in response.content.decode()

    def test_of_a_form_from_elsewhere_is_403(self, mike):
        stranger = Client(enforce_csrf_checks=True)
        doorbell_page = stranger.post("/auth/login/", {"login": mike.email, "password": doorbell.PASSWORD})

        assert doorbell_page.status_code == 403
        assert "not sent from a page of ours" in doorbell_page.content.decode()


@pytest.mark.trust("F1")
class TestWhatNoTableCouldStore:
    BAD = ["\x00", "a\x00b", "\ud800", "\udfff\ud800"]

    @pytest.mark.parametrize("text", ["%00", "a%00b", "%c0%af", "%ed%a0%80", "%ff"])
    @pytest.mark.parametrize("place", ["/try/echo/?q={}", "/try/echo/?{}=1", "/accounts/{}/", "/auth/login/?next={}"])
    def test_in_an_address_is_not_found_or_malformed(self, client, mike, place, text):
        assert client.get(place.format(text)).status_code in {400, 404}

    @pytest.mark.parametrize("text", ["%00", "%c0%af", "%ed%a0%80"])
    @pytest.mark.parametrize("body", ["note={}", "{}=1", "note=a&note={}"])
    def test_in_a_field_is_malformed(self, client, mike, body, text):
        response = client.post("/try/echo/", body.format(text), content_type="application/x-www-form-urlencoded")

        assert response.status_code == 400

    @pytest.mark.parametrize("name", ["note", "login", "csrfmiddlewaretoken"])
    def test_in_a_part_of_a_form_is_malformed(self, client, name):
        assert client.post("/auth/login/", {name: "a\x00b"}).status_code == 400

    @pytest.mark.parametrize("header", ["User-Agent", "Accept-Language", "Referer", "X-Forwarded-For"])
    def test_in_a_header_is_malformed(self, client, header):
        assert client.get("/auth/login/", headers={header: "a\x00b"}).status_code == 400

    @pytest.mark.parametrize("value", ['"\\000abcdefghij"', "\x00", "a\x00" * 20])
    def test_in_a_cookie_is_malformed(self, client, value):
        client.cookies.load({"session": "x"})
        response = client.get("/auth/login/", headers={"Cookie": f"session={value}"})

        assert response.status_code == 400

    @pytest.mark.parametrize("place", ["/{}/", "/try/echo/?q={}", "/accounts/{}/"])
    def test_too_long_in_an_address_is_malformed(self, client, mike, place):
        assert client.get(place.format("a" * 1_000_000)).status_code in {400, 404}

    @pytest.mark.parametrize("header", ["User-Agent", "Accept-Language", "Cookie", "X-Forwarded-For"])
    def test_too_long_in_a_header_is_malformed(self, client, header):
        assert client.get("/auth/login/", headers={header: "a" * 1_000_000}).status_code == 400

    @pytest.mark.parametrize("name", ["login", "password", "next", "other"])
    def test_too_long_in_a_field_is_malformed(self, client, name):
        assert client.post("/auth/login/", {name: "a" * 1_000_000}).status_code == 400


@pytest.mark.trust("F5")
class TestWhatNoBrowserSends:
    @pytest.mark.parametrize(
        ("kind", "body", "status"),
        [
            ("application/json", "[" * 1000, 415),
            ("text/plain", "note=1", 415),
            ("application/xml", "<a/>", 415),
            ("", "note=1", 415),
            ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data", 400),
            ("multipart/form-data", "--x\r\n", 400),
            ("application/x-www-form-urlencoded; charset=utf-16", "note=1", 400),
            ("application/x-www-form-urlencoded; charset=nothing", "note=1", 200),
        ],
    )
    def test_is_refused(self, client, mike, kind, body, status):
        response = client.generic("POST", "/try/echo/", body, content_type=kind)
        if status == 200:
            assert response.status_code in {200, 302}
        else:
            assert response.status_code == status

    @pytest.mark.parametrize(("method", "status"), [("BREW", 405), ("PUT", 405), ("DELETE", 405), ("TRACE", 405)])
    def test_methods_are_refused(self, client, method, status):
        assert client.generic(method, "/healthz").status_code == status

    def test_thousands_of_fields_are_refused(self, client):
        assert client.post("/auth/login/", {f"f{i}": "1" for i in range(1000)}).status_code == 400

    def test_a_body_beyond_all_need_is_refused_unread(self, client):
        response = client.post("/auth/login/", {"login": "x"}, CONTENT_LENGTH=str(100_000_000))

        assert response.status_code == 413


@pytest.mark.trust("D3")
class TestClientAddress:
    @pytest.mark.parametrize(
        ("told", "proxies", "address"),
        [
            ("", 0, "192.0.2.9"),
            ("198.51.100.1", 0, "192.0.2.9"),
            ("198.51.100.1", 1, "198.51.100.1"),
            ("203.0.113.66, 198.51.100.1", 1, "198.51.100.1"),
            ("203.0.113.66, 198.51.100.1, 192.0.2.200", 2, "198.51.100.1"),
            ("198.51.100.1", 2, "192.0.2.9"),
            ("nonsense", 1, None),
            ("2001:db8::1", 1, "2001:db8::1"),
        ],
    )
    def test_is_what_our_own_proxies_say(self, told, proxies, address):
        meta = {"REMOTE_ADDR": "192.0.2.9", "HTTP_X_FORWARDED_FOR": told}

        assert client_address(meta, proxies=proxies) == address
