"""Renewal: the same rights, from the end of the old access on, asked and answered like any other request."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import services
from access_requests.models import AccessRequest
from accounts.authorization import held
from accounts.models import Grant
from frame.refusals import NotAllowedNow
from tests.cast import INVOICES, WEEK, approve, fresh, member

DAY, MONTH = timedelta(days=1), timedelta(days=30)
FORM = {"length": str(30 * 86400), "reason": "The check goes on."}


def renew(grant, *, by, at, length=MONTH):
    return services.renew_access(grant=grant, by=by, length=length, reason="The check goes on.", at=at)


class TestRenewAccess:
    def test_asks_for_the_same_from_the_end_on(self, cast, granted, now):
        asked = renew(granted, by=cast.pat, at=now + DAY)

        assert (asked.beneficiary, asked.account, asked.rights) == (cast.petra, cast.acme, [INVOICES])
        assert (asked.starts_at, asked.ends_at) == (granted.ends_at, granted.ends_at + MONTH)
        assert asked.asker == cast.pat

    def test_approved_it_goes_on_without_a_gap(self, cast, granted, now):
        approve(fresh(renew(granted, by=cast.pat, at=now + DAY)), by=cast.carol, at=now + DAY)

        for moment in (now + DAY, granted.ends_at - DAY, granted.ends_at, granted.ends_at + MONTH - DAY):
            assert held(cast.petra, cast.acme, at=moment) == {INVOICES}
        assert held(cast.petra, cast.acme, at=granted.ends_at + MONTH) == set()

    def test_what_was_made_less_is_renewed_as_it_is(self, cast, now):
        lent = Grant.objects.get(grantee=cast.piotr)
        services.shrink_access(
            grant=lent, by=cast.carol, ends_at=now + WEEK, permissions=[INVOICES], may_delegate=False, at=now
        )

        asked = renew(lent, by=cast.pat, at=now)
        assert (asked.rights, asked.administrator, asked.may_delegate) == ([INVOICES], False, False)
        assert asked.starts_at == now + WEEK

    @pytest.mark.parametrize("who", ["petra", "dora", "carol", "quinn", "mallory"])
    def test_only_admins_of_the_company_ask(self, cast, granted, now, who):
        with pytest.raises(PermissionDenied):
            renew(granted, by=getattr(cast, who), at=now)

    def test_one_at_a_time(self, cast, granted, now):
        renew(granted, by=cast.pat, at=now)

        with pytest.raises(NotAllowedNow):
            renew(granted, by=cast.pat, at=now)

    def test_not_what_has_ended(self, cast, granted, now):
        services.end_access(grant=granted, by=cast.carol, at=now)

        with pytest.raises(NotAllowedNow):
            renew(granted, by=cast.pat, at=now + DAY)

    def test_not_so_long_before_the_end(self, cast, now):
        with pytest.raises(ValidationError):
            renew(Grant.objects.get(grantee=cast.piotr), by=cast.pat, at=now)

    def test_not_what_hangs_under_a_colleagues(self, cast, now):
        lent = services.add_colleague(
            account=cast.acme,
            membership=member(cast.petra, cast.bolt),
            by=cast.piotr,
            permissions=[INVOICES],
            administrator=False,
            reason="x",
            at=now,
        )

        with pytest.raises(NotAllowedNow):
            renew(lent, by=cast.pat, at=now)


class TestPages:
    def test_pat_renews_from_the_page_of_the_request(self, cast, granted, pending, signed_in):
        browser = signed_in(cast.pat)
        address = f"/access/{granted.public_id}/renew/"
        assert f'href="{address}"' in browser.get(pending.get_absolute_url()).text
        assert "See invoices" in browser.get(address).text

        answer = browser.post(address, FORM, follow=True)

        assert "Sent." in answer.text
        asked = AccessRequest.objects.latest("pk")
        assert asked.starts_at == granted.ends_at
        again = browser.post(address, FORM)
        assert again.status_code == 409
        assert "waits for an answer already" in again.text

    def test_wrong_input_gets_a_sentence(self, cast, granted, signed_in):
        browser = signed_in(cast.pat)
        for wrong in ({}, {"length": "1"}, {"reason": ""}, {"length": "x", "reason": "y"}):
            answer = browser.post(f"/access/{granted.public_id}/renew/", {**FORM, **wrong} if wrong else {})
            assert answer.status_code == 400
            assert "Nothing was sent." in answer.text

    @pytest.mark.parametrize("who", ["mallory", "quinn", "tess", "dora"])
    def test_does_not_exist_for_strangers(self, cast, granted, signed_in, who):
        browser = signed_in(getattr(cast, who))
        assert browser.get(f"/access/{granted.public_id}/renew/").status_code in {404}
        assert browser.post(f"/access/{granted.public_id}/renew/", FORM).status_code in {403, 404}
        assert AccessRequest.objects.filter(starts_at=granted.ends_at).count() == 0

    @pytest.mark.parametrize("who", ["petra", "carol"])
    def test_is_not_offered_to_who_does_not_ask(self, cast, granted, pending, signed_in, who):
        browser = signed_in(getattr(cast, who))
        assert "/renew/" not in browser.get(pending.get_absolute_url()).text
        assert browser.get(f"/access/{granted.public_id}/renew/").status_code == 404
        assert browser.post(f"/access/{granted.public_id}/renew/", FORM).status_code == 403

    def test_contacts_shows_what_holds_now_beside_what_is_to_come(self, cast, granted, now, signed_in):
        approve(fresh(renew(granted, by=cast.pat, at=now)), by=cast.carol, at=now)

        page = signed_in(cast.pat).get("/contacts/?customer=654321").text
        assert granted.get_absolute_url() in page
