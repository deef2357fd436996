"""The line about a refused change."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client

from audit.models import TrailLine
from audit.record import record
from frame import clock
from tests import doorbell

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.frame.refusing")]


@pytest.fixture
def mike(client):
    user = doorbell.person("mike@acme.example")
    doorbell.sign_in(client, user)
    return user


def refused():
    return TrailLine.objects.filter(event="access.refused")


@pytest.mark.trust("A6")
@pytest.mark.parametrize(("how", "status"), [("denied", 403), ("ended", 403), ("gone", 404), ("late", 409)])
def test_a_refused_change_leaves_one_line_in_the_trail_of_the_account(client, mike, how, status):
    client.post(f"/try/refuse/{how}/?account=654321")

    line = refused().get()
    assert (line.actor, line.account, line.ip) == ("mike@acme.example", "654321", "127.0.0.1")
    assert line.details == {"method": "POST", "path": f"/try/refuse/{how}/", "status": status}


def test_what_concerns_no_account_is_the_vendors(client, mike):
    client.post("/try/refuse/denied/")

    assert refused().get().account == ""


def test_a_refused_look_leaves_none(client, mike):
    client.get("/try/refuse/denied/?account=654321")

    assert not refused().exists()


def test_a_stranger_leaves_none(client):
    client.post("/try/public/denied/?account=654321")

    assert not refused().exists()


@pytest.mark.trust("T2")
def test_a_form_from_elsewhere_leaves_one(mike):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mike)

    response = browser.post("/try/echo/", {"note": "x"})

    assert response.status_code == 403
    assert refused().count() == 1


@pytest.mark.trust("L6")
def test_nobody_fills_the_trail_of_somebody_elses_account(client, mike, settings):
    settings.PORTAL_REFUSALS_KEPT = 3
    for _time in range(5):
        client.post("/try/refuse/gone/?account=654321")
    client.post("/try/refuse/gone/?account=810432")
    client.post("/try/refuse/gone/")

    assert list(refused().values_list("account", flat=True).order_by("id")) == ["654321"] * 3 + ["810432", ""]
    assert [line.details.get("last_kept_of_an_hour") for line in refused().filter(account="654321")] == [None, None, 3]


@pytest.mark.trust("L6")
def test_what_is_an_hour_old_and_what_others_tried_does_not_count(client, mike, settings):
    settings.PORTAL_REFUSALS_KEPT = 1
    adam, browser = doorbell.person("adam@acme.example"), Client()
    doorbell.sign_in(browser, adam)
    acme, ago = SimpleNamespace(number="654321"), clock.now() - timedelta(hours=1)
    with transaction.atomic():
        record("access.refused", account=acme, by=mike, at=ago)
        record("access.refused", account=acme, by=adam, at=clock.now())
    client.post("/try/refuse/gone/?account=654321")
    browser.post("/try/refuse/gone/?account=654321")

    assert sorted(line.actor for line in refused()) == ["adam@acme.example", "mike@acme.example", "mike@acme.example"]
