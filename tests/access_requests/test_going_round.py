"""Ways round what was refused or has ended: each is closed, and nothing typed is lost on the way."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from access_requests import services
from access_requests.models import AccessRequest
from accounts import services as accounts
from accounts.models import Grant, Membership
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from frame.refusals import NotAllowedNow, TooMuch
from notifications.models import Mail
from partners.models import Partnership
from partners.services import make_known
from partners.states import PartnershipState
from tests.cast import INVOICES, WEEK, approve, ask, events, fresh, member, told
from tests.crowd import many_customers
from tests.pages import A_MOMENT, form_of, soup_of, words_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TYPED = "The yearly check, in my own words."
TERMS = {"permissions": ["view_invoices"], "length": "86400", "reason": TYPED}


def edit(request, *, by, at, **terms):
    """This will ask for Administrator instead, as ``by``, who has just read the request."""
    wanted = {"permissions": [], "administrator": True, "may_delegate": True, "reason": TYPED, **terms}
    window = services.Window(duration=WEEK)
    return services.edit_request(request=request, seen=request.as_seen(), by=by, window=window, at=at, **wanted)


def lend(cast, person, *, at):
    """This will let Piotr add a colleague at Acme, for the invoices."""
    return services.add_colleague(
        account=cast.acme,
        membership=member(person, cast.bolt),
        by=cast.piotr,
        permissions=[INVOICES],
        administrator=False,
        reason=TYPED,
        at=at,
    )


@pytest.mark.seed("S2-6")
class TestWhoAsksNoMore:
    """Whoever asked and is no admin any more, or is kept from asking, changes nothing of what waits."""

    def refused(self, cast, asked, signed_in, at):
        with pytest.raises(PermissionDenied):
            edit(fresh(asked), by=cast.pat, at=at)
        with pytest.raises(PermissionDenied):
            services.send_again(request=fresh(asked), by=cast.pat, at=at + 2 * HOUR)
        page = soup_of(signed_in(cast.pat).get(asked.get_absolute_url()))
        assert not page.select('main a[href$="/edit/"], main form[action$="/send-again/"]')
        assert page.select('main a[href$="/cancel/"]')
        assert "request.edited" not in events(asked)
        assert told("requested_customer", asked) == [cast.carol.email]

    def test_an_admin_no_more(self, cast, pending, now, signed_in):
        Membership.objects.filter(user=cast.dora, account=cast.bolt).update(role=Role.ADMINISTRATOR)
        accounts.name_successor(account=cast.bolt, successor=cast.petra, by=cast.pat, at=now)
        accounts.change_role(membership=member(cast.pat, cast.bolt), role=Role.MEMBER, by=cast.petra, at=now)

        self.refused(cast, pending, signed_in, now)

    @pytest.mark.trust("D2")
    def test_who_is_kept_from_asking(self, cast, pending, now, signed_in):
        other = ask(cast, for_=cast.dora, at=now)
        services.report_unexpected(request=other, seen=other.as_seen(), by=cast.carol, at=now)

        self.refused(cast, pending, signed_in, now)


@pytest.mark.trust("D1")
class TestTooMuch:
    def test_changing_a_request_again_and_again_mails_nobody_without_end(self, cast, pending, now, settings):
        settings.PORTAL_EDIT_MAX = 2
        for number in range(2):
            edit(fresh(pending), by=cast.pat, reason=f"Thought {number}.", at=now)
        with pytest.raises(NotAllowedNow, match="often enough"):
            edit(fresh(pending), by=cast.pat, at=now)

        assert Mail.objects.filter(event="edited_customer").count() == 2
        services.cancel_request(request=fresh(pending), by=cast.pat, at=now)

    def test_what_is_asked_of_linked_customers_of_another_company_does_not_count(self, cast, now, settings):
        settings.PORTAL_ASKS_PER_DAY = 2
        accounts.add_member(account=cast.crow, user=cast.pat, role=Role.ADMINISTRATOR, by=None, at=now)
        available = many_customers(cast.crow, 3, at=now)
        ours = member(cast.petra, cast.bolt)
        for link in many_customers(cast.bolt, 3, at=now, state=PartnershipState.LINKED):
            self._primary(link.customer, now)
            self._ask(link.customer, ours, cast.pat, now)
        theirs = member(cast.quinn, cast.crow)
        for link in available:
            self._primary(link.customer, now)
        for link in available[:2]:
            self._ask(link.customer, theirs, cast.pat, now)
        with pytest.raises(TooMuch):
            self._ask(available[2].customer, theirs, cast.pat, now)

    @pytest.mark.parametrize("several", [False, True])
    def test_what_was_typed_stays_on_the_page(self, cast, now, signed_in, settings, several):
        settings.PORTAL_PENDING_LINKED = 1
        ask(cast, at=now)
        place, person = member(cast.dora, cast.bolt).pk, {"person": [str(member(cast.dora, cast.bolt).pk)]}
        path, more = ("/contacts/ask/654321/", person) if several else (f"/contacts/ask/654321/{place}/", {})
        answer = signed_in(cast.pat).post(path, TERMS | more)

        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "Come back on" in words_of(answer)
        assert form_of(answer).items() >= {"reason": [TYPED], "permissions": ["view_invoices"], **more}.items()

    def test_of_a_renewal_too(self, cast, now, signed_in, settings):
        grant = approve(ask(cast, at=now), by=cast.carol, at=now)
        settings.PORTAL_PENDING_LINKED = 1
        ask(cast, for_=cast.dora, at=now)
        answer = signed_in(cast.pat).post(f"/access/{grant.public_id}/renew/", {"length": "86400", "reason": TYPED})

        assert (answer.status_code, form_of(answer)["reason"]) == (429, [TYPED])
        assert int(answer.headers["Retry-After"]) > 0

    @pytest.mark.parametrize("form", ["decide", "give", "invite"])
    def test_of_what_is_counted_by_the_minute_too(self, cast, pending, signed_in, settings, form):
        counted = {"decide": "1/3600s/user", "invite": "1/3600s/user"}
        settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | counted
        path, field = {
            "decide": (f"/requests/{pending.public_id}/decide/", "note"),
            "give": ("/accounts/654321/partners/give/", "reason"),
            "invite": ("/accounts/654321/contacts/invite/", "first_name"),
        }[form]
        carol = signed_in(cast.carol)
        first, second = (carol.post(path, {field: TYPED}) for _time in range(2))

        assert (first.status_code, second.status_code) == (400, 429)
        assert "tried very often" in words_of(second)
        assert form_of(second)[field] == [TYPED]

    @staticmethod
    def _primary(customer, at):
        person = accounts_person(f"primary-{customer.number}")
        accounts.add_member(account=customer, user=person, role=Role.PRIMARY, by=None, at=at)

    @staticmethod
    def _ask(customer, membership, by, at):
        services.submit_request(
            account=customer,
            membership=membership,
            by=by,
            permissions=[INVOICES],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=WEEK),
            reason=TYPED,
            at=at,
        )


def accounts_person(name):
    """This will make somebody new."""
    return Membership._meta.get_field("user").related_model.objects.create_user(f"{name}@customer.example")


@pytest.mark.trust("I11", "A8")
class TestTwoCompanies:
    """Petra works for Bolt and for Crow; what she has through the one is nothing to the other."""

    @pytest.fixture
    def through_crow(self, cast, now):
        """A request of Quinn's for Petra at Acme, which waits."""
        place = accounts.add_member(account=cast.crow, user=cast.petra, role=Role.MEMBER, by=None, at=now)
        if not Partnership.objects.living().filter(partner=cast.crow, customer=cast.acme).exists():
            make_known(partner=cast.crow, customer=cast.acme, by=None, at=now)
        asked = services.submit_request(
            account=cast.acme,
            membership=place,
            by=cast.quinn,
            permissions=[P.VIEW_USAGE],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=WEEK),
            reason=TYPED,
            at=now,
        )
        return fresh(asked)

    def test_the_one_sees_nothing_of_what_waits_or_holds_through_the_other(self, cast, through_crow, now, signed_in):
        pat, page = signed_in(cast.pat), "/contacts/?company=700118&customer=654321"
        before = pat.get(page).text
        services.cancel_request(request=through_crow, by=cast.quinn, at=now)
        assert through_crow.public_id not in before
        row = soup_of(pat.get(page)).find("a", href=f"/contacts/ask/654321/{member(cast.petra, cast.bolt).pk}/")
        assert row is not None

    def test_nor_of_access(self, cast, through_crow, now, signed_in):
        approve(through_crow, by=cast.carol, at=now)
        pat = signed_in(cast.pat)
        own = member(cast.petra, cast.bolt).pk
        soup = soup_of(pat.get("/contacts/?company=700118&customer=654321"))

        row = next(row for row in soup.select("main tbody tr") if "petra@bolt.example" in row.get_text())
        assert "Approved" not in row.get_text()
        assert "Yes" not in row.get_text()
        sent = pat.post(f"/contacts/ask/654321/?company=700118&person={own}", TERMS | {"person": [own]})
        assert sent.status_code == 302
        assert AccessRequest.objects.waiting(now).filter(company=cast.bolt, beneficiary=cast.petra).exists()

    def test_nor_on_the_list_of_what_ends_soon(self, cast, granted, through_crow, now, signed_in):
        services.edit_request(
            request=through_crow,
            seen=through_crow.as_seen(),
            by=cast.quinn,
            permissions=[P.VIEW_USAGE],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=2 * WEEK),
            reason=TYPED,
            at=now,
        )
        page = "/contacts/renewals/"
        assert through_crow.public_id not in signed_in(cast.pat).get(page).text
        approve(fresh(through_crow), by=cast.carol, at=now)
        assert "goes on until" not in words_of(signed_in(cast.pat).get(page))


@pytest.mark.trust("C2")
def test_who_left_the_company_reads_no_access_of_it_any_more(cast, now, signed_in):
    lent = lend(cast, cast.petra, at=now)
    piotr, path = signed_in(cast.piotr), f"/access/{lent.public_id}/"
    assert piotr.get(path).status_code == 200
    accounts.end_membership(membership=member(cast.piotr, cast.bolt), by=cast.pat, at=now)

    assert piotr.get(path).status_code == 404
    assert signed_in(cast.petra).get(path).status_code == 200


@pytest.mark.trust("H4")
class TestAFreshSecondFactor:
    def test_is_asked_for_where_colleagues_go_on_under_another(self, cast, now, signed_in, settings):
        lent = lend(cast, cast.petra, at=now)
        terms = {"permissions": [], "administrator": True, "may_delegate": True}
        heir = approve(ask(cast, for_=cast.dora, at=now, **terms), by=cast.carol, at=now)
        carol, path = signed_in(cast.carol), f"/access/{lent.parent.public_id}/end/"
        if lent.parent.request_id:
            path = f"/requests/{lent.parent.request_id}/end/"
        settings.PORTAL_REAUTH_WITHIN = timedelta(0)

        assert "reauthenticate" in carol.post(path, {"lender": heir.public_id}).headers["Location"]
        assert Grant.objects.unended(now).filter(pk=lent.parent_id).exists()
        carol.post(path, {"lender": ""})
        assert not Grant.objects.unended(now).filter(pk__in=[lent.pk, lent.parent_id]).exists()

    def test_comes_before_any_word_about_an_address(self, cast, signed_in, settings):
        carol, path = signed_in(cast.carol), "/accounts/654321/partners/give/"
        settings.PORTAL_REAUTH_WITHIN = timedelta(0)
        answers = [
            carol.post(path, TERMS | {"partner": "700226", "email": email}).headers.get("Location")
            for email in (cast.quinn.email, "nobody@crow.example")
        ]

        assert answers[0] == answers[1]
        assert "reauthenticate" in answers[0]

    def test_nobody_finds_out_addresses_with_a_form_that_would_give_nothing(self, cast, signed_in):
        carol, path = signed_in(cast.carol), "/accounts/654321/partners/give/"
        asked = TERMS | {"partner": "700226", "reason": ""}
        known, unknown = (
            words_of(carol.post(path, asked | {"email": email})) for email in (cast.quinn.email, "nobody@crow.example")
        )

        # Each length says its end, and between the two pages a minute may begin
        assert re.sub(A_MOMENT, "", known) == re.sub(A_MOMENT, "", unknown)
