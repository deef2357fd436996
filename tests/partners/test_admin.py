"""Staff end a partnership on the admin site: first what would end is shown, then it ends on the button."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Grant
from partners.models import Partnership

ADDRESS = "/admin/partners/partnership/"


@pytest.fixture
def link(cast):
    """Bolt and Acme."""
    return Partnership.objects.get(partner=cast.bolt, customer=cast.acme)


@pytest.mark.seed("S2-42")
class TestEnd:
    def test_shows_first_what_ends_and_then_ends_it(self, cast, link, signed_in):
        browser = signed_in(cast.stan)
        form = {"action": "end", "_selected_action": [link.pk]}

        first = browser.post(ADDRESS, form)
        assert "Piotr" in first.text
        link.refresh_from_db()
        assert link.ended_at is None

        answer = browser.post(ADDRESS, form | {"confirmed": "yes"}, follow=True)
        assert "1 partnership was ended." in answer.text
        link.refresh_from_db()
        assert (link.ended_by, link.state) == (cast.stan, "ended")
        assert Grant.objects.get().end_reason == "link"

        again = browser.post(ADDRESS, form | {"confirmed": "yes"}, follow=True)
        assert "This partnership has ended already." in again.text

    def test_needs_a_permission_of_its_own(self, cast, link, signed_in):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="change_partnership"))
        form = {"action": "end", "_selected_action": [link.pk], "confirmed": "yes"}

        assert signed_in(cast.stan).post(ADDRESS, form).status_code == 403
        assert signed_in(cast.mallory).post(ADDRESS, form).status_code in {302, 403, 404}
        link.refresh_from_db()
        assert link.ended_at is None
