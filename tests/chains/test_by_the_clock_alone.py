"""What a lender's access, company or person no longer gives, nothing that hangs under it gives either: no job has run
and nothing was ended, only the rows say until when. Services keep a child within its lender; the door leans on none.
"""

from copy import deepcopy
from datetime import timedelta

import pytest

from access_requests import services
from accounts import authorization
from accounts.models import Grant, Membership, User
from tests.cast import INVOICES, member
from tests.chains.machine import the_cast
from tests.chains.reading import ANY, Everybody

MOMENT = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
# Which row says so, what it says from an hour on, and what that is in the model. The last begins then; all others end.
LENDER = "lender"
CHILD = "child"
ENDED = {"end_reason": "ended"}
CASES = [
    pytest.param(Grant, LENDER, "ends_at", {}, "loan", id="the lender's window is over"),
    pytest.param(Grant, LENDER, "ended_at", ENDED, "loan", id="the lender's access has ended"),
    pytest.param(Membership, LENDER, "ended_at", {}, "place", id="the lender has left"),
    pytest.param(Grant, CHILD, "ends_at", {}, "loan", id="its own window is over"),
    pytest.param(Grant, CHILD, "ended_at", ENDED, "loan", id="it has ended"),
    pytest.param(Membership, CHILD, "ended_at", {}, "place", id="the colleague has left"),
    pytest.param(Grant, LENDER, "starts_at", {}, "loan", id="the lender's window has not begun"),
    pytest.param(Grant, CHILD, "starts_at", {}, "loan", id="its own window has not begun"),
    pytest.param(Membership, CHILD, "joined_at", {}, "place", id="the colleague has not joined yet"),
]


@pytest.fixture
def lent(cast, now):
    """Piotr has added Petra for the invoices: ``{who: (their grant, their loan in the model)}``, and the model."""
    model = the_cast(cast, now)
    child = services.add_colleague(
        account=cast.acme,
        membership=member(cast.petra, cast.bolt),
        by=cast.piotr,
        permissions=[INVOICES],
        administrator=False,
        reason="Holidays",
        at=now,
    )
    petra = next(place for place in model.places if place.person == "petra")
    model.add("acme", petra, "piotr", rights=frozenset([INVOICES]), admin=False, at=now)
    assert len(model.loans) == 2
    return {LENDER: (child.parent, 0), CHILD: (child, 1)}, model


def agrees(cast, model, at):
    """This will compare what everybody may open with the model, and give what Petra holds at Acme."""
    expected = set()
    for person, user in cast.people.items():
        for name, company in cast.companies.items():
            expected |= {(user.email, company.number, right) for right in model.held(person, name, at)}
            if model.enters(person, name, at):
                expected.add((user.email, company.number, ANY))
    assert Everybody(at).let_in(at) == expected
    assert authorization.allows(cast.petra, INVOICES, cast.acme, at=at) == (
        "view_invoices" in model.held("petra", "acme", at)
    )
    held = authorization.held(cast.petra, cast.acme, at=at)
    assert held == model.held("petra", "acme", at)
    return held


@pytest.mark.trust("I1", "I2", "I6", "E3", "R7")
@pytest.mark.parametrize(("table", "whose", "field", "more", "part"), CASES)
def test_nothing_that_hangs_under_it_opens_any_more(cast, lent, now, table, whose, field, more, part):
    rows, model = lent
    grant, place = rows[whose]
    then = now + HOUR
    table.objects.filter(pk=grant.pk if table is Grant else grant.membership_id).update(**{field: then}, **more)
    closed = deepcopy(model)
    if part == "loan":
        closed.loans[place].over = now
    else:
        closed.loans[place].place.over = True
    before, after = (closed, model) if field in ("starts_at", "joined_at") else (model, closed)

    seen = [agrees(cast, world, at) for world, at in ((before, then - MOMENT), (after, then), (after, then + HOUR))]

    opens, shut = {INVOICES}, set()
    assert seen == ([shut, opens, opens] if before is closed else [opens, shut, shut])
    assert Grant.objects.filter(pk=rows[CHILD][0].pk, ended_at=None).exists() is (more == {} or whose == LENDER)


@pytest.mark.trust("I1", "I12")
def test_nothing_that_hangs_under_it_opens_while_the_lender_is_locked_out(cast, lent, now):
    _rows, model = lent
    User.objects.filter(pk=cast.piotr.pk).update(is_active=False)
    cast.piotr.is_active = False
    model.locked_out.add("piotr")

    assert agrees(cast, model, now) == set()
