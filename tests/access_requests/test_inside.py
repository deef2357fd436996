"""Working inside somebody else's account: getting there, seeing where one is, handing back, and being out."""

from datetime import UTC, timedelta

import pytest

from access_requests.services import Window, end_access
from accounts import authorization
from accounts.models import AccessRole, Account, Grant, Membership, User
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from accounts.services import change_settings, deactivate_person, enter
from accounts.states import EndReason
from audit.models import TrailLine
from frame import clock
from frame.refusals import AccessEnded
from notifications.models import Mail
from riders.services import open_case
from tests import days
from tests.cast import REPAIR, approve, ask_for_support
from tests.pages import form_of, soup_of, words_of

ACME = "/accounts/654321/"
HAND_BACK = "/hand-back/654321/"
SECOND = timedelta(seconds=1)
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def lent(cast, now, support_asked):
    """Tess reads Acme's records for a week."""
    return approve(support_asked, by=cast.carol, at=now)


@pytest.fixture
def lent_twice(cast, now, lent):
    """Tess reads Acme's records, and repairs its configuration for a case."""
    case = open_case(account=cast.acme, subject="Nobody can sign in", by=cast.connie, at=now)
    asked = ask_for_support(cast, roles=[REPAIR], case_number=case.number, at=now)
    return lent, approve(asked, by=cast.carol, at=now)


@pytest.fixture
def everything_lent(cast, now):
    """Tess was lent every right that can be lent."""
    AccessRole.objects.create(name="All", description="All of it.", permissions=[right.value for right in LENDABLE])
    return approve(ask_for_support(cast, roles=["All"], at=now), by=cast.carol, at=now)


def banner(page):
    """This will give the banner of a page, as one line, or nothing."""
    found = soup_of(page).select_one(".acting")
    return found and " ".join(found.get_text(" ").split())


def offered(page):
    """This will give the numbers of the accounts a page or a part of one offers to go to."""
    return [button["value"] for button in soup_of(page).select("button[name=account]")]


def many_open(cast, grant, number, *, now):
    """This will open so many more accounts to the person of a grant, each called *Customer* and a number."""
    begun = Account.objects.count()
    accounts = Account.objects.bulk_create(
        Account(
            kind="customer",
            number=str(910000 + place),
            org_id=str(9100000 + place),
            name=f"Customer {910000 + place}",
            time_zone="Europe/Amsterdam",
            opened_at=now - timedelta(days=1),
        )
        for place in range(begun, begun + number)
    )
    known = {"id", "public_id", "account", "request_id"}
    values = {
        field.attname: getattr(grant, field.attname) for field in Grant._meta.concrete_fields if field.name not in known
    }
    Grant.objects.bulk_create(Grant(**values, account=account) for account in accounts)


@pytest.mark.seed("S0-28")
class TestTheSwitcher:
    def test_lists_ones_own_accounts_and_what_is_open_now_with_its_end(self, cast, lent, signed_in):
        menu = soup_of(signed_in(cast.tess).get("/")).select_one(".menu-switch")

        rows = [" ".join(row.get_text(" ").split()) for row in menu.select("button[name=account]")]
        assert [row.partition(",")[0] for row in rows] == ["Latchkey Support 100001 Member", "Acme 654321 Lent to you"]
        assert "until" in rows[1]

    @pytest.mark.seed("S0-32")
    @pytest.mark.trust("E1", "E3")
    def test_neither_what_has_not_begun_nor_what_is_over(self, cast, now, signed_in):
        window = Window(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
        grant = approve(ask_for_support(cast, window=window, at=now), by=cast.carol, at=now)
        client = signed_in(cast.tess)
        assert offered(client.get("/accounts/")) == ["100001", "100001"]  # in the switcher, and on the page
        assert client.get(ACME).status_code == 404
        assert client.post("/switch/", {"account": "654321"}).status_code == 404

        Grant.objects.filter(pk=grant.pk).update(starts_at=now - timedelta(hours=2), ends_at=now)

        assert offered(client.get("/accounts/")) == ["100001", "100001"]
        assert client.get(ACME).status_code == 403
        assert client.post("/switch/", {"account": "654321"}).status_code == 403

    def test_with_more_than_it_shows_leads_to_all_of_them(self, cast, lent, signed_in, now):
        many_open(cast, lent, 30, now=now)
        client = signed_in(cast.tess)
        menu = soup_of(client.get("/")).select_one(".menu-switch")

        assert len(menu.select("button[name=account]")) == 7
        assert menu.select_one("a[href='/accounts/']").get_text() == "All accounts you can open"
        pages = [client.get(f"/accounts/?page={page}&size=20") for page in (1, 2)]
        on_them = [number for page in pages for number in offered(page)[7:]]
        assert len(on_them) == len(set(on_them)) == 32

    def test_finds_one_among_thousands_by_name_or_number(self, cast, lent, signed_in, now):
        many_open(cast, lent, 3000, now=now)
        client = signed_in(cast.tess)
        last = Account.objects.order_by("-number").first()

        for words in (last.number, last.name.lower(), f" {last.number} "):
            part = client.get("/accounts/", {"search": words}, HTTP_HX_TARGET="switch-found", **HTMX)
            assert offered(part) == [last.number]
            assert "<html" not in part.content.decode()
        whole = client.get("/accounts/", {"search": last.number})
        assert offered(whole)[7:] == [last.number]
        some = client.get("/accounts/", {"search": "Customer"}, HTTP_HX_TARGET="switch-found", **HTMX)
        assert len(offered(some)) == 20
        assert soup_of(some).select_one("a")["href"] == "/accounts/?search=Customer"

    @pytest.mark.parametrize("words", ["Acme", "654", "654321", "%", "_"])
    @pytest.mark.parametrize("who", ["mallory", "tom", "quinn", "root"])
    def test_finds_nothing_of_others(self, cast, lent, signed_in, who, words):
        client = signed_in(getattr(cast, who))

        part = client.get("/accounts/", {"search": words}, HTTP_HX_TARGET="switch-found", **HTMX)

        assert offered(part) == []
        assert "No account that you can open is called that." in part.content.decode()
        assert "654321" not in offered(client.get("/accounts/"))


class TestTheBanner:
    @pytest.mark.seed("S0-29")
    def test_says_whose_account_who_one_is_until_when_and_the_ways_out(self, cast, lent, signed_in):
        page = signed_in(cast.tess).get(f"{ACME}invoices/")

        assert banner(page).startswith(
            "Viewing as account 654321 You are Tess from Latchkey Support, in the account of"
        )
        assert banner(page).endswith("(in 7 days) . Hand access back Back to Latchkey Support")
        assert soup_of(page).select_one(f".acting a[href='{HAND_BACK}']")

    @pytest.mark.seed("S0-9")
    def test_the_person_stays_who_they_are_in_the_trail_and_in_every_history(self, cast, everything_lent, signed_in):
        Account.objects.filter(pk=cast.acme.pk).update(support_changes_need_agreement=False)
        client, path = signed_in(cast.tess), f"{ACME}configuration/change/"
        client.post("/switch/", {"account": "654321"})
        client.post(path, form_of(client.get(path)) | {"domains": "acme.example"})
        client.post(f"{ACME}cases/open/", {"subject": "Slow mornings", "severity": "3"})

        lines = TrailLine.objects.filter(event__in=["configuration.changed", "case.opened"]).order_by("pk")
        assert [(line.actor, line.account) for line in lines] == [("tess@latchkey.example", "654321")] * 2
        carol = signed_in(cast.carol)
        assert "tess@latchkey.example" in words_of(carol.get(f"{ACME}configuration/"))
        assert "Slow mornings" in words_of(carol.get(f"{ACME}cases/"))
        assert "Tess" in words_of(carol.get(f"{ACME}cases/"))

    def test_who_only_reads_by_the_accounts_setting_has_nothing_to_hand_back(self, cast, now, signed_in):
        change_settings(account=cast.acme, seen=1, by=cast.carol, support_read_only=True, at=now)
        client = signed_in(cast.tess)

        assert banner(client.get(f"{ACME}configuration/")).endswith("Back to Latchkey Support")
        assert "Hand access back" not in banner(client.get(ACME))
        assert client.get(HAND_BACK).status_code == 404
        assert client.post(HAND_BACK).status_code == 409


class TestHandingBack:
    def test_looking_at_the_page_ends_nothing(self, cast, lent_twice, signed_in):
        page = signed_in(cast.tess).get(HAND_BACK)

        assert "Hand back your access to Acme now?" in words_of(page)
        assert "See orders" in words_of(page)
        assert "Change the configuration" in words_of(page)
        assert not Grant.objects.filter(ended_at__isnull=False).exists()

    def test_the_button_ends_all_of_it_and_tells_both_sides_what_was_done(self, cast, lent_twice, signed_in):
        client = signed_in(cast.tess)
        client.get(f"{ACME}invoices/")
        answer = client.post(HAND_BACK, follow=True)

        assert "Handed back. You can no longer open account 654321 with it. Acme has been told." in words_of(answer)
        assert authorization.held(cast.tess, cast.acme, at=clock.now()) == set()
        for grant in lent_twice:
            grant.refresh_from_db()
            assert (grant.end_reason, grant.ended_by) == (EndReason.HANDED_BACK, cast.tess)
            assert TrailLine.objects.filter(event="grant.ended", subject=grant.public_id).count() == 1
        mails = Mail.objects.filter(event__in=["ended", "ended_together"])
        assert sorted(mail.to for mail in mails) == ["carol@acme.example", "tess@latchkey.example"]  # one for both
        assert all("Invoices, opened 1 time" in " ".join(mail.text.split()) for mail in mails)
        assert client.get(ACME).status_code == 403

    def test_twice_is_once(self, cast, lent, signed_in):
        client = signed_in(cast.tess)
        client.post(HAND_BACK)

        assert client.post(HAND_BACK).status_code == 403
        assert TrailLine.objects.filter(event="grant.ended").count() == 1

    def test_what_was_lent_to_others_stays(self, cast, lent, now, signed_in):
        toms = approve(ask_for_support(cast, by=cast.tom, at=now), by=cast.carol, at=now)
        before = authorization.held(cast.piotr, cast.acme, at=now)

        signed_in(cast.tess).post(HAND_BACK)

        assert authorization.held(cast.tom, cast.acme, at=clock.now()) == set(authorization.granted(toms))
        assert authorization.held(cast.piotr, cast.acme, at=clock.now()) == before

    def test_whoever_added_colleagues_reads_whose_access_ends_with_it(self, cast, granted, now, signed_in):
        parent = Grant.objects.get(grantee=cast.piotr)
        child = Grant.objects.filter(pk=granted.pk)
        child.update(parent=parent, ends_at=parent.ends_at)
        client = signed_in(cast.piotr)
        assert "With it ends the access of those whom you added: Petra" in words_of(client.get(HAND_BACK))

        client.post(HAND_BACK)

        assert authorization.held(cast.petra, cast.acme, at=clock.now()) == set()

    @pytest.mark.trust("A8")
    @pytest.mark.parametrize("who", ["mallory", "tom", "quinn", "root"])
    def test_for_others_it_is_not_there(self, cast, lent, signed_in, who):
        client = signed_in(getattr(cast, who))

        foreign, nothing = client.get(HAND_BACK), client.get("/hand-back/999999/")
        assert foreign.status_code == nothing.status_code == client.post(HAND_BACK).status_code == 404
        assert soup_of(foreign).get_text() == soup_of(nothing).get_text()

    @pytest.mark.parametrize("who", ["carol", "mike"])
    def test_ones_own_account_is_nothing_to_hand_back(self, cast, lent, signed_in, who):
        client = signed_in(getattr(cast, who))

        assert [client.get(HAND_BACK).status_code, client.post(HAND_BACK).status_code] == [404, 409]


@pytest.mark.seed("S0-32", "S0-6")
@pytest.mark.trust("E1", "E2")
@pytest.mark.parametrize("hours", days.LENGTHS.values(), ids=days.LENGTHS)
def test_a_page_opens_at_the_second_it_begins_and_is_shut_at_the_second_it_ends(cast, now, hours):
    begins = days.day_of(hours, after=now).replace(hour=0, minute=30)
    ends = begins + days.DAY  # the same time next day on the customer's clock
    asked = ask_for_support(cast, window=Window(starts_at=begins, ends_at=ends), at=begins - timedelta(days=3))
    approve(asked, by=cast.carol, at=begins - timedelta(days=2))
    first = begins.astimezone(UTC)
    shut = first + timedelta(hours=hours)

    def opens(at):
        return enter(user=cast.tess, number="654321", permission=P.VIEW_ORDERS, page="orders", at=at).until

    with pytest.raises(Account.DoesNotExist):
        opens(first - SECOND)
    assert opens(first) == opens(shut - SECOND) == shut
    with pytest.raises(AccessEnded):
        opens(shut)


ENDINGS = {
    "ended by the customer": lambda cast, grant, at: end_access(grant=grant, by=cast.carol, at=at),
    "over by the clock": lambda cast, grant, at: Grant.objects.filter(pk=grant.pk).update(
        starts_at=at - timedelta(days=2), ends_at=at
    ),
}


@pytest.mark.seed("S0-8", "S0-32")
@pytest.mark.trust("E3", "H6")
@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
class TestWhenItEndsUnderOnesHands:
    def test_the_next_click_form_part_and_file_say_so_and_nothing_else(self, cast, everything_lent, signed_in, ending):
        client, path = signed_in(cast.tess), f"{ACME}configuration/change/"
        sent = form_of(client.get(path)) | {"domains": "acme.example"}
        ending(cast, everything_lent, clock.now())
        before = TrailLine.objects.exclude(event="access.refused").count()

        answers = [
            client.get(f"{ACME}invoices/"),
            client.get(f"{ACME}invoices/", {"format": "csv"}),
            client.get(f"{ACME}orders/", {"page": 1}, **HTMX),
            client.post(path, sent),
            client.post(path, sent, **HTMX),
            client.post(f"{ACME}cases/open/", {"subject": "Slow mornings"}),
            client.post("/switch/", {"account": "654321"}),
            client.get(HAND_BACK),
        ]

        for answer in answers:
            assert answer.status_code == 403
            assert "Your access to account 654321 ended" in words_of(answer)
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["HX-Refresh"] == "true"
            assert banner(answer) is None
            assert "Acme" not in soup_of(answer).get_text()
        assert TrailLine.objects.exclude(event="access.refused").count() == before
        assert not TrailLine.objects.filter(event="configuration.changed").exists()

    def test_a_file_that_is_being_written_stops_and_says_so(self, cast, everything_lent, signed_in, ending):
        with_records(cast.acme)
        stream = signed_in(cast.tess).get(f"{ACME}orders/", {"format": "csv"}).streaming_content
        assert b"Order" in next(stream)
        ending(cast, everything_lent, clock.now())

        assert b"This list is not complete" in b"".join(stream)


def with_records(account):
    """This will give the account an order."""
    account.orders.create(number="O-1", ordered_on="2026-11-01", product="BACKUP-1", quantity=1, state="open")


@pytest.mark.trust("H7", "A5")
class TestThePersonBehindIt:
    def test_locked_out_is_out_everywhere_at_once(self, cast, lent, signed_in, now):
        client = signed_in(cast.tess)
        assert client.get(f"{ACME}invoices/").status_code == 200

        deactivate_person(user=cast.tess, by=cast.root, at=clock.now())

        assert client.get(f"{ACME}invoices/").headers["Location"].startswith("/auth/login/")
        lent.refresh_from_db()
        assert lent.ended_at is not None

    def test_a_new_password_ends_every_other_session(self, cast, lent, signed_in):
        client = signed_in(cast.tess)
        tess = User.objects.get(pk=cast.tess.pk)
        tess.set_password("another long pass phrase")
        tess.save()

        assert client.get(f"{ACME}invoices/").headers["Location"].startswith("/auth/login/")

    def test_no_longer_of_the_vendor_is_out(self, cast, lent, signed_in):
        client = signed_in(cast.tess)
        Membership.objects.filter(user=cast.tess).update(ended_at=clock.now(), ended_by=cast.root)

        assert client.get(f"{ACME}invoices/").status_code == 403

    @pytest.mark.seed("S0-11", "S0-10")
    @pytest.mark.parametrize("who", ["tom", "stan", "root", "mallory", "quinn"])
    def test_nobody_else_gets_in_by_it_or_reads_of_it(self, cast, lent, signed_in, who):
        client = signed_in(getattr(cast, who))
        random = "0" * 32
        pages = {f"/requests/{lent.request_id}/": f"/requests/{random}/", f"/access/{lent.public_id}/": "/access/1/"}
        pages |= {
            ACME: "/accounts/999999/",
            f"/access/{lent.public_id}/done/?after=0": f"/access/{random}/done/?after=0",
        }

        for foreign, nothing in pages.items():
            found, missing = client.get(foreign), client.get(nothing)
            assert found.status_code == missing.status_code == 404, foreign
            assert soup_of(found).get_text() == soup_of(missing).get_text()
        assert authorization.held(getattr(cast, who), cast.acme, at=clock.now()) == set()
        assert P.VIEW_ORDERS in authorization.held(cast.tess, cast.acme, at=clock.now())
