"""Replacing a primary user who is gone: announced, stoppable, and holding only after the wait."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from access_requests import services as requests
from accounts import authorization, selectors, services
from accounts.models import FactorReset, Membership, Replacement, User
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.states import Outcome
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.cast import ask, deny, member
from tests.pages import words_of

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WAIT = timedelta(hours=72)
CONCERNED = ["adam@acme.example", "carol@acme.example", "dora@bolt.example", "mike@acme.example"]


def start(cast, *, at, by=None, **changes):
    """Stan has Mike take Carol's place at Acme, where not said otherwise."""
    terms = {"account": cast.acme, "successor": cast.mike, "reason": "Carol left the company in May.", **changes}
    return services.start_replacement(**terms, by=by or cast.stan, at=at)


def told(event, replacement):
    """The addresses a mail about a replacement went to, one for each copy."""
    found = Mail.objects.filter(event=event, about=replacement.public_id)
    return sorted(found.values_list("to", flat=True))


def lines(replacement):
    """What Acme's own trail says of a replacement, and on whose word."""
    found = TrailLine.objects.filter(chain="654321", subject=replacement.public_id).order_by("sequence")
    return list(found.values_list("event", "actor"))


def roles(cast):
    """The roles of Carol and of Mike."""
    return member(cast.carol, cast.acme).role, member(cast.mike, cast.acme).role


@pytest.fixture
def begun(cast, now):
    return start(cast, at=now)


class TestStarting:
    def test_waits_72_hours_and_changes_nothing_meanwhile(self, cast, begun, now):
        last = begun.takes_effect_at - SECOND
        with pytest.raises(NotAllowedNow):
            services.complete_replacement(replacement=begun, at=last)
        requests.sweep(at=last)

        assert begun.takes_effect_at == now + WAIT
        assert roles(cast) == (Role.PRIMARY, Role.MEMBER)
        assert authorization.held(cast.mike, cast.acme, at=last) == set()
        assert authorization.is_primary(cast.carol, cast.acme, at=last)

    def test_mails_the_primary_user_the_administrators_and_the_new_one_at_once(self, cast, begun):
        assert told("replacement_started", begun) == CONCERNED
        letter = Mail.objects.get(event="replacement_started", to="carol@acme.example")
        text = " ".join(letter.text.split())
        assert letter.subject == "The primary user of Acme is to be replaced on our Latchkey portal"
        assert "Stan of our staff started this" in text
        assert "Carol left the company in May." in text
        assert f"/recovery/primary-user/{begun.public_id}/" in text

    def test_stands_in_the_customers_own_trail(self, cast, begun):
        (line,) = TrailLine.objects.filter(subject=begun.public_id)

        assert (line.chain, line.event, line.actor) == ("654321", "replacement.started", "stan@latchkey.example")
        assert line.details == {
            "replaced": "carol@acme.example",
            "successor": "mike@acme.example",
            "reason": "Carol left the company in May.",
        }

    def test_the_wait_is_a_setting(self, cast, now, settings):
        settings.PORTAL_REPLACE_AFTER = SECOND

        assert start(cast, at=now).takes_effect_at == now + SECOND

    def test_nobody_is_silenced_by_locking_them_out_first(self, cast, now):
        for person in (cast.carol, cast.adam):
            services.deactivate_person(user=person, by=cast.stan, at=now)

        assert told("replacement_started", start(cast, at=now)) == CONCERNED

    @pytest.mark.parametrize("who", ["carol", "adam", "pat", "piotr", "tess", "mallory"])
    def test_is_for_staff_alone(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            start(cast, at=now, by=getattr(cast, who))

        assert not Replacement.objects.exists()

    def test_is_for_staff_who_are_entrusted_with_it(self, cast, now):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="add_replacement"))

        with pytest.raises(PermissionDenied):
            start(cast, at=now, by=User.objects.get(pk=cast.stan.pk))

    def test_staff_give_nothing_to_themselves(self, cast, now):
        with pytest.raises(PermissionDenied, match="of their own"):
            start(cast, at=now, account=cast.vendor, successor=cast.stan)
        with pytest.raises(PermissionDenied, match="of their own"):
            start(cast, at=now, account=cast.vendor, successor=cast.tess, by=cast.root)

    @pytest.mark.parametrize("who", ["mallory", "petra", "piotr", "stan", "carol"])
    def test_the_new_one_is_another_active_member(self, cast, now, who):
        with pytest.raises(NotAllowedNow if who != "stan" else PermissionDenied):
            start(cast, at=now, successor=getattr(cast, who))

        assert not Replacement.objects.exists()

    def test_a_locked_out_member_is_none(self, cast, now):
        services.deactivate_person(user=cast.mike, by=None, at=now)

        with pytest.raises(NotAllowedNow, match="active member"):
            start(cast, at=now)

    def test_nobody_of_the_vendor_follows_at_a_customer(self, cast, now):
        services.add_member(account=cast.vendor, user=cast.mike, role=Role.MEMBER, by=None, at=now)

        with pytest.raises(PermissionDenied, match="vendor"):
            start(cast, at=now)

    @pytest.mark.parametrize("reason", ["", "   ", "…", "\u200b\u2066", "x" * 501])
    def test_needs_a_reason_that_says_something(self, cast, now, reason):
        with pytest.raises(NotAllowedNow):
            start(cast, at=now, reason=reason)

        assert not Mail.objects.filter(event="replacement_started").exists()

    def test_one_at_a_time_for_an_account(self, cast, begun, now):
        with pytest.raises(NotAllowedNow, match="under way"):
            start(cast, at=now, successor=cast.adam)
        with pytest.raises(IntegrityError, match="account"), transaction.atomic():
            Replacement.objects.create(
                account=cast.acme,
                replaced=begun.replaced,
                successor=begun.successor,
                reason="again",
                started_by=cast.stan,
                started_at=now,
                takes_effect_at=now + DAY,
            )


class TestTakingEffect:
    def test_hands_the_place_over_and_leaves_the_old_one_no_rights(self, cast, begun):
        Membership.objects.filter(user=cast.carol).update(authorized_contact=True)
        requests.sweep(at=begun.takes_effect_at)

        at = begun.takes_effect_at
        begun.refresh_from_db()
        assert (begun.outcome, begun.settled_at, begun.settled_by) == (Outcome.COMPLETED, at, None)
        assert roles(cast) == (Role.MEMBER, Role.PRIMARY)
        assert not member(cast.carol, cast.acme).authorized_contact
        assert authorization.held(cast.carol, cast.acme, at=at) == set()
        assert P.DECIDE_ACCESS in authorization.held(cast.mike, cast.acme, at=at)

    def test_mails_the_same_people_and_writes_every_line(self, cast, begun):
        requests.sweep(at=begun.takes_effect_at)

        assert told("replaced", begun) == CONCERNED
        assert lines(begun) == [("replacement.started", "stan@latchkey.example"), ("replacement.completed", "")]
        changed = TrailLine.objects.filter(
            chain="654321", sequence__gt=0, event__startswith="membership.", at=begun.takes_effect_at
        )
        assert [(line.event, line.subject) for line in changed.order_by("sequence")] == [
            ("membership.changed", "carol@acme.example"),
            ("membership.succeeded", "mike@acme.example"),
        ]

    @pytest.mark.trust("B2", "T4")
    def test_twice_is_once_and_whoever_decides_now_hears_of_what_waits(self, cast, begun):
        asked = ask(cast, at=begun.takes_effect_at - DAY)
        for late in (SECOND, DAY):
            requests.sweep(at=begun.takes_effect_at + late)

        assert Mail.objects.filter(event="replaced").count() == len(CONCERNED)
        assert sorted(
            Mail.objects.filter(event="requested_customer", about__startswith=asked.public_id).values_list(
                "to", flat=True
            )
        ) == ["carol@acme.example", "mike@acme.example"]
        with pytest.raises(PermissionDenied):
            deny(asked, by=cast.carol, at=begun.takes_effect_at + 2 * DAY)
        deny(asked, by=cast.mike, at=begun.takes_effect_at + 2 * DAY)

    @pytest.mark.parametrize("how", ["new one left", "new one locked out", "new one joined the vendor"])
    def test_is_dropped_where_the_new_one_may_not_follow_any_more(self, cast, begun, now, how):
        if how == "new one left":
            services.end_membership(membership=begun.successor, by=cast.mike, at=now + DAY)
        elif how == "new one locked out":
            services.deactivate_person(user=cast.mike, by=cast.stan, at=now + DAY)
        else:
            services.add_member(account=cast.vendor, user=cast.mike, role=Role.MEMBER, by=None, at=now + DAY)
        requests.sweep(at=begun.takes_effect_at)

        begun.refresh_from_db()
        assert begun.outcome == Outcome.DROPPED
        assert member(cast.carol, cast.acme).role == Role.PRIMARY
        assert lines(begun)[-1] == ("replacement.dropped", "")
        assert "carol@acme.example" in told("replacement_stopped", begun)

    def test_a_primary_user_who_names_a_successor_is_not_gone(self, cast, begun, now):
        services.name_successor(account=cast.acme, successor=cast.adam, by=cast.carol, at=now + DAY)
        requests.sweep(at=begun.takes_effect_at)

        begun.refresh_from_db()
        assert (begun.outcome, begun.settled_at) == (Outcome.DROPPED, now + DAY)
        assert member(cast.adam, cast.acme).role == Role.PRIMARY
        assert roles(cast) == (Role.ADMINISTRATOR, Role.MEMBER)

    def test_an_early_effect_is_impossible_in_the_database_too(self, cast, begun, now):
        with pytest.raises(IntegrityError), transaction.atomic():
            Replacement.objects.filter(pk=begun.pk).update(outcome=Outcome.COMPLETED, settled_at=now + DAY)


class TestStopping:
    @pytest.mark.parametrize("who", ["carol", "adam", "dora", "mike"])
    def test_whoever_is_told_may(self, cast, begun, now, who):
        services.stop_replacement(replacement=begun, by=getattr(cast, who), at=now + DAY)
        requests.sweep(at=begun.takes_effect_at + DAY)

        begun.refresh_from_db()
        assert (begun.outcome, begun.settled_by) == (Outcome.STOPPED, getattr(cast, who))
        assert roles(cast) == (Role.PRIMARY, Role.MEMBER)
        assert lines(begun)[-1] == ("replacement.stopped", getattr(cast, who).email)
        assert told("replacement_stopped", begun) == CONCERNED

    def test_a_stand_in_is_told_and_may(self, cast, now):
        services.name_stand_in(
            membership=member(cast.connie, cast.acme), starts_at=now, ends_at=now + DAY, by=cast.carol, at=now
        )
        begun = start(cast, at=now)

        assert told("replacement_started", begun) == sorted([*CONCERNED, "connie@acme.example"])
        services.stop_replacement(replacement=begun, by=cast.connie, at=now + SECOND)

    def test_a_late_sweep_leaves_time_to_stop(self, cast, begun):
        services.stop_replacement(replacement=begun, by=cast.carol, at=begun.takes_effect_at + DAY)

        with pytest.raises(NotAllowedNow):
            services.complete_replacement(replacement=begun, at=begun.takes_effect_at + 2 * DAY)

    @pytest.mark.parametrize("who", ["ursula", "connie", "pat", "piotr", "tess", "stan", "root", "mallory"])
    def test_is_nobody_elses_business(self, cast, begun, now, who):
        with pytest.raises(PermissionDenied):
            services.stop_replacement(replacement=begun, by=getattr(cast, who), at=now)

        assert Replacement.objects.under_way().count() == 1

    def test_after_the_end_there_is_nothing_to_stop(self, cast, begun):
        requests.sweep(at=begun.takes_effect_at)

        for step, by in ((services.stop_replacement, cast.mike), (services.call_off_replacement, cast.stan)):
            with pytest.raises(NotAllowedNow, match="already"):
                step(replacement=begun, by=by, at=begun.takes_effect_at)
        assert roles(cast) == (Role.MEMBER, Role.PRIMARY)

    def test_staff_call_it_off_and_may_begin_again(self, cast, begun, now):
        with pytest.raises(PermissionDenied):
            services.call_off_replacement(replacement=begun, by=cast.carol, at=now)
        services.call_off_replacement(replacement=begun, by=cast.stan, at=now)

        assert lines(begun)[-1] == ("replacement.called_off", "stan@latchkey.example")
        assert told("replacement_stopped", begun) == CONCERNED
        assert start(cast, at=now).takes_effect_at == now + WAIT


class TestPages:
    @pytest.mark.parametrize("who", ["carol", "adam", "mike"])
    def test_one_click_after_signing_in_stops_it(self, cast, begun, signed_in, who):
        browser, path = signed_in(getattr(cast, who)), f"/recovery/primary-user/{begun.public_id}/"
        page = browser.get(path)
        assert "Mike is to be the primary user of Acme in place of Carol" in words_of(page)
        assert "Carol left the company in May." in words_of(page)
        assert browser.get(f"{path}stop/").status_code == 405
        assert Replacement.objects.under_way().exists()

        button = BeautifulSoup(page.content, "html.parser").select_one("main form[method=post]")
        answer = browser.post(button["action"], follow=True)

        assert "Stopped. The primary user stays" in words_of(answer)
        assert f"{getattr(cast, who)} stopped it." in words_of(answer)
        assert not Replacement.objects.under_way().exists()
        assert browser.post(f"{path}stop/").status_code == 409

    def test_a_code_is_never_asked_for(self, cast, begun, signed_in, settings):
        browser = signed_in(cast.carol)
        settings.PORTAL_REAUTH_WITHIN = timedelta(0)

        assert browser.post(f"/recovery/primary-user/{begun.public_id}/stop/").status_code == 302
        assert not Replacement.objects.under_way().exists()

    @pytest.mark.trust("A8")
    @pytest.mark.parametrize("who", ["mallory", "pat", "piotr", "tess", "stan", "connie", "ursula"])
    def test_is_not_there_for_anybody_else(self, cast, begun, signed_in, who):
        browser = signed_in(getattr(cast, who))
        for public_id in (begun.public_id, "0" * 32):
            path = f"/recovery/primary-user/{public_id}/"
            assert (browser.get(path).status_code, browser.post(f"{path}stop/").status_code) == (404, 404)

        assert Replacement.objects.under_way().exists()

    def test_stands_on_the_page_of_contacts_with_its_button(self, cast, begun, signed_in):
        shown = {who: signed_in(getattr(cast, who)).get("/accounts/654321/contacts/") for who in ("adam", "ursula")}

        assert "Mike is to be the primary user in place of Carol." in words_of(shown["adam"])
        button = BeautifulSoup(shown["adam"].content, "html.parser").select_one(
            f"form[action*='{begun.public_id}/stop']"
        )
        assert button.button.get_text() == "Stop the replacement"
        assert "Begun by our staff" not in words_of(shown["ursula"])

    def test_the_page_of_contacts_asks_as_often_for_many_resets_as_for_one(self, cast, begun, now, signed_in):
        browser, asked = signed_in(cast.carol), []
        people = [member(cast.mike, cast.acme).user, cast.connie, cast.ursula]
        people += [
            services.add_member(
                account=cast.acme,
                user=User.objects.create_user(f"n{number}@acme.example"),
                role=Role.MEMBER,
                by=None,
                at=now,
            ).user
            for number in range(37)
        ]
        browser.get("/accounts/654321/contacts/")
        for some in (people[:3], people[3:]):
            FactorReset.objects.bulk_create(
                FactorReset(person=one, reason="-", started_by=cast.stan, started_at=now, takes_effect_at=now + DAY)
                for one in some
            )
            with CaptureQueriesContext(connection) as queries:
                page = browser.get("/accounts/654321/contacts/")
            asked.append((page.content.count(b"Stop the reset"), len(queries)))

        (few, few_queries), (many, many_queries) = asked
        assert (few, many) == (3, 40)
        assert few_queries == many_queries


def test_what_is_under_way_is_offered_to_the_front_page(cast, begun, now):
    other = start(cast, at=now + DAY, account=cast.bolt, successor=cast.petra)

    assert list(selectors.replacements_under_way(at=now)) == [begun]
    assert list(selectors.replacements_under_way(at=now + DAY)) == [begun, other]
    services.stop_replacement(replacement=begun, by=cast.carol, at=now + DAY)
    assert list(selectors.replacements_under_way(at=now + DAY)) == [other]


def test_a_partners_primary_user_is_replaced_the_same_way(cast, now):
    begun = start(cast, at=now, account=cast.bolt, successor=cast.petra)
    requests.sweep(at=begun.takes_effect_at)

    assert (member(cast.pat, cast.bolt).role, member(cast.petra, cast.bolt).role) == (Role.MEMBER, Role.PRIMARY)


def test_who_decides_follows_the_place(cast, begun):
    requests.sweep(at=begun.takes_effect_at)

    found = authorization.deciders(cast.acme, "partner", at=begun.takes_effect_at)
    assert [person.email for person in found] == ["mike@acme.example"]
