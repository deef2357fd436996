"""The admin site as staff meet it."""

import json
from io import StringIO

import pytest
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from frame.staff import Window
from riders.services import open_case
from tests.cast import approve, ask

WINDOWS = [
    "accounts/account",
    "accounts/grant",
    "accounts/membership",
    "accounts/user",
    "access_requests/accessrequest",
    "access_requests/accessrole",
    "access_requests/block",
    "audit/trailline",
    "notifications/mail",
    "notifications/notice",
    "partners/partnership",
    "riders/supportcase",
]

KEPT_BY_STAFF = "access_requests/accessrole"  # the catalogue of role bundles: added to and changed, never deleted


@pytest.fixture
def busy(cast, now):
    """The cast with three of everything: grants, requests, blocks, cases."""
    for subject in ("One", "Two", "Three"):
        open_case(account=cast.acme, subject=subject, by=cast.connie, at=now)
    for person in (cast.petra, cast.pat):
        approve(ask(cast, for_=person, at=now), by=cast.carol, at=now)
    for asked in [
        ask(cast, at=now, account=cast.globex),
        ask(cast, at=now, by=cast.quinn, for_=cast.quinn),
    ]:
        by = cast.mallory if asked.account == cast.globex else cast.carol
        services.report_unexpected(request=asked, seen=asked.as_seen(), by=by, at=now)
    return cast


@pytest.fixture
def stan(busy, signed_in):
    """Stan, who was given every Django permission there is."""
    busy.stan.user_permissions.set(Permission.objects.all())
    return signed_in(busy.stan)


def first(window):
    return apps.get_model(window.replace("/", ".")).objects.order_by("pk").first()


def rows_of(page):
    return len(BeautifulSoup(page.content, "html.parser").select("#result_list tbody tr"))


def state():
    out = StringIO()
    call_command("portal_state", "--json", stdout=out)
    kept = json.loads(out.getvalue())
    kept["trail"] = [line for line in kept["trail"] if line["event"] != "access.refused"]
    return kept


def test_only_our_windows_are_there(client):
    registered = {model._meta.label_lower.replace(".", "/") for model, _window in admin.site._registry.items()}

    assert registered == set(WINDOWS)
    assert all(isinstance(window, Window) for window in admin.site._registry.values())


class TestWindows:
    @pytest.mark.parametrize("who", ["stan", "root"])
    def test_open_for_staff(self, busy, signed_in, who):
        client = signed_in(getattr(busy, who))
        pages = [f"/admin/{window}/" for window in WINDOWS]
        pages += [f"/admin/{window}/?q=acme" for window in WINDOWS]
        pages += [f"/admin/{window}/{first(window).pk}/{page}/" for window in WINDOWS for page in ("change", "history")]

        assert {page: client.get(page).status_code for page in ["/admin/", *pages]} == dict.fromkeys(
            ["/admin/", *pages], 200
        )

    @pytest.mark.parametrize("who", ["carol", "pat", "tess", "mallory"])
    def test_are_shut_for_everybody_else(self, busy, signed_in, who):
        client = signed_in(getattr(busy, who))
        for window in WINDOWS:
            for page in ("", f"{first(window).pk}/change/"):
                answer = client.get(f"/admin/{window}/{page}", follow=True)
                assert (answer.status_code, answer.request["PATH_INFO"]) == (403, "/admin/login/")

    def test_ask_the_database_as_often_for_many_rows_as_for_one(self, busy, signed_in, monkeypatch):
        client = signed_in(busy.root)
        client.get("/admin/")
        for window in WINDOWS:
            asked = []
            for size in (1, 50):
                monkeypatch.setattr(Window, "list_per_page", size)
                with CaptureQueriesContext(connection) as queries:
                    page = client.get(f"/admin/{window}/")
                asked.append((rows_of(page), len(queries)))
            (one, few_queries), (many, many_queries) = asked
            assert one == 1 < many, window
            assert few_queries == many_queries, window

    def test_account_numbers_look_like_key_tags(self, busy, signed_in):
        page = signed_in(busy.stan).get("/admin/accounts/account/")
        tags = BeautifulSoup(page.content, "html.parser").select("#result_list .tag")

        assert "654321" in {tag.text for tag in tags}

    def test_what_is_not_there_is_not_found(self, busy, signed_in):
        client = signed_in(busy.root)

        for path in ("99999999", "x", "9" * 40, "1/permissions"):
            assert client.get(f"/admin/accounts/grant/{path}/change/").status_code == 404


@pytest.mark.trust("A11")
class TestNothingIsChangedHere:
    def test_with_every_django_permission(self, stan):
        before = state()
        for window in sorted(set(WINDOWS) - {KEPT_BY_STAFF}):
            pk = first(window).pk
            field = {"_save": "1", "status": "approved", "ends_at_0": "2099-01-01", "is_staff": "on", "state": "sent"}
            tried = [
                stan.get(f"/admin/{window}/add/"),
                stan.post(f"/admin/{window}/add/", field),
                stan.post(f"/admin/{window}/{pk}/change/", field),
                stan.get(f"/admin/{window}/{pk}/delete/"),
                stan.post(f"/admin/{window}/{pk}/delete/", {"post": "yes"}),
                stan.post(f"/admin/{window}/", {"action": "delete_selected", "_selected_action": pk, "post": "yes"}),
                stan.post(f"/admin/{window}/", {"action": "made_up", "_selected_action": pk}),
                stan.post(f"/admin/{window}/", {"_save": "1", "form-TOTAL_FORMS": "1", "form-0-id": pk}),
                stan.get(f"/admin/{window}/{pk}/permissions/"),
                stan.get(f"/admin/{window}/{pk}/permissions/user-manage/1/"),
                stan.post(f"/admin/{window}/{pk}/permissions/group-manage/1/", field),
            ]
            assert {answer.status_code for answer in tried} <= {403, 404, 405}, window
            assert stan.get(f"/admin/{window}/{pk}/history/").status_code == 200
        assert state() == before

    def test_what_people_prove_themselves_by_has_no_page(self, stan):
        for table in ("auth/group", "account/emailaddress", "mfa/authenticator", "usersessions/usersession"):
            for path in (f"/admin/{table}/", f"/admin/{table}/add/", f"/admin/{table}/1/change/"):
                assert stan.get(path).status_code == 404


@pytest.mark.trust("H5")
@pytest.mark.trust("H5", "T5")
def test_no_column_is_guessed_at_through_the_address(stan):
    for guess in ("password__startswith", "memberships__user__password__contains"):
        answer = stan.get("/admin/accounts/user/", {guess: "argon2"})

        assert answer.status_code in {302, 400}


class TestTheWayIn:
    def test_goes_through_the_sign_in_page(self, client, db):
        answer = client.get("/admin/", follow=True)

        assert answer.request["PATH_INFO"] == "/auth/login/"

    def test_the_admin_sites_own_form_takes_no_password(self, client, cast):
        cast.root.set_password("a long enough pass phrase")
        cast.root.save()
        answer = client.post("/admin/login/", {"username": cast.root.email, "password": "a long enough pass phrase"})

        assert answer.headers["Location"].startswith("/auth/login/")
        assert "_auth_user_id" not in client.session

    def test_the_password_is_changed_where_everybody_changes_it(self, cast, signed_in):
        answer = signed_in(cast.stan).post("/admin/password_change/", {"old_password": "guess"})

        assert answer.headers["Location"].startswith("/auth/password/change/")

    def test_signing_out_clears_the_browser(self, cast, signed_in):
        answer = signed_in(cast.stan).post("/admin/logout/")

        assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (302, '"cache", "storage"')
