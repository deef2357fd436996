"""Signing in with one click: on this machine, in the demo, and nowhere else."""

import importlib

import pytest
from allauth.mfa.models import Authenticator
from django.urls import clear_url_caches

from accounts.permissions import Role
from config import urls
from tests import doorbell

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol():
    user = doorbell.person("carol@acme.example", first_name="Carol")
    doorbell.member(user, role=Role.PRIMARY)
    return user


@pytest.fixture
def demo(settings):
    """The demo switched on, addresses included."""
    settings.PORTAL_DEMO = True
    processors = settings.TEMPLATES[0]["OPTIONS"]["context_processors"]
    options = {**settings.TEMPLATES[0]["OPTIONS"], "context_processors": [*processors, "config.demo.cast"]}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
    _read_addresses_again()
    yield
    settings.PORTAL_DEMO = False
    _read_addresses_again()


def _read_addresses_again():
    importlib.reload(urls)
    clear_url_caches()


class TestTheDemo:
    def test_lists_the_cast_on_the_sign_in_page(self, client, carol, demo):
        page = client.get("/auth/login/").content.decode()

        assert "carol@acme.example" in page
        assert "Primary user, Account 654321" in page

    def test_signs_in_with_one_click_second_factor_included(self, client, carol, demo):
        response = client.post("/demo/sign-in/", {"email": carol.email, "next": "/requests/"})

        assert response.headers["Location"] == "/requests/"
        assert client.session["_auth_user_id"] == str(carol.pk)
        assert client.get("/auth/2fa/").status_code == 200
        assert Authenticator.objects.get().user == carol

    @pytest.mark.trust("F6")
    def test_leads_nowhere_else(self, client, carol, demo):
        response = client.post("/demo/sign-in/", {"email": carol.email, "next": "//evil.example"})

        assert response.headers["Location"] == "/"

    def test_knows_nobody_from_another_machine(self, client, carol, demo):
        response = client.post("/demo/sign-in/", {"email": carol.email}, REMOTE_ADDR="192.0.2.1")

        assert response.status_code == 404
        assert "carol@" not in client.get("/auth/login/", REMOTE_ADDR="192.0.2.1").content.decode()

    @pytest.mark.parametrize("email", ["nobody@acme.example", "", "greta@acme.example"])
    def test_knows_only_who_may_sign_in(self, client, demo, email):
        doorbell.person("greta@acme.example", is_active=False)

        assert client.post("/demo/sign-in/", {"email": email}).status_code == 404

    def test_does_nothing_on_get(self, client, carol, demo):
        assert client.get(f"/demo/sign-in/?email={carol.email}").status_code == 405


def test_is_not_there_unless_switched_on(client, carol):
    assert client.post("/demo/sign-in/", {"email": carol.email}).status_code == 404
    assert "carol@" not in client.get("/auth/login/").content.decode()
