"""Adding colleagues on rights a customer has lent: Piotr holds Administrator at Acme and may add people of Bolt."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import services
from access_requests.models import AccessRequest
from access_requests.states import Status
from accounts.authorization import held
from accounts.models import Account, Grant
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from tests.cast import approve, ask, deny, member

HOUR = timedelta(hours=1)


@pytest.fixture
def lender(cast):
    """The access Carol lent to Piotr."""
    return Grant.objects.get(grantee=cast.piotr)


def add(cast, now, *, by=None, for_=None, company=None, permissions=(P.VIEW_INVOICES,), administrator=False):
    """Piotr adds Petra, where not said otherwise."""
    return services.add_colleague(
        account=cast.acme,
        membership=member(for_ or cast.petra, company or cast.bolt),
        by=by or cast.piotr,
        permissions=permissions,
        administrator=administrator,
        reason="Petra takes over the monthly check.",
        at=now,
    )


@pytest.mark.seed("S2-33", "S2-35", "S2-36")
class TestAddColleague:
    def test_lends_at_once_and_without_the_customer(self, cast, lender, now):
        grant = add(cast, now)

        assert held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert held(cast.petra, cast.acme, at=grant.ends_at) == set()
        assert (grant.parent, grant.decided_by) == (lender, cast.piotr)
        assert TrailLine.objects.get(subject=grant.public_id).event == "grant.opened"

    def test_administrator_lends_what_the_lender_holds_and_passes_nothing_on(self, cast, lender, now):
        grant = add(cast, now, permissions=(), administrator=True)

        assert held(cast.petra, cast.acme, at=now) == set(LENDABLE)
        assert (grant.administrator, grant.may_delegate) == (False, False)

    def test_nobody_is_added_to_an_account_that_is_closed(self, cast, lender, now):
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)

        with pytest.raises(PermissionDenied):
            add(cast, now)
        assert not Grant.objects.filter(grantee=cast.petra).exists()

    @pytest.mark.trust("I6")
    def test_never_more_or_longer_than_the_lender_holds(self, cast, lender, now):
        services.shrink_access(
            grant=lender,
            by=cast.carol,
            ends_at=now + HOUR,
            permissions=[P.VIEW_ORDERS],
            may_delegate=True,
            at=now,
        )

        with pytest.raises(ValidationError):
            add(cast, now)
        assert add(cast, now, permissions=[P.VIEW_ORDERS]).ends_at == now + HOUR

    @pytest.mark.seed("S2-38", "S2-39")
    def test_the_colleague_the_lender_and_the_customer_are_told(self, cast, lender, now):
        grant = add(cast, now)

        told = set(Mail.objects.filter(about=grant.public_id).values_list("event", "to"))
        assert told == {
            ("granted_customer", cast.carol.email),
            ("granted_partner", cast.petra.email),
            ("granted_partner", cast.piotr.email),
        }

    @pytest.mark.seed("S2-41")
    def test_closes_a_request_that_waits_for_that_person(self, cast, lender, pending, now):
        add(cast, now)

        assert AccessRequest.objects.get(pk=pending.pk).status == Status.CANCELLED

    @pytest.mark.seed("S2-34")
    @pytest.mark.parametrize("who", ["pat", "petra", "carol", "adam", "mallory", "tess"])
    def test_is_refused_to_everybody_who_may_not_add(self, cast, lender, now, who):
        with pytest.raises(PermissionDenied):
            add(cast, now, by=getattr(cast, who), for_=cast.dora)
        assert Grant.objects.count() == 1

    def test_nobody_of_another_company_is_added(self, cast, lender, now):
        with pytest.raises(PermissionDenied):
            add(cast, now, for_=cast.quinn, company=cast.crow)

    def test_an_account_may_forbid_it(self, cast, lender, now):
        Account.objects.filter(pk=cast.acme.pk).update(partners_may_add_colleagues=False)

        with pytest.raises(PermissionDenied):
            add(cast, now)

    def test_an_added_colleague_adds_nobody(self, cast, lender, now):
        add(cast, now, permissions=(), administrator=True)

        with pytest.raises(PermissionDenied):
            add(cast, now, by=cast.petra, for_=cast.dora)

    def test_who_has_access_is_not_added_again(self, cast, lender, now):
        add(cast, now)

        with pytest.raises(NotAllowedNow):
            add(cast, now)


@pytest.mark.seed("S2-41")
class TestACustomersNo:
    def test_a_denial_outranks_delegation(self, cast, lender, pending, now):
        deny(pending, by=cast.carol, at=now)

        with pytest.raises(PermissionDenied):
            add(cast, now + HOUR)

    def test_so_does_an_access_the_customer_ended(self, cast, lender, granted, now):
        services.end_access(grant=granted, by=cast.carol, at=now)

        with pytest.raises(PermissionDenied):
            add(cast, now + HOUR)

    def test_less_is_a_no_to_more(self, cast, lender, granted, now):
        services.shrink_access(
            grant=granted,
            by=cast.carol,
            ends_at=now + HOUR,
            permissions=[P.VIEW_INVOICES],
            may_delegate=False,
            at=now,
        )
        services.end_access(grant=granted, by=cast.petra, at=now)

        with pytest.raises(PermissionDenied):
            add(cast, now)

    def test_somebody_blocked_neither_adds_nor_is_added(self, cast, lender, pending, now):
        services.report_unexpected(request=pending, seen=pending.as_seen(), by=cast.carol, at=now)

        with pytest.raises(PermissionDenied):
            add(cast, now + HOUR, for_=cast.pat)

    def test_until_the_customer_lets_the_person_in_again(self, cast, lender, pending, now):
        deny(pending, by=cast.carol, at=now)
        again = approve(ask(cast, at=now + 2 * HOUR), by=cast.carol, at=now + 2 * HOUR)
        services.end_access(grant=again, by=cast.petra, at=now + 3 * HOUR)

        assert add(cast, now + 4 * HOUR).grantee == cast.petra


class TestTheEndOfTheLendersAccess:
    def test_ends_what_hangs_under_it_in_the_same_moment(self, cast, lender, now):
        child = add(cast, now)

        services.end_access(grant=lender, by=cast.carol, at=now + HOUR)

        assert held(cast.petra, cast.acme, at=now + HOUR) == set()
        child.refresh_from_db()
        assert (child.ended_at, child.end_reason) == (now + HOUR, "lender")
        assert Mail.objects.filter(event="ended", to=cast.petra.email).count() == 1

    @pytest.mark.seed("S2-40")
    def test_the_lender_removes_a_colleague(self, cast, lender, now):
        child = add(cast, now)

        services.end_access(grant=child, by=cast.piotr, at=now + HOUR)

        assert held(cast.petra, cast.acme, at=now + HOUR) == set()
        assert held(cast.piotr, cast.acme, at=now + HOUR) == set(LENDABLE)


class TestPages:
    def test_the_lender_adds_from_the_contacts_page(self, cast, lender, now, signed_in):
        browser = signed_in(cast.piotr)
        address = f"/contacts/add/654321/{member(cast.petra, cast.bolt).pk}/"
        assert f'href="{address}"' in browser.get("/contacts/?customer=654321").text

        answer = browser.post(address, {"permissions": ["view_invoices"], "reason": "The monthly check."}, follow=True)

        assert "Access was given" in answer.text
        assert held(cast.petra, cast.acme, at=Grant.objects.get(grantee=cast.petra).opened_at) == {P.VIEW_INVOICES}

    @pytest.mark.seed("S2-26", "S2-27", "S2-34")
    def test_others_of_the_company_still_ask(self, cast, lender, signed_in):
        page = signed_in(cast.pat).get("/contacts/?customer=654321").text

        assert "Add as" not in page
        assert "Request access" in page

    @pytest.mark.seed("S2-37", "S2-40")
    def test_an_added_colleague_can_be_edited_or_removed(self, cast, lender, now, signed_in):
        grant = add(cast, now)
        browser = signed_in(cast.piotr)
        assert "Edit or remove" in browser.get("/contacts/?customer=654321").text

        assert browser.get(grant.get_absolute_url()).status_code == 200
        browser.post(f"/access/{grant.public_id}/end/")

        grant.refresh_from_db()
        assert grant.end_reason == "handed_back"

    def test_a_colleagues_access_does_not_exist_for_strangers(self, cast, lender, now, signed_in):
        grant = add(cast, now)
        for who in (cast.mallory, cast.quinn, cast.tess):
            browser = signed_in(who)
            for page in ("", "end/", "less/"):
                assert browser.get(f"/access/{grant.public_id}/{page}").status_code == 404
            assert browser.post(f"/access/{grant.public_id}/end/").status_code == 404
        grant.refresh_from_db()
        assert grant.ended_at is None

    def test_wrong_input_gets_a_sentence(self, cast, lender, now, signed_in):
        browser = signed_in(cast.piotr)
        address = f"/contacts/add/654321/{member(cast.petra, cast.bolt).pk}/"

        for wrong in ({}, {"permissions": ["view_invoices"]}, {"permissions": ["decide_access"], "reason": "x"}):
            answer = browser.post(address, wrong)
            assert answer.status_code == 400
            assert "Nobody was added." in answer.text
        assert not Grant.objects.filter(grantee=cast.petra).exists()
