"""The first page of the admin site, and the banner on all of them."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access_requests.models import AccessRequest
from accounts.models import Grant
from accounts.permissions import Role
from accounts.selectors import language_and_zone_of
from audit.models import JobRun
from frame import clock
from notifications.models import Mail, MailState
from tests.cast import ask
from tests.pages import soup_of, words_of


def matters(page):
    """This will give what needs somebody: ``{words: (count, address)}``."""
    found = {}
    for link in soup_of(page).select(".matters a"):
        found[link.span.get_text()] = (int(link.strong.get_text()), link["href"])
    return found


def bars(page, title):
    """This will give the numbers under one chart."""
    chart = next(one for one in soup_of(page).select(".chart") if title in one.figcaption.get_text())
    return [int(cell.get_text()) for cell in chart.select("tbody td")]


def noon(person, days):
    """This will give noon of the day so many days from today, where the person reads; days are not all as long."""
    at = clock.now()
    zone = ZoneInfo(language_and_zone_of(person, at=at)[1])
    return datetime.combine(timezone.localdate(at, zone) + timedelta(days=days), time(12), zone)


@pytest.fixture
def trouble(cast, pending, now):
    """A mail nobody tries any more, one late, a request that waits, access about to end, no primary at Globex."""
    first, second, *_rest = Mail.objects.order_by("pk")
    Mail.objects.filter(pk=first.pk).update(state=MailState.GIVEN_UP)
    Mail.objects.exclude(pk__in=[first.pk, second.pk]).update(state=MailState.SENT, sent_at=now)
    Mail.objects.filter(pk=second.pk).update(created_at=now - timedelta(hours=1))
    AccessRequest.objects.filter(pk=pending.pk).update(submitted_at=now - timedelta(days=4))
    Grant.objects.update(ends_at=now + timedelta(days=2))
    cast.globex.memberships.update(role=Role.MEMBER)
    return cast


class TestWhatNeedsSomebody:
    def test_is_counted_and_leads_to_the_list_of_just_that(self, trouble, signed_in):
        stans = signed_in(trouble.stan)
        found = matters(stans.get("/admin/"))

        assert {words: count for words, (count, _address) in found.items()} == {
            "mail was given up: nobody was told": 1,
            "mail should have left by now": 1,
            "request has waited for more than 3 days": 1,
            "access ends within 7 days": 1,
            "open account has no primary user": 1,
        }
        for words, (count, address) in found.items():
            rows = soup_of(stans.get(address)).select("#result_list tbody tr")
            assert len(rows) == count, words

    def test_is_nothing_on_a_quiet_day(self, cast, now, signed_in):
        Mail.objects.update(state=MailState.SENT, sent_at=now)
        page = signed_in(cast.stan).get("/admin/")

        assert matters(page) == {}
        assert "Nothing needs you now." in words_of(page)

    def test_shows_nobody_what_their_windows_would_not(self, trouble, signed_in):
        trouble.stan.user_permissions.remove(Permission.objects.get(codename="view_mail"))
        page = signed_in(trouble.stan).get("/admin/")

        assert not [words for words in matters(page) if "mail" in words]
        assert "Mails sent" not in words_of(page)

    def test_is_shut_for_everybody_else(self, trouble, signed_in):
        for who in (trouble.mallory, trouble.carol, trouble.tess):
            assert signed_in(who).get("/admin/", follow=True).status_code == 403


class TestCharts:
    def test_can_be_read_without_the_picture(self, cast, pending, signed_in):
        AccessRequest.objects.filter(pk=pending.pk).update(submitted_at=noon(cast.stan, -3))
        page = signed_in(cast.stan).get("/admin/")

        assert bars(page, "Requests asked") == [0] * 10 + [1] + [0] * 3
        assert bars(page, "Mails sent") == [0] * 14
        picture = soup_of(page).select_one(".chart svg")
        assert picture["aria-hidden"] == "true"
        assert not picture.select("[style]")

    def test_show_what_is_about_to_end(self, cast, signed_in):
        Grant.objects.update(ends_at=noon(cast.stan, 5))

        assert bars(signed_in(cast.stan).get("/admin/"), "Access that ends") == [0] * 5 + [1] + [0] * 8

    def test_ask_the_database_as_often_for_many_as_for_one(self, cast, now, signed_in):
        roots = signed_in(cast.root)
        roots.get("/admin/")
        with CaptureQueriesContext(connection) as few:
            roots.get("/admin/")
        for person in (cast.petra, cast.pat):
            ask(cast, for_=person, at=now)
        with CaptureQueriesContext(connection) as many:
            roots.get("/admin/")

        assert len(few) == len(many) < 30


@pytest.mark.trust("B8")
class TestBanner:
    PAGES = ["/admin/", "/admin/accounts/account/", "/admin/partners/partnership/new/"]

    def run(self, **ages):
        JobRun.objects.all().delete()
        for name, age in ages.items():
            JobRun.objects.create(name=name, ran_at=clock.now() - timedelta(seconds=age))

    def test_stands_on_every_page_while_the_worker_is_dead(self, cast, signed_in):
        stans = signed_in(cast.stan)

        for page in self.PAGES:
            self.run(sweep=120, outbox=120)
            banner = soup_of(stans.get(page)).select_one(".banner[role=alert]").get_text(" ")
            assert "Jobs have stopped." in banner
            assert "What is due is not tidied up." in banner
            assert "Mails are not sent." in banner
            assert "2 minutes ago" in banner

    def test_names_the_one_that_stays_away(self, cast, signed_in):
        self.run(sweep=1)
        banner = soup_of(signed_in(cast.stan).get("/admin/")).select_one(".banner").get_text(" ")

        assert "Mails are not sent. It never ran." in banner
        assert "tidied" not in banner

    def test_is_gone_when_they_run(self, cast, signed_in):
        stans = signed_in(cast.stan)
        self.run(sweep=1, outbox=1)

        assert all(soup_of(stans.get(page)).select_one(".banner") is None for page in self.PAGES)
