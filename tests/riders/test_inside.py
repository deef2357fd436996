"""Who of support is in for a case: the first of them beside it, all of them on a page of their own."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Grant
from accounts.states import RequestKind
from tests.access_requests.test_views_lists import grants_for
from tests.cast import WEEK, approve, ask_for_support
from tests.crowd import many_people
from tests.pages import soup_of, words_of
from tests.riders.approval_story import let_in, let_write_cases
from tests.riders.test_approval_pages import enter, withdraw_path


@pytest.fixture
def entered(cast, now, backups):
    """Tess is in for the case, on what Connie approved, and Tom on a request of his own."""
    let_in(backups, by=cast.connie, at=now)
    tess = enter(cast.tess, backups, by=cast.connie, at=now, until=now + WEEK)
    tom = approve(ask_for_support(cast, by=cast.tom, at=now, case_number=backups.number), by=cast.carol, at=now)
    return backups, tess, tom


def everybody(case):
    """This will give the address of all who are in for a case."""
    return reverse("account_case_inside", args=[case.account.number, case.number])


def crowd(cast, number, *, like, at):
    """This will let so many more of support in, each a moment after the one before."""
    grants = grants_for(many_people(cast.vendor, number, at=at), like=like)
    for place, grant in enumerate(grants, 1):
        grant.starts_at = like.starts_at + place * timedelta(microseconds=1)
    Grant.objects.bulk_update(grants, ["starts_at"])


def named(answer):
    """This will give the numbers of the crowd's people that a page names, in its order."""
    return [int(one) for one in re.findall(r"Colleague (\d+)", words_of(answer))]


def asked(browser, path):
    """This will give how many questions a page puts to the database."""
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(path).status_code == 200
    return sum(query["sql"].startswith("SELECT") for query in queries)


@pytest.mark.trust("D2")
def test_a_case_shows_those_who_came_last_and_leads_to_all(cast, now, entered, signed_in):
    case, tess, tom = entered
    carol = signed_in(cast.carol)
    assert "who are in" not in words_of(carol.get(case.get_absolute_url()))
    crowd(cast, 15, like=tess, at=now)
    crowd(cast, 12, like=tom, at=now)
    page = carol.get(case.get_absolute_url())

    assert named(page) == [*range(14, 9, -1), *range(26, 21, -1)]
    links = [link.get_text() for link in soup_of(page).select(f"a[href='{everybody(case)}']")]
    assert links == ["All 16 who are in", "All 13 who are in"]
    first, second = carol.get(everybody(case)), carol.get(everybody(case) + "?page=2")
    assert sorted(named(first) + named(second)) == list(range(27))
    assert words_of(first).count("on a request of its own") + words_of(second).count("on a request of its own") == 13
    assert carol.get(everybody(case) + "?page=3").status_code == 404


def test_whoever_answers_without_seeing_all_access_sees_who_is_in_on_approvals(cast, now, entered, signed_in):
    case, tess, tom = entered
    crowd(cast, 11, like=tess, at=now)
    crowd(cast, 2, like=tom, at=now)
    answer = signed_in(cast.connie).get(everybody(case))

    assert sorted(named(answer)) == list(range(11))
    assert ("Tess" in words_of(answer), "Tom" in words_of(answer)) == (True, False)


def test_the_page_that_withdraws_names_some_and_counts_the_rest(cast, now, entered, signed_in):
    case, tess, _tom = entered
    crowd(cast, 15, like=tess, at=now)
    words = words_of(signed_in(cast.carol).get(withdraw_path(case)))

    assert words.count("Colleague") == 9
    assert "and 6 more" in words


def test_three_hundred_cost_as_much_as_three(cast, now, entered, signed_in):
    case, tess, tom = entered
    carol, connie, counted = signed_in(cast.carol), signed_in(cast.connie), []
    for number in (20, 300):
        crowd(cast, number, like=tess, at=now)
        crowd(cast, number, like=tom, at=now)
        for browser in (carol, connie):
            for path in (case.get_absolute_url(), everybody(case), withdraw_path(case)):
                browser.get(path)
                counted.append(asked(browser, path))

    assert counted[:6] == counted[6:]


def test_nobody_in_says_so(cast, backups, signed_in):
    assert "Nobody of support is in your account" in words_of(signed_in(cast.carol).get(everybody(backups)))


@pytest.mark.trust("A6", "T3")
class TestOthers:
    @pytest.mark.parametrize(("who", "status"), [("mallory", 404), ("quinn", 404), ("tess", 403), ("piotr", 403)])
    def test_it_is_for_the_people_of_the_account(self, cast, entered, signed_in, who, status):
        case, _tess, _tom = entered
        browser = signed_in(getattr(cast, who))

        assert Grant.objects.filter(account=cast.acme, kind=RequestKind.CASE).exists()
        assert browser.get(everybody(case)).status_code == status
        assert browser.get(everybody(case).replace("654321", cast.globex.number)).status_code == 404

    def test_a_member_who_does_not_see_access_is_refused(self, cast, entered, signed_in):
        case, _tess, _tom = entered
        answer = signed_in(let_write_cases(cast)).get(everybody(case))

        assert answer.status_code == 403
        assert "Tess" not in words_of(answer)
