"""How much one person may ask, how soon again after a no, and *Send again*."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from access_requests import services
from access_requests.models import AccessRequest, Block
from accounts.models import Account, User
from accounts.permissions import Role
from accounts.services import add_member, open_account
from accounts.states import AccountKind
from audit.models import TrailLine
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail
from partners.services import make_known
from tests.cast import approve, ask, ask_for_hour, deny, fresh, member

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def people(company, count, at):
    """So many new people of a company."""
    made = []
    for number in range(count):
        user = User.objects.create_user(f"helper{number}@{company.number}.example", first_name=f"Helper{number}")
        add_member(account=company, user=user, role=Role.MEMBER, by=None, at=at)
        made.append(user)
    return made


def customers(cast, partner, count, at):
    """So many new customers that a partner may ask, each with Carol for its primary user."""
    made = []
    for number in range(count):
        account = open_account(
            kind=AccountKind.CUSTOMER,
            number=f"3000{number:02}",
            org_id=f"3000{number:02}",
            name=f"Customer {number}",
            time_zone="UTC",
            language="en",
            seats=1,
            by=None,
            at=at,
        )
        add_member(account=account, user=cast.carol, role=Role.PRIMARY, by=None, at=at)
        make_known(partner=partner, customer=account, by=None, at=at)
        made.append(account)
    return made


@pytest.mark.trust("D1")
class TestHowMuchMayWait:
    def test_five_at_a_customer_that_is_not_linked(self, cast, now):
        helpers = people(cast.crow, 6, now - DAY)
        first = ask(cast, at=now, by=cast.quinn, for_=helpers[0])
        for helper in helpers[1:5]:
            ask(cast, at=now + MINUTE, by=cast.quinn, for_=helper)

        with pytest.raises(TooMuch) as refusal:
            ask(cast, at=now + HOUR, by=cast.quinn, for_=helpers[5])
        assert refusal.value.until == first.respond_by
        assert "5 requests of yours wait at Acme." in str(refusal.value)

    def test_an_answer_makes_room(self, cast, now):
        helpers = people(cast.crow, 6, now - DAY)
        asked = [ask(cast, at=now, by=cast.quinn, for_=helper) for helper in helpers[:5]]
        deny(asked[0], by=cast.carol, at=now)

        assert ask(cast, at=now + MINUTE, by=cast.quinn, for_=helpers[5])

    def test_more_at_a_linked_one(self, cast, now, settings):
        settings.PORTAL_PENDING_LINKED = 7
        helpers = people(cast.bolt, 8, now - DAY)
        for helper in helpers[:7]:
            ask(cast, at=now, for_=helper)

        with pytest.raises(TooMuch):
            ask(cast, at=now, for_=helpers[7])

    def test_colleagues_count_for_themselves(self, cast, now, settings):
        settings.PORTAL_PENDING_LINKED = 1
        add_member(account=cast.bolt, user=cast.quinn, role=Role.ADMINISTRATOR, by=None, at=now - DAY)
        ask(cast, at=now)

        assert services.submit_request(
            account=cast.acme,
            membership=member(cast.dora, cast.bolt),
            by=cast.quinn,
            permissions=["view_invoices"],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=DAY),
            reason="x",
            at=now,
        )

    def test_twenty_a_day_at_customers_that_are_not_linked(self, cast, now, settings):
        settings.PORTAL_ASKS_PER_DAY = 3
        accounts = customers(cast, cast.crow, 4, now - DAY)
        for number, account in enumerate(accounts[:3]):
            ask(cast, at=now + number * MINUTE, by=cast.quinn, for_=cast.quinn, account=account)

        with pytest.raises(TooMuch) as refusal:
            ask(cast, at=now + HOUR, by=cast.quinn, for_=cast.quinn, account=accounts[3])
        assert refusal.value.until == now + DAY
        assert ask(cast, at=now + DAY, by=cast.quinn, for_=cast.quinn, account=accounts[3])

    def test_linked_customers_do_not_count(self, cast, now, settings):
        settings.PORTAL_ASKS_PER_DAY = 1
        ask(cast, at=now, account=cast.globex)

        assert ask(cast, at=now)
        assert ask(cast, at=now, for_=cast.dora)

    def test_asking_a_linked_one_and_withdrawing_it_again_and_again_ends_somewhere(self, cast, now, settings):
        settings.PORTAL_ASKS_PER_DAY_LINKED = 3
        for number in range(3):
            services.cancel_request(request=ask(cast, at=now + number * MINUTE), by=cast.pat, at=now + number * MINUTE)
        mails = Mail.objects.count()

        for kind in (ask, ask_for_hour):
            with pytest.raises(TooMuch, match="You have asked Acme 3 times within a day") as refusal:
                kind(cast, by=cast.pat, at=now + HOUR)
            assert refusal.value.until == now + DAY
        assert Mail.objects.count() == mails
        assert ask(cast, at=now + HOUR, account=cast.globex)
        assert ask(cast, at=now + DAY)

    def test_the_defaults_are_those_of_the_catalogue(self, settings):
        limits = (settings.PORTAL_PENDING_AVAILABLE, settings.PORTAL_PENDING_LINKED, settings.PORTAL_ASKS_PER_DAY)
        assert (*limits, settings.PORTAL_ASKS_PER_DAY_LINKED) == (5, 50, 20, 100)
        assert settings.PORTAL_ASK_AGAIN_AFTER == HOUR

    def test_the_page_answers_429_with_when_to_come_back(self, cast, now, signed_in, settings):
        settings.PORTAL_PENDING_LINKED = 1
        browser = signed_in(cast.pat)
        ask(cast, at=now)
        form = {"permissions": ["view_invoices"], "length": "86400", "reason": "The yearly check."}

        answer = browser.post(f"/contacts/ask/654321/{member(cast.dora, cast.bolt).pk}/", form)

        assert answer.status_code == 429
        assert 13 * 86400 < int(answer.headers["Retry-After"]) <= 14 * 86400
        assert "Come back on" in answer.text
        assert AccessRequest.objects.waiting(now).count() == 1


@pytest.mark.seed("S2-31")
@pytest.mark.trust("D2")
class TestAfterANo:
    def test_the_same_cannot_be_asked_within_an_hour(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)

        with pytest.raises(TooMuch) as refusal:
            ask(cast, at=now + HOUR - MINUTE)
        assert refusal.value.until == now + HOUR

    def test_after_an_hour_it_can(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)

        assert ask(cast, at=now + HOUR)

    def test_for_somebody_else_or_for_a_case_it_can(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)

        assert ask(cast, at=now, for_=cast.dora)
        assert ask(cast, at=now, case_number="04418")

    def test_somebody_elses_no_is_not_mine(self, cast, pending, now):
        deny(pending, by=cast.carol, at=now)

        assert ask(cast, at=now, account=cast.globex)

    def test_who_lifts_a_block_lets_them_ask_at_once(self, cast, pending, now):
        services.report_unexpected(request=pending, seen=pending.as_seen(), by=cast.carol, at=now)
        services.lift_block(block=Block.objects.get(), by=cast.carol, at=now)

        assert ask(cast, at=now)

    def test_the_partner_is_told_when(self, cast, pending, now):
        Account.objects.filter(pk=cast.acme.pk).update(time_zone="UTC")
        deny(fresh(pending), by=cast.carol, at=now)

        mail = Mail.objects.get(event="denied_partner", to=cast.pat.email)
        assert f"{now + HOUR:%H:%M} UTC" in " ".join(mail.text.split())


class TestSendAgain:
    def test_puts_the_question_once_more(self, cast, pending, now):
        services.send_again(request=pending, by=cast.pat, at=now + HOUR)

        mails = Mail.objects.filter(
            event="requested_customer", to=cast.carol.email, about__startswith=pending.public_id
        )
        assert mails.count() == 2
        assert len(set(mails.values_list("subject", flat=True))) == 1
        again = fresh(pending)
        assert (again.times_sent_again, again.sent_again_at) == (1, now + HOUR)
        assert (again.version, again.status) == (pending.version, pending.status)
        assert TrailLine.objects.filter(event="request.sent_again", subject=pending.public_id).count() == 1

    def test_an_hour_apart_and_three_times(self, cast, pending, now):
        with pytest.raises(TooMuch) as refusal:
            services.send_again(request=pending, by=cast.pat, at=now + HOUR - MINUTE)
        assert refusal.value.until == now + HOUR
        for hours in (1, 2, 3):
            services.send_again(request=pending, by=cast.pat, at=now + hours * HOUR)

        with pytest.raises(NotAllowedNow):
            services.send_again(request=pending, by=cast.pat, at=now + 10 * HOUR)

    @pytest.mark.parametrize("who", ["petra", "dora", "carol", "quinn", "mallory"])
    def test_only_by_who_asked(self, cast, pending, now, who):
        with pytest.raises(PermissionDenied):
            services.send_again(request=pending, by=getattr(cast, who), at=now + HOUR)

    def test_not_once_it_was_answered_or_has_lapsed(self, cast, pending, now):
        with pytest.raises(NotAllowedNow):
            services.send_again(request=pending, by=cast.pat, at=pending.respond_by)
        approve(pending, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow):
            services.send_again(request=pending, by=cast.pat, at=now + HOUR)

    def test_from_the_page_of_the_request(self, cast, now, signed_in, settings):
        asked = ask(cast, at=now - 2 * HOUR)
        browser = signed_in(cast.pat)
        assert "Send again" in browser.get(asked.get_absolute_url()).text
        assert "Send again" not in signed_in(cast.petra).get(asked.get_absolute_url()).text

        answer = browser.post(f"{asked.get_absolute_url()}send-again/", follow=True)

        assert "Sent again." in answer.text
        assert browser.post(f"{asked.get_absolute_url()}send-again/").status_code == 429
        assert browser.get(f"{asked.get_absolute_url()}send-again/").status_code == 405
        assert signed_in(cast.mallory).post(f"{asked.get_absolute_url()}send-again/").status_code == 404
