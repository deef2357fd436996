"""The pages behind what waits at home: all cases to answer, all proposed changes, all accounts to look through."""

from datetime import timedelta
from itertools import count as count_from

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import selectors
from access_requests.views.reading import HOME_ROWS
from accounts.models import Account, Membership, ProposedChange
from riders.models import SupportCase
from tests.access_requests.case_access import a_case
from tests.accounts.proposals import lend_for_case, propose
from tests.pages import soup_of, words_of
from tests.riders.approval_story import ask_to_enter

DAY = timedelta(days=1)
PAGES = {"case": "/waiting/cases/", "change": "/waiting/changes/", "review": "/waiting/reviews/"}
NOTHING = "Nothing of this kind waits for you."


@pytest.fixture
def more(cast, now):
    """``more(kind, count)`` makes so many more things of a kind wait for Carol."""
    firsts, numbers = {}, count_from(1)

    def first_of(kind):
        if kind == "case":
            case = a_case(cast, at=now)
            ask_to_enter(case, by=cast.tess, at=now)
            return SupportCase.objects.get(pk=case.pk)
        lend_for_case(cast, at=now)
        return propose(cast, at=now)

    def make(kind, count):
        if kind == "review":
            made = [str(70_000 + next(numbers)) for _one in range(count)]
            opened = {"kind": "customer", "opened_at": now - 91 * DAY}
            companies = Account.objects.bulk_create(Account(number=one, org_id=one, name=one, **opened) for one in made)
            Membership.objects.bulk_create(
                Membership(user=cast.carol, account=one, role="primary", joined_at=now) for one in companies
            )
            return
        if kind not in firsts:
            firsts[kind] = first_of(kind)
            count -= 1
        first, unique = firsts[kind], "public_id" if kind == "change" else "number"
        kept = {field.attname: getattr(first, field.attname) for field in first._meta.concrete_fields} | {"id": None}
        rows = [type(first)(**kept | {unique: f"{next(numbers)}".rjust(32, "0")[-8:]}) for _one in range(count)]
        type(first).objects.bulk_create(rows)

    return make


def lines(page):
    """The lines of a page on which something waits."""
    return soup_of(page).select("main li.wait")


@pytest.mark.seed("S3-2", "S3-13", "S3-15")
@pytest.mark.parametrize("kind", PAGES)
class TestAllThatWaits:
    def test_stands_behind_the_first_few_at_home(self, cast, now, signed_in, more, kind):
        carol = signed_in(cast.carol)
        more(kind, HOME_ROWS)
        assert soup_of(carol.get("/")).select(f'main a[href="{PAGES[kind]}"]') == []
        assert len(lines(carol.get("/"))) == HOME_ROWS

        more(kind, 1)
        home = carol.get("/")
        [link] = soup_of(home).select(f'main a[href="{PAGES[kind]}"]')
        page = carol.get(link["href"])

        assert len(lines(home)) == HOME_ROWS
        assert len(lines(page)) == HOME_ROWS + 1
        assert f"{HOME_ROWS + 1} wait for you." in words_of(page)
        assert {one.find("a")["href"] for one in lines(home)} <= {one.find("a")["href"] for one in lines(page)}

    def test_is_paged_and_asks_as_often_for_three_as_for_three_hundred(self, cast, now, signed_in, more, kind):
        carol, counts = signed_in(cast.carol), []
        carol.get("/")
        for count in (3, 297):
            more(kind, count)
            with CaptureQueriesContext(connection) as queries:
                assert len(lines(carol.get(PAGES[kind], {"size": "50"}))) == min(50, count)
            counts.append(len(queries))

        assert counts[0] == counts[1]
        assert len(lines(carol.get(PAGES[kind], {"size": "50", "page": "6"}))) == 50
        assert carol.get(PAGES[kind], {"page": "99"}).status_code == 404

    @pytest.mark.trust("A2")
    @pytest.mark.parametrize("who", ["mallory", "mike", "pat", "piotr", "tess", "root"])
    def test_is_nobody_elses(self, cast, now, signed_in, more, kind, who):
        more(kind, 2)

        page = signed_in(getattr(cast, who)).get(PAGES[kind])

        assert (lines(page), NOTHING in words_of(page)) == ([], True)


def test_a_look_at_them_changes_nothing(cast, now, signed_in, more):
    for kind in PAGES:
        more(kind, 1)
    carol = signed_in(cast.carol)
    before = [table.objects.values_list().count() for table in (ProposedChange, SupportCase, Account)]

    assert [carol.get(path).status_code for path in PAGES.values()] == [200] * 3
    assert [carol.post(path).status_code for path in PAGES.values()] == [405] * 3
    assert [table.objects.values_list().count() for table in (ProposedChange, SupportCase, Account)] == before


def test_all_of_it_is_counted_in_two_queries_and_for_whoever_answers_nothing_in_one(
    cast, pending, now, django_assert_num_queries
):
    with django_assert_num_queries(2):
        assert selectors.how_much_waits(cast.carol, at=now) == 1
    for nobody in (cast.petra, cast.tess, cast.mike):
        with django_assert_num_queries(1):
            assert selectors.how_much_waits(nobody, at=now) == 0
