"""The house rules every mail keeps: two parts with the same facts, pointers only, no misspelt word in a template."""

import re
from datetime import UTC, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template import engines
from django.template.base import FilterExpression
from django.template.loader import render_to_string
from django.urls import resolve

from access_requests import services
from access_requests.models import AccessRequest
from accounts.models import Grant
from accounts.services import end_membership
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from partners.models import Partnership
from partners.services import end_partnership
from riders.services import open_case, solve_case
from tests.access_requests.case_access import a_case, activate, bring_in, let_in
from tests.cast import (
    INVOICES,
    READ_RECORDS,
    REPAIR,
    approve,
    ask,
    ask_for_hour,
    ask_for_support,
    deny,
    fresh,
    grant_hour,
    member,
    role_bundles,
    wrong_code,
)

FOLDER = Path(settings.BASE_DIR) / "templates/access_requests/email"
MAILS = sorted(path.name.removesuffix("_subject.txt") for path in FOLDER.glob("*_subject.txt"))
DAY = timedelta(days=1)
ODD = "Ends <b>Friday</b> & “costs” {{ nothing }} https://elsewhere.example/"


class Misspelt(str):
    """What stands for a variable that is not there: using it fails."""

    def __contains__(self, part):
        return True

    def __mod__(self, name):
        raise AssertionError(f"no such variable: {name}")


@pytest.fixture
def strict(monkeypatch):
    """Templates in which a variable that does not exist is an error, also behind ``if``, ``for`` and ``include``."""
    resolve_expression = FilterExpression.resolve
    monkeypatch.setattr(
        FilterExpression, "resolve", lambda self, context, ignore_failures=False: resolve_expression(self, context)
    )
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", Misspelt("%s"))


told = {}  # by the story once it was acted out: mails are only read here, and it takes seconds


@pytest.fixture
def story(cast, now, strict):
    """Every mail there is, in both ways it can read where it has two."""
    if not told:
        _act_out(cast, now)
        mails = list(Mail.objects.select_related("recipient").exclude(event="over"))  # that one is of another folder
        ids = {
            str(each) for table in (AccessRequest, Grant) for each in table.objects.values_list("public_id", flat=True)
        }
        told.update(mails=mails, ids=ids)
    return told["mails"]


@pytest.fixture
def played(cast, now, strict):
    """The same story with everything that is behind the mails, for a test that looks at that too."""
    _act_out(cast, now)


def _act_out(cast, now):
    """Partners, support, hours, cases and reviews: whatever somebody is told of."""
    first = ask(cast, at=now, administrator=True, may_delegate=True, reason=ODD, case_number="04418")
    second = services.edit_request(
        request=first,
        seen=first.as_seen(),
        by=cast.pat,
        permissions=[INVOICES],
        administrator=True,
        may_delegate=True,
        window=services.Window(starts_at=now + DAY, ends_at=now + 40 * DAY),
        reason=ODD + "!",
        at=now,
    )
    services.remind(at=second.remind_at)
    grant = approve(fresh(second), by=cast.carol, at=now, note=ODD)
    services.shrink_access(
        grant=grant, by=cast.carol, ends_at=now + 39 * DAY, permissions=[INVOICES], may_delegate=False, at=now
    )
    services.remind(at=now + 32 * DAY)
    services.end_access(grant=Grant.objects.get(pk=grant.pk), by=cast.petra, at=now + 33 * DAY)
    services.cancel_request(request=ask(cast, at=now), by=cast.pat, at=now)
    lent = services.give_access(
        account=cast.acme,
        membership=member(cast.petra, cast.bolt),
        by=cast.carol,
        permissions=[INVOICES],
        administrator=False,
        may_delegate=False,
        window=services.Window(duration=30 * DAY),
        reason=ODD,
        at=now,
    )
    services.remind(at=now + 23 * DAY)
    services.end_access(grant=lent, by=cast.carol, at=now + 24 * DAY)
    odd = ask(cast, at=now)
    services.report_unexpected(request=odd, seen=odd.as_seen(), by=cast.carol, note=ODD, at=now)
    quinns = ask(cast, at=now, by=cast.quinn, for_=cast.quinn)
    services.expire_due_requests(at=quinns.respond_by)
    approve(ask(cast, at=now, by=cast.quinn, for_=cast.quinn), by=cast.carol, at=now)
    ask(cast, at=now, by=cast.quinn, for_=cast.quinn, reason=ODD)
    end_partnership(partnership=Partnership.objects.get(partner=cast.crow), by=cast.carol, at=now)
    _support(cast, now)
    _hours(cast, now)
    _cases(cast, now)
    at_globex = [ask(cast, at=now, account=cast.globex, case_number=case, reason=ODD) for case in "12"]
    several = [approve(asked, by=cast.mallory, at=now) for asked in at_globex]
    services.renew_several(grants=several, by=cast.pat, length=30 * DAY, reason=ODD, at=now)
    end_membership(membership=member(cast.petra, cast.bolt), by=cast.pat, at=now)
    _reviews(cast, now + 50 * DAY)
    services.end_due_grants(at=now + 400 * DAY)


def _support(cast, now):
    """What support asks, for two roles: changed, answered, made less, ended, withdrawn, denied and lapsed."""
    asked = ask_for_support(cast, roles=[READ_RECORDS, REPAIR], reason=ODD, no_case=ODD, at=now)
    window = services.Window(starts_at=now + DAY, ends_at=now + 3 * DAY)
    case = open_case(account=cast.acme, subject=ODD, by=cast.connie, at=now)
    changed = services.edit_support_request(
        request=asked,
        seen=asked.as_seen(),
        by=cast.tess,
        roles=role_bundles(READ_RECORDS),
        window=window,
        reason=ODD + "!",
        case_number=case.number,
        at=now,
    )
    services.remind(at=changed.remind_at)
    grant = approve(fresh(changed), by=cast.carol, at=now, note=ODD)
    services.shrink_access(
        grant=grant, by=cast.adam, ends_at=now + 2 * DAY, permissions=[INVOICES], may_delegate=False, at=now
    )
    services.remind(at=now + 2 * DAY - timedelta(minutes=10))
    deny(fresh(changed), by=cast.carol, at=now + 2 * DAY - timedelta(minutes=5))
    services.cancel_request(request=ask_for_support(cast, at=now), by=cast.tess, at=now)
    lapsing = ask_for_support(cast, by=cast.tom, at=now)
    services.expire_due_requests(at=lapsing.respond_by)


def _reviews(cast, now):
    """Acme and Globex are asked to look through who is in; Adam does it, and keeps everybody."""
    services.ask_for_reviews(at=now)
    services.keep_in_review(
        account=cast.acme,
        grants=Grant.objects.unended(now).filter(account=cast.acme),
        memberships=cast.acme.memberships.filter(ended_at=None),
        by=cast.adam,
        at=now,
    )


def _hours(cast, now):
    """What agents ask for an hour: granted and ended, denied, withdrawn, guessed at, lapsed, and not expected."""
    granted = grant_hour(ask_for_hour(cast, reason=ODD, at=now), by=cast.carol, at=now)
    services.end_access(grant=granted, by=cast.adam, at=now)
    deny(ask_for_hour(cast, reason=ODD, at=now), by=cast.carol, at=now)
    services.cancel_request(request=ask_for_hour(cast, by=cast.tom, at=now), by=cast.tom, at=now)
    lapsing = ask_for_hour(cast, by=cast.tom, at=now)
    services.expire_due_requests(at=lapsing.respond_by)
    guessed = ask_for_hour(cast, by=cast.tom, at=now)
    for _time in range(5):
        with pytest.raises((ValidationError, NotAllowedNow)):
            grant_hour(guessed, by=cast.carol, code=wrong_code(guessed), at=now)
    ask_for_support(cast, by=cast.stan, at=now)
    odd = ask_for_hour(cast, by=cast.stan, reason=ODD, at=now)
    services.report_unexpected(request=odd, seen=odd.as_seen(), by=cast.carol, at=now)


def _cases(cast, now):
    """Access for a case: turned on, passed on, made less, about to end, over with the case and what waited."""
    case = a_case(cast, at=now, subject=ODD)
    let_in(case, by=cast.connie, at=now)
    grant = activate(case, by=cast.tess, of=cast.connie, reason=ODD, at=now)
    bring_in(grant, who=cast.tom, reason=ODD, at=now)
    less = {"ends_at": now + 6 * DAY, "permissions": [INVOICES], "may_delegate": True}
    services.shrink_access(grant=grant, by=cast.connie, at=now, **less)
    services.remind(at=now + 6 * DAY - timedelta(minutes=10))
    asked = ask_for_support(cast, by=cast.tess, case_number=case.number, reason=ODD, at=now)
    solve_case(case=case, by=cast.connie, at=now)
    assert fresh(asked).status == "cancelled"


def page(mail):
    return BeautifulSoup(mail.html, "html.parser")


def words_of_html(mail):
    """Every word of the HTML part in order; a link is read as its words and its address."""
    soup = page(mail)
    soup.find(class_="top").decompose()
    for link in soup.find_all("a"):
        link.replace_with(f" {link.get_text()}: {link['href']} ")
    return soup.body.get_text(" ").casefold().split()


def words_of_text(mail):
    return [word for word in mail.text.casefold().split() if word != "--"]


def joined(words):
    """Words as one run of characters: where a tag ends, HTML may part what text joins."""
    return "".join(words)


class TestEveryMail:
    def test_has_a_subject_a_text_and_html(self):
        for ending in ("subject.txt", "message.txt", "message.html"):
            assert sorted(path.name.removesuffix(f"_{ending}") for path in FOLDER.glob(f"*_{ending}")) == MAILS

    def test_is_sent_by_somebody(self, story):
        assert sorted({mail.event for mail in story}) == MAILS

    @pytest.mark.trust("T8")
    def test_says_the_same_in_both_parts_in_the_same_order(self, story):
        for mail in story:
            assert joined(words_of_text(mail)) == joined(words_of_html(mail)), mail.event

    @pytest.mark.trust("T8")
    def test_says_why_it_came_and_where_to_report(self, story):
        for mail in story:
            end = " ".join(mail.text.rpartition("\n--\n")[2].split())
            assert end.startswith("You get this mail because ")
            assert "We never ask for your password or a code by mail." in end
            assert (mail.recipient is None) or f"write to our security people, {settings.PORTAL_SECURITY_MAIL}." in end

    def test_addresses_its_reader_by_name(self, story):
        for mail in story:
            assert (f"Hello {mail.recipient}," in mail.text) is (mail.recipient is not None)

    def test_keeps_to_seventy_columns(self, story):
        for mail in story:
            assert [line for line in mail.text.splitlines() if len(line) > 70 and " " in line.strip()] == []

    def test_has_a_language_and_nothing_from_elsewhere(self, story):
        for mail in story:
            soup = page(mail)
            assert soup.html["lang"] == "en"
            assert soup.find_all(["img", "script", "link", "form", "iframe"]) == []
            assert soup.find_all(attrs={"style": True}) == []

    def test_tells_a_start_that_was_not_fixed_from_an_end_that_was_not(self, story):
        words = " ".join(next(mail for mail in story if mail.event == "edited_customer").text.split())
        assert words.index("; before: with the approval") < words.index("Until ") < words.index("; before: none")

    def test_shows_what_people_wrote_as_they_wrote_it(self, story):
        mail = next(mail for mail in story if mail.event == "requested_customer" and "<b>Friday" in mail.text)
        assert f"“{ODD}”" in page(mail).get_text()
        assert "“Ends <b>Friday</b> & “costs” {{ nothing }}" in mail.text


class TestPointers:
    @pytest.mark.trust("T3", "I10")
    def test_links_lead_to_the_portal_and_hold_no_power(self, story):
        base = urlsplit(settings.PORTAL_BASE_URL)
        known = told["ids"] | {"access-requests"}  # the page where support asks
        for mail in story:
            in_html = {link["href"] for link in page(mail).find_all("a")}
            in_text = set(re.findall(r"^https?://\S+$", mail.text, re.MULTILINE))
            assert in_html == in_text
            for address in map(urlsplit, in_html):
                assert (address.scheme, address.netloc) == (base.scheme, base.netloc)
                assert address.query in {"", "answer=approve", "answer=deny"}
                assert resolve(address.path).url_name in {
                    "request",
                    "decide",
                    "account",
                    "home",
                    "ask",
                    "grant",
                    "grant_end",
                    "renew",
                    "requests",
                    "account_access",
                    "account_review",
                    "account_reviewed",
                    "support_ask",
                }
                assert {part for part in address.path.split("/") if len(part) > 12} <= known

    @pytest.mark.trust("T3", "I10")
    def test_opening_every_link_changes_nothing_and_a_stranger_gets_what_an_unknown_id_gets(
        self, cast, pending, signed_in
    ):
        carol, mallory = signed_in(cast.carol), signed_in(cast.mallory)
        mail = Mail.objects.get(event="requested_customer", about=f"{pending.public_id}.1")
        before = AccessRequest.objects.values().get(pk=pending.pk)
        lines = TrailLine.objects.count()
        for path in {link["href"].removeprefix(settings.PORTAL_BASE_URL) for link in page(mail).find_all("a")}:
            unknown = mallory.get(path.replace(pending.public_id, "0" * 32))
            assert unknown.status_code == 404
            for method in ("get", "head"):
                assert getattr(carol, method)(path).status_code == 200
                assert getattr(mallory, method)(path).status_code == 404
        assert AccessRequest.objects.values().get(pk=pending.pk) == before
        assert TrailLine.objects.count() == lines
        assert Grant.objects.filter(grantee=cast.petra).count() == 0


class TestReadersOwnWords:
    @pytest.mark.parametrize(
        ("zone", "place"),
        [("Europe/Stockholm", "Stockholm"), ("America/St_Johns", "St Johns"), ("Asia/Kolkata", "Kolkata")],
    )
    def test_times_are_those_of_the_account_with_offset_and_utc(self, cast, now, strict, zone, place):
        cast.acme.time_zone = zone
        cast.acme.save(update_fields=["time_zone"])
        until = now + 3 * DAY
        ask(cast, at=now, window=services.Window(starts_at=now, ends_at=until))

        words = " ".join(Mail.objects.get(event="requested_customer", created_at=now).text.split())
        there = until.astimezone(ZoneInfo(zone))
        assert f"{there:%H:%M} {place} time (UTC" in words
        assert re.search(rf"Until [^.]*{until.astimezone(UTC):%H:%M} UTC", words)

    def test_a_swede_reads_swedish_dates_in_a_swedish_mail(self, cast, now, strict):
        cast.carol.language = "sv"
        cast.carol.save(update_fields=["language"])
        asked = ask(cast, at=now)

        mail = Mail.objects.get(event="requested_customer", created_at=now)
        days = ["mån", "tis", "ons", "tors", "fre", "lör", "sön"]
        assert page(mail).html["lang"] == "sv"
        assert f"{days[asked.respond_by.astimezone(cast.acme.zone).weekday()]} " in mail.text
        english = Mail.objects.get(event="requested_partner", to=cast.pat.email, created_at=now)
        assert page(english).html["lang"] == "en"

    def test_the_portal_is_called_what_its_operator_calls_it(self, cast, now, settings):
        settings.PORTAL_NAME = "Pförtner & Co"
        ask(cast, at=now)

        mail = Mail.objects.get(event="requested_customer", created_at=now)
        assert mail.subject == "IT partner access has been requested to your Account on our Pförtner & Co portal"
        assert "Pförtner & Co" in " ".join(mail.text.split())
        assert "Pförtner & Co" in page(mail).get_text()


@pytest.mark.parametrize("source", ["{{ acount }}", "{% if acount %}x{% endif %}", "{% include 'email/care.html' %}"])
def test_a_misspelt_variable_is_noticed(strict, source):
    with pytest.raises(AssertionError, match="no such variable"):
        engines["django"].from_string(source).render({})


def test_a_mail_that_lacks_its_context_is_noticed(strict):
    with pytest.raises(AssertionError, match="no such variable"):
        render_to_string("access_requests/email/ended_subject.txt", {"portal_name": "Latchkey"})
