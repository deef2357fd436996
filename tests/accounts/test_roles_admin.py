"""The catalogue of role bundles on the admin site: kept by staff, every change written down."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import AccessRole
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from tests.cast import REPAIR, role_bundles
from tests.pages import words_of

ROLES = "/admin/accounts/accessrole/"
NEW = {"name": "See people", "description": "Reads who works for you.", "permissions": [P.VIEW_CONTACTS]}


@pytest.fixture
def stan(cast, signed_in):
    return signed_in(cast.stan)


@pytest.mark.seed("S0-7")
class TestRoleBundles:
    def test_staff_add_one(self, cast, stan):
        answer = stan.post(f"{ROLES}add/", NEW)

        role = AccessRole.objects.get(name="See people")
        assert (answer.status_code, role.permissions, role.active) == (302, ["view_contacts"], True)
        line = TrailLine.objects.get(event="role.added", subject="See people")
        assert line.actor == cast.stan.email

    def test_staff_change_one_and_take_it_off_offer(self, cast, stan):
        (role,) = role_bundles(REPAIR)
        page = stan.get(f"{ROLES}{role.pk}/change/")
        assert 'value="change_configuration" id="id_permissions' in page.content.decode()

        stan.post(f"{ROLES}{role.pk}/change/", {**NEW, "name": REPAIR})

        role.refresh_from_db()
        assert (role.permissions, role.active) == (["view_contacts"], False)
        line = TrailLine.objects.get(event="role.changed")
        assert line.details["before"]["permissions"] == ["view_configuration", "change_configuration"]

    @pytest.mark.parametrize(
        "wrong",
        [{"name": ""}, {"name": REPAIR}, {"description": ""}, {"permissions": []}, {"permissions": ["decide_access"]}],
        ids=str,
    )
    def test_a_bundle_that_cannot_be_is_refused_beside_its_field(self, stan, wrong):
        before = AccessRole.objects.count()
        page = stan.post(f"{ROLES}add/", {**NEW, **wrong})

        assert page.status_code == 200
        assert "errorlist" in page.content.decode()
        assert AccessRole.objects.count() == before

    def test_saving_it_as_it_was_leaves_no_line(self, stan):
        (role,) = role_bundles(REPAIR)
        same = {"name": role.name, "description": role.description, "permissions": role.permissions, "active": "on"}

        page = stan.post(f"{ROLES}{role.pk}/change/", same)

        assert "Nothing was changed" in words_of(page)
        assert not TrailLine.objects.filter(event="role.changed").exists()

    def test_nobody_deletes_one(self, cast, stan, signed_in):
        (role,) = role_bundles(REPAIR)
        cast.stan.user_permissions.add(Permission.objects.get(codename="delete_accessrole"))

        for browser in (stan, signed_in(cast.root)):
            assert browser.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 404
            many = {"action": "delete_selected", "_selected_action": [role.pk], "post": "yes"}
            assert browser.post(ROLES, many).status_code == 403
        assert AccessRole.objects.filter(pk=role.pk).exists()

    def test_who_may_only_look_changes_nothing(self, cast, stan):
        (role,) = role_bundles(REPAIR)
        cast.stan.user_permissions.set(Permission.objects.filter(codename="view_accessrole"))

        assert stan.get(f"{ROLES}{role.pk}/change/").status_code == 200
        assert stan.post(f"{ROLES}{role.pk}/change/", NEW).status_code == 403
        assert stan.post(f"{ROLES}add/", NEW).status_code == 403

    @pytest.mark.parametrize("who", ["tess", "carol", "mallory"])
    def test_for_everybody_else_it_is_shut(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))

        assert browser.get(ROLES).status_code == 302
        assert browser.post(f"{ROLES}add/", NEW).status_code == 302
        assert not AccessRole.objects.filter(name="See people").exists()
