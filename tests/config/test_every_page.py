"""Every page there is, found by its address: it asks the database as often for three hundred rows as for three, and
still names whoever was locked out. A new page needs somebody who can open it.
"""

from copy import copy
from datetime import timedelta

import pytest
from django.db import connection, reset_queries, transaction
from django.test.utils import CaptureQueriesContext

from access_requests.models import AccessRequest, Review, ReviewLine
from accounts.models import Account, Grant, Invitation
from accounts.services import deactivate_person
from audit.record import record
from notifications.models import Notice
from partners.models import Partnership
from riders.models import Article, CaseComment, RemoteSession, SupportCase
from tests import nasty
from tests.access_requests.test_views_lists import grants_for, records, requests_for
from tests.cast import fresh
from tests.config.test_urls import OPEN, every_address
from tests.config.things import CHOSEN, begin_to_ask, is_ours, things
from tests.crowd import many_customers, many_people
from tests.pages import words_of

FEW, MANY, CHANGES, MOST = 3, 300, 30, 30
# Pages that a query string turns into another list
TURNED = {
    "account_access": ["&state=past", "&moment={moment}", "&moment={moment}&of=members"],
    "contacts": ["&customer=654321"],
    "requests": ["&status=pending&name=Bolt"],
}
# What the bell and the page of an access ask, which have no page of their own
NO_PAGE = {"notices_poll", "grant_done_poll"}
# Pages that say what was, whoever it was
REMEMBER = {
    *("request", "requests", "grant", "account_access", "account_contacts", "account_person"),
    *("account_configuration", "account_settings", "notices", "access_end"),
    *("account_cases", "account_case", "desk_cases", "desk_case"),
}


@pytest.fixture
def known(cast, now):
    """What there is, and what it is made like when there is to be more of it."""
    chosen = things(cast, now)
    waiting = AccessRequest.objects.get(public_id=chosen[0]["public_id"])
    lent = Grant.objects.get(public_id=chosen[1]["grant_id"])
    under = copy(lent)
    under.parent, under.decided_by, under.administrator, under.may_delegate = lent, lent.grantee, False, False
    case = SupportCase.objects.get(number=chosen[0]["case_number"])
    return {"chosen": chosen, "waiting": fresh(waiting), "lent": lent, "under": under, "case": case}


@pytest.fixture
def browsers(cast, signed_in):
    """Carol's, Pat's, Petra's and Tess's, who is about to send a request."""
    browsers = [signed_in(cast.carol), signed_in(cast.pat), signed_in(cast.petra), signed_in(cast.tess)]
    begin_to_ask(browsers[-1])
    for browser in browsers:
        browser.get("/")  # the first page of a session writes it
    return browsers


def pages_of(cast, known, browsers, now, *, among=None):
    """This will open every address that shows a page, or those with these names.

    :returns: ``{(name, what was added to it): (browser, path)}``, how many questions each put to the database, and
        the names of those that show no page
    """
    moment = (now + timedelta(seconds=30)).astimezone(cast.acme.zone).strftime("%Y-%m-%dT%H:%M:%S")
    found, counts, shut = {}, {}, set()
    for chosen in known["chosen"]:
        for name, path in every_address(chosen):
            sought = is_ours(path) and name not in OPEN and (among is None or name in among)
            if not sought or (name, "") in found:
                continue
            first = (CHOSEN.get(name) or "?size=50").format(**chosen)
            for browser in browsers:
                status, count = opened(browser, path + first)
                if status == 200:
                    found[name, ""], counts[name, ""] = (browser, path + first), count
                    turned = {more: path + first + more.format(moment=moment) for more in TURNED.get(name, [])}
                    for more, address in turned.items():
                        found[name, more] = browser, address
                if status in (200, 405):
                    break
            if status not in (200, 405):
                shut.add(name)
    return found, counts, shut - {name for name, _more in found}


def opened(browser, path):
    """This will open a page: its status, and how many questions it puts to the database."""
    reset_queries()  # the log of all that was asked is not without end
    with CaptureQueriesContext(connection) as queries:
        status = browser.get(path).status_code
    return status, sum(query["sql"].startswith("SELECT") for query in queries)


def grow(cast, known, places, now):
    """This will make more of everything that stands in a list."""
    number = len(places)
    many_customers(cast.bolt, number, at=now)
    crowd = many_people(cast.bolt, number, at=now)
    requests_for(crowd[::3], like=known["waiting"])
    grants_for(crowd[1::3], like=known["lent"])
    grants_for(crowd[2::3], like=known["under"])
    many_people(cast.acme, number, at=now)
    strangers = many_people(cast.globex, number, at=now)
    records(cast.acme, places, today=now.date())
    lapses = now + timedelta(days=7)
    Invitation.objects.bulk_create(
        Invitation(account=cast.acme, user=one.user, email=one.user.email, invited_at=now, lapses_at=lapses)
        for one in strangers
    )
    values = {"kind": "partner", "time_zone": "UTC", "opened_at": now}
    firms = Account.objects.bulk_create(
        Account(number=str(810_000 + one), org_id=f"81{one:06}", name=f"Partner {one}", **values) for one in places
    )
    linked = {"customer": cast.acme, "state": "linked", "known_at": now, "linked_at": now, "linked_by": cast.carol}
    Partnership.objects.bulk_create(Partnership(partner=firm, **linked) for firm in firms)
    reported = {"account": cast.acme, "subject": "Slow", "opened_by": cast.connie, "opened_at": now, "changed_at": now}
    SupportCase.objects.bulk_create(SupportCase(number=f"81{one:06}", **reported) for one in places)
    known_to_all = {"text": "x", "sought": "x", "changed_at": now, "changed_by": cast.stan}
    known_to_all |= {"published_at": now, "published_by": cast.stan}
    Article.objects.bulk_create(Article(slug=f"a{one}", title=f"Article {one}", **known_to_all) for one in places)
    said = {
        "case": known["case"],
        "author": cast.adam,
        "company": "Acme",
        "from_support": False,
        "text": "So",
        "at": now,
    }
    CaseComment.objects.bulk_create(CaseComment(**said) for _one in places)
    session = RemoteSession.objects.earliest("pk")
    meeting = {"case": session.case, "created_at": now, "created_by": cast.tess, "tool": "Remote Help", "ours": True}
    RemoteSession.objects.bulk_create(RemoteSession(**meeting) for _one in places)
    done = {"account": cast.acme, "due_at": now, "finished_at": now, "finished_by": cast.adam}
    Review.objects.bulk_create(Review(**done) for _one in places)
    looked = {"review": Review.objects.earliest("pk"), "answer": "keep", "answered_by": cast.adam, "answered_at": now}
    ReviewLine.objects.bulk_create(ReviewLine(membership=one, **looked) for one in [*crowd, *strangers])
    told = {"event": "told", "title": "Something happened", "path": "/", "account": "654321", "created_at": now}
    Notice.objects.bulk_create(Notice(key=f"told {one}", recipient=cast.carol, **told) for one in places)
    with transaction.atomic():
        for one in places[:CHANGES]:
            change = {"field": "domains", "before": [], "after": ["a.example"], "version": one + 1}
            record("configuration.changed", account=cast.acme, by=cast.adam, at=now, **change)
            change = {"field": "partners_may_add_colleagues", "before": True, "after": False, "version": one + 1}
            record("settings.changed", account=cast.acme, by=cast.adam, at=now, **change)


def asked_by(pages):
    """This will give how many questions each page puts to the database, apart from what it notes of the session."""
    answers = {page: opened(browser, path) for page, (browser, path) in pages.items()}
    assert {page for page, (status, _count) in answers.items() if status != 200} == set()
    return {page: count for page, (_status, count) in answers.items()}


def test_every_page_asks_as_often_for_three_hundred_as_for_three(cast, known, browsers, now):
    grow(cast, known, range(FEW), now)
    pages, few, shut = pages_of(cast, known, browsers, now)
    assert shut - NO_PAGE == set(), "a page that nobody here can open"

    few |= asked_by({page: way for page, way in pages.items() if page not in few})
    grow(cast, known, range(FEW, MANY), now)
    many = asked_by(pages)

    # A page that is full leaves out what would have stood below it, and asks less
    assert {page: (few[page], many[page]) for page in pages if many[page] > few[page]} == {}
    assert {page: count for page, count in many.items() if count > MOST} == {}


@pytest.mark.trust("C1")
def test_every_page_still_names_whoever_was_locked_out(cast, known, browsers, now):
    pages, _counts, _shut = pages_of(cast, known, browsers, now, among=REMEMBER)
    grow(cast, known, range(FEW), now)
    gone = [cast.adam, cast.mike, cast.piotr, cast.dora, cast.petra]
    theirs = {page: way for page, way in pages.items() if "moment" not in page[1]}
    carol, _path = pages["account_access", ""]
    theirs["request", "answered"] = carol, known["lent"].get_absolute_url()

    def named():
        found = {}
        for page, (browser, path) in theirs.items():
            answer = browser.get(path)
            assert answer.status_code in (200, 404), path
            found[page] = {str(one) for one in gone if str(one) in words_of(answer)}
        return found

    before = named()
    for person in gone:
        deactivate_person(user=person, by=None, at=now + timedelta(seconds=2))
    stands = nasty.what_stands()
    after = named()

    assert {page: before[page] - after[page] for page in theirs if not before[page] <= after[page]} == {}
    assert {"request", "requests", "account_access", "account_contacts", "account_configuration"} <= {
        name for name, more in theirs if before[name, more]
    }
    assert nasty.what_stands() == stands
