"""How long sessions live, and who goes nowhere without a second factor."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts.permissions import Role
from accounts.states import AccountKind
from tests import doorbell

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.frame.refusing")]

PAGE = "/try/echo/"


@pytest.fixture
def mike():
    user = doorbell.person("mike@acme.example")
    doorbell.member(user)
    return user


@pytest.fixture
def carol():
    user = doorbell.person("carol@acme.example", enrolled=True)
    doorbell.member(user, role=Role.PRIMARY)
    return user


@pytest.fixture
def shown(client, carol):
    """Carol, signed in with her second factor."""
    doorbell.sign_in(client, carol)
    return carol


class TestSessionLifetime:
    def test_ends_after_half_an_hour_without_a_page(self, client, mike):
        doorbell.sign_in(client, mike)
        client.get(PAGE)
        doorbell.age_session(client, seconds=29 * 60)
        assert client.get(PAGE).status_code == 200

        doorbell.age_session(client, seconds=30 * 60)
        response = client.get(PAGE)

        assert response.headers["Location"] == f"/auth/login/?next={PAGE}"
        assert "_auth_user_id" not in client.session

    def test_ends_after_eight_hours_however_busy(self, client, mike):
        doorbell.sign_in(client, mike)
        for _quarter in range(31):
            client.get(PAGE)
            doorbell.age_session(client, seconds=15 * 60)
        assert client.get(PAGE).status_code == 200

        doorbell.age_session(client, seconds=15 * 60)

        assert client.get(PAGE).status_code == 302

    def test_is_half_as_long_for_who_decides(self, client, shown):
        client.get(PAGE)
        doorbell.age_session(client, seconds=15 * 60)

        assert client.get(PAGE).headers["Location"].startswith("/auth/login/")

    def test_is_half_as_long_for_staff(self, client):
        stan = doorbell.person("stan@vendor.example", enrolled=True, is_staff=True)
        doorbell.sign_in(client, stan)
        client.get(PAGE)
        doorbell.age_session(client, seconds=15 * 60)

        assert client.get(PAGE).status_code == 302

    def test_is_not_prolonged_by_a_page_that_asks_for_news(self, client, mike):
        doorbell.sign_in(client, mike)
        client.get(PAGE)
        for _minute in range(31):
            doorbell.age_session(client, seconds=60)
            client.get("/try/news/")

        assert client.get(PAGE).status_code == 302

    def test_follows_the_settings(self, client, mike, settings):
        settings.PORTAL_SESSION_IDLE = timedelta(seconds=2)
        doorbell.sign_in(client, mike)
        client.get(PAGE)
        doorbell.age_session(client, seconds=2)

        assert client.get(PAGE).status_code == 302

    @pytest.mark.trust("H6")
    def test_leaves_nothing_for_the_back_button(self, client, mike):
        doorbell.sign_in(client, mike)
        client.get(PAGE)
        assert client.get(PAGE).headers["Cache-Control"] == "no-store"
        doorbell.age_session(client, seconds=3600)

        assert client.get(PAGE).headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.trust("H6")
def test_signing_out_has_the_browser_forget_and_takes_a_post(client, mike):
    doorbell.sign_in(client, mike)
    client.get("/auth/logout/")
    assert "_auth_user_id" in client.session

    response = client.post("/auth/logout/")

    assert response.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(PAGE).status_code == 302


@pytest.mark.trust("H7")
class TestOtherSessions:
    def test_are_dead_once_the_person_is_deactivated(self, client, mike):
        doorbell.sign_in(client, mike)
        assert client.get(PAGE).status_code == 200
        mike.is_active = False
        mike.save()

        assert client.get(PAGE).status_code == 302

    def test_are_dead_once_the_password_changes(self, client, mike):
        elsewhere = Client()
        doorbell.sign_in(client, mike)
        doorbell.sign_in(elsewhere, mike)
        new = "quite another pass phrase"

        changed = client.post(
            "/auth/password/change/", {"oldpassword": doorbell.PASSWORD, "password1": new, "password2": new}
        )

        assert changed.status_code == 302
        assert client.get(PAGE).status_code == 200
        assert elsewhere.get(PAGE).status_code == 302


@pytest.mark.trust("H4")
class TestSecondFactor:
    @pytest.mark.parametrize(
        ("kind", "role", "extra"),
        [
            (AccountKind.CUSTOMER, Role.PRIMARY, {}),
            (AccountKind.CUSTOMER, Role.ADMINISTRATOR, {}),
            (AccountKind.CUSTOMER, Role.MEMBER, {"authorized_contact": True}),
            (AccountKind.PARTNER, Role.MEMBER, {}),
            (AccountKind.VENDOR, Role.MEMBER, {}),
        ],
    )
    def test_is_all_that_is_shown_to_who_needs_one(self, client, kind, role, extra):
        user = doorbell.person("new@somewhere.example")
        doorbell.member(user, kind=kind, role=role, **extra)
        doorbell.sign_in(client, user)

        response = client.get(PAGE)

        assert response.headers["Location"] == f"/auth/2fa/?next={PAGE.replace('/', '%2F')}"
        assert client.get("/auth/2fa/").status_code == 200
        assert client.get("/auth/2fa/totp/activate/").status_code == 200
        assert client.post(PAGE, {"note": "x"}).headers["Location"] == "/auth/2fa/"
        assert client.get("/auth/password/change/").status_code == 302
        assert client.get("/admin/").status_code == 302

    def test_is_needed_by_staff(self, client):
        doorbell.sign_in(client, doorbell.person("stan@vendor.example", is_staff=True))

        assert client.get("/admin/").headers["Location"].startswith("/auth/2fa/")

    def test_is_not_asked_of_a_plain_member(self, client, mike):
        doorbell.sign_in(client, mike)

        assert client.get(PAGE).status_code == 200

    @pytest.mark.django_db(transaction=True)
    def test_set_up_opens_the_way(self, client):
        user = doorbell.person("pat@bolt.example")
        doorbell.member(user, kind=AccountKind.PARTNER)
        doorbell.sign_in(client, user)
        client.get("/auth/2fa/totp/activate/")
        session = client.session
        session["mfa.totp.secret"] = doorbell.SECRET
        session.save()

        client.post("/auth/2fa/totp/activate/", {"code": doorbell.code()})

        assert Authenticator.objects.filter(user=user).count() == 2  # the app, and the recovery codes
        assert client.get(PAGE).status_code == 200

    def test_set_up_elsewhere_does_not_lift_a_session_that_knew_only_the_password(self, client, mike):
        doorbell.sign_in(client, mike)
        doorbell.TOTP.activate(mike, doorbell.SECRET)

        assert client.get(PAGE).headers["Location"].startswith("/auth/2fa/reauthenticate/")
        assert client.get("/auth/2fa/totp/deactivate/").headers["Location"].startswith("/auth/2fa/reauth")

        client.post("/auth/2fa/reauthenticate/", {"code": doorbell.code()})
        assert client.get(PAGE).status_code == 200


@pytest.mark.trust("H4")
class TestAFreshSecondFactor:
    def test_just_signed_in_with_is_fresh(self, client, shown):
        assert client.post(PAGE, {"note": "yes"}).content == b"POST yes"

    def test_of_ten_minutes_ago_is_asked_for_and_what_was_sent_is_kept(self, client, shown):
        client.get(PAGE)
        doorbell.age_session(client, seconds=10 * 60 + 1)

        asked = client.post(PAGE, {"note": "all I typed"})
        assert asked.headers["Location"] == f"/auth/2fa/reauthenticate/?next={PAGE.replace('/', '%2F')}"
        page = client.get(asked.headers["Location"])
        assert page.status_code == 200

        answer = client.post(asked.headers["Location"], {"code": doorbell.code(step=1), "next": PAGE})
        assert answer.content == b"POST all I typed"

    @pytest.mark.trust("H3")
    def test_changes_the_key_of_the_session_and_stays_in_the_list_of_sessions(self, client, shown):
        client.get(PAGE)
        doorbell.age_session(client, seconds=10 * 60 + 1)
        before = client.session.session_key
        asked = client.post(PAGE, {"note": "x"})

        client.post(asked.headers["Location"], {"code": doorbell.code(step=1), "next": PAGE})

        assert client.session.session_key != before
        assert UserSession.objects.get().session_key == client.session.session_key
        client.cookies["session"] = before
        assert client.get(PAGE).status_code == 302

    def test_is_not_a_password(self, client, shown):
        client.get(PAGE)
        doorbell.age_session(client, seconds=10 * 60 + 1)
        client.post(PAGE, {"note": "x"})

        by_password = client.post(f"/auth/reauthenticate/?next={PAGE}", {"password": doorbell.PASSWORD})

        assert by_password.headers["Location"].startswith("/auth/2fa/reauthenticate/")

    def test_is_not_a_wrong_code(self, client, shown):
        client.get(PAGE)
        doorbell.age_session(client, seconds=10 * 60 + 1)
        asked = client.post(PAGE, {"note": "x"})

        answer = client.post(asked.headers["Location"], {"code": "000000", "next": PAGE})

        assert answer.status_code == 200
        assert b"POST x" not in answer.content


class TestReadersChoice:
    def test_is_the_persons_own(self, client, mike):
        mike.language, mike.time_zone = "sv", "Europe/Stockholm"
        mike.save()
        doorbell.sign_in(client, mike)

        assert client.get(PAGE).headers["Content-Language"] == "sv"

    def test_is_the_accounts_where_the_person_chose_nothing(self, client, mike):
        account = mike.memberships.get().account
        account.language = "sv"
        account.save()
        doorbell.sign_in(client, mike)

        assert client.get(PAGE).headers["Content-Language"] == "sv"

    def test_of_the_zone_ends_with_the_request(self, client, mike):
        mike.time_zone = "Asia/Tokyo"
        mike.save()
        doorbell.sign_in(client, mike)
        client.get(PAGE)

        assert timezone.get_current_timezone_name() == "UTC"
