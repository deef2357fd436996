"""The admin site as staff meet it."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from bs4 import BeautifulSoup
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from accounts import services as accounts
from accounts.models import Account, Membership, Order, User
from accounts.permissions import Role
from audit.models import TrailLine
from config import world
from frame.staff import Window
from notifications.models import Mail
from partners.models import Partnership
from riders.models import SupportCase
from riders.services import open_case, plan_session
from tests import nasty
from tests.accounts.proposals import lend_for_case, propose
from tests.cast import approve, ask
from tests.pages import words_of
from tests.riders.approval_story import let_in
from tests.riders.terms import request
from tests.riders.written import published_article, published_rider

WINDOWS = [
    "accounts/account",
    "accounts/factorreset",
    "accounts/grant",
    "accounts/invitation",
    "accounts/invoice",
    "accounts/membership",
    "accounts/order",
    "accounts/proposedchange",
    "accounts/replacement",
    "accounts/usage",
    "accounts/user",
    "access_requests/accessrequest",
    "accounts/accessrole",
    "access_requests/block",
    "access_requests/review",
    "audit/trailhead",
    "audit/trailline",
    "notifications/mail",
    "notifications/notice",
    "partners/partnership",
    "riders/acknowledgement",
    "riders/article",
    "riders/caseapproval",
    "riders/remotesession",
    "riders/rider",
    "riders/sessionrequest",
    "riders/supportcase",
]

HOUR = timedelta(hours=1)
# The catalogue of role bundles, and what is written: added to and changed, never deleted
KEPT_BY_STAFF = {"accounts/accessrole", "riders/article", "riders/rider"}


@pytest.fixture
def busy(cast, now):
    """The cast with three of everything, two at least: grants, requests, cases, records, invitations and so on."""
    world.add_records(cast, today=now.date())
    staff = {"by": cast.stan, "at": now}
    for number, account, successor in [("1", cast.acme, cast.mike), ("2", cast.bolt, cast.petra)]:
        person = {"email": f"n{number}@nowhere.example", "first_name": "New", "last_name": number, "role": Role.MEMBER}
        accounts.invite_as_staff(account=account, **person, **staff)
        accounts.start_replacement(account=account, successor=successor, reason="They left.", **staff)
        TOTP.activate(successor, "A" * 32)
        accounts.start_factor_reset(person=successor, reason="A lost phone.", **staff)
    for subject in ("One", "Two", "Three"):
        case = open_case(account=cast.acme, subject=subject, by=cast.connie, at=now)
        plan_session(case=case, starts_at=now + HOUR, ends_at=now + 2 * HOUR, by=cast.tess, at=now)
    for case in SupportCase.objects.filter(account=cast.acme):
        let_in(case, by=cast.carol, at=now)
    for title in ("One", "Two"):
        published_article(cast, at=now, title=title)
        rider = published_rider(cast, at=now, title=title)
    for case in SupportCase.objects.filter(account=cast.acme):
        request(case, by=cast.carol, digest=rider.digest, agreed=True, at=now)
    lend_for_case(cast, at=now)
    for domain in ("one.example", "two.example"):
        propose(cast, at=now, domains=[domain])
    for account, by in [(cast.acme, cast.carol), (cast.globex, cast.mallory)]:
        mine = account.memberships.filter(ended_at=None)
        services.keep_in_review(account=account, grants=[], memberships=mine, by=by, at=now)
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
        for window in WINDOWS:
            client, asked = signed_in(busy.root), []  # the session of one who goes on reading is written now and then
            client.get("/admin/")
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
        for window in sorted(set(WINDOWS) - KEPT_BY_STAFF):
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


@pytest.mark.trust("A11")
def test_pages_that_set_something_up_ask_for_a_permission_of_their_own(busy, signed_in):
    busy.stan.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    stans = signed_in(busy.stan)

    for page in ("new", "new-company"):
        assert stans.get(f"/admin/partners/partnership/{page}/").status_code == 403
        assert stans.post(f"/admin/partners/partnership/{page}/", {"name": "Dune"}).status_code == 403


class TestThePageOfAnAccount:
    def test_asks_the_database_as_often_for_a_large_account_as_for_a_small_one(self, cast, now, signed_in):
        def opened(account):
            client = signed_in(cast.root)  # the session of one who goes on reading is written now and then
            client.get("/admin/")
            with CaptureQueriesContext(connection) as queries:
                page = client.get(f"/admin/accounts/account/{account.pk}/change/")
            return page, len(queries)

        opened(cast.acme)
        _page, few = opened(cast.acme)
        fill(cast.acme, 300, now)
        page, many = opened(cast.acme)

        assert many <= few + 3, "one for each panel that was empty before"
        fill(cast.globex, 3, now)
        _page, some = opened(cast.globex)
        fill(cast.globex, 300, now, before="2")
        _page, lots = opened(cast.globex)
        assert some == lots < 60
        assert "People 306" in words_of(page)


def fill(account, count, now, before="1"):
    """This will give an account so many people, orders, partners and mails."""
    people = User.objects.bulk_create(
        User(email=f"{before}{number}@{account.number}.example", first_name=f"N{number}") for number in range(count)
    )
    Membership.objects.bulk_create(
        Membership(user=user, account=account, role=Role.MEMBER, joined_at=now) for user in people
    )
    Order.objects.bulk_create(
        Order(
            account=account,
            number=f"{before}{number}",
            ordered_on=now.date(),
            product="BACKUP-1",
            quantity=1,
            state="open",
        )
        for number in range(count)
    )
    partners = Account.objects.bulk_create(
        Account(
            kind="partner",
            number=f"{before}{account.number[:3]}{number:04d}",
            org_id=f"{before}{account.number[:3]}{number:04d}",
            name=f"P{number}",
            opened_at=now,
        )
        for number in range(count)
    )
    Partnership.objects.bulk_create(
        Partnership(partner=partner, customer=account, known_at=now) for partner in partners
    )
    Mail.objects.bulk_create(
        Mail(
            key=f"{before}{account.number}{number}",
            message_id="<x@localhost>",
            event="invited",
            to="nora@acme.example",
            subject="S",
            text="T",
            html="H",
            account=account.number,
            created_at=now,
            due_at=now,
        )
        for number in range(count)
    )


@pytest.mark.trust("F1", "F2", "F3", "F4", "F5")
class TestNastyValues:
    LISTS = [f"/admin/{window}/" for window in WINDOWS]

    @pytest.mark.parametrize("broken", nasty.BROKEN_TEXT[:5])
    def test_broken_text_in_every_place(self, stan, broken):
        for path in ("/admin/accounts/grant/", "/admin/audit/trailline/"):
            for query in ("q={}", "{}=1", "account={}", "account__number={}", "now={}", "noun={}", "o={}", "p={}"):
                assert stan.get(f"{path}?{query.format(broken)}").status_code in {400, 404}
            assert stan.get(f"{path}{broken}/change/").status_code in {400, 404}
            assert stan.get(f"{path}{broken}/history/").status_code in {400, 404}

    def test_values_that_are_none(self, stan):
        grants, trail = "/admin/accounts/grant/", "/admin/audit/trailline/"
        asked = [
            (grants, name, value) for value in nasty.NUMBERS for name in ("p", "o", "id__in", "administrator__exact")
        ]
        asked += [(grants, name, value) for value in nasty.MOMENTS for name in ("starts_at", "ends_at__lt")]
        asked += [(trail, name, value) for value in nasty.HARMLESS_TEXT for name in ("q", "noun", "account", "made_up")]

        found = {(path, name, value): stan.get(path, {name: value}).status_code for path, name, value in asked}

        assert set(found.values()) <= {200, 302, 400}, found
        none = [value for value in nasty.MOMENTS if not value.endswith("Z")]
        assert {stan.get(grants, {"ends_at__gte": value}).status_code for value in none} == {400}
        assert stan.get(grants, {"end_reason__regex": "((a+)+)$"}).status_code == 400
        assert stan.get(grants).status_code == 200

    def test_ids_and_pages_of_histories_that_are_none(self, stan):
        line = TrailLine.objects.first()
        for value in nasty.NUMBERS:
            for window in ("accounts/grant", "audit/trailline"):
                assert stan.get(f"/admin/{window}/{value}/change/").status_code == 404
                assert stan.get(f"/admin/{window}/{value}/history/").status_code == 404
            assert stan.get(f"/admin/audit/trailline/{line.pk}/history/", {"page": value}).status_code == 404

    def test_methods_and_bodies_that_no_page_knows(self, stan):
        before = nasty.what_stands()
        for window in WINDOWS:
            path = f"/admin/{window}/{first(window).pk}/change/"
            found = {stan.generic(method, path).status_code for method in ("PUT", "PATCH", "DELETE", "TRACE")}
            found.add(stan.post(path, "{}", content_type="application/json").status_code)
            found.add(stan.post(f"/admin/{window}/", {"action": ["x"] * 3, "select_across": "1"}).status_code)
            assert found <= {403, 405, 415}, window
        assert nasty.what_stands() == before


@pytest.mark.trust("H1", "H6")
def test_every_admin_page_carries_the_headers(stan):
    pages = ["/admin/", *TestNastyValues.LISTS, *(f"/admin/{window}/{first(window).pk}/change/" for window in WINDOWS)]
    pages += ["/admin/partners/partnership/new/", "/admin/partners/partnership/new-company/", "/admin/nowhere/"]
    for page in pages:
        headers = stan.get(page).headers
        policy = headers["Content-Security-Policy"]
        assert "unsafe" not in policy, page
        assert "frame-ancestors 'none'" in policy, page
        assert "default-src 'none'" in policy, page
        assert headers["X-Frame-Options"] == "DENY", page
        assert "no-store" in headers["Cache-Control"], page
        assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "same-origin"), page


def test_an_associate_who_is_no_staff_finds_nothing(busy, signed_in):
    client = signed_in(busy.tess)
    for page in ("/admin/", "/admin/partners/partnership/new/", "/admin/audit/trailhead/"):
        assert client.get(page, follow=True).status_code == 403
