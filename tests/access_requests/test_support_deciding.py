"""What follows when a customer answers support: exactly the rights asked for, exactly as long, for one person."""

from datetime import UTC, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import selectors, services
from access_requests.services import Window
from access_requests.states import Status
from accounts import authorization
from accounts.models import Account, Grant, GrantedPermission
from accounts.permissions import AccountPermission as P
from accounts.states import Deciders, EndReason
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from partners.models import Partnership
from riders import services as cases
from tests import days
from tests.cast import REPAIR, WEEK, approve, ask_for_support, deny, events, fresh, told

MOMENT = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
DECIDERS = ["adam@acme.example", "carol@acme.example", "dora@bolt.example"]
RECORDS = {P.VIEW_ORDERS, P.VIEW_INVOICES, P.VIEW_USAGE}


def closed(user, account, *, at):
    """This will say that neither yes/no nor any list gives the person anything on the account."""
    return not authorization.held(user, account, at=at) and not any(
        authorization.accounts_where(user, right, at=at).filter(pk=account.pk).exists() for right in P
    )


@pytest.mark.seed("S0-12", "S0-13")
class TestWhoDecides:
    @pytest.mark.parametrize("who", ["carol", "adam", "dora"])
    def test_the_primary_user_and_the_administrators(self, cast, now, support_asked, who):
        approve(support_asked, by=getattr(cast, who), at=now)

        assert fresh(support_asked).status == Status.APPROVED
        assert list(selectors.waiting_for(getattr(cast, who), at=now)) == []

    @pytest.mark.trust("A6", "A7")
    @pytest.mark.parametrize("who", ["ursula", "mike", "connie", "pat", "quinn", "mallory", "tess", "tom", "root"])
    def test_nobody_else_and_least_of_all_support_itself(self, cast, now, support_asked, who):
        user = getattr(cast, who)
        for act in (approve, deny):
            with pytest.raises(PermissionDenied):
                act(support_asked, by=user, at=now)

        assert fresh(support_asked).status == Status.PENDING
        assert list(selectors.waiting_for(user, at=now)) == []

    def test_the_primary_user_alone_where_the_account_says_so(self, cast, now, support_asked):
        Account.objects.filter(pk=cast.acme.pk).update(support_deciders=Deciders.PRIMARY)
        request = fresh(support_asked)

        with pytest.raises(PermissionDenied):
            approve(request, by=cast.adam, at=now)
        assert [list(selectors.waiting_for(who, at=now)) for who in (cast.carol, cast.adam)] == [[request], []]

    @pytest.mark.parametrize("kind", ["partner", "support"])
    def test_the_list_of_accounts_one_decides_for_agrees_with_the_deciders(self, cast, now, kind):
        for user in cast.people.values():
            theirs = {one for one in Account.objects.all() if user in authorization.deciders(one, kind, at=now)}
            assert set(authorization.decides_for(user, kind, at=now)) == theirs, user


class TestApprove:
    @pytest.mark.seed("S0-2", "S0-3", "S0-18")
    @pytest.mark.trust("A3")
    def test_opens_exactly_what_was_asked_and_links_nobody(self, cast, now, support_asked):
        before = Partnership.objects.values_list("partner", "customer", "state")
        stood = list(before)
        grant = approve(support_asked, by=cast.carol, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == RECORDS
        assert (grant.kind, grant.administrator, grant.may_delegate) == ("support", False, False)
        assert closed(cast.tess, cast.globex, at=now)
        assert list(before.all()) == stood
        assert list(selectors.lending_grants(cast.tess, at=now)) == []

    @pytest.mark.trust("A4")
    def test_a_right_that_can_no_longer_be_lent_is_not(self, cast, now, support_asked, monkeypatch):
        monkeypatch.setattr("accounts.permissions.LENDABLE", (P.VIEW_ORDERS, P.VIEW_CONTACTS))

        approve(support_asked, by=cast.carol, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == {P.VIEW_ORDERS}

    @pytest.mark.seed("S0-4")
    def test_the_customer_may_give_less_and_shorter_never_more(self, cast, now, support_asked):
        with pytest.raises(ValidationError, match="less than was asked"):
            approve(support_asked, by=cast.carol, permissions=[P.VIEW_CONFIGURATION], at=now)
        with pytest.raises(ValidationError, match="less than was asked"):
            approve(support_asked, by=cast.carol, administrator=True, at=now)
        with pytest.raises(ValidationError, match="not later than was asked"):
            approve(support_asked, by=cast.carol, ends_at=now + WEEK + MOMENT, at=now)

        grant = approve(support_asked, by=cast.carol, permissions=[P.VIEW_USAGE], ends_at=now + HOUR, at=now)

        assert (authorization.granted(grant), grant.ends_at) == ([P.VIEW_USAGE], now + HOUR)

    @pytest.mark.seed("S0-11", "S0-10")
    @pytest.mark.trust("A5")
    @pytest.mark.parametrize("who", ["tom", "stan", "root", "mallory", "quinn"])
    def test_the_access_is_one_persons_and_nobody_else_sees_a_thing_of_it(self, cast, now, support_asked, who):
        grant, other = approve(support_asked, by=cast.carol, at=now), getattr(cast, who)

        assert closed(other, cast.acme, at=now)
        assert not selectors.visible_to(other, at=now).filter(pk=support_asked.pk).exists()
        assert not selectors.grants_visible_to(other, at=now).filter(pk=grant.pk).exists()
        with pytest.raises(PermissionDenied):
            services.end_access(grant=grant, by=other, at=now)

    @pytest.mark.trust("A10")
    def test_a_row_without_a_grant_opens_nothing_to_support(self, cast, now):
        right = Permission.objects.get(codename=P.VIEW_INVOICES, content_type__app_label="accounts")
        cast.tess.user_permissions.add(right)

        assert closed(cast.tess, cast.acme, at=now)
        assert not GrantedPermission.objects.filter(user=cast.tess).exists()

    @pytest.mark.trust("A2")
    def test_without_a_yes_support_finds_nothing(self, cast, now, support_asked):
        assert closed(cast.tess, cast.acme, at=now)
        assert not authorization.open_to(cast.tess, at=now).filter(pk=cast.acme.pk).exists()


@pytest.mark.seed("S0-32")
class TestTheWindow:
    @pytest.mark.trust("E1", "E2", "E3")
    def test_holds_from_the_start_to_the_end_and_not_a_moment_more(self, cast, now):
        starts_at, ends_at = now + HOUR, now + 2 * HOUR
        request = ask_for_support(cast, window=Window(starts_at=starts_at, ends_at=ends_at), at=now)
        approve(request, by=cast.carol, at=now)

        assert closed(cast.tess, cast.acme, at=starts_at - MOMENT)
        assert authorization.held(cast.tess, cast.acme, at=starts_at) == RECORDS
        assert authorization.held(cast.tess, cast.acme, at=ends_at - MOMENT) == RECORDS
        assert closed(cast.tess, cast.acme, at=ends_at)
        assert fresh(request).status == Status.APPROVED  # no job has run

    @pytest.mark.trust("E2")
    @pytest.mark.parametrize("hours", days.LENGTHS.values(), ids=days.LENGTHS)
    def test_a_day_on_the_customers_clock_is_exact_across_a_change_of_clocks(self, cast, now, hours):
        starts_at = days.day_of(hours, after=now).replace(hour=1, minute=30)
        ends_at = starts_at + days.DAY
        at = starts_at - timedelta(days=3)
        approve(ask_for_support(cast, window=Window(starts_at=starts_at, ends_at=ends_at), at=at), by=cast.carol, at=at)
        begin = starts_at.astimezone(UTC)

        assert closed(cast.tess, cast.acme, at=begin - MOMENT)
        assert authorization.held(cast.tess, cast.acme, at=begin + hours * HOUR - MOMENT) == RECORDS
        assert closed(cast.tess, cast.acme, at=begin + hours * HOUR)

    @pytest.mark.trust("E6")
    def test_two_that_overlap_end_each_for_itself(self, cast, now, support_asked):
        case = cases.open_case(account=cast.acme, subject="Another thing", by=cast.connie, at=now)
        both = ask_for_support(cast, case_number=case.number, roles=[REPAIR], at=now)
        first, second = (approve(one, by=cast.carol, at=now) for one in (support_asked, both))

        services.end_access(grant=first, by=cast.carol, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == set(authorization.granted(second))


class TestChangingTheAnswer:
    @pytest.mark.seed("S0-8", "S0-19", "S0-20")
    def test_denying_after_a_yes_ends_it_at_once_and_a_yes_after_that_opens_anew(self, cast, now, support_asked):
        first = approve(support_asked, by=cast.carol, at=now)
        denied = deny(fresh(support_asked), by=cast.adam, at=now + HOUR)

        assert denied.status == Status.DENIED
        assert closed(cast.tess, cast.acme, at=now + HOUR)
        first.refresh_from_db()
        assert (first.ended_at, first.end_reason) == (now + HOUR, EndReason.DENIED)

        second = approve(fresh(support_asked), by=cast.carol, at=now + 2 * HOUR)
        assert second.pk != first.pk
        assert events(support_asked) == [
            "request.submitted",
            "request.approved",
            "request.denied",
            "request.approved",
        ]

    def test_both_sides_end_it_the_customer_and_its_associate(self, cast, now, support_asked):
        grant = approve(support_asked, by=cast.carol, at=now)
        services.end_access(grant=grant, by=cast.tess, at=now)

        grant.refresh_from_db()
        assert grant.end_reason == EndReason.HANDED_BACK
        assert told("ended", grant) == ["carol@acme.example", "tess@latchkey.example"]
        with pytest.raises(NotAllowedNow):
            services.end_access(grant=grant, by=cast.ursula, at=now)

    def test_it_is_not_renewed_as_partners_renew(self, cast, now, support_asked):
        grant = approve(support_asked, by=cast.carol, at=now)

        assert not selectors.may_renew(cast.tess, grant, at=now)
        with pytest.raises(PermissionDenied):
            services.renew_access(grant=grant, by=cast.tess, length=WEEK, reason="More.", at=now)


class TestMails:
    def test_asked(self, cast, now, support_asked):
        assert told("requested_customer", support_asked) == DECIDERS
        assert told("requested_partner", support_asked) == ["tess@latchkey.example"]
        subject = Mail.objects.filter(event="requested_customer", about__startswith=support_asked.public_id).first()
        assert subject.subject == "Support access has been requested to your Account on our Latchkey portal"
        for text in (subject.text, subject.html):
            assert "Read orders, invoices and usage" in text
            assert "Carol called." in text
            assert "See invoices" in text

    @pytest.mark.parametrize(("answer", "word"), [(approve, "approved"), (deny, "denied")], ids=["approved", "denied"])
    def test_answered(self, cast, now, support_asked, answer, word):
        answer(support_asked, by=cast.adam, at=now)

        mails = Mail.objects.filter(subject__contains=f"has been {word}").values_list("to", "subject")
        customer = f"Support access to your Account has been {word} on our Latchkey portal"
        assert sorted(mails) == [
            *((address, customer) for address in DECIDERS),
            ("tess@latchkey.example", f"Your access to Acme has been {word} on our Latchkey portal"),
        ]

    def test_made_less(self, cast, now, support_asked):
        grant = approve(support_asked, by=cast.carol, at=now)
        services.shrink_access(
            grant=grant, by=cast.carol, ends_at=now + HOUR, permissions=[P.VIEW_USAGE], may_delegate=False, at=now
        )

        mails = Mail.objects.filter(event="reduced").values_list("to", "subject")
        assert sorted(mails) == [
            *((to, "Support access to your Account has been changed on our Latchkey portal") for to in DECIDERS),
            ("tess@latchkey.example", "Your access to Acme has been changed on our Latchkey portal"),
        ]

    def test_lapsed(self, cast, now, support_asked):
        services.expire_due_requests(at=support_asked.respond_by)

        assert told("lapsed", support_asked) == [*DECIDERS, "tess@latchkey.example"]

    def test_ends_soon_a_quarter_of_an_hour_ahead_and_once(self, cast, now, support_asked):
        grant = approve(support_asked, by=cast.carol, at=now)
        quarter = grant.ends_at - timedelta(minutes=15)

        for moment in (grant.ends_at - timedelta(days=1), quarter - MOMENT):
            services.remind(at=moment)
            assert told("ends_soon", grant) == []
        for _twice in range(2):
            services.remind(at=quarter)
            assert told("ends_soon", grant) == ["tess@latchkey.example"]

    def test_nothing_reaches_other_associates_nor_other_customers(self, cast, now, support_asked):
        grant = approve(support_asked, by=cast.carol, at=now)
        services.end_access(grant=grant, by=cast.carol, at=now)

        about = Mail.objects.filter(about__startswith=support_asked.public_id) | Mail.objects.filter(
            about__startswith=grant.public_id
        )
        assert set(about.values_list("to", flat=True)) == {*DECIDERS, "tess@latchkey.example"}
        assert not Grant.objects.filter(grantee=cast.tom).exists()
