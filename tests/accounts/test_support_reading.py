"""Read-only support: the third source of rights, opened by the account's own setting and by nothing else."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from bs4 import BeautifulSoup
from django.urls import reverse

from access_requests.services import end_access
from accounts import authorization, services
from accounts.models import Account, Grant, User
from accounts.permissions import AccountPermission as P
from accounts.services import change_settings
from audit.models import TrailLine
from config.management.commands.portal_check import because
from riders.services import open_case
from tests.cast import ask_for_hour, grant_hour, member

PAGE = "/accounts/654321/configuration/"


@pytest.fixture
def opened(cast, now):
    """Acme lets support read."""
    return change_settings(account=cast.acme, seen=1, by=cast.adam, support_read_only=True, at=now)


def listed(user, *, at):
    return {right for right in P if authorization.accounts_where(user, right, at=at).filter(number="654321").exists()}


@pytest.mark.seed("S4-17", "S4-18")
@pytest.mark.trust("I1")
class TestTheDoor:
    @pytest.mark.parametrize("who", ["tess", "tom", "stan", "root"])
    def test_associates_hold_the_one_right_and_no_other(self, cast, opened, now, who):
        user = getattr(cast, who)

        assert authorization.held(user, cast.acme, at=now) == {P.VIEW_CONFIGURATION}
        assert listed(user, at=now) == {P.VIEW_CONFIGURATION}
        assert authorization.open_to(user, at=now).filter(pk=cast.acme.pk).exists()
        assert authorization.held(user, cast.globex, at=now) == set()

    @pytest.mark.parametrize("who", ["pat", "petra", "quinn", "mallory", "greta"])
    def test_it_opens_nothing_to_partners_or_strangers(self, cast, opened, now, who):
        assert authorization.held(getattr(cast, who), cast.acme, at=now) == set()
        assert not authorization.open_to(getattr(cast, who), at=now).filter(pk=cast.acme.pk).exists()

    def test_switched_off_it_opens_nothing_at_once(self, cast, opened, now):
        change_settings(account=cast.acme, seen=2, by=cast.carol, support_read_only=False, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == set()
        assert listed(cast.tess, at=now) == set()
        assert not authorization.open_to(cast.tess, at=now).filter(pk=cast.acme.pk).exists()

    def test_whoever_leaves_the_vendor_or_is_locked_out_reads_nothing_more(self, cast, opened, now):
        services.end_membership(membership=member(cast.tess, cast.vendor), by=None, at=now)
        User.objects.filter(pk=cast.tom.pk).update(is_active=False)
        cast.tom.refresh_from_db()

        assert [authorization.held(user, cast.acme, at=now) for user in (cast.tess, cast.tom)] == [set(), set()]

    def test_a_closed_account_lets_nobody_read(self, cast, opened, now):
        Account.objects.filter(pk=cast.acme.pk).update(closed_at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == set()

    @pytest.mark.seed("S4-19")
    def test_it_is_independent_of_any_access_that_was_lent(self, cast, opened, now):
        end_access(grant=Grant.objects.get(grantee=cast.piotr), by=cast.carol, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == {P.VIEW_CONFIGURATION}
        assert authorization.held(cast.piotr, cast.acme, at=now) == set()

    def test_an_operator_is_told_why(self, cast, opened, now):
        assert because(cast.tess, P.VIEW_CONFIGURATION, cast.acme, at=now) == [{"setting": "support_read_only"}]


@pytest.mark.seed("S4-17")
class TestThePages:
    def test_each_look_stands_in_the_trail_without_any_access(self, cast, opened, signed_in):
        tess = signed_in(cast.tess)
        page = tess.get(PAGE)
        tess.get("/accounts/654321/")

        assert page.status_code == 200
        assert "Viewing as account 654321" in " ".join(page.content.decode().split())
        looks = TrailLine.objects.filter(event="account.viewed").order_by("id")
        assert [(line.actor, line.account, line.grants, line.details["page"]) for line in looks] == [
            (cast.tess.email, "654321", [], "configuration"),
            (cast.tess.email, "654321", [], "overview"),
        ]

    def test_nothing_can_be_changed_and_nothing_else_is_open(self, cast, opened, signed_in):
        tess = signed_in(cast.tess)
        others = ["orders", "invoices", "usage", "configuration/change", "settings"]

        assert {tess.get(f"/accounts/654321/{page}/").status_code for page in others} == {403}
        form = {"version": "0", "domains": "evil.example"}
        assert tess.post(f"{PAGE}change/", form).status_code == 403
        assert "Change the configuration" not in tess.get(PAGE).content.decode()

    @pytest.mark.trust("A2")
    def test_off_the_account_does_not_exist(self, cast, signed_in):
        tess = signed_in(cast.tess)

        assert {tess.get(address).status_code for address in (PAGE, "/accounts/654321/")} == {404}

    def test_the_account_is_on_the_list_of_what_they_can_open_and_says_why(self, cast, opened, signed_in):
        page = BeautifulSoup(signed_in(cast.tess).get("/").content, "html.parser")

        (item,) = [one for one in page.select(".keys li") if "654321" in one.get_text()]
        assert "Read-only, for support" in item.get_text()


@pytest.mark.seed("S4-17")
@pytest.mark.trust("C1")
class TestOnlyAValidatedAssociate:
    @pytest.mark.parametrize("how", ["without a second factor", "with an unverified address", "locked out", "gone"])
    def test_reads_anything(self, cast, opened, now, how):
        assert authorization.held(cast.tess, cast.acme, at=now) == {P.VIEW_CONFIGURATION}
        if how == "without a second factor":
            Authenticator.objects.filter(user=cast.tess).delete()
        elif how == "with an unverified address":
            EmailAddress.objects.filter(user=cast.tess).update(verified=False)
        elif how == "locked out":
            services.deactivate_person(user=cast.tess, by=None, at=now)
        else:
            services.end_membership(membership=member(cast.tess, cast.vendor), by=None, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == set()
        assert listed(cast.tess, at=now) == set()

    def test_meets_the_account_that_is_not_there_once_they_are_none(self, cast, opened, now, signed_in):
        tess = signed_in(cast.tess)
        assert tess.get(PAGE).status_code == 200
        services.end_membership(membership=member(cast.tess, cast.vendor), by=None, at=now)

        assert {tess.get(path).status_code for path in (PAGE, "/accounts/654321/")} == {404}


class TestWhereItStands:
    @pytest.mark.seed("S4-17")
    def test_the_desk_leads_there_from_a_case_of_a_customer_who_lets_support_read(self, cast, now, signed_in):
        case = open_case(account=cast.acme, subject="Backups stop", by=cast.connie, at=now)
        tess, link = signed_in(cast.tess), f'main a[href="{PAGE}"]'
        desk = reverse("desk_case", args=[case.number])
        assert not BeautifulSoup(tess.get(desk).content, "html.parser").select(link)

        change_settings(account=cast.acme, seen=1, by=cast.adam, support_read_only=True, at=now)

        assert BeautifulSoup(tess.get(desk).content, "html.parser").select(link)

    @pytest.mark.seed("S4-18")
    @pytest.mark.parametrize("path", ["/accounts/654321/access/", "/accounts/654321/access/review/"])
    def test_the_customer_is_told_so_where_they_see_who_is_in(self, cast, now, signed_in, path):
        carol, words = signed_in(cast.carol), "Support may look at your configuration without asking"
        assert words not in carol.get(path).content.decode()

        change_settings(account=cast.acme, seen=1, by=cast.adam, support_read_only=True, at=now)

        assert words in carol.get(path).content.decode()

    @pytest.mark.seed("S4-19")
    @pytest.mark.parametrize("reads", [True, False])
    def test_on_or_off_an_hour_can_be_granted_and_ends_without_touching_it(self, cast, now, reads):
        Account.objects.filter(pk=cast.acme.pk).update(support_read_only=reads)
        hour = grant_hour(ask_for_hour(cast, at=now), by=cast.carol, at=now)
        assert P.CHANGE_CONFIGURATION in authorization.held(cast.tess, cast.acme, at=now)

        end_access(grant=hour, by=cast.carol, at=now)

        assert authorization.held(cast.tess, cast.acme, at=now) == ({P.VIEW_CONFIGURATION} if reads else set())
        assert Account.objects.get(pk=cast.acme.pk).support_read_only is reads
