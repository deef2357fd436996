"""Staff's windows on the trail: every line on one line, and chains that say whether they are whole."""

import pytest
from django.db import connection, transaction

from audit import triggers
from audit.models import TrailHead, TrailLine
from audit.record import record
from tests.pages import soup_of, words_of

LINES = "/admin/audit/trailline/"
CHAINS = "/admin/audit/trailhead/"


def page_of(row, address):
    return f"{address}{row.pk}/change/"


@pytest.fixture
def acmes(cast):
    """The head of Acme's chain."""
    return TrailHead.objects.get(chain="654321")


@pytest.fixture
def changed(acmes):
    """A line of Acme's, changed behind everybody's back."""
    line = TrailLine.objects.filter(chain="654321").order_by("sequence")[2]
    triggers.lift(connection)
    TrailLine.objects.filter(pk=line.pk).update(actor_name="Somebody else")
    triggers.lay(connection)
    return line


class TestChains:
    def test_say_that_they_are_whole(self, cast, acmes, signed_in):
        words = words_of(signed_in(cast.stan).get(page_of(acmes, CHAINS)))

        assert f"The chain is whole: {acmes.sequence} lines, none missing, every hash right." in words

    @pytest.mark.trust("L3")
    def test_say_where_they_are_broken(self, cast, acmes, changed, signed_in):
        stans = signed_in(cast.stan)

        assert f"The chain is broken at line {changed.sequence}." in words_of(stans.get(page_of(acmes, CHAINS)))
        assert "This line was changed after it was written" in words_of(stans.get(page_of(changed, LINES)))
        other = TrailLine.objects.filter(chain="654321").order_by("sequence").first()
        assert "This line is as it was written" in words_of(stans.get(page_of(other, LINES)))

    def test_too_long_for_a_page_name_the_command(self, cast, acmes, signed_in, monkeypatch):
        monkeypatch.setattr("audit.admin.CHECKED_ON_A_PAGE", 3)

        assert "portal_audit_verify" in words_of(signed_in(cast.stan).get(page_of(acmes, CHAINS)))

    def test_lead_to_their_lines(self, cast, acmes, signed_in):
        stans = signed_in(cast.stan)
        link = soup_of(stans.get(page_of(acmes, CHAINS))).select_one(".note a")["href"]

        tags = {tag.get_text() for tag in soup_of(stans.get(link)).select("#result_list .tag")}
        assert tags == {"654321"}


@pytest.mark.trust("L5")
class TestWhatPeopleTyped:
    TYPED = "one\r\ntwo \x1b[31mred <script>alert(1)</script> \u202egnp.exe"

    @pytest.fixture
    def line(self, cast, now):
        with transaction.atomic():
            return record("request.submitted", account=cast.acme, by=cast.pat, subject="x", at=now, reason=self.TYPED)

    def test_stands_on_one_line_and_does_nothing(self, cast, line, signed_in):
        stans = signed_in(cast.stan)
        for page in (LINES, page_of(line, LINES), f"/admin/accounts/account/{cast.acme.pk}/history/"):
            answer = stans.get(page)
            assert b"<script>alert" not in answer.content
            assert b"\x1b" not in answer.content
            assert "\u202e" not in answer.content.decode()
            assert r"one\r\ntwo \x1b[31mred <script>alert(1)</script> \u202egnp.exe" in words_of(answer)


class TestNarrowing:
    def test_by_what_it_happened_to(self, cast, pending, signed_in):
        page = signed_in(cast.stan).get(LINES, {"noun": "request"})
        events = {cell.get_text() for cell in soup_of(page).select("#result_list td.field-event")}

        assert {event.partition(".")[0] for event in events} == {"request"}

    def test_a_history_is_the_trail_of_one_thing(self, cast, granted, pending, signed_in):
        words = words_of(signed_in(cast.stan).get(f"/admin/access_requests/accessrequest/{pending.pk}/history/"))

        assert words.index("request.submitted") < words.index("request.approved")
        assert "membership" not in words

    def test_mallory_sees_none_of_it(self, cast, acmes, signed_in):
        assert signed_in(cast.mallory).get(page_of(acmes, CHAINS), follow=True).status_code == 403
