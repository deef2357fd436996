"""Seats: the account's own people use them, and nobody from outside ever does (S3-12)."""

from datetime import timedelta

import pytest

from accounts import authorization, selectors, services
from accounts.models import Invitation
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.states import RequestKind
from frame.refusals import NotAllowedNow
from tests.cast import approve, ask, ask_for_hour, ask_for_support, grant_hour, member
from tests.pages import words_of

DAY = timedelta(days=1)
CONTACTS, INVITE = "/accounts/654321/contacts/", "/accounts/654321/contacts/invite/"
USED = "6 of 25 seats are used by your own people, invitations included. People from outside never use one."
pytestmark = pytest.mark.seed("S3-12")


def let_in_for_a_case(cast, now):
    """This will lend Tess something at Acme for a case."""
    return authorization.open_grant(
        account=cast.acme,
        membership=member(cast.tess, cast.vendor),
        by=cast.connie,
        starts_at=now,
        ends_at=now + DAY,
        permissions=[P.VIEW_CONFIGURATION],
        administrator=False,
        may_delegate=True,
        kind=RequestKind.CASE,
        reason="The backups stop.",
        case_number="C-1",
        at=now,
    )


WAYS_IN = {
    RequestKind.PARTNER: lambda cast, now: approve(ask(cast, at=now), by=cast.carol, at=now),
    RequestKind.SUPPORT: lambda cast, now: approve(ask_for_support(cast, at=now), by=cast.carol, at=now),
    RequestKind.HOUR: lambda cast, now: grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now),
    RequestKind.CASE: let_in_for_a_case,
}


def invite(cast, *, at):
    return services.invite(
        account=cast.acme,
        email="new@acme.example",
        first_name="New",
        last_name="One",
        role=Role.MEMBER,
        permissions=[],
        authorized_contact=False,
        by=cast.carol,
        at=at,
    )


@pytest.mark.parametrize("kind", WAYS_IN)
def test_access_of_every_kind_uses_none(cast, now, kind):
    before = selectors.seats_taken(cast.acme, at=now)

    grant = WAYS_IN[kind](cast, now)

    assert grant.kind == kind
    assert authorization.held(grant.grantee, cast.acme, at=now)
    assert selectors.seats_taken(cast.acme, at=now) == before == 6


def test_every_way_in_that_is_granted_was_tried():
    assert set(WAYS_IN) == set(RequestKind) - {RequestKind.CHANGE}


def test_with_every_seat_used_people_from_outside_are_let_in_and_an_invitation_says_why_not(cast, now):
    cast.acme.seats = selectors.seats_taken(cast.acme, at=now)
    cast.acme.save(update_fields=["seats"])

    for way in WAYS_IN.values():
        assert way(cast, now).unended_at(now)
    with pytest.raises(NotAllowedNow, match=r"used by its own people .* people from outside use none"):
        invite(cast, at=now)

    assert not Invitation.objects.exists()


def test_with_people_from_outside_in_the_last_seat_is_still_free(cast, now):
    for way in WAYS_IN.values():
        way(cast, now)
    cast.acme.seats = 7
    cast.acme.save(update_fields=["seats"])

    assert invite(cast, at=now).open_at(now)


@pytest.mark.parametrize("who", ["carol", "ursula"])
@pytest.mark.parametrize("path", [CONTACTS, INVITE])
def test_the_pages_say_how_many_are_used(cast, now, signed_in, who, path):
    browser = signed_in(getattr(cast, who))
    assert USED in words_of(browser.get(path))

    WAYS_IN[RequestKind.SUPPORT](cast, now)
    assert USED in words_of(browser.get(path))
    invite(cast, at=now)

    assert USED.replace("6 of", "7 of") in words_of(browser.get(path))


def test_nobody_from_outside_is_told(cast, now, signed_in):
    assert "seats" not in words_of(signed_in(cast.piotr).get(CONTACTS))
    assert signed_in(cast.mallory).get(CONTACTS).status_code == 404
