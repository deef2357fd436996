"""Signing in: closed to newcomers, the same for known and unknown, limited, and with secrets kept."""

import re

import pytest
from allauth.mfa.adapter import get_adapter as get_second_factor_adapter
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.exceptions import ImproperlyConfigured

from accounts.models import User
from tests import doorbell

pytestmark = pytest.mark.django_db


@pytest.fixture
def mike():
    return doorbell.person("mike@acme.example")


class TestSigningUp:
    def test_is_closed(self, client):
        form = {"email": "new@acme.example", "password1": doorbell.PASSWORD, "password2": doorbell.PASSWORD}
        client.post("/auth/signup/", form)

        assert not User.objects.exists()


@pytest.mark.trust("H5")
class TestSigningIn:
    def test_tells_nobody_which_addresses_are_known(self, client, mike):
        pages = [
            client.post("/auth/login/", {"login": login, "password": "not the pass phrase"}).content.decode()
            for login in ("mike@acme.example", "nobody@acme.example")
        ]
        known, unknown = (page.replace("mike@", "nobody@").split("<form")[1] for page in pages)

        assert _without_tokens(known) == _without_tokens(unknown)

    def test_to_the_admin_site_is_the_same_page(self, client):
        response = client.get("/admin/login/?next=/admin/")

        assert response.headers["Location"] == "/auth/login/?next=%2Fadmin%2F"
        assert client.post("/admin/login/", {"username": "a", "password": "b"}).status_code == 302

    def test_does_not_open_the_admin_site_to_others(self, client, mike):
        doorbell.sign_in(client, mike)

        assert client.get("/admin/login/").status_code == 403

    def test_asks_for_the_second_factor(self, client):
        doorbell.person("carol@acme.example", enrolled=True)
        client.post("/auth/login/", {"login": "carol@acme.example", "password": doorbell.PASSWORD})

        assert "_auth_user_id" not in client.session

    def test_is_limited_for_each_address(self, client, mike):
        answers = [
            client.post(
                "/auth/login/",
                {"login": mike.email, "password": "not the pass phrase"},
                REMOTE_ADDR=f"192.0.2.{number}",
            )
            for number in range(6)
        ]

        assert "Too many failed" in answers[-1].content.decode()
        right = {"login": mike.email, "password": doorbell.PASSWORD}
        assert client.post("/auth/login/", right, REMOTE_ADDR="192.0.2.99").status_code == 200

    @pytest.mark.trust("H3")
    def test_changes_the_key_of_the_session(self, client, mike):
        client.get("/auth/login/")
        session = client.session
        session["before"] = True
        session.save()
        client.cookies["session"] = session.session_key
        doorbell.sign_in(client, mike)

        assert client.cookies["session"].value != session.session_key

    @pytest.mark.parametrize("away", ["//evil.example", "https://evil.example/", "javascript:alert(1)"])
    @pytest.mark.trust("F6")
    def test_leads_nowhere_else(self, client, mike, away):
        answer = client.post("/auth/login/", {"login": mike.email, "password": doorbell.PASSWORD, "next": away})

        assert answer.headers["Location"] == "/"


@pytest.mark.trust("B3")
class TestWithoutTheCache:
    @pytest.fixture(autouse=True)
    def cache_that_is_gone(self, settings):
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://127.0.0.1:1/0",
            }
        }

    def test_nobody_signs_in_and_the_page_says_so(self, client, mike):
        response = client.post("/auth/login/", {"login": mike.email, "password": doorbell.PASSWORD})

        assert response.status_code == 503
        assert "_auth_user_id" not in client.session

    def test_who_is_signed_in_goes_on(self, client, mike):
        client.force_login(mike)

        assert client.get("/").status_code == 200


@pytest.mark.trust("D3")
class TestLimitsAndForwardedAddresses:
    def knock(self, client, told):
        form = {"login": "nobody@acme.example", "password": "not the pass phrase"}
        return client.post("/auth/login/", form, headers={"X-Forwarded-For": told})

    def test_an_address_made_up_by_the_caller_does_not_help(self, client):
        answers = [self.knock(client, f"198.51.100.{number}") for number in range(11)]

        assert answers[-1].status_code == 429

    def test_behind_a_proxy_only_its_own_word_counts(self, client, settings):
        settings.TRUSTED_PROXY = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
        answers = [self.knock(client, f"203.0.113.{number}, 198.51.100.7") for number in range(11)]

        assert answers[-1].status_code == 429

    def test_too_few_addresses_are_no_fault_of_ours(self, client, settings):
        settings.TRUSTED_PROXY = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 3

        assert self.knock(client, "198.51.100.7").status_code == 200


class TestResetting:
    def test_sends_a_code_and_no_link(self, client, mike):
        client.post("/auth/password/reset/", {"email": mike.email})

        doorbell.mails_about_signing_in_have_left()
        (message,) = mail.outbox
        assert message.to == [mike.email]
        assert "http" not in message.body
        assert message.extra_headers["Auto-Submitted"] == "auto-generated"

    def test_looks_the_same_for_somebody_unknown_and_sends_nothing(self, client, mike):
        known = client.post("/auth/password/reset/", {"email": mike.email})
        unknown = client.post("/auth/password/reset/", {"email": "nobody@acme.example"})

        assert known.headers["Location"] == unknown.headers["Location"]
        doorbell.mails_about_signing_in_have_left()
        assert [message.to for message in mail.outbox] == [[mike.email]]

    def test_survives_a_mail_server_that_is_down(self, client, mike, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

        assert client.post("/auth/password/reset/", {"email": mike.email}).status_code == 302
        doorbell.mails_about_signing_in_have_left()  # or it would be tried among the mails of the next test


@pytest.mark.trust("T5")
class TestSecretsOfSecondFactors:
    def test_are_unreadable_in_the_database(self, mike):
        doorbell.TOTP.activate(mike, doorbell.SECRET)

        stored = Authenticator.objects.get().data["secret"]
        assert doorbell.SECRET not in stored
        assert get_second_factor_adapter().decrypt(stored) == doorbell.SECRET

    def test_outlive_a_change_of_the_key(self, settings):
        stored = get_second_factor_adapter().encrypt("secret")
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 60, [settings.SECRET_KEY]

        assert get_second_factor_adapter().decrypt(stored) == "secret"

    def test_are_lost_without_the_key_and_the_refusal_says_so(self, settings):
        stored = get_second_factor_adapter().encrypt("secret")
        settings.SECRET_KEY = "n" * 60

        with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FALLBACKS"):
            get_second_factor_adapter().decrypt(stored)


def _without_tokens(page):
    return re.sub(r'(nonce|value)="[^"]*"', "", page)
