"""What was tried and refused stands in the trail of the account it was tried at, whichever form it was."""

import pytest

from accounts import services
from accounts.permissions import Role
from audit.models import TrailLine
from tests.cast import member

FORMS = ["settings/", "configuration/change/", "contacts/invite/", "partners/give/", "partners/700118/unlink/"]


def refused():
    """This will give whom something was refused, where it was filed, and what the answer was, oldest first."""
    lines = TrailLine.objects.filter(event="access.refused").order_by("id")
    return [(line.actor, line.account, line.details["path"], line.details["status"]) for line in lines]


@pytest.mark.trust("A6", "L6")
class TestRefusedForms:
    def test_going_to_an_account_that_is_not_ones_own(self, cast, signed_in):
        mallory = signed_in(cast.mallory)
        for number in ("654321", "999999"):
            assert mallory.post("/switch/", {"account": number}).status_code == 404

        assert refused() == [
            (cast.mallory.email, "654321", "/switch/", 404),
            (cast.mallory.email, "", "/switch/", 404),
        ]

    @pytest.mark.parametrize(("who", "status"), [("mallory", 404), ("quinn", 404), ("mike", 403)])
    @pytest.mark.parametrize("form", FORMS)
    def test_every_form_of_an_account(self, cast, signed_in, who, status, form):
        path = f"/accounts/654321/{form}"

        assert signed_in(getattr(cast, who)).post(path).status_code == status
        assert refused() == [(getattr(cast, who).email, "654321", path, status)]

    def test_accepting_what_was_withdrawn(self, cast, now, signed_in):
        invitation = services.invite(
            account=cast.acme,
            email=cast.quinn.email,
            first_name="Quinn",
            last_name="",
            role=Role.MEMBER,
            permissions=[],
            authorized_contact=False,
            by=cast.carol,
            at=now,
        )
        services.withdraw_invitation(invitation=invitation, by=cast.carol, at=now)
        path = f"/invitations/{invitation.public_id}/accept/"

        assert signed_in(cast.quinn).post(path).status_code == 409
        assert refused() == [(cast.quinn.email, "654321", path, 409)]

    def test_a_look_leaves_no_line(self, cast, signed_in):
        mallory = signed_in(cast.mallory)
        for path in ("settings/", f"contacts/{member(cast.mike, cast.acme).pk}/"):
            assert mallory.get(f"/accounts/654321/{path}").status_code == 404

        assert refused() == []
