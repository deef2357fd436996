"""What staff do before an account's own people can: opening it, inviting the first, sending that again."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied, ValidationError

from accounts import authorization, services
from accounts.models import Account, Invitation, Membership, User
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from accounts.states import AccountKind
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.cast import member

SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
FACTS = {
    "kind": AccountKind.CUSTOMER,
    "number": "900100",
    "org_id": "49000100",
    "name": "Dunes",
    "time_zone": "Europe/Stockholm",
    "language": "en",
    "seats": 3,
}
NINA = {"email": "new@dunes.example", "first_name": "New", "last_name": "One"}


def set_up(cast, *, at, by=None, **changes):
    """Stan sets up Dunes and invites New, where not said otherwise."""
    return services.set_up_account(**{**FACTS, **NINA, **changes}, by=by or cast.stan, at=at)


def invite(cast, *, at, by=None, account=None, role=Role.MEMBER, **changes):
    """Stan invites New to Acme as a plain member, where not said otherwise."""
    terms = {**NINA, "role": role, **changes}
    return services.invite_as_staff(account=account or cast.acme, **terms, by=by or cast.stan, at=at)


@pytest.fixture
def invited(cast, now):
    return set_up(cast, at=now)


class TestSettingUp:
    def test_opens_the_account_and_invites_its_primary_user_in_one_step(self, cast, invited, now):
        dunes = Account.objects.get(number="900100")

        assert (dunes.opened_at, invited.account, invited.role) == (now, dunes, Role.PRIMARY)
        assert (invited.invited_by, invited.by_staff, invited.lapses_at) == (cast.stan, True, now + WEEK)
        assert not Membership.objects.filter(account=dunes).exists()
        lines = TrailLine.objects.filter(chain="900100").order_by("sequence").values_list("event", "actor")
        assert list(lines) == [
            ("account.opened", "stan@latchkey.example"),
            ("invitation.sent", "stan@latchkey.example"),
        ]
        letter = Mail.objects.get(account="900100")
        assert (letter.event, letter.to) == ("invited", "new@dunes.example")
        assert "Stan, stan@latchkey.example" in " ".join(letter.text.split())

    def test_the_primary_user_is_in_after_saying_yes(self, cast, invited, now):
        services.accept_invitation(invitation=invited, by=invited.user, at=now + SECOND)

        assert authorization.is_primary(invited.user, invited.account, at=now + SECOND)
        assert P.DECIDE_ACCESS in authorization.held(invited.user, invited.account, at=now + SECOND)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"number": "654321"},
            {"org_id": "48104810"},
            {"number": "12ab"},
            {"time_zone": "Mars/Olympus"},
            {"kind": AccountKind.VENDOR},
            {"name": ""},
        ],
        ids=str,
    )
    def test_all_or_nothing(self, cast, now, wrong):
        with pytest.raises(ValidationError):
            set_up(cast, at=now, **wrong)

        assert not Invitation.objects.exists()
        assert not TrailLine.objects.filter(chain="900100").exists()

    def test_nobody_of_the_vendor_becomes_a_customers_primary_user(self, cast, now):
        with pytest.raises(PermissionDenied, match="vendor"):
            set_up(cast, at=now, email=cast.tess.email)

        assert not Account.objects.filter(number="900100").exists()

    @pytest.mark.parametrize("who", ["carol", "pat", "tess", "mallory"])
    def test_is_for_staff_alone(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            set_up(cast, at=now, by=getattr(cast, who))

    @pytest.mark.parametrize("codename", ["add_account", "add_invitation"])
    def test_is_for_staff_who_are_entrusted_with_it(self, cast, now, codename):
        cast.stan.user_permissions.remove(Permission.objects.get(codename=codename, content_type__app_label="accounts"))

        with pytest.raises(PermissionDenied):
            set_up(cast, at=now, by=User.objects.get(pk=cast.stan.pk))
        assert not Account.objects.filter(number="900100").exists()


class TestInvitingAsStaff:
    def test_a_member_without_rights_and_whoever_runs_the_account_is_told(self, cast, now):
        invitation = invite(cast, at=now)

        told = Mail.objects.filter(event="invited_told").order_by("to")
        assert list(told.values_list("to", flat=True)) == [
            "adam@acme.example",
            "carol@acme.example",
            "dora@bolt.example",
        ]
        assert "was invited by our staff" in " ".join(told[0].text.split())
        newcomer = services.accept_invitation(invitation=invitation, by=invitation.user, at=now).user
        assert authorization.held(newcomer, cast.acme, at=now) == set()
        assert Mail.objects.filter(event="joined", to="carol@acme.example").exists()

    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.ACCESS_ADMINISTRATOR, Role.PRIMARY])
    def test_nobody_who_would_run_an_account_that_has_its_people(self, cast, now, role):
        with pytest.raises(NotAllowedNow):
            invite(cast, at=now, role=role)

        assert not Invitation.objects.exists()

    def test_one_primary_user_at_a_time(self, cast, invited, now):
        other = {"email": "otto@dunes.example", "account": invited.account, "role": Role.PRIMARY}
        with pytest.raises(NotAllowedNow, match="invited already"):
            invite(cast, at=now, **other)
        services.withdraw_as_staff(invitation=invited, by=cast.stan, at=now)

        otto = invite(cast, at=now, **other)
        services.accept_invitation(invitation=otto, by=otto.user, at=now)
        with pytest.raises(NotAllowedNow, match="has its primary user"):
            invite(cast, at=now, account=invited.account, role=Role.PRIMARY)

    @pytest.mark.parametrize("who", ["carol", "tess", "mallory"])
    def test_is_for_staff_alone(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            invite(cast, at=now, by=getattr(cast, who))

    def test_the_customers_own_people_may_withdraw_it(self, cast, now):
        invitation = invite(cast, at=now)
        services.withdraw_invitation(invitation=invitation, by=cast.ursula, at=now)

        with pytest.raises(NotAllowedNow):
            services.accept_invitation(invitation=invitation, by=invitation.user, at=now)

    @pytest.mark.parametrize("how", ["left", "lost the permission", "no staff any more"])
    def test_it_carries_no_more_authority_than_whoever_sent_it_still_has(self, cast, invited, now, how):
        if how == "left":
            services.deactivate_person(user=cast.stan, by=cast.root, at=now)
        elif how == "lost the permission":
            cast.stan.user_permissions.clear()
        else:
            User.objects.filter(pk=cast.stan.pk).update(is_staff=False)
        found = Invitation.objects.select_related("invited_by", "user", "account").get(pk=invited.pk)

        with pytest.raises(NotAllowedNow, match="may no longer"):
            services.accept_invitation(invitation=found, by=found.user, at=now)
        assert not Membership.objects.filter(account=invited.account).exists()


class TestSendingAgain:
    def test_lasts_anew_on_the_word_of_whoever_sends_it(self, cast, invited):
        services.send_again_as_staff(invitation=invited, by=cast.root, at=invited.lapses_at)

        assert invited.lapses_at == invited.invited_at + 2 * WEEK
        assert (invited.invited_by, invited.mailed) == (cast.root, 2)
        assert Mail.objects.filter(event="invited", to="new@dunes.example").count() == 2
        services.accept_invitation(invitation=invited, by=invited.user, at=invited.lapses_at - SECOND)

    def test_what_a_customers_people_sent_stands_on_their_word(self, cast, now):
        theirs = services.invite(
            account=cast.acme,
            **NINA,
            role=Role.ADMINISTRATOR,
            permissions=[],
            authorized_contact=False,
            by=cast.carol,
            at=now,
        )

        for step in (services.send_again_as_staff, services.withdraw_as_staff):
            with pytest.raises(NotAllowedNow, match="own people"):
                step(invitation=theirs, by=cast.stan, at=now)
        theirs.refresh_from_db()
        assert (theirs.mailed, theirs.withdrawn_at) == (1, None)

    def test_what_a_customer_sends_again_stands_on_the_customers_word_from_then_on(self, cast, now):
        invitation = invite(cast, at=now)
        services.invite_again(invitation=invitation, by=cast.carol, at=now)
        cast.stan.user_permissions.clear()

        assert (invitation.invited_by, invitation.by_staff) == (cast.carol, False)
        services.accept_invitation(invitation=invitation, by=invitation.user, at=now)

    def test_a_lapsed_one_is_not_sent_again_beside_another(self, cast, invited):
        at = invited.lapses_at
        other = invite(cast, at=at, email="otto@dunes.example", account=invited.account, role=Role.PRIMARY)

        with pytest.raises(NotAllowedNow, match="invited already"):
            services.send_again_as_staff(invitation=invited, by=cast.stan, at=at)
        services.accept_invitation(invitation=other, by=other.user, at=at)
        with pytest.raises(NotAllowedNow, match="has its primary user"):
            services.send_again_as_staff(invitation=invited, by=cast.stan, at=at)
        assert member(other.user, invited.account).role == Role.PRIMARY
