"""Everything somebody from outside opens or changes inside an account stands in its trail once, or does not happen."""

import re
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import URLPattern, get_resolver

from access_requests import selectors, services
from accounts.models import AccessRole, Configuration, ProposedChange
from accounts.permissions import KINDS, LENDABLE, PAGES
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from audit.selectors import USED
from riders.models import CaseComment, CaseFollower, RemoteSession, SessionRequest, SupportCase
from riders.selectors import current_rider
from riders.services import open_case, plan_session
from tests.cast import approve, ask_for_support
from tests.pages import form_of, soup_of
from tests.riders.written import published_article, published_rider

INSIDE = re.compile(r"^accounts/<str:number>/")
ACME = "654321"
HOUR = timedelta(hours=1)
# What only people of the account itself are shown, whatever was lent: their people, their access, their settings
FOR_MEMBERS = {
    *("account_invite", "account_person", "account_settings", "invitation_again", "invitation_withdraw"),
    *("person_role", "person_rights", "person_contact", "person_end", "person_stand_in", "person_stand_in_end"),
    *("person_successor", "account_access", "account_requests", "account_partners", "give_access", "unlink_partner"),
    *("end_all_access", "account_remote_tools", "account_case_withdraw", "account_case_inside"),
    *("account_review", "account_review_access", "account_review_member", "account_reviews", "account_reviewed"),
}
# What a page is asked with
CHOSEN = {"article_suggestions": "?subject=Slow+mornings"}
# What is done on each page that has a form
CHANGES = {
    "account_configuration_change": {"domains": "acme.example\nacme.test", "reason": "The old one is gone."},
    "account_change": {"answer": "withdraw"},
    "account_case_open": {"subject": "The backups stop"},
    "account_session_request": {"why": "observe", "expectation": "Watch it fail.", "impact": "No mornings."},
    "account_case": {"text": "It still happens."},
    "account_case_follow": {"follow": "yes"},
    "account_case_close": {},
    "account_session": {"do": "call_off"},
}


# What is said of a page in the trail, where it is more than that it was looked at
MORE_THAN_A_LOOK = {"account_rider_download": "rider.downloaded"}


@pytest.fixture(autouse=True)
def written(cast, now):
    """An article about what Connie reports, and the terms for remote sessions."""
    return published_article(cast, at=now, title="Slow mornings"), published_rider(cast, at=now)


@pytest.fixture
def everything_lent(cast, now):
    """Tess was lent every right that can be lent, by one access."""
    AccessRole.objects.create(name="All", description="All of it.", permissions=[right.value for right in LENDABLE])
    lent = approve(ask_for_support(cast, roles=["All"], at=now), by=cast.carol, at=now)
    laid_down(lent, at=now)
    return lent


def laid_down(lent, *, at):
    """This will put a proposal of Tess's there, without a line that somebody would have to tell from the others."""
    change = ProposedChange(account=lent.account, grant=lent, proposed_by=lent.grantee, reason="It moved.", version=0)
    change.changes = [{"field": "domains", "before": [], "after": ["moved.example"]}]
    change.proposed_at, change.respond_by = at, at + 7 * 24 * HOUR
    change.digest = change.compute_digest()
    change.save()


@pytest.fixture
def case(cast, now):
    """A case that Connie has opened at Acme, with a session that Tom has planned."""
    found = open_case(account=cast.acme, subject="Slow mornings", by=cast.connie, at=now)
    plan_session(case=found, starts_at=now + HOUR, ends_at=now + 2 * HOUR, by=cast.tom, at=now)
    return found


def rooms(patterns=None, before=""):
    """This will give ``{name: route}`` of every address inside an account, as the resolver has them."""
    found = {}
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            found |= rooms(pattern.url_patterns, route)
        elif INSIDE.match(route):
            found[pattern.name] = route
    return found


def path_of(name, case):
    """This will give the address of a room of Acme's account."""
    known = {"number": ACME, "case_number": case.number, "membership": 1, "partner": "700118"}
    known |= {"public_id": ProposedChange.objects.get().public_id if name == "account_change" else "0" * 32}
    known |= {"session_id": case.sessions.get().public_id, "grant_id": "0" * 32, "review": 1}
    known |= {"slug": "slow-mornings", "digest": current_rider().digest}
    path = "/" + re.sub(r"<\w+:(\w+)>", lambda place: str(known[place[1]]), rooms()[name])
    return path + CHOSEN.get(name, "")


def lines():
    """This will give what the trail has of looks and changes from outside, oldest first."""
    return list(TrailLine.objects.filter(event__in=USED, actor="tess@latchkey.example").order_by("pk"))


def sendable(name, page):
    """This will give the form of a page as it stands, with the change that is tried on it."""
    return form_of(page) | CHANGES[name]


@contextmanager
def a_trail_that_cannot_be_written():
    """In the block the database itself refuses every new line of the trail."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "CREATE TRIGGER full_up BEFORE INSERT ON audit_trailline BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        else:
            cursor.execute(
                "CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''full''; END'"
            )
            cursor.execute(
                "CREATE TRIGGER full_up BEFORE INSERT ON audit_trailline FOR EACH ROW EXECUTE FUNCTION full_up()"
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("DROP TRIGGER full_up")
            else:
                cursor.execute("DROP FUNCTION full_up() CASCADE")


def test_every_room_is_either_lent_or_for_members_and_every_tab_is_a_room():
    open_to_outsiders = set(rooms()) - FOR_MEMBERS

    assert {name for name, _label, right in PAGES if right in LENDABLE or right is None} <= open_to_outsiders
    assert set(CHANGES) <= open_to_outsiders
    assert {name for name, _label, _right in PAGES} | set(KINDS) <= set(rooms())


@pytest.mark.seed("S0-3")
@pytest.mark.trust("L1", "L4")
class TestExactlyOneLine:
    @pytest.mark.parametrize("name", sorted(set(rooms()) - FOR_MEMBERS))
    def test_for_every_page_that_is_opened(self, cast, everything_lent, case, signed_in, name):
        response = signed_in(cast.tess).get(path_of(name, case))

        assert response.status_code == 200
        [line] = lines()
        event = MORE_THAN_A_LOOK.get(name, "account.viewed")
        assert (line.event, line.account, line.grants) == (event, ACME, [everything_lent.public_id])
        [deed] = selectors.as_deeds([line])
        assert deed.words == f"Tess opened the page: {selectors.page_in_words(line.details['page'])}"
        assert line.details["page"] not in deed.words.split(": ")  # in words, not as the trail spells it

    def test_for_every_list_that_is_taken_along_as_a_file(self, cast, everything_lent, case, signed_in):
        client, taken = signed_in(cast.tess), {}
        for name in sorted(set(rooms()) - FOR_MEMBERS):
            if "table" not in (client.get(path_of(name, case)).context or ()):
                continue
            before = len(lines())
            b"".join(client.get(path_of(name, case), {"format": "csv"}).streaming_content)
            taken[name] = [line.details["page"] for line in lines()[before:]]

        lists = ("orders", "invoices", "usage", "contacts", "cases")
        assert taken == {f"account_{name}": [f"{name}.csv"] for name in lists}
        assert all(selectors.page_in_words(page) != page for [page] in taken.values())

    @pytest.mark.parametrize("name", sorted(FOR_MEMBERS & set(rooms())))
    def test_none_for_what_only_members_are_shown(self, cast, everything_lent, case, signed_in, name):
        client, path = signed_in(cast.tess), path_of(name, case)

        assert {client.get(path).status_code, client.post(path).status_code} <= {403, 404, 405}
        assert lines() == []

    def test_every_form_inside_is_tried_below(self, cast, everything_lent, case, signed_in):
        client = signed_in(cast.tess)
        pages = {name: soup_of(client.get(path_of(name, case))) for name in set(rooms()) - FOR_MEMBERS}

        assert {name for name, soup in pages.items() if soup.select_one("main form[method=post]")} == set(CHANGES)

    @pytest.mark.parametrize("name", sorted(CHANGES))
    def test_for_every_change(self, cast, everything_lent, case, signed_in, name):
        client, path = signed_in(cast.tess), path_of(name, case)
        sent, before = sendable(name, client.get(path)), len(lines())

        assert client.post(path, sent).status_code == 302

        [line] = lines()[before:]
        assert line.event != "account.viewed"
        assert (line.actor_name, line.grants) == ("Tess", [everything_lent.public_id])
        assert line.event not in selectors.as_deeds([line])[0].words

    @pytest.mark.parametrize("name", ["account_configuration_change", "account_case_open", "account_session_request"])
    def test_for_a_form_that_comes_back_with_a_mistake(self, cast, everything_lent, case, signed_in, name):
        wrong = {"domains": "no domain at all", "subject": "…", "impact": "…"}

        assert signed_in(cast.tess).post(path_of(name, case), wrong).status_code == 400

        assert [line.event for line in lines()] == ["account.viewed"]

    def test_none_for_a_case_that_is_not_there(self, cast, everything_lent, signed_in):
        assert signed_in(cast.tess).get(f"/accounts/{ACME}/cases/C-0000000/").status_code == 404
        assert lines() == []


@pytest.mark.trust("L1")
class TestWithoutALine:
    @pytest.mark.parametrize("name", sorted(CHANGES))
    def test_nothing_is_changed(self, cast, everything_lent, case, signed_in, name):
        client, path = signed_in(cast.tess), path_of(name, case)
        sent = sendable(name, client.get(path))
        client.raise_request_exception = False
        before = what_can_be_changed(cast.acme)

        with a_trail_that_cannot_be_written():
            assert client.post(path, sent).status_code == 500
            assert what_can_be_changed(cast.acme) == before
        assert client.post(path, sent).status_code == 302

        assert what_can_be_changed(cast.acme) != before

    def test_nothing_is_shown(self, cast, everything_lent, case, signed_in):
        client = signed_in(cast.tess)
        client.raise_request_exception = False

        with a_trail_that_cannot_be_written():
            shown = [client.get(path_of(name, case)) for name in sorted(set(rooms()) - FOR_MEMBERS)]

        assert {page.status_code for page in shown} == {500}
        assert not any("Acme" in soup_of(page).get_text() for page in shown)

    def test_nobody_is_let_in_and_nobody_is_out(self, cast, everything_lent, support_again, now):
        with a_trail_that_cannot_be_written():
            for act in (
                lambda: approve(support_again, by=cast.carol, at=now),
                lambda: services.end_access(grant=everything_lent, by=cast.carol, at=now),
                lambda: services.hand_back_access(account=cast.acme, by=cast.tess, at=now),
            ):
                with pytest.raises(Exception, match="full"):
                    act()

        everything_lent.refresh_from_db()
        support_again.refresh_from_db()
        assert (everything_lent.ended_at, support_again.status) == (None, "pending")


@pytest.fixture
def support_again(cast, case, now):
    """Tess asks for more, about a case."""
    return ask_for_support(cast, case_number=case.number, at=now)


def what_can_be_changed(account):
    """This will give everything of an account that somebody from outside may be lent to change."""
    return [
        list(Configuration.objects.filter(account=account).values()),
        list(ProposedChange.objects.filter(account=account).order_by("pk").values()),
        list(SupportCase.objects.filter(account=account).order_by("pk").values()),
        list(SessionRequest.objects.filter(case__account=account).order_by("pk").values()),
        list(CaseComment.objects.filter(case__account=account).order_by("pk").values()),
        list(CaseFollower.objects.filter(case__account=account).order_by("pk").values()),
        list(RemoteSession.objects.filter(case__account=account).order_by("pk").values()),
    ]


def test_rights_that_change_something_have_a_page_with_a_form():
    changing = {P.WRITE_CASES: "account_case_open", P.CHANGE_CONFIGURATION: "account_configuration_change"}

    assert set(changing) == {right for right in LENDABLE if not right.value.startswith("view_")}
    assert set(changing.values()) <= set(CHANGES)
