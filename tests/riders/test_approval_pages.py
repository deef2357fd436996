"""The pages on which support's entering for a case is asked, answered, withdrawn and finished."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import authorization
from accounts.models import AccessRole
from accounts.services import change_access_role, name_stand_in
from accounts.states import RequestKind
from audit.models import TrailLine
from notifications.models import Mail
from riders import selectors, services
from riders.models import CaseApproval, SupportCase
from tests.cast import READ_RECORDS, REPAIR, WEEK, member
from tests.pages import form_of, soup_of, words_of
from tests.riders.approval_story import ask_to_enter, bundles, let_in, let_write_cases

OPEN = reverse("account_case_open", args=["654321"])


def pk_of(name):
    """This will give the id of a bundle, as a form sends it."""
    return str(AccessRole.objects.get(name=name).pk)


def withdraw_path(case):
    """This will give the address at which approvals of a case are withdrawn."""
    return reverse("account_case_withdraw", args=[case.account.number, case.number])


def desk(case, name):
    """This will give the address of a page of a case at support's desk."""
    return reverse(name, args=[case.number])


@transaction.atomic
def enter(person, case, *, by, at, until):
    """This will open access for a case, as turning it on does."""
    facts = {"kind": RequestKind.CASE, "case_number": case.number, "parent": None, "administrator": False}
    vendor = person.memberships.get(ended_at=None)
    rights, window = ["view_orders"], {"starts_at": at, "ends_at": until, "at": at}
    return authorization.open_grant(
        account=case.account, membership=vendor, by=by, permissions=rights, may_delegate=True, **window, **facts
    )


class TestOpening:
    @pytest.mark.seed("S3-4")
    def test_a_contact_says_yes_along_with_the_case(self, cast, signed_in):
        browser = signed_in(cast.connie)
        page = browser.get(OPEN)
        words = words_of(page)
        for said in ("May support enter your account for this case?", "bring in colleagues of support", "7 days"):
            assert said in words
        sent = form_of(page)
        assert (sent["access-answer"], "access-roles" in sent) == (["later"], False)  # no is what stands there
        [shut] = {box["value"] for box in soup_of(page).select("input[name=access-roles][disabled]")} - {
            pk_of("Follow up cases")
        }
        assert shut == pk_of(REPAIR)

        yes = {"access-answer": "approve", "access-roles": [pk_of(READ_RECORDS)], "subject": "Slow"}
        after = browser.post(OPEN, sent | yes, follow=True)
        given = CaseApproval.objects.get()
        assert (given.approved_by, given.case.subject) == (cast.connie, "Slow")
        assert given.ends_at - given.approved_at == WEEK
        assert "Approved by Connie" in words_of(after)
        assert "Nobody of support is in at present." in words_of(after)

    @pytest.mark.seed("S3-1", "S3-4")
    def test_who_says_nothing_lets_nobody_in(self, cast, signed_in):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(OPEN)) | {"subject": "Slow", "access-roles": [pk_of(READ_RECORDS)]}
        words = words_of(browser.post(OPEN, sent, follow=True))

        assert "Nobody of support may enter your account for this case." in words
        assert not CaseApproval.objects.exists()

    @pytest.mark.seed("S3-4")
    @pytest.mark.trust("H4")
    def test_an_old_second_factor_is_asked_for_and_nothing_typed_is_lost(self, cast, signed_in, settings):
        browser = signed_in(cast.carol)
        yes = {"access-answer": "approve", "access-roles": [pk_of(REPAIR)], "subject": "Slow"}
        sent = form_of(browser.get(OPEN)) | yes
        settings.PORTAL_REAUTH_WITHIN = timedelta(microseconds=1)
        asked = browser.post(OPEN, sent)
        assert "/auth/" in asked.headers["Location"]
        assert not SupportCase.objects.exists()
        kept = browser.session["account_reauthentication_state"]["request"]
        assert OPEN in kept
        assert "Slow" in kept

        browser.post(OPEN, sent | {"access-answer": "later"})  # without a yes nobody is asked
        assert SupportCase.objects.get().subject == "Slow"

    @pytest.mark.trust("E5")
    @pytest.mark.parametrize("length", ["0", "-1", str(91 * 86_400), "1" + "0" * 40, "NaN", ""])
    def test_bad_lengths_are_refused_and_no_case_is_opened(self, cast, signed_in, length):
        browser = signed_in(cast.carol)
        yes = {"access-answer": "approve", "access-roles": [pk_of(REPAIR)], "subject": "Slow", "access-length": length}
        page = browser.post(OPEN, form_of(browser.get(OPEN)) | yes)

        assert page.status_code == 400
        assert "Choose one of the lengths." in words_of(page)
        assert soup_of(page).select_one("[name=subject]")["value"] == "Slow"
        assert not SupportCase.objects.exists()

    @pytest.mark.parametrize("who", ["mike", "piotr"])
    def test_who_does_not_answer_is_told_who_is_asked(self, cast, signed_in, who):
        let_write_cases(cast)
        browser = signed_in(getattr(cast, who))
        page = browser.get(OPEN)
        assert "is not yours to say" in words_of(page)
        yes = {"access-answer": "approve", "access-roles": [pk_of(READ_RECORDS)], "subject": "Slow"}
        browser.post(OPEN, form_of(page) | yes)

        assert not CaseApproval.objects.exists()
        assert selectors.waits_for_answer(SupportCase.objects.get())

    @pytest.mark.trust("D1")
    def test_many_cases_in_a_short_time_do_not_mail_those_who_answer_without_end(self, cast, signed_in, settings):
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"comment": "2/300s/user"}
        browser = signed_in(let_write_cases(cast))
        sent = form_of(browser.get(OPEN)) | {"subject": "Backups", "description": "They **stop**."}
        assert [browser.post(OPEN, sent | {"product": at}).status_code for at in "ABC"] == [302, 302, 429]
        page = browser.post(OPEN, sent)
        assert "tried very often" in words_of(page)
        assert form_of(page)["description"] == ["They **stop**."]
        assert SupportCase.objects.count() == 2
        assert Mail.objects.filter(event="case_access_asked", to=cast.carol.email).count() == 2


class TestAnswering:
    @pytest.mark.seed("S3-2", "S3-3")
    def test_shows_who_asks_for_what_and_why_and_records_the_yes_once(self, cast, now, backups, signed_in):
        ask_to_enter(backups, by=cast.tess, at=now, names=(READ_RECORDS, REPAIR), reason="To compare <b>.")
        browser = signed_in(cast.connie)
        page = browser.get(backups.get_access_url())
        for said in (
            "Tess of support asks to enter",
            "To compare <b>.",
            "Support asks for this.",
            "Not yours to approve",
        ):
            assert said in words_of(page)
        sent = form_of(page)
        assert sent["roles"] == [pk_of(READ_RECORDS)]  # what was asked for, as far as it is hers

        after = browser.post(backups.get_access_url(), sent | {"answer": "approve"}, follow=True)
        assert "Approved. Nobody is in yet" in words_of(after)
        again = browser.post(backups.get_access_url(), sent | {"answer": "approve"})
        assert (again.status_code, CaseApproval.objects.count()) == (409, 1)
        assert "Look at it again." in words_of(again)

    @pytest.mark.seed("S3-2")
    def test_what_changes_something_is_refused_to_a_contact_with_a_sentence(self, cast, backups, signed_in):
        browser = signed_in(cast.connie)
        sent = form_of(browser.get(backups.get_access_url())) | {"answer": "approve", "roles": [pk_of(REPAIR)]}
        page = browser.post(backups.get_access_url(), sent)

        assert page.status_code == 403
        assert "You may approve bundles that only look." in words_of(page)
        assert not CaseApproval.objects.exists()
        assert TrailLine.objects.filter(event="access.refused", actor=cast.connie.email).exists()

    def test_what_staff_changed_meanwhile_is_shown_again(self, cast, now, backups, signed_in):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(backups.get_access_url())) | {"answer": "approve", "roles": [pk_of(READ_RECORDS)]}
        role = AccessRole.objects.get(name=READ_RECORDS)
        facts = {"name": role.name, "description": role.description, "active": True, "by": cast.stan, "at": now}
        change_access_role(role=role, permissions=["view_orders", "change_configuration"], **facts)

        page = browser.post(backups.get_access_url(), sent)
        assert (page.status_code, CaseApproval.objects.count()) == (409, 0)
        assert "Change the configuration" in words_of(page)

    @pytest.mark.trust("F2")
    @pytest.mark.parametrize("bundle", [str(2**63), str(10**40), "-1", "NaN", "1e309", "", "\x00"])
    def test_what_is_no_bundle_is_refused_wherever_bundles_are_ticked(self, cast, backups, signed_in, bundle):
        carol, tess = signed_in(cast.carol), signed_in(cast.tess)
        path, ask = backups.get_access_url(), desk(backups, "desk_case_access_ask")
        sent = form_of(carol.get(path)) | {"answer": "approve", "roles": [bundle]}
        assert carol.post(path, sent).status_code == 400
        opening = form_of(carol.get(OPEN)) | {"subject": "Backups", "access-answer": "approve"}
        assert carol.post(OPEN, opening | {"access-roles": [bundle]}).status_code == 400
        assert tess.post(ask, {"roles": [bundle], "reason": "To compare."}).status_code == 400
        assert not CaseApproval.objects.exists()

    @pytest.mark.trust("H4")
    def test_a_no_never_asks_for_a_second_factor_and_a_yes_does(self, cast, now, backups, signed_in, settings):
        ask_to_enter(backups, by=cast.tess, at=now)
        browser = signed_in(cast.carol)
        path = backups.get_access_url()
        sent = form_of(browser.get(path))
        settings.PORTAL_REAUTH_WITHIN = timedelta(microseconds=1)

        assert "/auth/" in browser.post(path, sent | {"answer": "approve"}).headers["Location"]
        assert not CaseApproval.objects.exists()
        after = browser.post(path, sent | {"answer": "decline"}, follow=True)
        assert "Declined. Nobody of support may enter" in words_of(after)
        assert "Carol has declined." in words_of(after)

    @pytest.mark.trust("T8")
    def test_a_no_to_more_says_that_what_was_approved_before_goes_on(self, cast, now, backups, signed_in):
        let_in(backups, by=cast.connie, at=now)
        ask_to_enter(backups, by=cast.tess, at=now + timedelta(minutes=1), names=(REPAIR,))
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(backups.get_access_url())) | {"answer": "decline"}
        after = words_of(browser.post(backups.get_access_url(), sent, follow=True))
        assert "What was approved for this case before goes on as it was" in after
        assert "Declined. Nobody of support may enter" not in after
        assert selectors.standing_approvals(backups, at=now).exists()
        mail = Mail.objects.get(event="case_access_answered")
        for text in (mail.text.lower(), mail.html.lower()):
            assert "does not let support do more in acme" in text
            assert "nobody enters the account" not in text

    def test_a_stand_in_who_reads_no_cases_answers_all_the_same(self, cast, now, backups, signed_in):
        times = {"starts_at": now, "ends_at": now + WEEK}
        name_stand_in(membership=member(cast.mike, cast.acme), **times, by=cast.carol, at=now)
        browser = signed_in(cast.mike)
        sent = form_of(browser.get(backups.get_access_url())) | {"answer": "approve", "roles": [pk_of(REPAIR)]}
        after = browser.post(backups.get_access_url(), sent, follow=True)

        assert after.redirect_chain == [(backups.get_access_url(), 302)]
        assert "Approved by Mike" in words_of(after)
        assert browser.post(withdraw_path(backups), follow=True).status_code == 200
        assert not selectors.standing_approvals(backups, at=now).exists()

    @pytest.mark.trust("A6", "T3")
    @pytest.mark.parametrize("who", ["mallory", "pat", "tess", "quinn"])
    def test_does_not_exist_for_a_stranger(self, cast, now, backups, mallorys, signed_in, who):
        let_in(backups, by=cast.carol, at=now)
        browser = signed_in(getattr(cast, who))
        for path in (backups.get_access_url(), withdraw_path(backups)):
            assert browser.get(path).status_code == 404
            assert browser.post(path, {"answer": "decline"}).status_code == 404
        crossed = reverse("account_case_approval", args=["654321", mallorys.number])
        assert signed_in(cast.carol).get(crossed).status_code == 404
        assert selectors.standing_approvals(backups, at=now).exists()

    @pytest.mark.trust("A6")
    def test_a_member_reads_who_may_and_does_not_see_who_is_in(self, cast, now, backups, signed_in):
        let_in(backups, by=cast.carol, at=now)
        enter(cast.tess, backups, by=cast.carol, at=now, until=now + WEEK)
        browser = signed_in(let_write_cases(cast))
        assert "These people may: Adam, Carol, Connie and Dora." in words_of(browser.get(backups.get_access_url()))
        assert browser.post(backups.get_access_url(), {"answer": "approve"}).status_code == 403
        for path in (backups.get_absolute_url(), backups.get_access_url(), withdraw_path(backups)):
            assert "Tess" not in words_of(browser.get(path))
        assert browser.post(withdraw_path(backups)).status_code == 403


class TestWithdrawing:
    @pytest.mark.seed("S3-15")
    @pytest.mark.trust("H4")
    def test_the_page_says_who_loses_access_and_asks_for_no_second_factor(
        self, cast, now, backups, signed_in, settings
    ):
        let_in(backups, by=cast.connie, at=now)
        enter(cast.tess, backups, by=cast.connie, at=now, until=now + WEEK)
        browser = signed_in(cast.connie)
        assert "In now Tess" in words_of(browser.get(backups.get_absolute_url()))
        page = browser.get(withdraw_path(backups))
        assert "out at once" in words_of(page)
        assert "Tess, until" in words_of(page)

        settings.PORTAL_REAUTH_WITHIN = timedelta(microseconds=1)
        after = browser.post(withdraw_path(backups), form_of(page), follow=True)
        assert "Withdrawn. Nobody of support has access" in words_of(after)
        assert "Connie has withdrawn what was approved." in words_of(after)
        assert browser.post(withdraw_path(backups), form_of(page)).status_code == 409

    def test_a_contact_leaves_what_others_have_approved(self, cast, now, backups, signed_in):
        let_in(backups, by=cast.carol, at=now, names=(REPAIR,))
        enter(cast.tess, backups, by=cast.carol, at=now, until=now + WEEK)
        browser = signed_in(cast.connie)
        assert "Somebody else has approved it." in words_of(browser.get(withdraw_path(backups)))
        let_in(backups, by=cast.connie, at=now)
        page = browser.get(withdraw_path(backups))
        assert "What somebody else has approved stays" in words_of(page)
        assert "Tess" not in words_of(page)
        after = browser.post(withdraw_path(backups), form_of(page), follow=True)
        assert "as far as you had approved it" in words_of(after)


class TestDesk:
    @pytest.mark.seed("S3-5", "S3-14")
    def test_an_associate_asks_sees_the_answer_and_finishes(self, cast, now, backups, signed_in):
        browser = signed_in(cast.tess)
        page = browser.get(desk(backups, "desk_case_access_ask"))
        assert "What they say in a comment or by mail is not an approval." in words_of(page)
        sent = form_of(page) | {"roles": [pk_of(READ_RECORDS)], "reason": "To compare."}
        assert "It waits for an answer." in words_of(
            browser.post(desk(backups, "desk_case_access_ask"), sent, follow=True)
        )
        again = browser.post(desk(backups, "desk_case_access_ask"), sent)
        assert (again.status_code, "a moment ago" in words_of(again)) == (409, True)

        let_in(backups, by=cast.connie, at=now + timedelta(minutes=1))
        words = words_of(browser.get(desk(backups, "desk_case")))
        assert "Approved by Connie" in words
        assert cast.connie.email not in words
        after = browser.post(desk(backups, "desk_case_finish"), follow=True)
        assert "Finished. Whatever support had turned on" in words_of(after)
        assert "Tess of support has finished the investigation." in words_of(after)

    @pytest.mark.trust("A5")
    def test_an_associate_sees_their_own_access_only(self, cast, now, backups, signed_in):
        let_in(backups, by=cast.carol, at=now)
        enter(cast.tess, backups, by=cast.carol, at=now, until=now + WEEK)

        assert "You are in" in words_of(signed_in(cast.tess).get(desk(backups, "desk_case")))
        for name in ("desk_case", "desk_case_finish"):
            assert "Tess" not in words_of(signed_in(cast.tom).get(desk(backups, name)))
        assert "You are not in." in words_of(signed_in(cast.tom).get(desk(backups, "desk_case")))

    @pytest.mark.trust("A6", "T3")
    @pytest.mark.parametrize("who", ["carol", "pat", "mallory", "stan"])
    def test_is_not_there_for_anybody_else(self, cast, now, backups, signed_in, who):
        let_in(backups, by=cast.carol, at=now)
        browser = signed_in(getattr(cast, who))
        for name in ("desk_case_access_ask", "desk_case_finish"):
            assert authorization.is_associate(getattr(cast, who), at=now) or (
                browser.get(desk(backups, name)).status_code,
                browser.post(desk(backups, name)).status_code,
            ) == (404, 404)


class TestHome:
    def test_what_waits_stands_there_until_it_is_answered(self, cast, now, backups, signed_in):
        ask_to_enter(backups, by=cast.tess, at=now)
        browser = signed_in(cast.connie)
        page = browser.get("/")
        assert "Tess of support asks to enter Acme for a case" in words_of(page)
        assert "One thing waits for you, Connie" in words_of(page)
        services.decline_case_access(case=backups, by=cast.carol, at=now + timedelta(minutes=1))

        assert "asks to enter" not in words_of(browser.get("/"))
        for person in (cast.mallory, cast.mike, cast.tom, cast.pat):
            assert "asks to enter" not in words_of(signed_in(person).get("/"))

    def test_many_cost_as_much_as_few(self, cast, now, signed_in):
        mike, counted = let_write_cases(cast), []
        browser = signed_in(cast.connie)
        for many in (3, 30):
            for place in range(many):
                services.open_case(account=cast.acme, subject=f"Slow {place}", by=mike, at=now)
            browser.get("/")  # what is to be noted of the session
            with CaptureQueriesContext(
                connection,
            ) as queries:
                browser.get("/")
            counted.append(len(queries))
        assert counted[0] == counted[1]


def test_pages_of_a_case_cost_as_much_with_many_approvals(cast, now, backups, signed_in):
    ends = (timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=90))
    carol, tess = signed_in(cast.carol), signed_in(cast.tess)
    pages = [(carol, backups.get_absolute_url()), (carol, backups.get_access_url()), (carol, withdraw_path(backups))]
    pages += [(tess, desk(backups, "desk_case"))]
    counted = []
    for people in ([cast.carol], [cast.adam, cast.connie, cast.dora]):
        for person in people:
            for length in ends:
                let_in(backups, by=person, at=now, length=length)
            enter(cast.tom, backups, by=person, at=now, until=now + WEEK)
        for browser, path in pages:
            browser.get(path)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(path).status_code == 200
            counted.append(len(queries))
    assert counted[:4] == counted[4:]
    assert len(bundles(READ_RECORDS)) == 1
