"""Whom a customer has let in is kept from staff; what such people open and ask on a case names their company."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from accounts.models import AccessRole
from accounts.permissions import LENDABLE
from riders import services
from riders.models import SessionRequest
from tests.cast import approve, ask_for_hour, ask_for_support, grant_hour
from tests.pages import words_of

CASES, ASKED = "/admin/riders/supportcase/", "/admin/riders/sessionrequest/"


@pytest.fixture
def stan(cast, signed_in):
    """Stan, who was given every Django permission there is."""
    cast.stan.user_permissions.set(Permission.objects.all())
    return signed_in(cast.stan)


def opened(cast, *, by, at):
    return services.open_case(account=cast.acme, subject="Backups", description="They stop.", by=by, at=at)


def pages_of(case, asked, browser):
    """This will give the words of every page on which staff read of a case, and of who asked for a session on it."""
    pages = [CASES, f"{CASES}{case.pk}/change/", ASKED, f"{ASKED}{asked.pk}/change/"]
    return [words_of(browser.get(path)) for path in pages]


@pytest.mark.seed("S0-10")
@pytest.mark.trust("I11")
def test_staff_read_the_company_of_an_associate_who_was_lent_the_cases(cast, now, stan):
    AccessRole.objects.create(name="All", description="All.", permissions=[right.value for right in LENDABLE])
    approve(ask_for_support(cast, roles=["All"], at=now), by=cast.carol, at=now)
    case = opened(cast, by=cast.tess, at=now)
    asked = _ask_for_session(case, by=cast.tess, at=now)

    for words in pages_of(case, asked, stan):
        assert "Latchkey Support" in words
        assert "Tess" not in words


@pytest.mark.seed("S4-14")
def test_and_of_an_agent_who_has_an_hour(cast, now, stan):
    grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
    case = opened(cast, by=cast.tess, at=now + timedelta(minutes=1))
    asked = _ask_for_session(case, by=cast.tess, at=now)

    assert all("Tess" not in words for words in pages_of(case, asked, stan))


def test_the_customers_own_people_and_what_the_desk_recorded_are_named(cast, now, stan):
    case = opened(cast, by=cast.connie, at=now)
    asked = _ask_for_session(case, by=cast.connie, at=now)
    assert all("Connie" in words for words in pages_of(case, asked, stan))

    facts = {"channel": "telephone", "sender": "+31 20 555", "subject": "Call", "description": "They called."}
    recorded = services.record_case(account=cast.acme, by=cast.tess, at=now, **facts)
    assert "Tess" in words_of(stan.get(f"{CASES}{recorded.pk}/change/"))


def _ask_for_session(case, *, by, at):
    facts = {"why": "observe", "expectation": "Look", "impact": "None", "state": "submitted"}
    return SessionRequest.objects.create(case=case, asked_at=at, asked_by=by, **facts)
