"""A bundle that changes while somebody opens a case or answers for one: the page says what changed, and keeps what was
chosen.
"""

import pytest

from accounts.models import AccessRole
from accounts.services import change_access_role
from riders import services
from riders.models import Acknowledgement, CaseApproval, SupportCase
from tests.cast import READ_RECORDS, REPAIR
from tests.pages import form_of, soup_of, words_of
from tests.riders.approval_story import ask_to_enter
from tests.riders.terms import publish
from tests.riders.test_approval_pages import OPEN, pk_of

FOLLOW_UP = "Follow up cases"
MONTH = str(30 * 86_400)


def alter(cast, name, *, at, **facts):
    """This will have staff change a bundle: other rights, other words, or no longer on offer."""
    role = AccessRole.objects.get(name=name)
    known = {"name": role.name, "description": role.description, "permissions": role.permissions, "active": role.active}
    change_access_role(role=role, **known | facts, by=cast.stan, at=at)


def filled_in(browser, *names, **more):
    """This will give what whoever opens a case sends with a yes to these bundles, for a month."""
    yes = {"access-answer": ["approve"], "access-roles": [pk_of(name) for name in names], "access-length": [MONTH]}
    return form_of(browser.get(OPEN)) | {"subject": ["Slow"]} | yes | more


def rights_of(name):
    """This will give the rights of a bundle."""
    return AccessRole.objects.get(name=name).permissions


@pytest.mark.seed("S3-4")
@pytest.mark.trust("T8")
class TestWhatChanged:
    def test_more_rights_are_named_and_what_was_chosen_is_sent_as_it_stands(self, cast, now, signed_in):
        browser = signed_in(cast.carol)
        sent = filled_in(browser, READ_RECORDS, REPAIR)
        alter(cast, READ_RECORDS, at=now, permissions=[*rights_of(READ_RECORDS), "change_configuration"])
        page = browser.post(OPEN, sent)

        assert page.status_code == 400
        assert f"“{READ_RECORDS}” opens more now: also Change the configuration." in words_of(page)
        assert "What you had chosen stays chosen" in words_of(page)
        assert not SupportCase.objects.exists()
        stands = form_of(page)
        for name in ("subject", "access-answer", "access-length"):
            assert stands[name] == sent[name]
        assert sorted(stands["access-roles"]) == sorted(sent["access-roles"])
        browser.post(OPEN, stands)
        given = CaseApproval.objects.get()
        assert (given.case.subject, (given.ends_at - given.approved_at).days) == ("Slow", 30)
        assert "change_configuration" in {right for role in given.roles for right in role["permissions"]}

    def test_a_bundle_that_is_not_on_offer_any_more_is_named_and_the_others_stay_ticked(self, cast, now, signed_in):
        browser = signed_in(cast.carol)
        sent = filled_in(browser, READ_RECORDS, REPAIR)
        alter(cast, REPAIR, at=now, active=False)
        page = browser.post(OPEN, sent)

        assert page.status_code == 400
        assert f"“{REPAIR}” is not on offer any more." in words_of(page)
        assert "Look at it again." in words_of(page)
        assert form_of(page)["access-roles"] == [pk_of(READ_RECORDS)]
        browser.post(OPEN, form_of(page))
        assert [role["name"] for role in CaseApproval.objects.get().roles] == [READ_RECORDS]

    @pytest.mark.parametrize(
        ("facts", "said"),
        [
            ({"description": "In other words."}, "is described otherwise now."),
            ({"permissions": ["view_orders"]}, "opens less now: no longer"),
            ({"permissions": ["view_configuration"]}, "opens something else now: also"),
        ],
    )
    def test_every_kind_of_change_has_its_words(self, cast, now, signed_in, facts, said):
        browser = signed_in(cast.carol)
        sent = filled_in(browser, READ_RECORDS)
        alter(cast, READ_RECORDS, at=now, **facts)

        assert f"“{READ_RECORDS}” {said}" in words_of(browser.post(OPEN, sent))
        assert not SupportCase.objects.exists()

    def test_a_bundle_that_is_offered_too_now_is_named(self, cast, now, signed_in):
        alter(cast, FOLLOW_UP, at=now, active=False)
        browser = signed_in(cast.carol)
        sent = filled_in(browser, READ_RECORDS)
        alter(cast, FOLLOW_UP, at=now, active=True)

        assert f"“{FOLLOW_UP}” can be approved too now." in words_of(browser.post(OPEN, sent))

    @pytest.mark.seed("S3-2")
    def test_a_contact_keeps_no_tick_at_what_is_not_theirs_any_more(self, cast, now, signed_in):
        browser = signed_in(cast.connie)
        sent = filled_in(browser, READ_RECORDS)
        alter(cast, READ_RECORDS, at=now, permissions=["view_orders", "change_configuration"])
        page = browser.post(OPEN, sent)

        assert "opens something else now" in words_of(page)
        assert "access-roles" not in form_of(page)
        assert soup_of(page).select_one(f"input[name=access-roles][value='{pk_of(READ_RECORDS)}']").has_attr("disabled")

    def test_nothing_is_said_where_nothing_changed_or_nobody_is_let_in(self, cast, now, signed_in):
        browser = signed_in(cast.carol)
        sent = filled_in(browser, READ_RECORDS)
        assert "Since the page was drawn" not in words_of(browser.post(OPEN, sent | {"subject": [""]}))
        alter(cast, READ_RECORDS, at=now, active=False)
        browser.post(OPEN, sent | {"access-answer": ["later"], "access-roles": []})

        assert SupportCase.objects.get().subject == "Slow"


@pytest.mark.seed("S3-2")
@pytest.mark.trust("T8")
class TestAnsweringForACaseThatIsThere:
    def drawn(self, browser, case, *names):
        """What is sent with a yes to these bundles, for a month, from the page as it is now."""
        sent = form_of(browser.get(case.get_access_url()))
        return sent | {"answer": ["approve"], "roles": [pk_of(name) for name in names], "length": [MONTH]}

    def test_more_rights_are_named_and_what_was_chosen_is_sent_as_it_stands(self, cast, now, backups, signed_in):
        ask_to_enter(backups, by=cast.tess, at=now, names=(REPAIR,))
        browser, path = signed_in(cast.carol), backups.get_access_url()
        sent = self.drawn(browser, backups, READ_RECORDS)
        alter(cast, READ_RECORDS, at=now, permissions=[*rights_of(READ_RECORDS), "change_configuration"])
        page = browser.post(path, sent)

        assert page.status_code == 409
        assert "Nothing was recorded: something changed since the page was drawn." in words_of(page)
        assert f"“{READ_RECORDS}” opens more now: also Change the configuration." in words_of(page)
        assert not CaseApproval.objects.exists()
        stands = form_of(page)
        assert (stands["roles"], stands["length"]) == (sent["roles"], sent["length"])  # not what support asks for
        assert browser.post(path, stands | {"answer": "approve"}).status_code == 302
        given = CaseApproval.objects.get()
        assert (given.ends_at - given.approved_at).days == 30
        assert "change_configuration" in {right for role in given.roles for right in role["permissions"]}

    @pytest.mark.parametrize("answer", ["approve", "decline"])
    def test_a_bundle_that_is_gone_is_named_and_the_others_stay_ticked(self, cast, now, backups, signed_in, answer):
        ask_to_enter(backups, by=cast.tess, at=now)
        browser, path = signed_in(cast.carol), backups.get_access_url()
        sent = self.drawn(browser, backups, READ_RECORDS, REPAIR) | {"answer": [answer]}
        alter(cast, REPAIR, at=now, active=False)
        page = browser.post(path, sent)

        assert page.status_code == 409
        assert "What you can let support do has changed since the page was drawn. Look at it again." in words_of(page)
        assert f"“{REPAIR}” is not on offer any more." in words_of(page)
        assert form_of(page)["roles"] == [pk_of(READ_RECORDS)]
        assert browser.post(path, form_of(page) | {"answer": answer}).status_code == 302
        assert CaseApproval.objects.exists() == (answer == "approve")

    def test_a_contact_keeps_no_tick_at_what_is_not_theirs_any_more(self, cast, now, backups, signed_in):
        browser = signed_in(cast.connie)
        sent = self.drawn(browser, backups, READ_RECORDS, FOLLOW_UP)
        alter(cast, READ_RECORDS, at=now, permissions=["view_orders", "change_configuration"])
        page = browser.post(backups.get_access_url(), sent)

        assert page.status_code == 409
        assert not CaseApproval.objects.exists()
        assert pk_of(READ_RECORDS) not in form_of(page).get("roles", [])

    def test_what_was_chosen_stays_where_somebody_else_was_faster_and_no_bundle_is_said_to_have_changed(
        self, cast, now, backups, signed_in
    ):
        ask_to_enter(backups, by=cast.tess, at=now, names=(REPAIR,))
        browser = signed_in(cast.carol)
        sent = self.drawn(browser, backups, READ_RECORDS)
        services.decline_case_access(case=backups, by=cast.adam, at=now)
        page = browser.post(backups.get_access_url(), sent)

        assert page.status_code == 409
        assert "Adam has declined." in words_of(page)
        assert "Since the page was drawn" not in words_of(page)
        assert form_of(page)["roles"] == [pk_of(READ_RECORDS)]


def test_the_terms_stay_ticked_while_they_are_the_same(cast, now, rider, signed_in):
    browser = signed_in(cast.carol)
    sent = filled_in(browser, READ_RECORDS, **{"terms-agreed": ["on"]})
    alter(cast, READ_RECORDS, at=now, description="In other words.")
    page = browser.post(OPEN, sent)
    assert "terms-agreed" in form_of(page)
    browser.post(OPEN, form_of(page) | {"terms-agreed": ["on"]})  # what a browser sends of a ticked box

    assert Acknowledgement.objects.get().rider == rider


def test_other_terms_are_read_again_and_the_approval_stays_chosen(cast, now, rider, signed_in):
    browser = signed_in(cast.carol)
    sent = filled_in(browser, READ_RECORDS, **{"terms-agreed": ["on"]})
    publish(cast, at=now, text="# Other terms")
    stands = form_of(browser.post(OPEN, sent))

    assert "terms-agreed" not in stands
    assert (stands["access-answer"], stands["access-roles"]) == (["approve"], [pk_of(READ_RECORDS)])
    assert not SupportCase.objects.exists()


@pytest.mark.trust("F2")
@pytest.mark.parametrize("shown", ["", "x", "\x00", "bm9uZQ:x:y", "[]"])
def test_what_the_page_did_not_write_says_nothing_and_breaks_nothing(cast, now, signed_in, shown):
    browser = signed_in(cast.carol)
    sent = filled_in(browser, READ_RECORDS, **{"access-shown": [shown]})
    alter(cast, READ_RECORDS, at=now, active=False)
    page = browser.post(OPEN, sent)

    assert page.status_code == 400
    assert "Since the page was drawn" not in words_of(page)
    assert not SupportCase.objects.exists()
