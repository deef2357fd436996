"""Staff's windows on people and accounts."""

import pytest
from django.contrib.auth.models import Permission

from audit.models import TrailLine
from tests.pages import words_of

PEOPLE = "/admin/accounts/user/"


def lock_out(client, *people):
    return client.post(
        PEOPLE, {"action": "lock_out", "_selected_action": [person.pk for person in people]}, follow=True
    )


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
