"""Cases: who opens, reads and solves them, from inside and from outside, and on the admin site."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from access_requests import selectors as requests
from accounts import authorization
from accounts.models import Grant
from accounts.permissions import AccountPermission as P
from accounts.services import set_member_rights
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from riders import selectors, services
from riders.models import SupportCase
from riders.states import CaseState
from tests import nasty
from tests.cast import approve, ask, ask_for_support, member
from tests.pages import form_of, sentence_beside, soup_of, words_of

CASES = "/accounts/654321/cases/"


@pytest.fixture
def case(cast, now):
    """Connie, an authorized contact, reports something."""
    return services.open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)


class TestWhoMay:
    @pytest.mark.seed("S0-31")
    @pytest.mark.parametrize("who", ["carol", "adam", "ursula", "connie", "dora"])
    def test_those_who_run_the_account_and_its_contacts_open_and_read(self, cast, now, who):
        user = getattr(cast, who)

        assert {P.VIEW_CASES, P.WRITE_CASES} <= authorization.held(user, cast.acme, at=now)
        assert services.open_case(account=cast.acme, subject="Help", by=user, at=now).state == CaseState.OPEN

    @pytest.mark.parametrize("who", ["mike", "pat", "petra", "tess", "mallory", "quinn", "root"])
    def test_nobody_else_does(self, cast, now, case, who):
        user = getattr(cast, who)
        with pytest.raises(PermissionDenied):
            services.open_case(account=cast.acme, subject="Help", by=user, at=now)
        with pytest.raises(PermissionDenied):
            services.solve_case(case=case, by=user, at=now)

        assert SupportCase.objects.count() == 1

    def test_a_plain_member_to_whom_it_is_given_does(self, cast, now):
        set_member_rights(membership=member(cast.mike, cast.acme), permissions=[P.WRITE_CASES], by=cast.adam, at=now)

        services.open_case(account=cast.acme, subject="Help", by=cast.mike, at=now)
        assert P.VIEW_CASES not in authorization.held(cast.mike, cast.acme, at=now)

    def test_the_flag_of_a_contact_gives_it_and_nothing_else(self, cast, now):
        given = {P.VIEW_CASES, P.WRITE_CASES, P.ACCEPT_TERMS}
        assert authorization.held(cast.connie, cast.acme, at=now) == given
        for right in P:
            listed = authorization.accounts_where(cast.connie, right, at=now).filter(pk=cast.acme.pk).exists()
            assert listed == (right in given)


class TestServices:
    def test_open_and_solve_leave_a_line_each(self, cast, now, case):
        services.solve_case(case=case, by=cast.adam, at=now)

        lines = TrailLine.objects.filter(subject=case.number).order_by("sequence")
        assert [(line.event, line.actor, line.case) for line in lines] == [
            ("case.opened", "connie@acme.example", case.number),
            ("case.solved", "adam@acme.example", case.number),
        ]
        with pytest.raises(NotAllowedNow, match="solved already"):
            services.solve_case(case=case, by=cast.adam, at=now)

    @pytest.mark.parametrize("subject", nasty.NOT_A_WORD)
    def test_a_case_is_about_something(self, cast, now, subject):
        with pytest.raises(ValidationError, match="Say in one line"):
            services.open_case(account=cast.acme, subject=subject, by=cast.carol, at=now)

    def test_a_case_of_another_customer_is_like_an_unknown_one(self, cast, now, case):
        assert selectors.find_case(cast.globex, case.number) is None
        assert selectors.find_unsolved(cast.globex, case.number) is None
        assert selectors.find_unsolved(cast.acme, case.number) == case

    def test_the_database_knows_when_a_solved_case_was_solved(self, case):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupportCase.objects.filter(pk=case.pk).update(state=CaseState.SOLVED)

    def test_from_outside_the_line_names_the_access_and_the_receipt_counts_it(self, cast, now):
        grant = approve(ask_for_support(cast, roles=["Follow up cases"], at=now), by=cast.carol, at=now)
        case = services.open_case(account=cast.acme, subject="Found another thing", by=cast.tess, at=now)
        services.solve_case(case=case, by=cast.tess, at=now)

        line = TrailLine.objects.get(event="case.opened")
        assert (line.actor, line.grants) == ("tess@latchkey.example", [grant.public_id])
        assert [one.words for one in requests.receipt(grant)] == ["Cases, 1 opened", "Cases, 1 solved"]
        assert Grant.objects.get(pk=grant.pk).last_used_at == now
        assert closed_when_ended(cast, grant, now)


def closed_when_ended(cast, grant, at):
    """This will end the access and say whether a case can still be opened through it."""
    authorization.end_grant(grant=grant, reason="ended", by=cast.carol, at=at)
    with pytest.raises(PermissionDenied):
        services.open_case(account=cast.acme, subject="Once more", by=cast.tess, at=at)
    return True


class TestPages:
    def test_a_contact_opens_a_case_reads_it_and_says_that_it_is_solved(self, cast, signed_in):
        browser = signed_in(cast.connie)
        sent = {"subject": "Backups stop", "description": "Since *Monday*", "product": "Vault", "severity": "2"}
        page = browser.post(f"{CASES}open/", sent, follow=True)
        case = SupportCase.objects.get()
        assert case.number in words_of(page)
        assert case.number in words_of(browser.get(CASES))

        here = f"{CASES}{case.number}/"
        assert browser.post(here, form_of(browser.get(here)) | {"to": "solved"}).status_code == 302

        case.refresh_from_db()
        assert (case.state, case.solved_by) == (CaseState.SOLVED, cast.connie)
        empty = {"subject": [""], "description": [""], "product": [""], "severity": ["3"]}
        assert empty.items() <= form_of(browser.get(f"{CASES}open/")).items()
        assert "Mark as solved" not in words_of(browser.get(here))

    def test_what_is_missing_is_said_beside_the_field(self, cast, signed_in):
        page = signed_in(cast.connie).post(f"{CASES}open/", {"subject": " ", "severity": "3"})

        assert (page.status_code, sentence_beside(page, "subject")) == (400, "Say in one line what it is about.")

    @pytest.mark.trust("A3")
    def test_each_of_the_two_rights_opens_its_own_pages(self, cast, now, case, signed_in):
        for right, opened in ((P.VIEW_CASES, {CASES, f"{CASES}{case.number}/"}), (P.WRITE_CASES, {f"{CASES}open/"})):
            person = cast.petra if right == P.VIEW_CASES else cast.pat
            approve(ask(cast, for_=person, permissions=[right], at=now), by=cast.carol, at=now)
            browser = signed_in(person)
            paths = {CASES, f"{CASES}{case.number}/", f"{CASES}open/"}
            assert {path for path in paths if browser.get(path).status_code == 200} == opened
            assert {browser.get(path).status_code for path in paths - opened} == {403}
        assert signed_in(cast.petra).post(f"{CASES}{case.number}/").status_code == 403

    @pytest.mark.trust("A8", "A9")
    def test_anothers_case_is_like_one_there_is_not(self, cast, now, case, signed_in):
        mallory = signed_in(cast.mallory)
        real, made_up = (mallory.get(f"{CASES}{number}/") for number in (case.number, "00000000"))
        assert (real.status_code, words_of(real)) == (404, words_of(made_up))

        own = f"/accounts/810432/cases/{case.number}/"
        assert mallory.get(own).status_code == mallory.post(own).status_code == 404
        case.refresh_from_db()
        assert case.state == CaseState.OPEN

    def test_the_list_narrows_sorts_and_asks_as_often_for_one_as_for_three_hundred(
        self, cast, now, case, signed_in, django_assert_num_queries
    ):
        browser = signed_in(cast.carol)
        browser.get(CASES)  # the first page of a session writes it
        with CaptureQueriesContext(connection) as few:
            browser.get(CASES, {"size": 50})
        SupportCase.objects.bulk_create(
            SupportCase(
                number=str(place),
                account=cast.acme,
                subject=f"Case {place}",
                opened_by=cast.connie,
                opened_at=now,
                changed_at=now,
            )
            for place in range(300)
        )
        services.solve_case(case=case, by=cast.carol, at=now)

        with django_assert_num_queries(len(few)):
            page = browser.get(CASES, {"size": 50})
        assert len(soup_of(page).select("tbody tr")) == 50
        assert len(soup_of(browser.get(CASES, {"state": "solved"})).select("tbody tr")) == 1
        assert browser.get(CASES, {"state": "odd"}).status_code == 404
        assert browser.get(CASES, {"sort": "-subject"}).status_code == 200

    def test_only_customers_have_cases(self, cast, signed_in):
        assert signed_in(cast.pat).get("/accounts/700118/cases/").status_code == 404
        assert signed_in(cast.root).get("/accounts/100001/cases/open/").status_code == 404


class TestAdminSite:
    def test_staff_say_that_a_case_is_solved(self, cast, case, signed_in):
        page = signed_in(cast.stan).post(
            "/admin/riders/supportcase/", {"action": "solve", "_selected_action": [case.pk]}, follow=True
        )

        assert "1 case was solved." in page.content.decode()
        case.refresh_from_db()
        assert (case.state, case.solved_by) == (CaseState.SOLVED, cast.stan)

    def test_who_may_only_look_does_not(self, cast, case, signed_in):
        cast.stan.user_permissions.remove(*cast.stan.user_permissions.filter(codename="change_supportcase"))
        sent = {"action": "solve", "_selected_action": [case.pk]}

        assert signed_in(cast.stan).post("/admin/riders/supportcase/", sent).status_code == 403
