"""The admin site's forms: setting an account up, inviting, replacing a primary user, resetting a second factor."""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission

from accounts import services
from accounts.models import Account, FactorReset, Invitation, Replacement
from accounts.permissions import Role
from audit.models import TrailLine
from notifications.models import Mail
from tests import doorbell, nasty
from tests.cast import member

INVITED = {"first_name": "New", "last_name": "One", "email": "new@acme.example", "role": "member"}


def act(client, window, action, *rows):
    return client.post(
        f"/admin/accounts/{window}/", {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    )


def words(answer):
    """Everything that can be read on an admin page, as one line."""
    return re.sub(r"\s+", " ", BeautifulSoup(answer.content, "html.parser").get_text(" ")).strip()


@pytest.fixture
def paths(cast):
    """The three forms, and what each is sent."""
    TOTP.activate(cast.carol, doorbell.SECRET)
    mike = member(cast.mike, cast.acme).pk
    return {
        f"/admin/accounts/invitation/invite/{cast.acme.pk}/": INVITED,
        f"/admin/accounts/replacement/start/{cast.acme.pk}/": {"successor": mike, "reason": "Carol left."},
        f"/admin/accounts/factorreset/start/{cast.carol.pk}/": {"reason": "A lost phone."},
    }


def begun():
    return [
        Account.objects.count(),
        Invitation.objects.count(),
        Replacement.objects.count(),
        FactorReset.objects.count(),
    ]


class TestForms:
    def test_each_does_its_work_and_goes_back_to_the_list(self, cast, paths, signed_in):
        stan, before = signed_in(cast.stan), begun()
        for path, fields in paths.items():
            assert stan.get(path).status_code == 200
            answer = stan.post(path, fields, follow=True)
            assert (answer.status_code, len(answer.redirect_chain)) == (200, 1), words(answer)

        assert [after - was for after, was in zip(begun(), before, strict=True)] == [0, 1, 1, 1]
        assert {line.actor for line in TrailLine.objects.filter(event__endswith=".started")} == {cast.stan.email}

    def test_looking_begins_nothing(self, cast, paths, signed_in):
        stan, before = signed_in(cast.root), begun()
        for path in paths:
            assert stan.get(path).status_code == 200

        assert begun() == before

    @pytest.mark.parametrize("who", ["carol", "pat", "tess", "mallory"])
    def test_are_shut_for_everybody_else(self, cast, paths, signed_in, who):
        client, before = signed_in(getattr(cast, who)), begun()
        for path, fields in paths.items():
            for answer in (client.get(path, follow=True), client.post(path, fields, follow=True)):
                assert (answer.status_code, answer.request["PATH_INFO"]) == (403, "/admin/login/")

        assert begun() == before

    def test_need_djangos_permission(self, cast, paths, signed_in):
        cast.stan.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
        stan, before = signed_in(cast.stan), begun()

        assert {stan.get(path).status_code for path in paths} == {403}
        assert {stan.post(path, fields).status_code for path, fields in paths.items()} == {403}
        assert begun() == before

    @pytest.mark.trust("H4")
    def test_ask_for_a_second_factor_that_was_shown_lately(self, cast, paths, signed_in):
        stan, before = signed_in(cast.stan), begun()
        doorbell.age_session(stan, seconds=700)

        for path, fields in paths.items():
            assert "/reauthenticate/" in stan.post(path, fields).headers["Location"], path
        assert begun() == before

    def test_say_who_is_told_before_anything_begins(self, cast, paths, signed_in):
        stan = signed_in(cast.stan)
        services.deactivate_person(user=cast.adam, by=None, at=TrailLine.objects.latest("at").at)
        replacing, resetting = (words(stan.get(path)) for path in list(paths)[1:])

        for page in (replacing, resetting):
            assert "Carol, carol@acme.example" in page
            assert "Adam, adam@acme.example ( Locked out )" in page or "Adam, adam@acme.example (Locked out)" in page
        assert "Nothing changes for 3 days" in replacing
        assert "Nothing changes for 1 day" in resetting

    def test_offer_as_successor_the_other_members_and_nobody_else(self, cast, paths, signed_in):
        path = list(paths)[1]
        stan = signed_in(cast.stan)
        offered = BeautifulSoup(stan.get(path).content, "html.parser").select(
            "#id_successor option[value]:not([value=''])"
        )
        assert {option.get_text().partition(",")[0] for option in offered} == {
            "Adam",
            "Connie",
            "Dora",
            "Mike",
            "Ursula",
        }

        for wrong in (member(cast.mallory, cast.globex).pk, member(cast.carol, cast.acme).pk, "x", 2**70, ""):
            assert stan.post(path, {"successor": wrong, "reason": "Gone."}).status_code == 400
        assert not Replacement.objects.exists()

    def test_say_on_the_form_what_cannot_be(self, cast, paths, signed_in):
        stan = signed_in(cast.stan)
        invite = next(iter(paths))
        vendors = stan.post(invite, {**INVITED, "email": cast.tess.email})
        for path in list(paths)[1:]:
            stan.post(path, paths[path])
        again = [stan.post(path, paths[path]) for path in list(paths)[1:]]

        assert (vendors.status_code, "Nobody of the vendor" in words(vendors)) == (409, True)
        assert [(answer.status_code, "under way already" in words(answer)) for answer in again] == [(409, True)] * 2

    @pytest.mark.trust("F1", "F2", "F4")
    def test_nothing_broken_is_more_than_refused(self, cast, paths, signed_in):
        stan = signed_in(cast.stan)
        counted = nasty.encoded(nasty.NUMBERS[:6])
        tried = [(path, name, nasty.BROKEN_TEXT[:3]) for path in paths for name in paths[path]]
        tried += [(list(paths)[1], "successor", counted)]
        for path, name, values in tried:
            for value in values:
                status = nasty.send(stan, path, paths[path], **{name: value})[0].status_code
                assert status in {400, 409}, (path, name, value)
        for number in nasty.NUMBERS[:8]:
            for place in ("invitation/invite", "replacement/start", "factorreset/start"):
                assert stan.get(f"/admin/accounts/{place}/{number}/").status_code == 404

    def test_are_found_where_one_works(self, cast, paths, signed_in):
        stan = signed_in(cast.stan)
        pages = {
            f"/admin/accounts/account/{cast.acme.pk}/change/": list(paths)[:2],
            f"/admin/accounts/user/{cast.carol.pk}/change/": list(paths)[2:],
        }

        for page, forms in pages.items():
            links = BeautifulSoup(stan.get(page).content, "html.parser").select(".row-tools a")
            assert set(forms) <= {link["href"] for link in links}


class TestActions:
    def test_calling_off_needs_no_code_and_tells(self, cast, paths, signed_in):
        stan = signed_in(cast.stan)
        for path in list(paths)[1:]:
            stan.post(path, paths[path])
        doorbell.age_session(stan, seconds=700)

        for window, row in (("replacement", Replacement.objects.get()), ("factorreset", FactorReset.objects.get())):
            assert "1 was called off." in words(act(stan, window, "call_off", row))
            assert "already" in words(act(stan, window, "call_off", row))
        assert not Replacement.objects.under_way().exists()
        assert not FactorReset.objects.under_way().exists()
        assert Mail.objects.filter(event="replacement_stopped", to=cast.carol.email).exists()

    def test_sending_again_and_withdrawing(self, cast, paths, signed_in, now):
        stan = signed_in(cast.stan)
        stan.post(*next(iter(paths.items())))
        ours = Invitation.objects.get()
        theirs = services.invite(
            account=cast.acme,
            email="x@acme.example",
            first_name="X",
            last_name="",
            role=Role.MEMBER,
            permissions=[],
            authorized_contact=False,
            by=cast.carol,
            at=now,
        )

        page = words(act(stan, "invitation", "send_again", ours, theirs))
        assert "1 invitation is on its way again." in page
        assert "The account’s own people sent this invitation." in page
        assert "1 invitation was withdrawn." in words(act(stan, "invitation", "withdraw", ours, theirs))
        assert list(Invitation.objects.unanswered()) == [theirs]

    def test_need_djangos_permission(self, cast, paths, signed_in):
        stan = signed_in(cast.stan)
        for path, fields in paths.items():
            stan.post(path, fields)
        cast.stan.user_permissions.remove(*Permission.objects.filter(codename__startswith="change_"))

        for window, action in (
            ("replacement", "call_off"),
            ("factorreset", "call_off"),
            ("invitation", "send_again"),
            ("invitation", "withdraw"),
        ):
            rows = {"replacement": Replacement, "factorreset": FactorReset, "invitation": Invitation}[window]
            assert act(stan, window, action, rows.objects.first()).status_code == 403
        assert Replacement.objects.under_way().exists()
