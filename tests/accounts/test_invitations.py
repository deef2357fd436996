"""Joining an account: nothing begins before the person says yes, and nothing tells whether an address was known."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from bs4 import BeautifulSoup
from django.core import mail as django_mail
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client

from accounts import authorization, selectors, services
from accounts.models import Invitation, Membership, User
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from audit.models import TrailLine
from frame import clock
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests import doorbell
from tests.cast import member

SECOND, WEEK = timedelta(seconds=1), timedelta(days=7)
INVITE = "/accounts/654321/contacts/invite/"
NINA = {"first_name": "New", "last_name": "One", "email": "new@acme.example", "role": "member"}


def invite(cast, *, at, by=None, **changes):
    """Carol invites New as a plain member who sees invoices, where not said otherwise."""
    terms = {**NINA, "permissions": [P.VIEW_INVOICES], "authorized_contact": False, **changes}
    return services.invite(account=changes.pop("account", cast.acme), by=by or cast.carol, at=at, **terms)


@pytest.fixture
def invited(cast, now):
    return invite(cast, at=now)


class TestInviting:
    def test_makes_a_person_without_a_password_and_an_address_that_is_not_proven(self, cast, invited):
        newcomer = User.objects.get(email="new@acme.example")

        assert (invited.user, str(newcomer), newcomer.has_usable_password()) == (newcomer, "New One", False)
        assert not EmailAddress.objects.get(user=newcomer).verified
        assert not Membership.objects.filter(user=newcomer).exists()
        assert authorization.held(newcomer, cast.acme, at=invited.invited_at) == set()

    def test_mails_a_pointer_to_the_person_alone(self, cast, invited, settings):
        (letter,) = Mail.objects.filter(event="invited")

        assert letter.subject == "You are invited to Acme on our Latchkey portal"
        assert letter.to == "new@acme.example"
        assert f"{settings.PORTAL_BASE_URL}/invitations/{invited.public_id}/" in letter.text

    @pytest.mark.parametrize(
        ("who", "role"),
        [("ursula", Role.ADMINISTRATOR), ("ursula", Role.ACCESS_ADMINISTRATOR), ("adam", Role.ADMINISTRATOR)]
        + [(who, Role.MEMBER) for who in ("mike", "connie", "piotr", "pat", "root", "mallory")]
        + [("carol", Role.PRIMARY)],
    )
    def test_is_refused_where_the_rules_of_appointment_refuse(self, cast, now, who, role):
        with pytest.raises(PermissionDenied):
            invite(cast, at=now, by=getattr(cast, who), role=role, permissions=[])

        assert not Invitation.objects.exists()
        assert not User.objects.filter(email="new@acme.example").exists()

    def test_the_primary_user_alone_invites_authorized_contacts(self, cast, now):
        with pytest.raises(PermissionDenied, match="authorized contacts"):
            invite(cast, at=now, by=cast.adam, authorized_contact=True)

        assert invite(cast, at=now, authorized_contact=True).authorized_contact

    def test_nobody_of_the_vendor_is_invited_by_a_customer(self, cast, now):
        with pytest.raises(PermissionDenied, match="vendor"):
            invite(cast, at=now, email=cast.tess.email)

        assert not Invitation.objects.exists()

    def test_nobody_is_invited_twice_at_once_nor_where_they_belong_already(self, cast, invited, now):
        with pytest.raises(NotAllowedNow, match="waits already"):
            invite(cast, at=now, email="NEW@acme.example")
        with pytest.raises(NotAllowedNow, match="belongs to this account"):
            invite(cast, at=now, email=cast.mike.email)

    def test_a_lapsed_invitation_makes_room_for_a_new_one(self, cast, invited):
        again = invite(cast, at=invited.lapses_at)

        assert list(Invitation.objects.open(invited.lapses_at)) == [again]

    def test_seats_limit_invitations_and_open_ones_take_seats(self, cast, now):
        cast.acme.seats = selectors.seats_taken(cast.acme, at=now) + 1
        cast.acme.save(update_fields=["seats"])
        first = invite(cast, at=now)

        with pytest.raises(NotAllowedNow, match="seat"):
            invite(cast, at=now, email="two@acme.example")
        services.withdraw_invitation(invitation=first, by=cast.ursula, at=now)
        assert invite(cast, at=now, email="two@acme.example").open_at(now)

    def test_only_what_a_plain_member_can_have_is_switched_on(self, cast, now):
        for terms in ({"permissions": [P.DECIDE_ACCESS]}, {"role": Role.ADMINISTRATOR, "permissions": [P.VIEW_USAGE]}):
            with pytest.raises(NotAllowedNow, match="switches"):
                invite(cast, at=now, **terms)

    def test_whoever_decides_is_told_of_somebody_invited_to_decide(self, cast, now):
        invite(cast, at=now, role=Role.ADMINISTRATOR, permissions=[])

        told = Mail.objects.filter(event="invited_told").order_by("to").values_list("to", flat=True)
        assert list(told) == ["adam@acme.example", "carol@acme.example", "dora@bolt.example"]


class TestAccepting:
    def test_the_membership_begins_with_the_yes_of_the_person(self, cast, invited, now):
        membership = services.accept_invitation(invitation=invited, by=invited.user, at=now + SECOND)

        assert (membership.joined_at, membership.role) == (now + SECOND, Role.MEMBER)
        assert authorization.held(invited.user, cast.acme, at=now) == set()
        assert authorization.held(invited.user, cast.acme, at=now + SECOND) == {P.VIEW_INVOICES}
        lines = TrailLine.objects.filter(chain="654321", subject="new@acme.example").order_by("sequence")
        assert [(line.event, line.actor) for line in lines] == [
            ("invitation.sent", "carol@acme.example"),
            ("invitation.accepted", "new@acme.example"),
            ("membership.begun", "new@acme.example"),
        ]
        assert list(Mail.objects.filter(event="joined").values_list("to", flat=True)) == ["carol@acme.example"]

    def test_nobody_else_says_yes(self, cast, invited, now):
        for stranger in (cast.mallory, cast.carol, cast.petra):
            with pytest.raises(PermissionDenied):
                services.accept_invitation(invitation=invited, by=stranger, at=now)

        assert not Membership.objects.filter(user=invited.user).exists()

    def test_that_it_lapsed_is_arithmetic(self, cast, invited, now):
        assert invited.lapses_at == now + WEEK
        with pytest.raises(NotAllowedNow, match="lapsed"):
            services.accept_invitation(invitation=invited, by=invited.user, at=invited.lapses_at)

        services.accept_invitation(invitation=invited, by=invited.user, at=invited.lapses_at - SECOND)
        with pytest.raises(NotAllowedNow):
            services.accept_invitation(invitation=invited, by=invited.user, at=now)

    def test_sending_again_lasts_anew_and_mails_anew(self, cast, invited):
        services.invite_again(invitation=invited, by=cast.adam, at=invited.lapses_at)

        assert invited.lapses_at == invited.invited_at + 2 * WEEK
        assert Mail.objects.filter(event="invited").count() == 2
        assert services.accept_invitation(invitation=invited, by=invited.user, at=invited.lapses_at - SECOND)

    def test_after_withdrawing_there_is_nothing_to_accept_or_send(self, cast, invited, now):
        services.withdraw_invitation(invitation=invited, by=cast.ursula, at=now)

        for step in (services.withdraw_invitation, services.invite_again):
            with pytest.raises(NotAllowedNow):
                step(invitation=invited, by=cast.carol, at=now)
        with pytest.raises(NotAllowedNow):
            services.accept_invitation(invitation=invited, by=invited.user, at=now)

    @pytest.mark.parametrize("how", ["left", "locked out"])
    def test_it_carries_no_more_authority_than_whoever_invited_still_has(self, cast, now, how):
        invitation = invite(cast, at=now, by=cast.adam, role=Role.ACCESS_ADMINISTRATOR, permissions=[])
        if how == "left":
            services.end_membership(membership=member(cast.adam, cast.acme), by=cast.carol, at=now)
        else:
            services.deactivate_person(user=cast.adam, by=None, at=now)

        with pytest.raises(NotAllowedNow, match="may no longer"):
            services.accept_invitation(invitation=invitation, by=invitation.user, at=now)
        assert not Membership.objects.filter(user=invitation.user).exists()
        assert Invitation.objects.get(pk=invitation.pk).accepted_at is None

    def test_somebody_who_joined_the_vendor_meanwhile_is_refused(self, cast, invited, now):
        services.add_member(account=cast.vendor, user=invited.user, role=Role.MEMBER, by=None, at=now)

        with pytest.raises(PermissionDenied, match="vendor"):
            services.accept_invitation(invitation=invited, by=invited.user, at=now)

    @pytest.mark.django_db(transaction=True)
    def test_of_many_clicks_one_joins(self, cast, invited, now):
        together = Barrier(6)

        def click(_number):
            together.wait()
            try:
                mine = Invitation.objects.select_related("account", "user").get(pk=invited.pk)
                services.accept_invitation(invitation=mine, by=mine.user, at=now)
            except NotAllowedNow:
                return "no"
            finally:
                connection.close()
            return "yes"

        with ThreadPoolExecutor(6) as threads:
            assert sorted(threads.map(click, range(6))) == ["no"] * 5 + ["yes"]
        assert Membership.objects.filter(user=invited.user).count() == 1


class TestPages:
    def test_a_known_address_and_an_unknown_one_look_the_same(self, cast, signed_in):
        carol, seen = signed_in(cast.carol), {}
        for email in (cast.mallory.email, cast.greta.email, "nobody@nowhere.example"):
            posted = carol.post(INVITE, {**NINA, "email": email}, follow=True)
            page = posted.content.decode()
            row = BeautifulSoup(page, "html.parser").find("td", string=email).parent.get_text(" ")
            seen[email] = (posted.redirect_chain, re.sub(r"today, [0-9:]+|[A-Z][a-z]{2} [^,]+, [0-9:]+", "THEN", row))
            carol.post(
                f"/accounts/654321/contacts/invitations/{Invitation.objects.get(email=email).public_id}/withdraw/"
            )

            assert "New One" in page
            assert "Mallory" not in page
        assert len({str(answer).replace(email, "") for email, answer in seen.items()}) == 1

    def test_the_link_alone_tells_nothing_and_is_the_same_for_every_id(self, cast, invited):
        def shown(public_id):
            page = Client().get(f"/invitations/{public_id}/")
            assert page.status_code == 200
            return re.sub(r"nonce=\"[^\"]+\"", "", page.content.decode()).replace(public_id, "ID")

        assert shown(invited.public_id) == shown("0" * 32)
        assert "Acme" not in shown(invited.public_id)
        assert "/auth/password/reset/?next=/invitations/ID/" in shown(invited.public_id)

    def test_a_stranger_finds_nothing_behind_the_link(self, cast, invited, signed_in):
        mallory = signed_in(cast.mallory)

        assert mallory.get(invited.get_absolute_url()).status_code == 404
        assert mallory.post(f"{invited.get_absolute_url()}accept/").status_code == 404
        assert Client().post(f"{invited.get_absolute_url()}accept/").status_code == 302
        assert not Membership.objects.filter(user=invited.user).exists()

    def test_reading_decides_nothing_and_the_button_joins(self, cast, invited, signed_in):
        newcomer = signed_in(invited.user)

        assert b"Join Acme" in newcomer.get(invited.get_absolute_url()).content
        assert newcomer.get(f"{invited.get_absolute_url()}accept/").status_code == 405
        assert not Membership.objects.filter(user=invited.user).exists()
        assert newcomer.post(f"{invited.get_absolute_url()}accept/").status_code == 302
        assert member(invited.user, cast.acme).role == Role.MEMBER
        assert newcomer.get("/accounts/654321/invoices/").status_code == 200
        assert b"You have said yes" in newcomer.get(invited.get_absolute_url()).content

    def test_somebody_new_gets_in_by_a_code_that_proves_the_address(self, cast, invited, settings):
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        browser, path = Client(), invited.get_absolute_url()
        sent = browser.post("/auth/password/reset/", {"email": invited.email, "next": path})
        doorbell.mails_about_signing_in_have_left()
        code = re.search(r"^    (\S+)$", django_mail.outbox[-1].body, re.MULTILINE)[1]
        entered = browser.post(sent["Location"], {"code": code, "next": path})
        assert EmailAddress.objects.get(user=invited.user).verified
        words = {"password1": "a-quiet-key-in-oak", "password2": "a-quiet-key-in-oak", "next": path}
        assert browser.post(entered["Location"], words)["Location"] == path
        browser.post("/auth/login/", {"login": invited.email, "password": "a-quiet-key-in-oak", "next": path})

        assert b"Join Acme" in browser.get(path).content
        browser.post(f"{path}accept/")
        assert member(invited.user, cast.acme).role == Role.MEMBER

    @pytest.mark.parametrize(("who", "status"), [("mike", 403), ("connie", 403), ("piotr", 403), ("mallory", 404)])
    def test_who_does_not_manage_people_invites_sends_and_withdraws_nothing(
        self, cast, invited, signed_in, who, status
    ):
        browser = signed_in(getattr(cast, who))
        theirs = f"/accounts/654321/contacts/invitations/{invited.public_id}"
        answers = [browser.get(INVITE), browser.post(INVITE, {**NINA, "email": "x@acme.example"})]
        answers += [browser.post(f"{theirs}/{step}/") for step in ("again", "withdraw")]

        assert [answer.status_code for answer in answers] == [status] * 4
        assert Invitation.objects.unanswered().count() == 1
        assert TrailLine.objects.filter(event="access.refused", actor=getattr(cast, who).email).count() == 3

    @pytest.mark.trust("A9")
    def test_an_invitation_of_another_account_does_not_exist_here(self, cast, invited, signed_in):
        mallory = signed_in(cast.mallory)

        for step in ("again", "withdraw"):
            path = f"/accounts/810432/contacts/invitations/{invited.public_id}/{step}/"
            assert mallory.post(path).status_code == 404
        assert Invitation.objects.open(clock.now()).get() == invited

    def test_what_cannot_be_is_said_on_the_form(self, cast, invited, signed_in):
        carol = signed_in(cast.carol)
        again = carol.post(INVITE, NINA)
        wrong = carol.post(INVITE, {**NINA, "email": "no address", "role": "primary", "permissions": "decide_access"})

        assert (again.status_code, wrong.status_code) == (409, 400)
        assert b"waits already" in again.content
        assert Invitation.objects.count() == 1

    def test_inviting_is_counted(self, cast, signed_in, settings):
        settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "invite": "1/3600s/user"}
        carol = signed_in(cast.carol)

        assert carol.post(INVITE, NINA).status_code == 302
        assert carol.post(INVITE, {**NINA, "email": "two@acme.example"}).status_code == 429
