"""Temporary access: whom an agent may ask, who may grant it and how, how long it lasts, and what ends it."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from access_requests import selectors, services
from access_requests.models import AccessRequest, Block
from access_requests.states import Status
from accounts import authorization
from accounts import services as accounts
from accounts.models import Account, Grant, GrantedPermission, Membership
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from accounts.states import Deciders, EndReason, RequestKind
from audit.models import TrailLine
from audit.verification import verify
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail, Notice
from partners.models import Partnership
from partners.services import end_partnership
from riders.models import SupportCase
from tests.cast import (
    approve,
    ask,
    ask_for_hour,
    ask_for_support,
    deny,
    events,
    fresh,
    grant_hour,
    member,
    told,
    wrong_code,
)

MOMENT = timedelta(milliseconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DECIDERS = ["adam@acme.example", "carol@acme.example", "dora@bolt.example"]
SENTENCE = "Nobody with this address can grant temporary access here."


@pytest.fixture
def asked(cast, now):
    """Tess asks Carol for temporary access to Acme."""
    return ask_for_hour(cast, at=now)


def hours():
    return AccessRequest.objects.filter(kind=RequestKind.HOUR)


def refused_addresses():
    lines = TrailLine.objects.filter(event="hour.refused").order_by("pk")
    return [(line.account, line.actor, line.details["address"]) for line in lines]


def closed(user, account, *, at):
    """This will say that neither yes/no nor any list gives the person anything on the account."""
    return not authorization.held(user, account, at=at) and not any(
        authorization.accounts_where(user, right, at=at).filter(pk=account.pk).exists() for right in P
    )


@pytest.mark.seed("S4-1")
class TestWhomAnAgentMayAsk:
    @pytest.mark.parametrize("who", ["carol", "adam", "dora"])
    def test_the_primary_user_and_the_administrators_and_only_that_one_is_told(self, cast, now, who):
        named = getattr(cast, who)
        request = ask_for_hour(cast, of=named, at=now)

        assert (request.addressee, request.status, request.administrator) == (named, Status.PENDING, True)
        assert told("hour_asked", request) == [named.email]
        assert [one.recipient for one in Notice.objects.filter(event="hour_asked")] == [named]
        assert Mail.objects.filter(about__startswith=request.public_id).count() == 1

    @pytest.mark.trust("A6", "I11")
    @pytest.mark.parametrize(
        "address",
        [
            "ursula@acme.example",  # access administrator: never decides
            "mike@acme.example",
            "connie@acme.example",
            "mallory@globex.example",  # decides, but elsewhere
            "petra@bolt.example",
            "greta@acme.example",  # locked out
            "tom@latchkey.example",
            "tess@latchkey.example",
            "nobody@nowhere.example",
            "no address at all",
            "carol@acme.example\u200b",
        ],
    )
    def test_any_other_address_is_refused_in_the_same_words_and_the_try_is_in_the_trail(self, cast, now, address):
        with pytest.raises(ValidationError) as refusal:
            services.ask_hour(account=cast.acme, email=address, reason="Help", by=cast.tess, at=now)

        assert (refusal.value.messages, refusal.value.code) == ([SENTENCE], "email")
        assert refused_addresses() == [("654321", "tess@latchkey.example", address)]
        assert not hours().exists()
        assert not Mail.objects.filter(event="hour_asked").exists()

    def test_spaces_and_capitals_make_no_other_address(self, cast, now):
        request = services.ask_hour(
            account=cast.acme, email="  Carol@ACME.example ", reason="Help", by=cast.tess, at=now
        )

        assert request.addressee == cast.carol

    def test_nobody_who_shares_a_company_with_the_agent(self, cast, now):
        """Dora is an administrator of Acme, but works for Bolt as Pat does."""
        with pytest.raises(ValidationError, match=SENTENCE):
            ask_for_hour(cast, by=cast.pat, of=cast.dora, at=now)

    def test_a_stand_in_answers_for_the_primary_user(self, cast, now):
        Membership.objects.filter(user=cast.mike).update(stands_in_from=now, stands_in_until=now + HOUR)

        request = ask_for_hour(cast, of=cast.mike, at=now)

        assert grant_hour(request, by=cast.mike, at=now).decided_by == cast.mike

    @pytest.mark.trust("D1")
    def test_five_wrong_addresses_in_a_quarter_of_an_hour_are_enough_wherever_they_were_tried(self, cast, now):
        for number in range(5):
            account = cast.globex if number % 2 else cast.acme
            with pytest.raises(ValidationError):
                ask_for_hour(cast, account=account, of=cast.mike, at=now + number * MINUTE)

        with pytest.raises(TooMuch) as refusal:
            ask_for_hour(cast, at=now + 5 * MINUTE)  # not even the right one
        assert refusal.value.until == now + 15 * MINUTE
        assert ask_for_hour(cast, by=cast.tom, at=now + 5 * MINUTE).asker == cast.tom
        assert ask_for_hour(cast, at=now + 15 * MINUTE).asker == cast.tess

    @pytest.mark.trust("D1")
    @pytest.mark.parametrize("who", ["tess", "pat"])
    def test_asking_again_gives_no_more_tries(self, cast, now, who):
        agent, wait = getattr(cast, who), settings.PORTAL_ASK_AGAIN_AFTER
        first = ask_for_hour(cast, by=agent, at=now)
        for minute in range(4):
            with pytest.raises(ValidationError):
                grant_hour(first, code=wrong_code(first), by=cast.carol, at=now + minute * MINUTE)
        services.cancel_request(request=fresh(first), by=agent, at=now + 4 * MINUTE)

        second = ask_for_hour(cast, by=agent, of=cast.adam, at=now + 5 * MINUTE)
        with pytest.raises(NotAllowedNow, match="wrong too often"):
            grant_hour(second, code=wrong_code(second), by=cast.adam, at=now + 6 * MINUTE)
        with pytest.raises(TooMuch, match="Acme has just typed wrong codes for you too often") as refusal:
            ask_for_hour(cast, by=agent, at=now + 7 * MINUTE)
        assert refusal.value.until == now + wait
        other = cast.tom if who == "tess" else cast.tess
        assert ask_for_hour(cast, by=other, at=now + 7 * MINUTE).misses == 0
        if who == "tess":  # nobody of Bolt helps Globex
            assert ask_for_hour(cast, by=agent, account=cast.globex, of=cast.mallory, at=now + 7 * MINUTE).misses == 0

        again = ask_for_hour(cast, by=agent, at=now + wait)
        assert again.misses == 4
        assert grant_hour(again, by=cast.carol, at=now + wait).grantee == agent

    def test_what_was_granted_in_the_end_counts_no_misses_on(self, cast, now, asked):
        with pytest.raises(ValidationError):
            grant_hour(asked, code=wrong_code(asked), by=cast.carol, at=now)
        services.end_access(grant=grant_hour(asked, by=cast.carol, at=now), by=cast.tess, at=now)

        assert ask_for_hour(cast, at=now + MINUTE).misses == 0

    def test_how_many_is_a_setting(self, cast, now, settings):
        settings.PORTAL_HOUR_ADDRESSES, settings.PORTAL_HOUR_ADDRESSES_WITHIN = 1, timedelta(seconds=1)
        with pytest.raises(ValidationError):
            ask_for_hour(cast, of=cast.mike, at=now)
        with pytest.raises(TooMuch):
            ask_for_hour(cast, at=now)
        ask_for_hour(cast, at=now + timedelta(seconds=1))


@pytest.mark.seed("S4-6")
class TestWhoMayAsk:
    @pytest.mark.parametrize("who", ["tess", "tom", "pat"])
    def test_associates_and_admins_of_a_linked_partner(self, cast, now, who):
        request = ask_for_hour(cast, by=getattr(cast, who), at=now)

        company = cast.bolt if who == "pat" else cast.vendor
        assert (request.company, request.asker, request.beneficiary) == (company, request.asker, request.asker)

    @pytest.mark.parametrize("who", ["petra", "piotr", "quinn", "mallory", "ursula", "connie", "mike", "carol"])
    def test_nobody_else(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            ask_for_hour(cast, by=getattr(cast, who), of=cast.adam, at=now)
        assert not hours().exists()

    def test_a_partner_asks_customers_it_is_linked_to_only(self, cast, now):
        """Bolt is known at Globex, but not linked; Crow is known at Acme, but not linked."""
        for who, account in ((cast.pat, cast.globex), (cast.quinn, cast.acme)):
            with pytest.raises(PermissionDenied):
                ask_for_hour(cast, by=who, account=account, of=cast.mallory, at=now)

    def test_a_customer_only(self, cast, now):
        for account in (cast.bolt, cast.vendor):
            with pytest.raises(NotAllowedNow):
                ask_for_hour(cast, account=account, of=cast.pat, at=now)
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)
        with pytest.raises(NotAllowedNow):
            ask_for_hour(cast, at=now)

    @pytest.mark.seed("S0-34")
    def test_nobody_asks_their_own_account(self, cast, now):
        accounts.add_member(
            account=cast.acme, user=cast.pat, role="member", authorized_contact=False, by=None, at=now - HOUR
        )
        with pytest.raises(ValidationError, match="Nobody asks for their own account"):
            ask_for_hour(cast, by=cast.pat, of=cast.adam, at=now)

    @pytest.mark.seed("S4-2", "S4-3", "S4-15")
    def test_not_without_saying_what_for(self, cast, now):
        for words in ("", "  …  ", "\u200b"):
            with pytest.raises(ValidationError, match="Say why"):
                ask_for_hour(cast, reason=words, at=now)

    def test_one_at_a_time_whoever_is_asked(self, cast, now, asked):
        with pytest.raises(NotAllowedNow, match="waits for an answer already"):
            ask_for_hour(cast, of=cast.adam, at=now)
        assert ask_for_hour(cast, by=cast.tom, at=now).pk
        assert ask_for_hour(cast, of=cast.adam, at=asked.respond_by).addressee == cast.adam  # the first has lapsed
        assert fresh(asked).status == Status.EXPIRED

    def test_beside_whatever_else_one_waits_for(self, cast, now):
        ask_for_support(cast, at=now)
        ask(cast, for_=cast.pat, at=now)

        assert ask_for_hour(cast, at=now).pk
        assert ask_for_hour(cast, by=cast.pat, at=now).pk
        with pytest.raises(NotAllowedNow):
            ask(cast, for_=cast.pat, at=now)

    @pytest.mark.trust("D2")
    def test_not_again_within_an_hour_of_a_no_but_for_lasting_access(self, cast, now, asked):
        deny(asked, by=cast.carol, at=now)

        with pytest.raises(TooMuch):
            ask_for_hour(cast, of=cast.adam, at=now + HOUR - MOMENT)
        assert ask_for_support(cast, at=now).pk  # that is another question
        assert ask_for_hour(cast, at=now + HOUR).pk

    def test_no_more_than_twenty_times_a_day(self, cast, now, settings):
        settings.PORTAL_ASKS_PER_DAY = 1
        services.cancel_request(request=ask_for_hour(cast, at=now), by=cast.tess, at=now)
        services.cancel_request(request=ask_for_hour(cast, by=cast.pat, at=now), by=cast.pat, at=now)

        with pytest.raises(TooMuch):
            ask_for_hour(cast, at=now + HOUR)
        assert ask_for_hour(cast, by=cast.pat, at=now + HOUR).pk  # of a linked customer more often

    def test_the_database_keeps_to_it(self, cast, now, asked):
        for wrong in ({"code": ""}, {"addressee": None}, {"may_delegate": True}, {"administrator": False}):
            with pytest.raises(IntegrityError), transaction.atomic():
                hours().update(**wrong)
        asked.pk, asked.public_id = None, "f" * 32
        with pytest.raises(IntegrityError), transaction.atomic():
            asked.save(force_insert=True)


class TestTheCode:
    def test_is_two_digits_and_in_no_mail_notice_or_line_of_the_trail(self, cast, now, asked, monkeypatch):
        assert re.fullmatch("[0-9]{2}", asked.code)
        AccessRequest.objects.filter(pk=asked.pk).update(code="§¶")  # nothing else is written so
        asked = fresh(asked)

        with pytest.raises(ValidationError):
            grant_hour(asked, code="Xw", by=cast.carol, at=now)
        grant = grant_hour(asked, by=cast.carol, at=now)
        services.end_access(grant=grant, by=cast.carol, at=now)

        written = [str(row) for table in (Mail, Notice, TrailLine) for row in table.objects.values()]
        assert len(written) > 9
        assert not [row for row in written if "§¶" in row or "Xw" in row]

    @pytest.mark.trust("A6")
    def test_a_wrong_one_lets_nobody_in_is_counted_and_stands_in_the_trail(self, cast, now, asked):
        with pytest.raises(ValidationError, match="4 tries are left") as refusal:
            grant_hour(asked, code=wrong_code(asked), by=cast.carol, at=now)

        assert refusal.value.code == "code"
        assert (fresh(asked).misses, fresh(asked).status) == (1, Status.PENDING)
        assert events(asked) == ["request.submitted", "code.missed"]
        assert closed(cast.tess, cast.acme, at=now)
        assert grant_hour(asked, by=cast.carol, at=now).grantee == cast.tess

    def test_the_fifth_wrong_one_ends_the_request_whoever_typed_them(self, cast, now, asked):
        for who in (cast.carol, cast.adam, cast.carol, cast.adam):
            with pytest.raises(ValidationError):
                grant_hour(asked, code=wrong_code(asked), by=who, at=now)
        with pytest.raises(NotAllowedNow, match="wrong too often"):
            grant_hour(asked, code=wrong_code(asked), by=cast.carol, at=now)

        assert (fresh(asked).misses, fresh(asked).status) == (5, Status.CANCELLED)
        assert events(asked) == ["request.submitted", *["code.missed"] * 5, "request.cancelled"]
        assert told("hour_withdrawn", asked) == ["carol@acme.example", "tess@latchkey.example"]
        for seen in (asked.as_seen(), fresh(asked).as_seen()):
            with pytest.raises(NotAllowedNow):
                grant_hour(asked, seen=seen, by=cast.carol, at=now)
        assert closed(cast.tess, cast.acme, at=now)
        assert verify() == []

    def test_how_many_is_a_setting(self, cast, now, asked, settings):
        settings.PORTAL_HOUR_MISSES = 1
        with pytest.raises(NotAllowedNow):
            grant_hour(asked, code=wrong_code(asked), by=cast.carol, at=now)
        assert fresh(asked).status == Status.CANCELLED

    @pytest.mark.parametrize("code", ["", "0", "000", "٠١", "é"])
    def test_nothing_odd_is_taken_for_it(self, cast, now, asked, code):
        with pytest.raises(ValidationError):
            grant_hour(asked, code=code, by=cast.carol, at=now)

    def test_there_is_no_way_round_it(self, cast, now, asked):
        with pytest.raises(NotAllowedNow, match="with the code"):
            approve(asked, by=cast.carol, at=now)
        assert not Grant.objects.filter(kind=RequestKind.HOUR).exists()


@pytest.mark.seed("S4-1")
class TestWhoDecides:
    @pytest.mark.parametrize("setting", Deciders)
    @pytest.mark.parametrize("who", ["carol", "adam", "dora"])
    def test_the_primary_user_and_the_administrators_whatever_the_settings(self, cast, now, who, setting):
        Account.objects.update(support_deciders=setting, partner_deciders=setting)
        asked, user = ask_for_hour(cast, at=now), getattr(cast, who)
        assert list(selectors.waiting_for(user, at=now)) == [asked]

        grant_hour(asked, by=user, at=now)

        assert fresh(asked).status == Status.APPROVED
        assert list(selectors.waiting_for(user, at=now)) == []

    @pytest.mark.trust("A6", "A7", "I5")
    @pytest.mark.parametrize("who", ["ursula", "mike", "connie", "mallory", "pat", "piotr", "tess", "tom", "root"])
    def test_nobody_else_though_they_know_the_code(self, cast, now, asked, who):
        user = getattr(cast, who)
        for act in (grant_hour, deny):
            with pytest.raises(PermissionDenied):
                act(asked, by=user, at=now)
        with pytest.raises(PermissionDenied):
            services.report_unexpected(request=asked, seen=asked.as_seen(), by=user, at=now)

        assert (fresh(asked).status, fresh(asked).misses) == (Status.PENDING, 0)
        assert list(selectors.waiting_for(user, at=now)) == []

    @pytest.mark.trust("A7")
    def test_nobody_of_the_agents_own_company(self, cast, now):
        asked = ask_for_hour(cast, by=cast.pat, at=now)

        with pytest.raises(PermissionDenied):
            grant_hour(asked, by=cast.dora, at=now)
        assert selectors.waiting_for(cast.dora, at=now).count() == 0

    def test_the_list_of_accounts_one_decides_for_agrees_with_the_deciders(self, cast, now):
        for user in cast.people.values():
            theirs = {one for one in Account.objects.all() if user in authorization.deciders(one, "hour", at=now)}
            assert set(authorization.decides_for(user, "hour", at=now)) == theirs, user

    def test_whoever_begins_to_decide_finds_it_but_gets_no_mail(self, cast, now, asked):
        accounts.change_role(membership=member(cast.mike, cast.acme), role="administrator", by=cast.carol, at=now)
        Membership.objects.filter(user=cast.connie).update(stands_in_from=now, stands_in_until=now + HOUR)
        services.sweep(at=now + MINUTE)

        assert list(selectors.waiting_for(cast.mike, at=now + MINUTE)) == [asked]
        assert told("hour_asked", asked) == ["carol@acme.example"]
        assert not Mail.objects.filter(event="requested_customer", about__startswith=asked.public_id).exists()


@pytest.mark.seed("S4-13", "S4-14", "S4-16")
class TestTheHour:
    @pytest.mark.trust("E1", "E2", "I1")
    @pytest.mark.parametrize("minutes", [15, 30, 60])
    def test_opens_everything_that_can_be_lent_from_the_yes_to_the_millisecond(self, cast, now, asked, minutes):
        later = now + 7 * MINUTE
        grant = grant_hour(asked, by=cast.carol, at=later, minutes=minutes)

        end = later + minutes * MINUTE
        assert (grant.starts_at, grant.ends_at, grant.administrator, grant.may_delegate) == (later, end, True, False)
        assert closed(cast.tess, cast.acme, at=later - MOMENT)
        for moment in (later, end - MOMENT):
            assert authorization.held(cast.tess, cast.acme, at=moment) == set(LENDABLE)
        assert closed(cast.tess, cast.acme, at=end)
        assert closed(cast.tess, cast.globex, at=later)

    @pytest.mark.trust("A5")
    def test_is_the_agents_alone(self, cast, now, asked):
        grant_hour(asked, by=cast.carol, at=now)

        for who in (cast.tom, cast.stan, cast.root, cast.mallory):
            assert closed(who, cast.acme, at=now)

    @pytest.mark.seed("S4-19")
    @pytest.mark.parametrize("reads", [True, False])
    def test_whether_or_not_support_may_read(self, cast, now, reads):
        Account.objects.filter(pk=cast.acme.pk).update(support_read_only=reads)
        grant = grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)

        assert P.CHANGE_CONFIGURATION in authorization.held(cast.tess, cast.acme, at=now)
        after = authorization.held(cast.tess, cast.acme, at=grant.ends_at)
        assert after == ({P.VIEW_CONFIGURATION} if reads else set())

    @pytest.mark.trust("E5", "E7")
    @pytest.mark.parametrize("minutes", [0, -1, 1, 16, 61, 120, 24 * 60])
    def test_no_other_length_and_never_longer(self, cast, now, asked, minutes):
        with pytest.raises(ValidationError, match="lengths on offer"):
            grant_hour(asked, by=cast.carol, at=now, minutes=minutes)
        assert (fresh(asked).status, fresh(asked).misses) == (Status.PENDING, 0)

    def test_what_it_may_last_is_a_setting_that_can_only_be_less(self, cast, now, settings):
        settings.PORTAL_HOUR_MAX = timedelta(minutes=20)
        asked = ask_for_hour(cast, at=now)

        assert selectors.lengths_of_hour(asked) == [timedelta(minutes=15), timedelta(minutes=20)]
        with pytest.raises(ValidationError):
            grant_hour(asked, by=cast.carol, at=now, minutes=30)
        settings.PORTAL_HOUR_MAX = timedelta(minutes=15)  # made less since it was asked: the door keeps to it
        with pytest.raises(NotAllowedNow, match="does not last that long"):
            grant_hour(asked, by=cast.carol, at=now, minutes=20)

    @pytest.mark.seed("S4-9")
    @pytest.mark.trust("E4", "R4")
    def test_a_waiting_one_can_be_granted_up_to_its_hour_and_not_after_whether_or_not_a_job_ran(self, cast, now, asked):
        assert asked.respond_by == now + HOUR
        assert asked.remind_at is None

        with pytest.raises(NotAllowedNow, match="lapsed"):
            grant_hour(asked, by=cast.carol, at=now + HOUR)
        assert fresh(asked).status == Status.PENDING  # no job has stored it, and a wrong code is no try either
        with pytest.raises(NotAllowedNow):
            grant_hour(asked, by=cast.carol, at=now + HOUR, code=wrong_code(asked))
        assert fresh(asked).misses == 0
        grant_hour(asked, by=cast.carol, at=now + HOUR - MOMENT)

    @pytest.mark.trust("B1", "B2")
    def test_lapsing_and_ending_are_told_once_however_often_the_job_runs(self, cast, now, asked):
        other = ask_for_hour(cast, by=cast.pat, at=now)
        grant = grant_hour(other, by=cast.adam, at=now, minutes=15)
        for _time in range(3):
            services.sweep(at=now + HOUR)

        grant.refresh_from_db()
        assert (fresh(asked).status, grant.end_reason, grant.ended_at) == ("expired", "window", grant.ends_at)
        assert told("hour_lapsed", asked) == sorted([*DECIDERS, "tess@latchkey.example"])
        assert told("hour_ended", grant) == ["adam@acme.example", "carol@acme.example", "pat@bolt.example"]
        assert events(grant) == ["grant.opened", "grant.ended"]
        assert not Mail.objects.filter(event__in=["ends_soon", "ended", "lapsed"], created_at__gt=now).exists()

    @pytest.mark.trust("E6")
    def test_ends_nothing_that_was_lent_beside_it(self, cast, now, asked):
        lasting = approve(ask_for_support(cast, at=now), by=cast.carol, at=now)
        hour = grant_hour(asked, by=cast.carol, at=now)

        services.end_access(grant=hour, by=cast.carol, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == set(authorization.granted(lasting))
        services.end_access(grant=lasting, by=cast.carol, at=now)
        assert closed(cast.tess, cast.acme, at=now)

    @pytest.mark.trust("E7", "I7")
    def test_never_becomes_more_but_less_at_once(self, cast, now, asked):
        grant = grant_hour(asked, by=cast.carol, at=now, minutes=30)
        less = {"grant": grant, "by": cast.carol, "permissions": LENDABLE, "may_delegate": False, "at": now}
        for more in ({"ends_at": now + 31 * MINUTE}, {"ends_at": grant.ends_at, "may_delegate": True}):
            with pytest.raises(NotAllowedNow):
                services.shrink_access(**{**less, **more})
        services.shrink_access(**{**less, "ends_at": now + MINUTE, "permissions": [P.VIEW_CONFIGURATION]})

        assert authorization.held(cast.tess, cast.acme, at=now) == {P.VIEW_CONFIGURATION}
        assert closed(cast.tess, cast.acme, at=now + MINUTE)
        assert told("reduced", grant) == sorted([*DECIDERS, "tess@latchkey.example"])

    @pytest.mark.trust("I6")
    def test_brings_in_nobody(self, cast, now):
        grant = grant_hour(ask_for_hour(cast, by=cast.pat, at=now), by=cast.carol, at=now)

        assert not selectors.lending_grants(cast.pat, at=now).exists()
        with pytest.raises(PermissionDenied):
            services.add_colleague(
                account=cast.acme,
                membership=member(cast.petra, cast.bolt),
                by=cast.pat,
                permissions=[P.VIEW_ORDERS],
                administrator=False,
                reason="Help",
                at=now,
            )
        for wrong in ({"may_delegate": True}, {"parent": Grant.objects.get(grantee=cast.piotr)}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Grant.objects.filter(pk=grant.pk).update(**wrong)

    def test_is_neither_edited_nor_sent_again_nor_renewed_nor_granted_after_a_no(self, cast, now):
        asked = ask_for_hour(cast, by=cast.pat, at=now)
        for act in (
            lambda: services.send_again(request=asked, by=cast.pat, at=now + HOUR - MOMENT),
            lambda: services.edit_request(
                request=asked,
                seen=asked.as_seen(),
                by=cast.pat,
                permissions=[],
                administrator=True,
                may_delegate=True,
                window=services.Window(duration=30 * HOUR),
                reason="More",
                at=now,
            ),
        ):
            with pytest.raises(NotAllowedNow):
                act()
        assert selectors.possible_moves(asked, cast.pat, at=now) == {"cancel"}
        denied = deny(asked, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow):
            grant_hour(fresh(denied), by=cast.carol, at=now)
        assert selectors.possible_moves(fresh(asked), cast.carol, at=now) == set()
        grant = grant_hour(ask_for_hour(cast, by=cast.pat, at=now + HOUR), by=cast.carol, at=now + HOUR)
        assert not selectors.may_renew(cast.pat, grant, at=now + HOUR)
        with pytest.raises(NotAllowedNow, match="not renewed"):
            services.renew_access(grant=grant, by=cast.pat, length=HOUR, reason="More", at=now + HOUR)
        assert not selectors.ending_soon(cast.pat, at=now + HOUR).filter(pk=grant.pk).exists()

    def test_is_no_word_about_lasting_access(self, cast, now):
        """My contacts says what a person has for good; an hour, granted or ended, changes nothing of it."""
        deny(ask(cast, for_=cast.pat, at=now - 2 * HOUR), by=cast.carol, at=now - 2 * HOUR)
        asked = ask_for_hour(cast, by=cast.pat, at=now)
        people = [cast.pat.pk]
        assert selectors.waiting_for_people(cast.acme, people, at=now) == {}
        grant_hour(asked, by=cast.carol, at=now)

        assert selectors.grants_of_people(cast.acme, people, at=now) == {}
        assert selectors.turned_away(cast.acme, people) == set(people)


class TestWhatEndsIt:
    def test_the_agent_hands_it_back(self, cast, now, asked):
        grant = grant_hour(asked, by=cast.carol, at=now)
        services.hand_back_access(account=cast.acme, by=cast.tess, at=now + MINUTE)

        grant.refresh_from_db()
        assert (grant.end_reason, closed(cast.tess, cast.acme, at=now + MINUTE)) == (EndReason.HANDED_BACK, True)

    @pytest.mark.parametrize("who", ["carol", "adam", "ursula"])
    def test_whoever_ends_access_at_the_customer(self, cast, now, asked, who):
        grant = grant_hour(asked, by=cast.carol, at=now)
        services.end_access(grant=grant, by=getattr(cast, who), at=now)

        assert closed(cast.tess, cast.acme, at=now)
        assert told("hour_ended", grant) == sorted([*DECIDERS, "tess@latchkey.example"])

    @pytest.mark.parametrize("who", ["mallory", "mike", "tom", "pat", "root"])
    def test_nobody_else(self, cast, now, asked, who):
        grant = grant_hour(asked, by=cast.carol, at=now)
        with pytest.raises(PermissionDenied):
            services.end_access(grant=grant, by=getattr(cast, who), at=now)

    @pytest.mark.trust("C3", "I12")
    def test_the_link_of_a_partner_is_cut(self, cast, now):
        grant = grant_hour(ask_for_hour(cast, by=cast.pat, at=now), by=cast.carol, at=now)
        end_partnership(
            partnership=Partnership.objects.get(partner=cast.bolt, customer=cast.acme), by=cast.carol, at=now
        )

        grant.refresh_from_db()
        assert (grant.end_reason, closed(cast.pat, cast.acme, at=now)) == (EndReason.LINK, True)

    @pytest.mark.trust("C3")
    def test_a_waiting_one_goes_with_the_link_too(self, cast, now):
        asked = ask_for_hour(cast, by=cast.pat, at=now)
        end_partnership(
            partnership=Partnership.objects.get(partner=cast.bolt, customer=cast.acme), by=cast.carol, at=now
        )

        assert fresh(asked).status == Status.CANCELLED
        with pytest.raises(NotAllowedNow):
            grant_hour(asked, by=cast.carol, at=now)

    @pytest.mark.trust("C3")
    def test_an_account_that_closes_is_closed_to_it(self, cast, now, asked):
        grant_hour(asked, by=cast.carol, at=now)
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now + MINUTE)

        assert closed(cast.tess, cast.acme, at=now + MINUTE)

    @pytest.mark.trust("C2", "I12")
    @pytest.mark.parametrize("who", ["tess", "pat"])
    def test_the_agent_leaves_and_comes_again(self, cast, now, who):
        user = getattr(cast, who)
        company = cast.vendor if who == "tess" else cast.bolt
        waiting = ask_for_hour(cast, by=user, at=now)
        grant = grant_hour(waiting, by=cast.carol, at=now)
        again = ask_for_hour(cast, by=user, of=cast.adam, at=now)
        place = member(user, company)
        if place.role == "primary":  # somebody has to be
            Membership.objects.filter(pk=place.pk).update(role="administrator")
            place.refresh_from_db()
            Membership.objects.filter(user=cast.petra, account=company).update(role="primary")
            accounts.end_membership(membership=place, by=cast.petra, at=now)
        else:
            accounts.end_membership(membership=place, by=cast.root, at=now)
        accounts.add_member(
            account=company, user=user, role="administrator", authorized_contact=False, by=None, at=now + MINUTE
        )

        grant.refresh_from_db()
        assert (grant.end_reason, closed(user, cast.acme, at=now + 2 * MINUTE)) == (EndReason.PERSON, True)
        assert fresh(again).status == Status.CANCELLED
        assert told("hour_ended", grant)
        assert "carol@acme.example" in told("hour_withdrawn", again) + told("hour_ended", grant)

    @pytest.mark.seed("S4-6")
    @pytest.mark.trust("C2", "I12")
    @pytest.mark.parametrize("role", ["access_administrator", "member"])
    def test_a_partners_admin_is_one_no_longer(self, cast, now, role):
        petras, later = member(cast.petra, cast.bolt), now + MINUTE
        accounts.change_role(membership=petras, role="administrator", by=cast.pat, at=now)
        grant = grant_hour(ask_for_hour(cast, by=cast.petra, at=now), by=cast.carol, at=now)
        waiting = ask_for_hour(cast, by=cast.petra, of=cast.adam, at=now)
        pats = grant_hour(ask_for_hour(cast, by=cast.pat, at=now), by=cast.carol, at=now)
        lasting = approve(ask(cast, for_=cast.petra, at=now), by=cast.carol, at=now)

        accounts.change_role(membership=petras, role=role, by=cast.pat, at=later)

        grant.refresh_from_db()
        assert (grant.end_reason, grant.ended_at, grant.ended_by) == (EndReason.ROLE, later, cast.pat)
        assert authorization.held(cast.petra, cast.acme, at=later) == {P.VIEW_INVOICES}  # what needs no admin goes on
        assert events(grant) == ["grant.opened", "grant.ended"]
        assert told("hour_ended", grant) == sorted(["petra@bolt.example", "adam@acme.example", "carol@acme.example"])
        mail = Mail.objects.get(event="hour_ended", about__startswith=grant.public_id, to="petra@bolt.example")
        assert "no longer an administrator of their company" in " ".join(mail.text.split())
        assert (fresh(waiting).status, events(waiting)[-1]) == (Status.CANCELLED, "request.cancelled")
        assert told("hour_withdrawn", waiting) == ["adam@acme.example", "petra@bolt.example"]
        assert Grant.objects.unended(later).filter(pk__in=[pats.pk, lasting.pk]).count() == 2
        assert verify() == []

    @pytest.mark.trust("C2")
    def test_a_partners_primary_user_is_replaced_but_not_where_they_name_a_successor(self, cast, now):
        grant = grant_hour(ask_for_hour(cast, by=cast.pat, at=now), by=cast.carol, at=now)
        accounts.name_successor(account=cast.bolt, successor=cast.petra, by=cast.pat, at=now)
        assert authorization.held(cast.pat, cast.acme, at=now)  # an administrator of Bolt now, and so an agent still

        hers = grant_hour(ask_for_hour(cast, by=cast.petra, at=now), by=cast.carol, at=now)
        wait = accounts.start_replacement(
            account=cast.bolt, successor=cast.pat, reason="Petra is gone.", by=cast.stan, at=now - 72 * HOUR
        )
        accounts.complete_replacement(replacement=wait, at=now)

        hers.refresh_from_db()
        assert (hers.end_reason, closed(cast.petra, cast.acme, at=now)) == (EndReason.ROLE, True)
        assert Grant.objects.unended(now).filter(pk=grant.pk).exists()

    @pytest.mark.trust("C1", "H7")
    def test_the_agent_is_locked_out(self, cast, now, asked):
        grant = grant_hour(asked, by=cast.carol, at=now)
        accounts.deactivate_person(user=cast.tess, by=cast.root, at=now)

        grant.refresh_from_db()
        assert (grant.end_reason, closed(cast.tess, cast.acme, at=now)) == (EndReason.LOCKED_OUT, True)
        assert str(cast.tess) in Mail.objects.filter(event="hour_ended", about=grant.public_id).first().text

    @pytest.mark.parametrize("how", ["demoted", "unlinked", "gone", "no factor"])
    def test_nothing_is_granted_to_somebody_who_is_no_agent_any_more(self, cast, now, how):
        by = cast.tess if how == "no factor" else cast.pat
        asked = ask_for_hour(cast, by=by, at=now)
        if how == "demoted":
            Membership.objects.filter(user=cast.pat).update(role="member")
        elif how == "unlinked":
            Partnership.objects.filter(partner=cast.bolt, customer=cast.acme).update(
                state="available", linked_at=None, linked_by=None
            )
        elif how == "gone":
            Membership.objects.filter(user=cast.pat).update(ended_at=now)
        else:
            cast.tess.authenticator_set.all().delete()

        with pytest.raises(NotAllowedNow, match="no longer works for you"):
            grant_hour(asked, by=cast.carol, at=now)
        assert fresh(asked).status == Status.PENDING

    @pytest.mark.trust("C5")
    def test_leaves_no_row_without_a_grant(self, cast, now, asked):
        grant = grant_hour(asked, by=cast.carol, at=now)
        services.sweep(at=now + HOUR)

        assert GrantedPermission.objects.filter(grant=grant).count() == len(LENDABLE)
        assert closed(cast.tess, cast.acme, at=now + HOUR)  # rows alone open nothing
        Grant.objects.filter(pk=grant.pk).update(ended_at=None, end_reason="")
        assert closed(cast.tess, cast.acme, at=now + HOUR)


@pytest.mark.seed("S4-10")
class TestIDidNotExpectThis:
    def test_denies_stops_the_rest_reports_and_opens_a_case(self, cast, now):
        asked = ask_for_hour(cast, by=cast.pat, at=now)
        rest = [ask(cast, for_=cast.pat, at=now), ask(cast, at=now)]
        elsewhere = ask(cast, account=cast.globex, at=now)
        colleagues = ask_for_hour(cast, at=now)

        services.report_unexpected(request=asked, seen=asked.as_seen(), by=cast.adam, at=now)

        assert fresh(asked).status == Status.DENIED
        assert {fresh(one).status for one in rest} == {Status.CANCELLED}
        assert {fresh(one).status for one in (elsewhere, colleagues)} == {Status.PENDING}
        assert Block.objects.get().person == cast.pat
        case = SupportCase.objects.get()
        assert (case.account, case.opened_by) == (cast.acme, cast.adam)
        assert asked.public_id in case.subject
        assert "Pat" not in case.subject  # who it was is between them, the customer and the security people
        mails = Mail.objects.filter(event="unexpected")
        assert set(mails.values_list("to", flat=True)) == {
            settings.PORTAL_SECURITY_MAIL,
            "adam@acme.example",
            "carol@acme.example",
        }
        for mail in mails:
            words = " ".join(mail.text.split())
            assert f"Case {case.number} was opened about it." in words
            assert "2 other requests of Pat to this account were stopped too." in words
        with pytest.raises(PermissionDenied):
            ask_for_hour(cast, by=cast.pat, at=now + 2 * HOUR)
        assert verify() == []

    def test_said_twice_it_opens_one_case_and_sends_one_report(self, cast, now, asked):
        for who in (cast.carol, cast.adam):
            seen = fresh(asked).as_seen()
            services.report_unexpected(request=fresh(asked), seen=seen, by=who, at=now)

        assert SupportCase.objects.count() == 1
        assert Mail.objects.filter(event="unexpected", to=settings.PORTAL_SECURITY_MAIL).count() == 1

    def test_what_was_stopped_is_in_the_trail_with_who_stopped_it(self, cast, now, asked):
        support = ask_for_support(cast, at=now)
        services.report_unexpected(request=asked, seen=asked.as_seen(), by=cast.carol, at=now)

        assert TrailLine.objects.get(subject=support.public_id, event="request.cancelled").actor == cast.carol.email
        assert told("withdrawn_customer", support) == ["tess@latchkey.example"]  # the others read it in the report
        assert events(asked)[1:] == ["request.denied", "person.blocked"]

    def test_a_stand_in_without_the_right_reports_it_all_the_same(self, cast, now, asked):
        Membership.objects.filter(user=cast.mike).update(stands_in_from=now, stands_in_until=now + HOUR)
        services.report_unexpected(request=asked, seen=asked.as_seen(), by=cast.mike, at=now)

        case = SupportCase.objects.get()
        assert (case.account, case.opened_by, asked.public_id in case.subject) == (cast.acme, cast.mike, True)
        mail = Mail.objects.get(event="unexpected", to=settings.PORTAL_SECURITY_MAIL)
        assert f"Case {case.number} was opened about it." in " ".join(mail.text.split())
        assert P.VIEW_CASES not in authorization.held(cast.mike, cast.acme, at=now)

    def test_the_block_is_lifted_by_any_of_them(self, cast, now, asked):
        services.report_unexpected(request=asked, seen=asked.as_seen(), by=cast.carol, at=now)
        with pytest.raises(PermissionDenied):
            services.lift_block(block=Block.objects.get(), by=cast.ursula, at=now)
        services.lift_block(block=Block.objects.get(), by=cast.adam, at=now)

        assert ask_for_hour(cast, at=now).pk


@pytest.mark.seed("S4-12")
def test_everybody_concerned_is_told_of_a_yes_and_of_a_no(cast, now, asked):
    grant = grant_hour(asked, by=cast.adam, at=now)
    assert told("hour_granted", grant) == sorted([*DECIDERS, "tess@latchkey.example"])
    other = ask_for_hour(cast, by=cast.pat, at=now)
    deny(other, by=cast.carol, at=now)
    assert told("hour_denied", other) == ["adam@acme.example", "carol@acme.example", "pat@bolt.example"]
    assert Notice.objects.filter(event="hour_granted", recipient=cast.tess).count() == 1


@pytest.mark.trust("L1", "I4", "I8")
def test_the_trail_says_what_was_asked_of_whom_and_what_was_answered(cast, now, asked):
    grant = grant_hour(asked, by=cast.carol, at=now)

    first = TrailLine.objects.get(subject=asked.public_id, event="request.submitted")
    assert (first.actor, first.details["asked_of"]) == ("tess@latchkey.example", "carol@acme.example")
    assert events(asked) == ["request.submitted", "request.approved"]
    assert grant.request_digest == fresh(asked).digest == fresh(asked).compute_digest()
    other = ask_for_hour(cast, by=cast.tom, at=now)
    assert other.digest != asked.digest
    other.addressee = cast.adam
    assert other.compute_digest() != other.digest  # of whom it was asked is part of what is agreed to
    assert verify() == []


@pytest.mark.seed("S0-10", "S0-30", "S0-15")
def test_each_side_finds_it_in_its_lists_and_nobody_else_does(cast, now, asked):
    assert list(selectors.asked_as_associate(cast.tess)) == [asked]
    assert list(selectors.support_requests_to(cast.acme)) == [asked]
    assert [who for who in cast.people.values() if asked in selectors.visible_to(who, at=now)] == [
        who for who in cast.people.values() if who in (cast.carol, cast.adam, cast.dora, cast.ursula, cast.tess)
    ]
