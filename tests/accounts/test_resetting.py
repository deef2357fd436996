"""Resetting a second factor: announced, stoppable, and after the wait the factor is gone and so is every session."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client

from access_requests import services as requests
from accounts import authorization, selectors, services
from accounts.models import FactorReset, User
from accounts.permissions import Role
from accounts.states import Outcome
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail, Notice
from tests import doorbell
from tests.cast import member
from tests.pages import words_of

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def cast(cast):
    """The cast, with Carol and Dora enrolled, Carol with recovery codes too."""
    for person in (cast.carol, cast.dora):
        TOTP.activate(person, doorbell.SECRET)
    RecoveryCodes.activate(cast.carol)
    return cast


def start(cast, *, at, person=None, by=None, reason="Her phone fell into the lake."):
    """Stan begins to reset Carol's second factor, where not said otherwise."""
    return services.start_factor_reset(person=person or cast.carol, reason=reason, by=by or cast.stan, at=at)


def told(event, reset):
    """The addresses a mail about a reset went to, one for each copy."""
    return sorted(Mail.objects.filter(event=event, about=reset.public_id).values_list("to", flat=True))


def lines(reset):
    """What the trails say of a reset: whose trail, what, on whose word."""
    found = TrailLine.objects.filter(subject=reset.public_id).order_by("chain", "sequence")
    return list(found.values_list("chain", "event", "actor"))


def factors(person):
    """What the person proves themself by besides the password."""
    return sorted(Authenticator.objects.filter(user=person).values_list("type", flat=True))


@pytest.fixture
def begun(cast, now):
    return start(cast, at=now)


class TestStarting:
    def test_waits_24_hours_and_changes_nothing_meanwhile(self, cast, begun, now, signed_in):
        browser = signed_in(cast.carol)
        with pytest.raises(NotAllowedNow):
            services.complete_factor_reset(reset=begun, at=begun.takes_effect_at - SECOND)
        requests.sweep(at=begun.takes_effect_at - SECOND)

        assert begun.takes_effect_at == now + DAY
        assert factors(cast.carol) == ["recovery_codes", "totp"]
        assert browser.get("/").status_code == 200

    def test_the_wait_is_a_setting(self, cast, now, settings):
        settings.PORTAL_FACTOR_RESET_AFTER = SECOND

        assert start(cast, at=now).takes_effect_at == now + SECOND

    @pytest.mark.trust("T8")
    def test_mails_the_person_and_their_administrators(self, cast, begun):
        assert told("factor_reset_started", begun) == ["adam@acme.example", "carol@acme.example", "dora@bolt.example"]
        letter = Mail.objects.get(event="factor_reset_started", to="carol@acme.example")
        text = " ".join(letter.text.split())
        assert letter.subject == "Your second factor will be reset on our Latchkey portal"
        assert "Stan of our staff started this. It takes effect on" in text
        assert f"/recovery/second-factor/{begun.public_id}/" in text
        assert Notice.objects.filter(recipient=cast.carol, event="factor_reset_started").exists()

    def test_the_administrators_of_one_company_read_nothing_of_another(self, cast, now):
        begun = start(cast, at=now, person=cast.dora, reason="A lost phone.")

        assert told("factor_reset_started", begun) == [
            *("adam@acme.example", "carol@acme.example", "dora@bolt.example", "pat@bolt.example")
        ]
        bolts = Mail.objects.get(event="factor_reset_started", to="pat@bolt.example")
        assert "Acme" not in bolts.text + bolts.html + bolts.subject
        assert lines(begun) == [
            ("654321", "factor_reset.started", "stan@latchkey.example"),
            ("700118", "factor_reset.started", "stan@latchkey.example"),
        ]

    def test_somebody_of_no_account_stands_in_the_vendors_trail(self, cast, now):
        alone = User.objects.create_user("alone@nowhere.example")
        TOTP.activate(alone, doorbell.SECRET)
        begun = start(cast, at=now, person=alone)

        assert told("factor_reset_started", begun) == ["alone@nowhere.example"]
        assert lines(begun) == [("vendor", "factor_reset.started", "stan@latchkey.example")]

    @pytest.mark.parametrize("who", ["carol", "adam", "pat", "tess", "mallory"])
    def test_is_for_staff_alone(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            start(cast, at=now, by=getattr(cast, who))

        assert not FactorReset.objects.exists()

    def test_is_for_staff_who_are_entrusted_with_it(self, cast, now):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="add_factorreset"))

        with pytest.raises(PermissionDenied):
            start(cast, at=now, by=User.objects.get(pk=cast.stan.pk))

    def test_nobody_resets_their_own_and_staff_no_superusers(self, cast, now):
        with pytest.raises(PermissionDenied, match="of their own"):
            start(cast, at=now, person=cast.stan)
        with pytest.raises(PermissionDenied, match="superuser"):
            start(cast, at=now, person=cast.root)

        assert not FactorReset.objects.exists()
        with pytest.raises(IntegrityError), transaction.atomic():
            FactorReset.objects.create(
                person=cast.stan, started_by=cast.stan, reason="-", started_at=now, takes_effect_at=now + DAY
            )

    def test_is_refused_where_there_is_nothing_to_reset(self, cast, begun, now):
        services.deactivate_person(user=cast.dora, by=None, at=now)
        for person, why in ((cast.carol, "under way"), (cast.mike, "no second factor"), (cast.dora, "locked out")):
            with pytest.raises(NotAllowedNow, match=why):
                start(cast, at=now, person=person)
        with pytest.raises(NotAllowedNow, match="reason"):
            start(cast, at=now, person=cast.adam if TOTP.activate(cast.adam, doorbell.SECRET) else None, reason=" ")

        assert FactorReset.objects.count() == 1


class TestTakingEffect:
    @pytest.mark.trust("H7")
    def test_removes_every_factor_and_ends_every_session(self, cast, begun, signed_in):
        browsers = [signed_in(cast.carol), signed_in(cast.carol)]
        stranger = signed_in(cast.adam)
        assert {browser.get("/").status_code for browser in browsers} == {200}

        requests.sweep(at=begun.takes_effect_at)

        begun.refresh_from_db()
        assert (begun.outcome, begun.settled_by) == (Outcome.COMPLETED, None)
        assert factors(cast.carol) == []
        assert not UserSession.objects.filter(user=cast.carol).exists()
        assert {browser.get("/").headers.get("Location", "")[:12] for browser in browsers} == {"/auth/login/"}
        assert stranger.get("/").status_code == 200

    @pytest.mark.trust("H4")
    def test_then_the_password_leads_to_setting_up_a_new_one_and_no_further(self, cast, begun):
        cast.carol.set_password(doorbell.PASSWORD)
        cast.carol.save()
        requests.sweep(at=begun.takes_effect_at)

        browser = Client()
        doorbell.sign_in(browser, cast.carol)
        assert browser.get("/").headers["Location"].startswith("/auth/2fa/")
        assert browser.get("/accounts/654321/").headers["Location"].startswith("/auth/2fa/")

    def test_tells_the_same_people_and_writes_the_line(self, cast, begun):
        requests.sweep(at=begun.takes_effect_at)

        assert told("factor_reset_completed", begun) == told("factor_reset_started", begun)
        letter = Mail.objects.get(event="factor_reset_completed", to="carol@acme.example")
        assert letter.subject == "Your second factor was reset on our Latchkey portal"
        assert lines(begun) == [
            ("654321", "factor_reset.started", "stan@latchkey.example"),
            ("654321", "factor_reset.completed", ""),
        ]

    @pytest.mark.trust("B2")
    def test_twice_is_once(self, cast, begun):
        requests.sweep(at=begun.takes_effect_at)
        TOTP.activate(cast.carol, doorbell.SECRET)
        requests.sweep(at=begun.takes_effect_at + DAY)

        assert factors(cast.carol) == ["totp"]
        assert len(told("factor_reset_completed", begun)) == 3
        with pytest.raises(NotAllowedNow, match="already"):
            services.complete_factor_reset(reset=begun, at=begun.takes_effect_at + DAY)

    def test_sessions_of_everybody_live_on_when_a_key_is_rotated(self, cast, begun, signed_in, settings):
        requests.sweep(at=begun.takes_effect_at)
        browser = signed_in(User.objects.get(pk=cast.carol.pk))
        settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 60

        carol = User.objects.get(pk=cast.carol.pk)
        assert browser.session["_auth_user_hash"] in list(carol.get_session_auth_fallback_hash())
        assert browser.session["_auth_user_hash"] != carol.get_session_auth_hash()


class TestStopping:
    @pytest.mark.parametrize("who", ["carol", "adam", "dora"])
    def test_the_person_and_their_administrators_may(self, cast, begun, now, who):
        services.stop_factor_reset(reset=begun, by=getattr(cast, who), at=now)
        requests.sweep(at=begun.takes_effect_at)

        begun.refresh_from_db()
        assert (begun.outcome, begun.settled_by) == (Outcome.STOPPED, getattr(cast, who))
        assert factors(cast.carol) == ["recovery_codes", "totp"]
        assert lines(begun)[-1] == ("654321", "factor_reset.stopped", getattr(cast, who).email)
        assert told("factor_reset_stopped", begun) == told("factor_reset_started", begun)

    @pytest.mark.parametrize("who", ["ursula", "mike", "pat", "piotr", "stan", "root", "mallory"])
    def test_nobody_else_does(self, cast, begun, now, who):
        with pytest.raises(PermissionDenied):
            services.stop_factor_reset(reset=begun, by=getattr(cast, who), at=now)

        assert FactorReset.objects.under_way().exists()

    def test_staff_call_it_off_and_may_begin_again(self, cast, begun, now):
        with pytest.raises(PermissionDenied):
            services.call_off_factor_reset(reset=begun, by=cast.adam, at=now)
        services.call_off_factor_reset(reset=begun, by=cast.stan, at=now)

        assert lines(begun)[-1][1:] == ("factor_reset.called_off", "stan@latchkey.example")
        assert start(cast, at=now).takes_effect_at == now + DAY

    def test_whoever_no_longer_runs_the_account_does_not(self, cast, begun, now):
        services.change_role(membership=member(cast.adam, cast.acme), role=Role.MEMBER, by=cast.carol, at=now)

        with pytest.raises(PermissionDenied):
            services.stop_factor_reset(reset=begun, by=cast.adam, at=now)


class TestPages:
    @pytest.mark.parametrize(
        ("who", "words"), [("carol", "Your second factor is"), ("adam", "second factor of Carol is")]
    )
    def test_one_click_after_signing_in_stops_it(self, cast, begun, signed_in, who, words):
        browser, path = signed_in(getattr(cast, who)), f"/recovery/second-factor/{begun.public_id}/"
        page = words_of(browser.get(path))
        assert f"{words} to be reset" in page
        assert "Her phone fell into the lake." in page
        assert browser.get(f"{path}stop/").status_code == 405

        answer = browser.post(f"{path}stop/", follow=True)

        assert "Stopped. The second factor stays" in words_of(answer)
        assert not FactorReset.objects.under_way().exists()
        assert browser.post(f"{path}stop/").status_code == 409

    @pytest.mark.trust("A8")
    @pytest.mark.parametrize("who", ["mallory", "mike", "pat", "tess", "stan"])
    def test_is_not_there_for_anybody_else(self, cast, begun, signed_in, who):
        browser = signed_in(getattr(cast, who))
        for public_id in (begun.public_id, "0" * 32):
            path = f"/recovery/second-factor/{public_id}/"
            assert (browser.get(path).status_code, browser.post(f"{path}stop/").status_code) == (404, 404)

    def test_stands_on_the_administrators_page_of_contacts(self, cast, begun, signed_in):
        for who, shown in (("adam", True), ("ursula", False)):
            words = words_of(signed_in(getattr(cast, who)).get("/accounts/654321/contacts/"))
            assert ("The second factor of Carol is to be reset." in words) is shown


def test_what_is_under_way_is_offered_to_the_front_page(cast, begun, now):
    assert list(selectors.factor_resets_under_way(at=now)) == [begun]
    assert list(selectors.factor_resets_under_way(at=now - SECOND)) == []
    assert list(authorization.accounts_of(cast.dora)) == [cast.acme, cast.bolt]
