"""Django's own question about an account gets the door's answer."""

import pytest

pytestmark = pytest.mark.django_db


class TestDoor:
    def test_opens_for_who_the_door_opens(self, cast):
        assert cast.carol.has_perm("accounts.view_invoices", cast.acme)
        assert cast.carol.has_perm("view_invoices", cast.acme)
        assert "accounts.view_invoices" in cast.carol.get_all_permissions(cast.acme)

    @pytest.mark.trust("I1")
    @pytest.mark.parametrize("who", ["mallory", "root", "stan", "tess", "petra"])
    def test_stays_shut_for_everybody_else_superuser_or_not(self, cast, who):
        user = getattr(cast, who)

        assert not user.has_perm("accounts.view_invoices", cast.acme)
        assert user.get_all_permissions(cast.acme) == set()

    @pytest.mark.parametrize("perm", ["accounts.change_account", "auth.view_invoices", "nonsense", ""])
    def test_knows_no_other_rights(self, cast, perm):
        assert not cast.carol.has_perm(perm, cast.acme)

    def test_says_nothing_about_other_things(self, cast):
        assert not cast.carol.has_perm("accounts.view_invoices", cast.carol)
