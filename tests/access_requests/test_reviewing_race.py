"""Two people look through who is in at the same moment: each line is answered once, and ending always wins."""

from functools import partial

import pytest

from access_requests import services
from access_requests.models import Review, ReviewLine
from accounts.authorization import held
from accounts.models import Account, Grant
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.access_requests.racing import at_once, refused
from tests.access_requests.test_reviewing import DAY, keep, keep_everybody
from tests.cast import events, member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seed("S3-15")]


@pytest.fixture
def piotrs(cast):
    """Piotr's access to Acme."""
    return Grant.objects.get(grantee=cast.piotr)


@pytest.mark.trust("R1")
def test_the_same_line_is_kept_once(cast, now, piotrs):
    outcomes = at_once(*[partial(keep, cast, by=who, grants=[piotrs], at=now) for who in (cast.carol, cast.adam) * 3])

    assert len(refused(outcomes, NotAllowedNow)) == 5
    assert (Review.objects.count(), ReviewLine.objects.count()) == (1, 1)
    assert events(piotrs)[-1:] == ["review.answered"]
    assert verify() == []


@pytest.mark.trust("R1", "R3")
@pytest.mark.parametrize("times", range(3))
def test_of_keeping_and_ending_the_end_holds(cast, now, piotrs, times):
    outcomes = at_once(
        partial(keep, cast, by=cast.adam, grants=[piotrs], at=now),
        partial(services.end_in_review, grant=piotrs, by=cast.carol, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) <= 1
    [line] = ReviewLine.objects.all()
    assert (line.answer, line.answered_by) == ("end", cast.carol)
    assert held(cast.piotr, cast.acme, at=now) == set()
    assert verify() == []


@pytest.mark.trust("R3")
def test_shortening_ending_here_and_ending_on_its_own_page(cast, now, piotrs):
    outcomes = at_once(
        partial(services.shorten_in_review, grant=piotrs, ends_at=now + DAY, by=cast.ursula, at=now),
        partial(services.end_in_review, grant=piotrs, by=cast.adam, at=now),
        partial(services.end_access, grant=piotrs, by=cast.carol, at=now),
    )

    assert len(refused(outcomes, NotAllowedNow)) in (1, 2)
    assert held(cast.piotr, cast.acme, at=now) == set()
    assert TrailLine.objects.filter(subject=piotrs.public_id, event="grant.ended").count() == 1
    assert verify() == []


def test_a_member_is_ended_once(cast, now):
    mikes = member(cast.mike, cast.acme)
    outcomes = at_once(
        *[partial(services.end_in_review, membership=mikes, by=who, at=now) for who in (cast.carol, cast.adam)]
    )

    assert len(refused(outcomes, NotAllowedNow)) == 1
    assert TrailLine.objects.filter(subject=cast.mike.email, event="membership.ended").count() == 1
    assert verify() == []


def test_the_last_answer_finishes_it_once(cast, now, piotrs):
    whoever = (cast.carol, cast.adam, cast.ursula)
    outcomes = at_once(*[partial(keep_everybody, cast, by=who, after=0, at=now) for who in whoever])

    assert len(refused(outcomes, NotAllowedNow)) == 2
    assert Review.objects.get().finished_at == now
    assert TrailLine.objects.filter(event="review.finished").count() == 1
    assert verify() == []


@pytest.mark.trust("R1")
def test_jobs_beside_each_other_ask_once(cast, now):
    Account.objects.update(opened_at=now - 91 * DAY)

    refused(at_once(*[partial(services.ask_for_reviews, at=now)] * 5), NotAllowedNow)

    assert Review.objects.count() == 2
    assert Mail.objects.filter(event="review_due").count() == 2
    assert TrailLine.objects.filter(event="review.asked").count() == 2
