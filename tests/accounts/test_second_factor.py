"""A code of an authenticator app is taken once (RFC 6238, section 5.2)."""

import time

import pytest
from django.test import Client

from tests import doorbell
from tests.pages import sentence_beside

pytestmark = pytest.mark.django_db

SIGN_IN, PROVE, SET_UP = (f"/auth/2fa/{page}/" for page in ("authenticate", "reauthenticate", "totp/activate"))
USED = "This code has been used. Your app shows another within half a minute."
AHEAD = 1  # half minutes by which a phone's clock may be ahead: its codes can be taken for the longest time


@pytest.fixture
def later(monkeypatch):
    """This will set the clock by which codes are judged and forgotten so many seconds ahead."""
    true_time = time.time

    def set_ahead(seconds):
        monkeypatch.setattr(time, "time", lambda: true_time() + seconds)

    return set_ahead


@pytest.fixture
def carol():
    return doorbell.person("carol@acme.example", enrolled=True)


@pytest.fixture
def mallory(carol):
    """A browser in which somebody else has come as far as Carol's second factor."""
    browser = Client()
    answer = browser.post("/auth/login/", {"login": carol.email, "password": doorbell.PASSWORD})
    assert answer.headers["Location"].startswith(SIGN_IN)
    return browser


def is_kept_out(browser, code):
    """This will check that a code that was taken is not taken from this browser, and that it says so."""
    answer = browser.post(SIGN_IN, {"code": code})
    assert answer.status_code == 200
    assert sentence_beside(answer, "code") == USED
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize("seconds", [0, 31, 59], ids="after {} s".format)
@pytest.mark.parametrize("typed", ["{0}{1}", " {0} {1}", "{0}-{1}"])
def test_is_not_taken_again_for_as_long_as_it_could_be(client, carol, mallory, later, seconds, typed):
    code = doorbell.code(step=AHEAD)
    doorbell.sign_in(client, carol, step=AHEAD)
    later(seconds)

    is_kept_out(mallory, typed.format(code[:3], code[3:]))


def test_is_not_taken_again_where_it_was_shown_to_prove_oneself(client, carol, mallory, later):
    doorbell.sign_in(client, carol)
    doorbell.age_session(client, seconds=11 * 60)
    code = doorbell.code(step=AHEAD)
    assert client.post(f"{PROVE}?next=/", {"code": code}).headers["Location"] == "/"
    later(31)

    is_kept_out(mallory, code)


def test_is_not_taken_again_where_it_was_the_first_of_an_app(client):
    mike = doorbell.person("mike@acme.example")
    doorbell.sign_in(client, mike)
    session = client.session
    session["mfa.totp.secret"] = doorbell.SECRET
    session.save()
    code = doorbell.code(step=AHEAD)
    assert client.post(SET_UP, {"code": code}).status_code == 302
    mallory = Client()
    mallory.post("/auth/login/", {"login": mike.email, "password": doorbell.PASSWORD})

    is_kept_out(mallory, code)


def test_the_next_one_is_taken(client, carol, mallory):
    doorbell.sign_in(client, carol)

    assert mallory.post(SIGN_IN, {"code": doorbell.code(step=AHEAD)}).status_code == 302
    assert mallory.session["_auth_user_id"] == str(carol.pk)


def test_one_of_somebody_else_is_theirs_to_show(client, carol):
    """Two people whose apps show the same digits are two people."""
    doorbell.sign_in(client, carol, step=AHEAD)

    assert doorbell.sign_in(Client(), doorbell.person("adam@acme.example", enrolled=True), step=AHEAD)


def test_a_code_that_was_taken_forgives_no_wrong_ones(client, carol, mallory, later):
    code = doorbell.code(step=AHEAD)
    doorbell.sign_in(client, carol, step=AHEAD)
    later(31)
    for _miss in range(5):
        assert mallory.post(SIGN_IN, {"code": "000000"}).status_code == 200
        is_kept_out(mallory, code)

    answer = mallory.post(SIGN_IN, {"code": doorbell.code(step=AHEAD)})

    assert answer.status_code == 200
    assert "_auth_user_id" not in mallory.session
