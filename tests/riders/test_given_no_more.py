"""An approval whose giver could not give it any more: both sides' pages say what turning access on says."""

from datetime import timedelta

import pytest

from access_requests import selectors as requests
from access_requests import services as entering
from accounts import services as accounts
from accounts.permissions import Role
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from riders import selectors
from tests.cast import READ_RECORDS, REPAIR, member
from tests.pages import words_of
from tests.riders.approval_story import let_in, let_write_cases
from tests.riders.test_approval_pages import desk, withdraw_path

MINUTE = timedelta(minutes=1)
ON = "Support may enter your account for this case."
OFF = "Nobody of support can turn access on for this case any more"


def no_flag(cast, at):
    """Connie is no authorized contact any more."""
    accounts.set_authorized_contact(
        membership=member(cast.connie, cast.acme), authorized_contact=False, by=cast.carol, at=at
    )


def left(cast, at):
    """Connie left Acme."""
    accounts.end_membership(membership=member(cast.connie, cast.acme), by=cast.carol, at=at)


def locked_out(cast, at):
    """Connie was locked out."""
    accounts.deactivate_person(user=cast.connie, by=None, at=at)


GONE = pytest.mark.parametrize("becomes", [no_flag, left, locked_out])


def page_of(browser, case):
    """This will give what the page of a case says to the customer."""
    return words_of(browser.get(case.get_absolute_url()))


@GONE
@pytest.mark.seed("S3-2", "S3-7")
@pytest.mark.trust("T8")
class TestWhoeverApprovedIsGone:
    def test_the_customer_reads_that_nobody_enters_by_whom_it_was_given_and_what_to_do(
        self, cast, now, backups, signed_in, becomes
    ):
        let_in(backups, by=cast.connie, at=now - MINUTE)
        carol = signed_in(cast.carol)
        assert ON in page_of(carol, backups)
        becomes(cast, now)

        words = page_of(carol, backups)
        assert (ON in words, OFF in words) == (False, True)
        assert "Connie may not let support in for that now." in words
        assert "approve it anew. If it is not, withdraw what was approved." in words
        assert "Let support enter" in words
        for path in (backups.get_access_url(), withdraw_path(backups)):
            assert "Connie may not let support in for that now." in words_of(carol.get(path))
        with pytest.raises(NotAllowedNow):  # what the words say
            entering.activate_access(
                case=backups, email=cast.connie.email, reason="To look.", by=cast.tess, at=now + MINUTE
            )
        assert TrailLine.objects.filter(event="grant.opened", case=backups.number).count() == 0

    def test_support_reads_it_and_is_shown_whom_to_ask_instead_of_a_button_that_refuses(
        self, cast, now, backups, signed_in, becomes
    ):
        let_in(backups, by=cast.connie, at=now - MINUTE)
        tess = signed_in(cast.tess)
        assert "Turn your access on" in words_of(tess.get(desk(backups, "desk_case")))
        becomes(cast, now)

        words = words_of(tess.get(desk(backups, "desk_case")))
        assert "Connie may not let you in for that now." in words
        assert "Ask to enter the account" in words
        for said in ("Turn your access on", "The customer lets support enter"):
            assert said not in words

    def test_somebody_else_approves_and_the_words_are_back(self, cast, now, backups, signed_in, becomes):
        let_in(backups, by=cast.connie, at=now - MINUTE)
        becomes(cast, now)
        let_in(backups, by=cast.adam, at=now)
        words = page_of(signed_in(cast.carol), backups)

        assert (ON in words, OFF in words) == (True, False)
        assert words.count("may not let support in for that now") == 1
        assert "Turn your access on" in words_of(signed_in(cast.tess).get(desk(backups, "desk_case")))


def test_who_may_give_less_than_before_gives_what_only_looks_still(cast, now, backups, signed_in):
    accounts.set_authorized_contact(
        membership=member(cast.adam, cast.acme), authorized_contact=True, by=cast.carol, at=now - MINUTE
    )
    let_in(backups, by=cast.adam, at=now - MINUTE, names=(REPAIR,))
    accounts.change_role(membership=member(cast.adam, cast.acme), role=Role.MEMBER, by=cast.carol, at=now)
    carol = signed_in(cast.carol)
    assert OFF in page_of(carol, backups)
    let_in(backups, by=cast.adam, at=now, names=(READ_RECORDS,))
    words = page_of(carol, backups)

    assert ON in words
    assert words.count("Adam may not let support in for that now.") == 1


def test_a_member_who_does_not_answer_reads_who_may(cast, now, backups, signed_in):
    let_in(backups, by=cast.connie, at=now - MINUTE)
    no_flag(cast, now)
    words = page_of(signed_in(let_write_cases(cast)), backups)

    assert "somebody who may has to approve it anew. Who can answer" in words
    assert "withdraw what was approved" not in words


@GONE
def test_the_pages_and_the_refusal_ask_the_same(cast, now, backups, becomes):
    let_in(backups, by=cast.connie, at=now - MINUTE)
    let_in(backups, by=cast.carol, at=now - MINUTE, names=(REPAIR,))
    becomes(cast, now)
    usable = selectors.still_given(selectors.standing_approvals(backups, at=now), selectors.lenders(cast.acme, at=now))

    assert usable == requests.approvals_to_act_on(backups, cast.tess, at=now)
    assert [one.approved_by for one in usable] == [cast.carol]


@pytest.mark.trust("A6")
def test_mallory_reads_nothing_of_it(cast, now, backups, signed_in):
    let_in(backups, by=cast.connie, at=now - MINUTE)
    no_flag(cast, now)
    mallory = signed_in(cast.mallory)

    assert [mallory.get(path).status_code for path in (backups.get_absolute_url(), backups.get_access_url())] == [
        404
    ] * 2
