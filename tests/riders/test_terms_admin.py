"""Staff's windows on answers to the terms and on session requests: they show, and change nothing."""

import pytest

from riders.models import Acknowledgement, SessionRequest
from tests.pages import soup_of
from tests.riders.terms import accept, request

ANSWERS, ASKED = "/admin/riders/acknowledgement/", "/admin/riders/sessionrequest/"


@pytest.fixture
def asked(cast, now, backups, rider):
    """Connie has asked for a session, under terms that Carol accepted."""
    accept(backups, rider, by=cast.carol, at=now)
    return request(backups, by=cast.connie, at=now)


def text_of(page):
    """This will give what stands on a page of the admin site."""
    return " ".join(soup_of(page).get_text(" ").split())


@pytest.mark.seed("S1-12")
def test_staff_read_who_accepted_which_version_for_which_case(cast, backups, asked, signed_in):
    browser = signed_in(cast.stan)
    for path, said in ((ANSWERS, "Accepted"), (ASKED, "Waits for support")):
        words = text_of(browser.get(path, {"q": backups.number}))
        assert said in words
        assert backups.number in words
    given = Acknowledgement.objects.get()
    words = text_of(browser.get(f"{ANSWERS}{given.pk}/change/"))
    assert given.digest in words
    assert "Carol" in words
    beside = text_of(browser.get(f"/admin/riders/supportcase/{backups.pk}/change/"))
    assert "Remote access rider, version 1" in beside
    assert "Waits for support" in beside


def test_nothing_can_be_added_changed_or_deleted(cast, asked, signed_in):
    given = Acknowledgement.objects.get()
    before = [list(table.objects.values()) for table in (Acknowledgement, SessionRequest)]
    for who in (cast.stan, cast.root):
        browser = signed_in(who)
        for path, row in ((ANSWERS, given), (ASKED, asked)):
            assert browser.get(f"{path}add/").status_code in (403, 404)
            for act in ("change", "delete"):
                browser.post(f"{path}{row.pk}/{act}/", {"answer": "declined", "state": "accepted", "post": "yes"})
    assert [list(table.objects.values()) for table in (Acknowledgement, SessionRequest)] == before


def test_who_may_not_look_does_not(cast, asked, signed_in):
    for path in (ANSWERS, ASKED):
        assert signed_in(cast.carol).get(path).status_code in (302, 403)
