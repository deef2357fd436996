"""Giving unasked: Carol lets Petra of Bolt, or Quinn of Crow, into Acme although nobody asked."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from access_requests import services
from accounts.authorization import held
from accounts.models import Account, Grant
from accounts.permissions import LENDABLE
from accounts.permissions import AccountPermission as P
from accounts.services import end_membership
from audit.models import TrailLine
from frame.refusals import NotAllowedNow
from notifications.models import Mail
from partners.models import Partnership
from partners.services import end_partnership
from partners.states import PartnershipState
from tests.cast import WEEK, member
from tests.doorbell import age_session

MINUTE = timedelta(minutes=1)
PAGE = "/accounts/654321/partners/give/"
FORM = {
    "partner": "700118",
    "email": "petra@bolt.example",
    "permissions": ["view_invoices"],
    "length": str(7 * 86400),
    "reason": "Petra looks after our invoices from now on.",
}


def give(cast, at, *, by=None, for_=None, company=None, account=None, **terms):
    """Carol gives Petra Acme's invoices for a week, where not said otherwise."""
    usual = {
        "permissions": [P.VIEW_INVOICES],
        "administrator": False,
        "may_delegate": False,
        "window": services.Window(duration=WEEK),
        "reason": "Petra looks after our invoices from now on.",
    }
    return services.give_access(
        account=account or cast.acme,
        membership=member(for_ or cast.petra, company or cast.bolt),
        by=by or cast.carol,
        at=at,
        **usual | terms,
    )


@pytest.mark.seed("S2-43", "S2-2")
class TestGiveAccess:
    def test_lends_exactly_that_until_the_end(self, cast, now):
        grant = give(cast, now)

        assert held(cast.petra, cast.acme, at=now) == {P.VIEW_INVOICES}
        assert held(cast.petra, cast.acme, at=now + WEEK) == set()
        assert (grant.request_id, grant.parent, grant.decided_by) == ("", None, cast.carol)
        assert TrailLine.objects.get(subject=grant.public_id).actor == cast.carol.email

    def test_administrator_is_everything_and_may_add_colleagues_where_said(self, cast, now):
        grant = give(cast, now, permissions=(), administrator=True, may_delegate=True)

        assert held(cast.petra, cast.acme, at=now) == set(LENDABLE)
        assert (grant.administrator, grant.may_delegate) == (True, True)

    def test_without_administrator_nobody_adds_colleagues(self, cast, now):
        assert give(cast, now, may_delegate=True).may_delegate is False

    def test_an_account_that_forbids_adding_colleagues_gives_none_of_it(self, cast, now):
        Account.objects.filter(pk=cast.acme.pk).update(partners_may_add_colleagues=False)

        assert give(cast, now, administrator=True, may_delegate=True).may_delegate is False

    def test_links_a_known_partner(self, cast, now):
        give(cast, now, for_=cast.quinn, company=cast.crow)

        link = Partnership.objects.get(partner=cast.crow, customer=cast.acme)
        assert (link.state, link.linked_by, link.linked_at) == (PartnershipState.LINKED, cast.carol, now)

    def test_links_a_partner_nobody_knew_of(self, cast, now):
        give(cast, now, by=cast.mallory, account=cast.globex, for_=cast.quinn, company=cast.crow)

        link = Partnership.objects.get(partner=cast.crow, customer=cast.globex)
        assert link.state == PartnershipState.LINKED

    def test_begins_anew_after_an_end(self, cast, now):
        old = Partnership.objects.get(partner=cast.bolt, customer=cast.acme)
        end_partnership(partnership=old, by=cast.carol, at=now)
        give(cast, now + MINUTE)

        assert Partnership.objects.living().get(partner=cast.bolt, customer=cast.acme).pk != old.pk
        assert held(cast.piotr, cast.acme, at=now + MINUTE) == set()

    @pytest.mark.parametrize("who", ["adam", "ursula", "connie", "mike", "pat", "petra", "piotr", "stan", "mallory"])
    def test_is_refused_to_everybody_who_does_not_decide(self, cast, now, who):
        with pytest.raises(PermissionDenied):
            give(cast, now, by=getattr(cast, who))

        assert not Grant.objects.filter(grantee=cast.petra).exists()

    def test_nobody_gives_to_their_own_company(self, several_deciders, now):
        with pytest.raises(PermissionDenied):
            give(several_deciders, now, by=several_deciders.dora)

    def test_only_people_of_partners(self, cast, now):
        for person, company in [(cast.mallory, cast.globex), (cast.tess, cast.vendor)]:
            with pytest.raises(NotAllowedNow):
                give(cast, now, for_=person, company=company)
        assert Grant.objects.count() == 1

    def test_who_left_gets_nothing(self, cast, now):
        gone = member(cast.petra, cast.bolt)
        end_membership(membership=gone, by=cast.pat, at=now)
        gone.refresh_from_db()

        with pytest.raises(NotAllowedNow):
            services.give_access(
                account=cast.acme,
                membership=gone,
                by=cast.carol,
                permissions=[P.VIEW_INVOICES],
                administrator=False,
                may_delegate=False,
                window=services.Window(duration=WEEK),
                reason="x",
                at=now,
            )

    def test_once_is_enough(self, cast, now):
        give(cast, now)

        with pytest.raises(NotAllowedNow):
            give(cast, now)

    def test_a_request_that_waits_is_answered_instead(self, cast, pending, now):
        with pytest.raises(NotAllowedNow):
            give(cast, now)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"permissions": ()},
            {"permissions": [P.DECIDE_ACCESS]},
            {"reason": " "},
            {"window": services.Window(duration=timedelta(days=366))},
        ],
    )
    def test_wrong_terms_are_refused(self, cast, now, wrong):
        with pytest.raises(ValidationError):
            give(cast, now, **wrong)
        assert not Grant.objects.filter(grantee=cast.petra).exists()

    @pytest.mark.trust("T8")
    def test_the_granted_mails_say_that_nobody_asked(self, cast, now):
        grant = give(cast, now, for_=cast.quinn, company=cast.crow)

        told = set(Mail.objects.filter(created_at=now).exclude(about__contains="piotr").values_list("event", "to"))
        assert {row for row in told if row[0] == "linked"} == {
            ("linked", cast.carol.email),
            ("linked", cast.quinn.email),
        }
        mails = {mail.event: mail for mail in Mail.objects.filter(about=grant.public_id)}
        assert {event: mail.to for event, mail in mails.items()} == {
            "granted_customer": cast.carol.email,
            "granted_partner": cast.quinn.email,
        }
        assert "You gave this unasked." in mails["granted_customer"].text
        assert "Nobody had asked for it." in mails["granted_partner"].text
        link = Mail.objects.get(event="linked", to=cast.quinn.email)
        assert "Carol gave Quinn access that nobody had asked for." in " ".join(link.text.split())


@pytest.mark.seed("S2-43")
class TestPage:
    def test_carol_gives_from_the_page_of_partners(self, cast, signed_in, now):
        browser = signed_in(cast.carol)
        assert f"{PAGE}?partner=700118" in browser.get("/accounts/654321/partners/").text
        assert 'value="700118"' in browser.get(f"{PAGE}?partner=700118").text

        answer = browser.post(PAGE, FORM, follow=True)

        assert "Petra from Bolt Partners has access now" in answer.text
        grant = Grant.objects.get(grantee=cast.petra)
        assert held(cast.petra, cast.acme, at=grant.starts_at) == {P.VIEW_INVOICES}
        assert browser.get(grant.get_absolute_url()).status_code == 200
        assert signed_in(cast.mallory).get(grant.get_absolute_url()).status_code == 404

    def test_twice_gets_a_sentence_and_gives_once(self, cast, signed_in):
        browser = signed_in(cast.carol)
        browser.post(PAGE, FORM)
        answer = browser.post(PAGE, FORM)

        assert answer.status_code == 409
        assert "has access to this account already" in answer.text
        assert Grant.objects.filter(grantee=cast.petra).count() == 1

    def test_an_unknown_number_and_an_unknown_address_read_alike(self, cast, signed_in):
        browser = signed_in(cast.carol)
        for wrong in ({"partner": "999999"}, {"email": "nobody@bolt.example"}, {"email": "quinn@crow.example"}):
            answer = browser.post(PAGE, FORM | wrong)
            assert answer.status_code == 400
            assert "Nobody of a partner with this account number has this mail address." in answer.text
        answer = browser.post(PAGE, FORM | {"partner": "810432", "email": cast.mallory.email})
        assert "Nobody of a partner with this account number" in answer.text
        assert not Grant.objects.exclude(grantee=cast.piotr).exists()

    def test_needs_a_fresh_second_factor(self, cast, signed_in, settings):
        browser = signed_in(cast.carol)
        age_session(browser, seconds=settings.PORTAL_REAUTH_WITHIN.total_seconds() + 1)

        answer = browser.post(PAGE, FORM)

        assert answer.status_code == 302
        assert "reauthenticate" in answer.headers["Location"]
        assert not Grant.objects.filter(grantee=cast.petra).exists()

    @pytest.mark.parametrize("who", ["mallory", "pat", "petra", "piotr", "tess", "stan"])
    def test_does_not_exist_for_strangers(self, cast, signed_in, who):
        browser = signed_in(getattr(cast, who))
        outside = browser.post(PAGE, FORM)

        assert outside.status_code in {403, 404}
        assert not Grant.objects.filter(grantee=cast.petra).exists()
