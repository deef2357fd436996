"""The changes that support proposes for a case stand beside it while they wait for an answer."""

from copy import copy
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ProposedChange
from accounts.models.grants import new_public_id
from accounts.permissions import AccountPermission as P
from accounts.services import withdraw_change
from tests.accounts.proposals import agree, lend_for_case, propose
from tests.pages import soup_of, words_of
from tests.riders.approval_story import let_in, let_write_cases
from tests.riders.test_approval_pages import desk

MINUTE = timedelta(minutes=1)
HEADING = "Proposed by support"
RIGHTS = (P.VIEW_CASES, P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION)


@pytest.fixture
def change(cast, now, backups):
    """Tess, who is in for the case, proposes a change for it."""
    let_in(backups, by=cast.carol, at=now - MINUTE)
    lend_for_case(cast, at=now - MINUTE, case=backups.number, rights=RIGHTS)
    return propose(cast, at=now - MINUTE, reason="The old domain is gone.")


def many(change, number):
    """This will have so many more proposals wait, like this one."""
    rows = []
    for _each in range(number):
        row = copy(change)
        row.pk, row.public_id = None, new_public_id()
        rows.append(row)
    ProposedChange.objects.bulk_create(rows)


@pytest.mark.seed("S3-13")
class TestBesideTheCase:
    @pytest.mark.parametrize("who", ["carol", "adam", "connie", "dora"])
    def test_whoever_may_answer_reads_it_and_gets_there(self, cast, backups, change, signed_in, who):
        browser = signed_in(getattr(cast, who))
        page = browser.get(backups.get_absolute_url())

        assert HEADING in words_of(page)
        assert "The old domain is gone." in words_of(page)
        [link] = soup_of(page).select(f"a[href='{change.get_absolute_url()}']")
        assert "Tess" in link.get_text()
        assert browser.get(link["href"]).status_code == 200

    def test_its_own_person_reads_it_at_the_desk_and_inside_and_a_colleague_does_not(
        self, cast, now, backups, change, signed_in
    ):
        tess, tom = signed_in(cast.tess), signed_in(cast.tom)
        for path in (desk(backups, "desk_case"), backups.get_absolute_url()):
            assert HEADING in words_of(tess.get(path))
        lend_for_case(cast, to=cast.tom, at=now - MINUTE, case=backups.number, rights=RIGHTS)
        for path in (desk(backups, "desk_case"), backups.get_absolute_url()):
            words = words_of(tom.get(path))
            assert backups.subject in words
            assert HEADING not in words

    def test_it_goes_once_it_was_answered(self, cast, now, backups, change, signed_in):
        agree(change, by=cast.carol, at=now)

        assert HEADING not in words_of(signed_in(cast.carol).get(backups.get_absolute_url()))

    def test_it_goes_once_it_was_taken_back(self, cast, now, backups, change, signed_in):
        withdraw_change(change=change, by=cast.tess, at=now)

        assert HEADING not in words_of(signed_in(cast.carol).get(backups.get_absolute_url()))

    def test_another_case_does_not_show_it(self, cast, now, change, mallorys, signed_in):
        assert HEADING not in words_of(signed_in(cast.mallory).get(mallorys.get_absolute_url()))
        assert HEADING not in words_of(signed_in(cast.tess).get(desk(mallorys, "desk_case")))


@pytest.mark.trust("A1", "A6", "T3")
@pytest.mark.parametrize(("who", "status"), [("mike", 200), ("piotr", 200), ("mallory", 404), ("quinn", 404)])
def test_whoever_may_not_read_it_sees_nothing_of_it(cast, backups, change, signed_in, who, status):
    let_write_cases(cast)
    page = signed_in(getattr(cast, who)).get(backups.get_absolute_url())

    assert page.status_code == status
    for said in (HEADING, "The old domain", change.public_id):
        assert said not in page.content.decode()


def test_three_hundred_cost_as_much_as_three(cast, backups, change, signed_in):
    carol, counted = signed_in(cast.carol), []
    many(change, 11)
    for number in (3, 300):
        many(change, number)
        carol.get(backups.get_absolute_url())
        with CaptureQueriesContext(connection) as queries:
            page = carol.get(backups.get_absolute_url())
        counted.append(sum(query["sql"].startswith("SELECT") for query in queries))
        assert len(soup_of(page).select("aside a[href*='/changes/']")) == 6  # five of them, and the way to all

    assert counted[0] == counted[1] <= 30
