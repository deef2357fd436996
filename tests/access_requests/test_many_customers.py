"""A partner with two thousand customers and three hundred people: each page asks the database as often as for three."""

import logging
import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.access_requests.test_views_lists import grants_for, requests_for
from tests.cast import approve, ask
from tests.crowd import many_customers, many_people, take_stock
from tests.doorbell import age_session

CUSTOMERS, PEOPLE, FEW = 2000, 300, 3
PAGES = [
    ("pat", "/contacts/"),
    ("pat", "/contacts/?size=50"),
    ("pat", "/contacts/?find=Customer&name=Colleague"),
    ("pat", "/contacts/?customer=654321&size=50"),
    ("pat", "/contacts/?company=700118&customer=654321&name=Colleague&page=1"),
    ("pat", "/contacts/customers/?find=Customer"),
    ("piotr", "/contacts/?customer=654321&size=50"),
    ("carol", "/accounts/654321/access/?size=50"),
    ("carol", "/accounts/654321/partners/"),
    ("pat", "/requests/?size=50"),
    ("pat", "/"),
]
log = logging.getLogger(__name__)


@pytest.mark.seed("S2-7", "S2-8", "S2-9")
def test_every_page_asks_the_same_number_of_times(cast, pending, now, signed_in):
    granted = approve(ask(cast, for_=cast.pat, at=now), by=cast.carol, at=now)
    browsers = {name: signed_in(getattr(cast, name)) for name in ("pat", "piotr", "carol")}
    for browser in browsers.values():
        browser.get("/")
        age_session(browser, seconds=-3600)  # however long this takes, no page of it notes that somebody is there still

    def grow(customers, people):
        many_customers(cast.bolt, customers, at=now)
        crowd = many_people(cast.bolt, people, at=now)
        requests_for(crowd[::3], like=pending)
        grants_for(crowd[1::3], like=granted)
        take_stock()

    def measured():
        counts = {}
        for who, path in PAGES:
            browsers[who].get(path)
            began = time.perf_counter()
            with CaptureQueriesContext(connection) as queries:
                assert browsers[who].get(path).status_code == 200, path
            counts[who, path] = len(queries)
            log.info("%4d ms, %d queries: %s", 1000 * (time.perf_counter() - began), len(queries), path)
        return counts

    grow(FEW, 3 * FEW)
    few = measured()
    grow(CUSTOMERS - FEW, PEOPLE - 3 * FEW)

    # A full page of access leaves out what stands below it, so it may ask less
    assert {page: count for page, count in measured().items() if count > few[page]} == {}
