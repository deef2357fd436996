"""Access for a case: who turns it on, on whose word, for whom, with what and until when."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import selectors, services
from access_requests.models import Block, CaseAccess
from accounts import authorization
from accounts import services as accounts
from accounts.models import Account, Grant, Membership, User
from accounts.permissions import AccountPermission as P
from accounts.states import Deciders, EndReason, RequestKind
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail, Notice
from riders import selectors as riders
from riders.services import finish_investigation, move_case, solve_case, withdraw_case_access
from tests.access_requests.case_access import FOLLOW_UP, WEEK, a_case, activate, bring_in, let_in
from tests.cast import READ_RECORDS, REPAIR, approve, ask_for_support, deny, events, fresh, member, told

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
READS = {P.VIEW_ORDERS, P.VIEW_INVOICES, P.VIEW_USAGE}
NOBODY = "Nobody with this address has approved access for this case."


@pytest.fixture(autouse=True)
def associates(cast, signed_in):
    """Tess, Tom and Stan have a second factor, so they are associates."""
    for person in (cast.tess, cast.tom, cast.stan):
        signed_in(person)


@pytest.fixture
def case(cast, now):
    """A case that Connie has opened at Acme."""
    return a_case(cast, at=now)


@pytest.fixture
def approval(cast, case, now):
    """Connie lets support read the records for it, for a week."""
    return let_in(case, by=cast.connie, at=now)


@pytest.fixture
def grant(cast, case, approval, now):
    """Tess has turned her access on."""
    return activate(case, by=cast.tess, of=cast.connie, at=now)


def held(who, account, at):
    return authorization.held(who, account, at=at)


def ended(grant):
    """This will read a grant again and give why it ended."""
    return Grant.objects.get(pk=grant.pk).end_reason


@pytest.mark.seed("S3-7", "S3-8")
class TestTurningItOn:
    @pytest.mark.trust("I1", "A3")
    def test_opens_what_the_contact_approved_from_now_to_the_end_of_the_approval(self, cast, case, approval, now):
        assert held(cast.tess, cast.acme, now) == set()
        later = now + HOUR

        grant = activate(case, by=cast.tess, of=cast.connie, at=later)

        assert (grant.kind, grant.case_number, grant.decided_by) == (RequestKind.CASE, case.number, cast.connie)
        assert (grant.starts_at, grant.ends_at) == (later, approval.ends_at)
        assert (grant.may_delegate, grant.administrator, grant.parent) == (True, False, None)
        assert (grant.reason, grant.request_digest) == ("The log has to be read.", approval.digest)
        assert CaseAccess.objects.get(grant=grant).approval == approval
        assert held(cast.tess, cast.acme, later) == READS
        assert held(cast.tess, cast.acme, later - MINUTE) == set()
        assert held(cast.tess, cast.acme, approval.ends_at) == set()
        assert held(cast.tess, cast.globex, later) == set()

    def test_for_less_long_where_the_associate_says_so_and_never_longer(self, cast, case, approval, now):
        assert activate(case, by=cast.tess, of=cast.connie, at=now, length=HOUR).ends_at == now + HOUR
        assert activate(case, by=cast.tom, of=cast.connie, at=now, length=90 * DAY).ends_at == approval.ends_at

    @pytest.mark.trust("E5")
    @pytest.mark.parametrize("length", [timedelta(0), -HOUR, MINUTE])
    def test_no_length_that_is_none(self, cast, case, approval, now, length):
        with pytest.raises(ValidationError) as refusal:
            activate(case, by=cast.tess, of=cast.connie, at=now, length=length)
        assert refusal.value.code == "length"
        assert not Grant.objects.filter(kind=RequestKind.CASE).exists()

    def test_spaces_and_capitals_make_no_other_address(self, cast, case, approval, now):
        grant = services.activate_access(case=case, email="  Connie@ACME.example ", reason="Help", by=cast.tess, at=now)
        assert grant.decided_by == cast.connie

    def test_of_several_approvals_of_one_contact_the_newest_holds(self, cast, case, approval, now):
        newer = let_in(case, by=cast.connie, at=now + HOUR, length=2 * WEEK)
        assert activate(case, by=cast.tess, of=cast.connie, at=now + HOUR).ends_at == newer.ends_at

    def test_of_several_contacts_the_one_that_was_named(self, cast, case, approval, now):
        let_in(case, by=cast.adam, at=now, roles=[REPAIR])
        assert activate(case, by=cast.tess, of=cast.connie, at=now).decided_by == cast.connie
        assert held(cast.tess, cast.acme, now) == READS
        assert activate(case, by=cast.tom, of=cast.adam, at=now).decided_by == cast.adam
        assert held(cast.tom, cast.acme, now) == {P.VIEW_CONFIGURATION, P.CHANGE_CONFIGURATION}

    @pytest.mark.seed("S3-9")
    @pytest.mark.parametrize("reason", ["", "  ", "…", "\u200b"])
    def test_not_without_saying_why(self, cast, case, approval, now, reason):
        with pytest.raises(ValidationError) as refusal:
            activate(case, by=cast.tess, of=cast.connie, at=now, reason=reason)
        assert refusal.value.code == "reason"

    def test_only_once_for_a_case_until_it_has_ended(self, cast, case, approval, grant, now):
        with pytest.raises(NotAllowedNow, match="already"):
            activate(case, by=cast.tess, of=cast.connie, at=now)
        services.end_access(grant=grant, by=cast.tess, at=now)
        again = activate(case, by=cast.tess, of=cast.connie, at=now)
        assert held(cast.tess, cast.acme, now) == READS
        assert again.pk != grant.pk

    @pytest.mark.seed("S3-1")
    def test_nothing_opens_before_anybody_has_approved(self, cast, case, now):
        with pytest.raises(NotAllowedNow, match="Nobody of Acme"):
            activate(case, by=cast.tess, of=cast.connie, at=now)
        assert held(cast.tess, cast.acme, now) == set()

    @pytest.mark.trust("A5", "I2")
    def test_is_the_associates_own(self, cast, case, grant, now):
        for who in (cast.tom, cast.stan, cast.root, cast.mallory, cast.petra):
            assert held(who, cast.acme, now) == set()
            assert not selectors.grants_visible_to(who, at=now).filter(pk=grant.pk).exists()
            assert not services.may_end(who, grant, at=now)
            with pytest.raises(PermissionDenied):
                services.end_access(grant=grant, by=who, at=now)
        assert riders.case_access_of(cast.tom, case, at=now) is None
        assert riders.case_access_of(cast.tess, case, at=now) == grant

    @pytest.mark.seed("S3-12")
    def test_takes_no_seat(self, cast, case, grant, now):
        Account.objects.filter(pk=cast.acme.pk).update(seats=1)
        bring_in(grant, who=cast.tom, at=now)
        assert held(cast.tom, cast.acme, now) == READS


@pytest.mark.seed("S3-8")
class TestWhoseAddress:
    @pytest.mark.trust("A6", "I11")
    @pytest.mark.parametrize(
        "address",
        [
            "carol@acme.example",  # may approve, and has not
            "ursula@acme.example",
            "mallory@globex.example",
            "tess@latchkey.example",
            "nobody@nowhere.example",
            "no address at all",
            "connie@acme.example\u200b",
        ],
    )
    def test_any_other_is_refused_in_the_same_words_and_the_try_is_in_the_trail(
        self, cast, case, approval, now, address
    ):
        with pytest.raises(ValidationError) as refusal:
            services.activate_access(case=case, email=address, reason="Help", by=cast.tess, at=now)

        assert (refusal.value.messages, refusal.value.code) == ([NOBODY], "email")
        [line] = TrailLine.objects.filter(event="activation.refused")
        assert (line.account, line.actor, line.case) == ("654321", "tess@latchkey.example", case.number)
        assert line.details["address"] == address
        assert not Grant.objects.filter(kind=RequestKind.CASE).exists()
        assert not Mail.objects.filter(event="activated").exists()

    def test_not_that_of_somebody_who_approved_another_case(self, cast, case, approval, now):
        other = a_case(cast, at=now, subject="Slow mornings")
        let_in(other, by=cast.carol, at=now)
        with pytest.raises(ValidationError, match=NOBODY):
            activate(case, by=cast.tess, of=cast.carol, at=now)

    @pytest.mark.trust("D1")
    def test_five_wrong_ones_are_enough_for_a_while(self, cast, case, approval, now):
        for number in range(5):
            with pytest.raises(ValidationError):
                activate(case, by=cast.tess, of=cast.carol, at=now + number * MINUTE)
        with pytest.raises(TooMuch):
            activate(case, by=cast.tess, of=cast.connie, at=now + 5 * MINUTE)  # not even the right one
        assert activate(case, by=cast.tom, of=cast.connie, at=now + 5 * MINUTE)
        assert activate(case, by=cast.tess, of=cast.connie, at=now + 15 * MINUTE)

    @pytest.mark.seed("S3-2")
    @pytest.mark.parametrize("how", ["no contact any more", "left", "locked out"])
    def test_not_that_of_somebody_who_cannot_give_it_any_more(self, cast, case, approval, now, how):
        let_in(case, by=cast.carol, at=now)
        mine = member(cast.connie, cast.acme)
        if how == "no contact any more":
            Membership.objects.filter(pk=mine.pk).update(authorized_contact=False)
        elif how == "left":
            accounts.end_membership(membership=mine, by=cast.carol, at=now)
        else:
            accounts.deactivate_person(user=cast.connie, by=cast.root, at=now)
        with pytest.raises(ValidationError, match=NOBODY):
            activate(case, by=cast.tess, of=cast.connie, at=now)
        assert activate(case, by=cast.tess, of=cast.carol, at=now)

    @pytest.mark.seed("S3-2")
    def test_who_decides_less_than_they_did_lends_less(self, cast, case, now):
        """Adam approved the repair as an administrator; now the primary user alone decides, and he only looks."""
        let_in(case, by=cast.adam, at=now, roles=[REPAIR])
        let_in(case, by=cast.carol, at=now)
        Account.objects.filter(pk=cast.acme.pk).update(support_deciders=Deciders.PRIMARY)
        with pytest.raises(ValidationError, match=NOBODY):
            activate(case, by=cast.tess, of=cast.adam, at=now)


class TestWhoMayTurnItOn:
    @pytest.mark.trust("I2", "H7")
    @pytest.mark.parametrize("who", ["petra", "pat", "mallory", "carol", "connie", "mike"])
    def test_an_associate_and_nobody_else(self, cast, case, approval, now, who):
        User.objects.filter(email__startswith="mallory").update(is_staff=True, is_superuser=True)
        with pytest.raises(PermissionDenied):
            activate(case, by=getattr(cast, who), of=cast.connie, at=now)
        assert not Grant.objects.filter(kind=RequestKind.CASE).exists()

    def test_nobody_the_customer_blocks(self, cast, case, approval, now):
        request = ask_for_support(cast, at=now)
        services.report_unexpected(request=request, seen=request.as_seen(), by=cast.carol, at=now)
        assert Block.objects.standing().filter(person=cast.tess).exists()
        with pytest.raises(PermissionDenied, match="does not take requests"):
            activate(case, by=cast.tess, of=cast.connie, at=now)
        with pytest.raises(PermissionDenied):
            bring_in(activate(case, by=cast.tom, of=cast.connie, at=now), who=cast.tess, at=now)

    @pytest.mark.trust("A7", "I4")
    def test_nobody_on_the_word_of_somebody_of_their_own_company(self, cast, case, now):
        let_in(case, by=cast.adam, at=now)
        let_in(case, by=cast.connie, at=now)
        for who in (cast.adam, cast.tess):  # by no service: such a thing is not to be
            company = cast.vendor if who == cast.adam else cast.acme
            Membership.objects.create(user=who, account=company, role="member", joined_at=now)
        with pytest.raises(ValidationError, match=NOBODY):
            activate(case, by=cast.tom, of=cast.adam, at=now)
        with pytest.raises(NotAllowedNow, match="belongs to this account"):
            activate(case, by=cast.tess, of=cast.connie, at=now)

    @pytest.mark.trust("C3")
    def test_nobody_once_the_account_is_closed_and_who_was_in_is_out(self, cast, case, approval, grant, now):
        bring_in(grant, who=cast.stan, at=now)
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)
        for who in (cast.tess, cast.stan):
            assert held(who, cast.acme, now) == set()
        with pytest.raises(NotAllowedNow):
            activate(case, by=cast.tom, of=cast.connie, at=now)
        with pytest.raises(NotAllowedNow):
            bring_in(grant, who=cast.tom, at=now)

    @pytest.mark.seed("S3-16")
    def test_nobody_once_the_case_is_solved_or_the_approval_over(self, cast, case, approval, now):
        with pytest.raises(NotAllowedNow, match="Nobody of Acme"):
            activate(case, by=cast.tess, of=cast.connie, at=approval.ends_at)
        solve_case(case=case, by=cast.connie, at=now)
        with pytest.raises(NotAllowedNow, match="Nobody works on this case"):
            activate(case, by=cast.tess, of=cast.connie, at=now)


@pytest.mark.seed("S3-9")
class TestWhoIsTold:
    def test_the_contact_at_once_who_and_why_and_how_to_end_it_and_nobody_else(self, cast, case, grant, now):
        [mail] = Mail.objects.filter(about=grant.public_id)
        assert (mail.event, mail.to, mail.created_at) == ("activated", "connie@acme.example", now)
        assert mail.subject == f"Tess now has access to your account for case {case.number}"
        for words in ("Tess", "tess@latchkey.example", "The log has to be read.", "See orders", case.number):
            assert words in mail.text
        assert f"/access/{grant.public_id}/end/" in mail.text
        assert Notice.objects.get(key=mail.key).recipient == cast.connie

    @pytest.mark.trust("L1")
    def test_the_trail_has_one_line_that_names_the_associate_and_on_whose_word(self, cast, case, grant):
        [line] = TrailLine.objects.filter(subject=grant.public_id)
        assert (line.event, line.actor, line.case) == ("grant.opened", "tess@latchkey.example", case.number)
        assert line.details["on_the_word_of"] == "connie@acme.example"
        assert verify() == []

    def test_of_every_end_in_one_mail_each(self, cast, case, grant, now):
        colleague = bring_in(grant, who=cast.tom, at=now)
        services.end_access(grant=grant, by=cast.carol, at=now)

        assert told("ended", colleague) == ["tom@latchkey.example"]
        ends = Mail.objects.filter(event__in=["ended", "ended_together"]).order_by("to")
        assert list(ends.values_list("event", "to")) == [
            ("ended_together", "carol@acme.example"),
            ("ended_together", "connie@acme.example"),
            ("ended_together", "tess@latchkey.example"),
            ("ended", "tom@latchkey.example"),
        ]

    def test_of_less(self, cast, case, grant, now):
        services.shrink_access(
            grant=grant, by=cast.connie, ends_at=now + DAY, permissions=[P.VIEW_USAGE], may_delegate=False, at=now
        )
        assert held(cast.tess, cast.acme, now) == {P.VIEW_USAGE}
        assert told("reduced", grant) == ["carol@acme.example", "connie@acme.example", "tess@latchkey.example"]


@pytest.mark.seed("S3-10", "S3-11")
class TestColleagues:
    def test_are_let_in_in_their_own_name_and_the_contact_is_told_each_time(self, cast, case, grant, now):
        tom = bring_in(grant, who=cast.tom, at=now)
        stan = bring_in(grant, who=cast.stan, at=now, permissions=[P.VIEW_USAGE], ends_at=now + HOUR)

        assert (tom.parent, tom.decided_by, tom.may_delegate) == (grant, cast.tess, False)
        assert (tom.kind, tom.case_number, tom.ends_at) == (RequestKind.CASE, case.number, grant.ends_at)
        assert tom.case_access.approval == grant.case_access.approval
        assert held(cast.tom, cast.acme, now) == READS
        assert held(cast.stan, cast.acme, now) == {P.VIEW_USAGE}
        assert held(cast.stan, cast.acme, now + HOUR) == set()
        for one in (tom, stan):
            assert told("activated", one) == ["connie@acme.example"]
            assert told("brought_in", one) == [one.grantee.email]
        mail = Mail.objects.get(event="activated", about=tom.public_id)
        for words in ("Tom now has access", "Tess has brought in a colleague", "Knows the backups."):
            assert words in f"{mail.subject} {mail.text}"
        assert events(tom) == ["grant.opened"]

    @pytest.mark.trust("I6", "A9")
    def test_bring_in_nobody_themselves(self, cast, grant, now):
        tom = bring_in(grant, who=cast.tom, at=now)
        with pytest.raises(NotAllowedNow):
            bring_in(tom, who=cast.stan, at=now)

    @pytest.mark.parametrize("who", ["tom", "carol", "connie", "root", "mallory"])
    def test_only_whoever_has_the_access_brings_in(self, cast, grant, now, who):
        with pytest.raises(PermissionDenied):
            bring_in(grant, who=cast.stan, by=getattr(cast, who), at=now)

    @pytest.mark.trust("I6")
    def test_under_no_other_kind_of_access(self, cast, case, approval, now):
        lasting = approve(ask_for_support(cast, case_number=case.number, at=now), by=cast.carol, at=now)
        with pytest.raises(PermissionDenied):
            bring_in(lasting, who=cast.tom, at=now)

    @pytest.mark.parametrize("who", ["tess", "petra", "connie", "carol", "greta", "mallory"])
    def test_are_associates_of_the_vendor(self, cast, grant, now, who):
        with pytest.raises(ValidationError) as refusal:
            bring_in(grant, who=getattr(cast, who), at=now)
        assert refusal.value.code == "email"

    @pytest.mark.trust("E7", "I7")
    def test_hold_no_more_and_no_longer(self, cast, grant, now):
        for more in ({"permissions": [P.VIEW_CASES]}, {"permissions": []}):
            with pytest.raises(ValidationError):
                bring_in(grant, who=cast.tom, at=now, **more)
        for moment in (grant.ends_at + MINUTE, now, now - HOUR):
            with pytest.raises(ValidationError) as refusal:
                bring_in(grant, who=cast.tom, at=now, ends_at=moment)
            assert refusal.value.code == "ends_at"
        with pytest.raises(ValidationError):
            bring_in(grant, who=cast.tom, at=now, reason="…")
        assert not Grant.objects.filter(grantee=cast.tom).exists()

    def test_once_each(self, cast, case, grant, now):
        bring_in(grant, who=cast.tom, at=now)
        for act in (
            lambda: bring_in(grant, who=cast.tom, at=now),
            lambda: activate(case, by=cast.tom, of=cast.connie, at=now),
        ):
            with pytest.raises(NotAllowedNow, match="already"):
                act()

    def test_none_where_the_customer_took_that_off_or_whoever_approved_is_gone(self, cast, case, grant, now):
        other = a_case(cast, at=now, subject="Slow")
        let_in(other, by=cast.connie, at=now)
        second = activate(other, by=cast.tess, of=cast.connie, at=now)
        services.shrink_access(
            grant=grant, by=cast.carol, ends_at=grant.ends_at, permissions=READS, may_delegate=False, at=now
        )
        with pytest.raises(NotAllowedNow, match="brings in nobody"):
            bring_in(grant, who=cast.tom, at=now)
        accounts.end_membership(membership=member(cast.connie, cast.acme), by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="Ask for a new approval"):
            bring_in(second, who=cast.tom, at=now)

    def test_what_the_account_says_of_partners_has_no_say(self, cast, grant, now):
        Account.objects.filter(pk=cast.acme.pk).update(partners_may_add_colleagues=False)
        assert bring_in(grant, who=cast.tom, at=now)
        assert not selectors.lending_grants(cast.tess, at=now).exists()

    @pytest.mark.trust("A5")
    def test_see_their_own_and_not_each_others(self, cast, grant, now):
        tom, stan = bring_in(grant, who=cast.tom, at=now), bring_in(grant, who=cast.stan, at=now)

        def seen(who):
            return set(selectors.grants_visible_to(who, at=now).filter(kind=RequestKind.CASE))

        assert seen(cast.tess) == {grant, tom, stan}
        assert (seen(cast.tom), seen(cast.stan)) == ({tom}, {stan})
        assert seen(cast.connie) == seen(cast.carol) == {grant, tom, stan}
        assert seen(cast.mike) == seen(cast.mallory) == seen(cast.root) == set()


class TestWhoEndsIt:
    @pytest.mark.seed("S3-15")
    @pytest.mark.parametrize("who", ["carol", "adam", "ursula", "connie"])
    def test_who_ends_access_and_whoever_approved_at_once(self, cast, case, grant, now, who):
        tom = bring_in(grant, who=cast.tom, at=now)
        services.end_access(grant=tom, by=getattr(cast, who), at=now)
        assert (ended(tom), ended(grant)) == (EndReason.ENDED, "")
        services.end_access(grant=grant, by=getattr(cast, who), at=now)
        assert (ended(grant), held(cast.tess, cast.acme, now)) == (EndReason.ENDED, set())

    def test_whoever_has_it_hands_it_back_and_takes_back_what_they_lent(self, cast, case, grant, now):
        tom, stan = bring_in(grant, who=cast.tom, at=now), bring_in(grant, who=cast.stan, at=now)
        services.end_access(grant=tom, by=cast.tom, at=now)
        services.hand_back_access(account=cast.acme, by=cast.tess, at=now)
        assert (ended(tom), ended(grant), ended(stan)) == ("handed_back", "handed_back", "lender")
        assert not selectors.is_restorable(Grant.objects.get(pk=stan.pk), at=now)

    @pytest.mark.trust("T8")
    def test_what_was_had_for_two_cases_is_handed_back_in_one_mail_each(self, cast, case, grant, now):
        other = a_case(cast, at=now, subject="Slow mornings")
        let_in(other, by=cast.connie, at=now)
        bring_in(activate(other, by=cast.tess, of=cast.connie, at=now), who=cast.tom, at=now)
        before = set(Mail.objects.values_list("pk", flat=True))

        assert len(services.hand_back_access(account=cast.acme, by=cast.tess, at=now)) == 3

        assert sorted(Mail.objects.exclude(pk__in=before).values_list("to", "event")) == [
            ("carol@acme.example", "ended_together"),
            ("connie@acme.example", "ended_together"),
            ("tess@latchkey.example", "ended_together"),
            ("tom@latchkey.example", "ended"),
        ]

    def test_nobody_takes_it_over(self, cast, case, grant, now):
        bring_in(grant, who=cast.stan, at=now)
        other = activate(case, by=cast.tom, of=cast.connie, at=now)
        assert not selectors.possible_lenders(grant, cast.carol, at=now).exists()
        with pytest.raises(NotAllowedNow):
            services.end_access(grant=grant, by=cast.carol, at=now, taken_over_by=other)

    @pytest.mark.trust("E7", "I7")
    def test_what_the_customer_has_ended_or_made_less_comes_back_with_a_new_approval_only(self, cast, case, grant, now):
        let_in(case, by=cast.adam, at=now)
        tom = bring_in(grant, who=cast.tom, at=now)
        less = {"ends_at": now + HOUR, "permissions": [P.VIEW_USAGE], "may_delegate": True}
        services.shrink_access(grant=grant, by=cast.connie, at=now + MINUTE, **less)
        services.hand_back_access(account=cast.acme, by=cast.tess, at=now + MINUTE)
        later = now + 2 * MINUTE
        for contact in (cast.connie, cast.adam):
            with pytest.raises(NotAllowedNow, match="new approval"):
                activate(case, by=cast.tess, of=contact, at=later)
        theirs = activate(case, by=cast.tom, of=cast.connie, at=later)  # nobody has said no to Tom
        assert ended(tom) == "lender"
        with pytest.raises(NotAllowedNow, match="new approval"):
            bring_in(theirs, who=cast.tess, at=later)
        let_in(case, by=cast.adam, at=later)
        assert activate(case, by=cast.tess, of=cast.adam, at=later)

    @pytest.mark.trust("C2")
    def test_whoever_leaves_the_vendor_or_is_locked_out_is_out_with_those_they_brought_in(self, cast, case, grant, now):
        tom = bring_in(grant, who=cast.tom, at=now)
        accounts.deactivate_person(user=cast.tom, by=cast.root, at=now)
        assert (ended(tom), ended(grant)) == ("locked_out", "")
        stan = bring_in(grant, who=cast.stan, at=now)
        accounts.end_membership(membership=member(cast.tess, cast.vendor), by=cast.root, at=now)
        assert (ended(grant), ended(stan)) == ("person", "lender")
        for who in (cast.tess, cast.tom, cast.stan):
            assert held(who, cast.acme, now) == set()
        accounts.add_member(
            account=cast.vendor, user=cast.tess, role="member", authorized_contact=False, by=None, at=now
        )
        assert held(cast.tess, cast.acme, now) == set()


@pytest.mark.seed("S3-14", "S3-16")
class TestTheLifeOfTheCase:
    @pytest.mark.parametrize("how", ["solved by the customer", "solved by support", "closed", "solved with the access"])
    @pytest.mark.trust("E8")
    def test_solving_ends_everything_given_for_it_in_the_same_breath(self, cast, now, how):
        case = a_case(cast, at=now)
        let_in(case, by=cast.carol, at=now, roles=[READ_RECORDS, FOLLOW_UP])
        grant = activate(case, by=cast.tess, of=cast.carol, at=now)
        tom = bring_in(grant, who=cast.tom, at=now)
        asked = approve(ask_for_support(cast, case_number=case.number, at=now), by=cast.adam, at=now)
        waiting = ask_for_support(cast, by=cast.stan, case_number=case.number, at=now)

        end_case(cast, case, how, now)

        assert [ended(one) for one in (grant, tom, asked)] == ["solved"] * 3
        assert fresh(waiting).status == "cancelled"
        for who in (cast.tess, cast.tom, cast.stan):
            assert held(who, cast.acme, now) == set()
        assert "grant.ended" in events(grant)
        assert verify() == []

    def test_each_is_told_once(self, cast, case, grant, now):
        tom = bring_in(grant, who=cast.tom, at=now)
        asked = approve(ask_for_support(cast, case_number=case.number, at=now), by=cast.adam, at=now)
        waiting = ask_for_support(cast, case_number=case.number, roles=[REPAIR], by=cast.stan, at=now)
        before = set(Mail.objects.values_list("pk", flat=True))

        solve_case(case=case, by=cast.connie, at=now)

        mails = Mail.objects.exclude(pk__in=before).exclude(event="case_changed")
        assert sorted(mails.values_list("to", "event")) == [
            ("adam@acme.example", "ended_together"),
            ("carol@acme.example", "ended_together"),
            ("connie@acme.example", "ended_together"),
            ("dora@bolt.example", "withdrawn_customer"),
            ("stan@latchkey.example", "withdrawn_customer"),
            ("tess@latchkey.example", "ended_together"),
            ("tom@latchkey.example", "ended"),
        ]
        carols = mails.get(to="carol@acme.example").text
        assert "The case was solved" in " ".join(carols.split())
        assert {one.pk for one in (grant, tom, asked)} == set(
            Grant.objects.filter(end_reason="solved").values_list("pk", flat=True)
        )
        assert fresh(waiting).status == "cancelled"

    @pytest.mark.parametrize(("to", "words"), [("solved", "Cases, 1 solved"), ("closed", "Cases, 1 closed for good")])
    def test_the_receipt_counts_the_very_solving_it_was_used_for(self, cast, now, to, words):
        case = a_case(cast, at=now)
        let_in(case, by=cast.carol, at=now, roles=[FOLLOW_UP])
        grant = activate(case, by=cast.tess, of=cast.carol, at=now)
        toms = bring_in(grant, who=cast.tom, at=now)

        move_case(case=case, to=to, by=cast.tess, at=now)

        assert [one.words for one in selectors.receipt(grant)] == [words]
        receipts = {mail.to: " ".join(mail.text.split()) for mail in Mail.objects.filter(event__startswith="ended")}
        assert receipts["carol@acme.example"].count(words) == 1  # Tess's, and not Tom's
        assert receipts["tess@latchkey.example"].count(words) == 1
        assert "It was never used." not in receipts["tess@latchkey.example"]
        assert words not in receipts["tom@latchkey.example"]
        assert "It was never used." in receipts["tom@latchkey.example"]
        assert not selectors.receipt(toms)
        assert events(grant)[-2:] == ["grant.ended", f"case.{to}"]

    def test_access_goes_on_as_far_as_another_case_gives_it(self, cast, case, grant, now):
        other = a_case(cast, at=now, subject="Slow mornings")
        let_in(other, by=cast.adam, at=now, roles=[FOLLOW_UP])
        second = activate(other, by=cast.tess, of=cast.adam, at=now)
        assert held(cast.tess, cast.acme, now) == READS | {P.VIEW_CONTACTS, P.VIEW_CASES, P.WRITE_CASES}

        solve_case(case=case, by=cast.tess, support=True, at=now)

        assert held(cast.tess, cast.acme, now) == {P.VIEW_CONTACTS, P.VIEW_CASES, P.WRITE_CASES}
        assert (ended(grant), ended(second)) == ("solved", "")
        solve_case(case=other, by=cast.tess, support=True, at=now)
        assert held(cast.tess, cast.acme, now) == set()

    def test_reopening_brings_nothing_back(self, cast, case, grant, now):
        solve_case(case=case, by=cast.connie, at=now)
        move_case(case=case, to="open", text="It stops again.", by=cast.connie, at=now)
        assert held(cast.tess, cast.acme, now) == set()
        with pytest.raises(NotAllowedNow, match="Nobody of Acme"):
            activate(case, by=cast.tess, of=cast.connie, at=now)

    @pytest.mark.parametrize(("how", "why"), [("withdrawn", "withdrawn"), ("finished", "finished")])
    def test_withdrawing_and_finishing_end_what_hangs_on_it_and_nothing_else(self, cast, case, grant, now, how, why):
        tom = bring_in(grant, who=cast.tom, at=now)
        asked = approve(ask_for_support(cast, case_number=case.number, at=now), by=cast.adam, at=now)
        if how == "withdrawn":
            withdraw_case_access(case=case, by=cast.connie, at=now)
        else:
            finish_investigation(case=case, by=cast.stan, at=now)

        assert [ended(one) for one in (grant, tom, asked)] == [why, why, ""]
        assert held(cast.tom, cast.acme, now) == set()
        assert told("ended_together", grant) or told("ended_together", tom)
        assert told("ended", tom) == ["tom@latchkey.example"]

    def test_a_contact_withdraws_their_own_and_what_stands_on_another_word_goes_on(self, cast, case, approval, now):
        let_in(case, by=cast.adam, at=now)
        hers = activate(case, by=cast.tess, of=cast.connie, at=now)
        his = activate(case, by=cast.tom, of=cast.adam, at=now)
        withdraw_case_access(case=case, by=cast.connie, at=now)
        assert (ended(hers), ended(his)) == ("withdrawn", "")


def end_case(cast, case, how, at):
    """This will make an end of a case in one of the ways there are."""
    if how == "closed":
        move_case(case=case, to="closed", by=cast.tom, support=True, at=at)
    else:
        by = {"solved by the customer": cast.connie, "solved with the access": cast.tess}.get(how, cast.stan)
        solve_case(case=case, by=by, support=how == "solved by support", at=at)


class TestRequestsThatNameACase:
    @pytest.mark.trust("E7")
    def test_a_no_cannot_become_a_yes_once_the_case_is_solved(self, cast, case, now):
        request = ask_for_support(cast, case_number=case.number, at=now)
        deny(request, by=cast.carol, at=now)
        assert "approve" in selectors.possible_moves(fresh(request), cast.carol, at=now)
        solve_case(case=case, by=cast.connie, at=now)
        assert "approve" not in selectors.possible_moves(fresh(request), cast.carol, at=now)
        with pytest.raises(NotAllowedNow, match="is solved"):
            approve(fresh(request), by=cast.carol, at=now)

    def test_where_no_case_is_named_none_ends_it(self, cast, case, now):
        grant = approve(ask_for_support(cast, at=now), by=cast.carol, at=now)
        solve_case(case=case, by=cast.connie, at=now)
        assert ended(grant) == ""

    @pytest.mark.trust("E6", "I8")
    def test_what_was_lent_beside_it_stays(self, cast, case, grant, now):
        lasting = approve(ask_for_support(cast, at=now), by=cast.carol, at=now)
        services.end_access(grant=grant, by=cast.connie, at=now)
        assert held(cast.tess, cast.acme, now) == set(authorization.granted(lasting))


@pytest.mark.trust("B1", "E3")
def test_its_end_is_reminded_of_a_quarter_of_an_hour_before_and_told_once(cast, case, approval, now):
    grant = activate(case, by=cast.tess, of=cast.connie, at=now)
    for _time in range(2):
        services.sweep(at=grant.ends_at - 10 * MINUTE)
    assert told("ends_soon", grant) == ["tess@latchkey.example"]
    assert "ask the customer on the case" in " ".join(Mail.objects.get(event="ends_soon").text.split())
    for _time in range(2):
        services.sweep(at=grant.ends_at + DAY)
    assert (ended(grant), Grant.objects.get(pk=grant.pk).ended_at) == ("window", grant.ends_at)
    assert told("ended", grant) == ["carol@acme.example", "connie@acme.example", "tess@latchkey.example"]


@pytest.mark.seed("S0-10")
def test_it_says_nothing_to_partners_and_answers_nothing_of_theirs(cast, case, grant, now):
    """Stan works for Crow too: what he has for a case is no access through Crow."""
    bring_in(grant, who=cast.stan, at=now)
    accounts.add_member(account=cast.crow, user=cast.stan, role="member", authorized_contact=False, by=None, at=now)
    assert selectors.grants_of_people(cast.acme, [cast.stan.pk], at=now) == {}
    services.end_access(grant=Grant.objects.get(grantee=cast.stan), by=cast.connie, at=now)
    assert selectors.turned_away(cast.acme, [cast.stan.pk, cast.tess.pk]) == set()
    assert not selectors.may_renew(cast.tess, grant, at=now)


def test_who_approved_finds_it_on_their_first_page_while_it_holds(cast, case, grant, now):
    assert set(selectors.access_now(cast.connie, at=now)) == {grant}
    assert grant in selectors.access_now(cast.carol, at=now)
    assert set(selectors.access_now(cast.connie, at=grant.ends_at)) == set()
    assert set(selectors.access_now(cast.mike, at=now)) == set()
