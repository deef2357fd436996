"""Staff's windows on people and accounts."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Grant, Invitation
from accounts.permissions import Role
from accounts.services import invite
from accounts.states import RequestKind
from audit.models import TrailLine
from tests.pages import form_of, soup_of, words_of

PEOPLE = "/admin/accounts/user/"


def lock_out(client, *people, **more):
    chosen = {"action": "lock_out", "_selected_action": [person.pk for person in people]}
    return client.post(PEOPLE, chosen | {"confirmed": "yes"} | more, follow=True)


class TestPeople:
    def test_the_password_is_nowhere_not_even_as_a_hash(self, cast, signed_in):
        cast.carol.set_password("a long enough pass phrase")
        cast.carol.save()
        answer = signed_in(cast.root).get(f"{PEOPLE}{cast.carol.pk}/change/")
        page = answer.content.decode()

        assert cast.carol.email in page
        assert cast.carol.password not in page
        assert "password" not in words_of(answer).lower()


@pytest.mark.trust("H7")
class TestLockOut:
    def test_ends_every_session_at_once(self, cast, signed_in):
        carols = signed_in(cast.carol)
        assert carols.get("/").status_code == 200

        page = lock_out(signed_in(cast.stan), cast.carol)

        assert "1 person was locked out." in page.content.decode()
        assert carols.get("/").headers["Location"].startswith("/auth/login/")
        line = TrailLine.objects.get(event="person.deactivated", subject=cast.carol.email)
        assert line.actor == cast.stan.email

    def test_shows_first_what_ends_and_changes_nothing(self, cast, signed_in):
        stans = signed_in(cast.stan)
        chosen = {"action": "lock_out", "_selected_action": [cast.piotr.pk]}

        words = words_of(stans.post(PEOPLE, chosen))

        assert "Bolt Partners 700118 Member" in words
        assert "Access that ends Acme 654321 until" in words
        cast.piotr.refresh_from_db()
        assert cast.piotr.is_active

        stans.post(PEOPLE, form_of(stans.post(PEOPLE, chosen)))
        cast.piotr.refresh_from_db()
        assert not cast.piotr.is_active

    @pytest.mark.trust("H4")
    def test_asks_for_a_second_factor_shown_lately_and_goes_on_from_there(self, cast, signed_in, settings):
        settings.PORTAL_REAUTH_WITHIN = timedelta(microseconds=1)
        answer = lock_out(signed_in(cast.stan), cast.carol)

        assert answer.request["PATH_INFO"].startswith("/auth/2fa/reauthenticate/")
        cast.carol.refresh_from_db()
        assert cast.carol.is_active

    def test_keeps_from_staff_whose_account_a_colleague_works_in_for_support(self, cast, granted, signed_in):
        Grant.objects.filter(pk=granted.pk).update(kind=RequestKind.SUPPORT)
        chosen = {"action": "lock_out", "_selected_action": [cast.petra.pk]}

        assert "Access that ends" not in words_of(signed_in(cast.root).post(PEOPLE, chosen))

    def test_twice_changes_nothing_and_says_so(self, cast, signed_in):
        stans = signed_in(cast.stan)
        lock_out(stans, cast.mike)

        assert "Mike is locked out already." in lock_out(stans, cast.mike).content.decode()
        assert TrailLine.objects.filter(event="person.deactivated", subject=cast.mike.email).count() == 1

    def test_needs_djangos_permission(self, cast, signed_in):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="change_user"))

        assert lock_out(signed_in(cast.stan), cast.carol).status_code == 403
        cast.carol.refresh_from_db()
        assert cast.carol.is_active

    def test_spares_oneself_and_superusers(self, cast, signed_in):
        page = lock_out(signed_in(cast.stan), cast.stan, cast.root).content.decode()

        assert "Nobody locks out themself." in page
        assert "A superuser is locked out by another superuser alone." in page
        for user in (cast.stan, cast.root):
            user.refresh_from_db()
            assert user.is_active


class TestAccounts:
    def test_are_found_by_number_organization_id_name_and_a_persons_address(self, cast, signed_in):
        stans = signed_in(cast.stan)
        for words in ("654321", "48104810", "acme", "carol@acme.example", "ACME", "carol@"):
            page = stans.get("/admin/accounts/account/", {"q": words})

            assert [row.get_text() for row in soup_of(page).select("#result_list tbody th")] == ["Acme"], words

    def test_hold_everything_about_a_company_on_one_page(self, cast, pending, signed_in):
        words = words_of(signed_in(cast.stan).get(f"/admin/accounts/account/{cast.acme.pk}/change/"))

        for said in ("Carol carol@acme.example Primary user", "Bolt Partners 700118 Linked", pending.public_id[:6]):
            assert said in words
        for panel in ("People 6", "Partners 2", "Requests to this account 2", "Access lent by this account 1"):
            assert panel in words
        assert "membership.begun" in words

    def test_show_no_panel_whose_window_somebody_may_not_open(self, cast, signed_in):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="view_trailline"))
        page = signed_in(cast.stan).get(f"/admin/accounts/account/{cast.acme.pk}/change/")

        assert "People 6" in words_of(page)
        assert "membership.begun" not in words_of(page)

    def test_lead_to_lists_of_what_concerns_them_and_nobody_else(self, cast, signed_in):
        page = signed_in(cast.stan).get("/admin/accounts/membership/", {"account__number": "654321"})

        tags = {tag.get_text() for tag in soup_of(page).select("#result_list .tag")}
        assert tags == {"654321"}
        assert "Only what concerns 654321." in words_of(page)

    def test_without_a_primary_user_are_found(self, cast, signed_in):
        cast.globex.memberships.update(role=Role.MEMBER)
        page = signed_in(cast.stan).get("/admin/accounts/account/", {"missing": "primary"})

        assert [row.get_text() for row in soup_of(page).select("#result_list tbody th")] == ["Globex"]


class TestInvitations:
    STATES = ("waiting", "lapsed", "accepted", "withdrawn")

    @pytest.fixture
    def invitation(self, cast, now):
        """Nora is asked to join Acme."""
        return invite(
            account=cast.acme,
            email="nora@acme.example",
            first_name="Nora",
            last_name="",
            role=Role.MEMBER,
            permissions=[],
            authorized_contact=False,
            by=cast.carol,
            at=now,
        )

    @pytest.mark.parametrize(
        ("state", "changed"),
        [
            ("waiting", {}),
            ("lapsed", {"lapses_at": "past"}),
            ("accepted", {"accepted_at": "now"}),
            ("withdrawn", {"withdrawn_at": "now"}),
        ],
    )
    def test_say_what_became_of_them_and_are_found_by_it(self, cast, invitation, now, signed_in, state, changed):
        moments = {"now": now, "past": now - timedelta(seconds=1)}
        long_ago = {"invited_at": now - timedelta(days=9)}
        moved = long_ago | {field: moments[name] for field, name in changed.items()}
        Invitation.objects.filter(pk=invitation.pk).update(**moved)
        browser = signed_in(cast.stan)

        found = {
            one: len(
                soup_of(browser.get("/admin/accounts/invitation/", {"state": one})).select("#result_list tbody tr")
            )
            for one in self.STATES
        }

        assert found == {one: int(one == state) for one in self.STATES}
        page = browser.get(f"/admin/accounts/invitation/{invitation.pk}/change/")
        assert soup_of(page).select_one("dd .pill").get_text().lower() == state

    def test_have_their_history(self, cast, invitation, signed_in):
        words = words_of(signed_in(cast.stan).get(f"/admin/accounts/invitation/{invitation.pk}/history/"))

        assert "invitation.sent Carol carol@acme.example" in words
