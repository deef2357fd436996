"""The mail about a new customer: at once where the partner has an account here, or at its first sign-in."""

import pytest
from bs4 import BeautifulSoup

from access_requests.services import sweep
from accounts.models import Account, Membership
from accounts.permissions import Role
from accounts.services import name_successor
from frame import clock
from notifications.models import Mail, Notice
from partners.models import Partnership
from partners.services import end_partnership, make_known

SUBJECT = "IT partner Information - a new company is available on our Latchkey portal"


def told():
    """Who was told of which customers, oldest first, when the jobs have looked."""
    sweep(at=clock.now())
    mails = Mail.objects.filter(event="new_customer").order_by("pk")
    return [(mail.to.partition("@")[0], " ".join(mail.text.split())) for mail in mails]


class TestMakeKnown:
    @pytest.mark.seed("S2-3")
    @pytest.mark.trust("T8")
    def test_tells_the_primary_user_of_a_partner_that_has_signed_in(self, cast, now, signed_in):
        signed_in(cast.quinn)

        make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)

        mail = Mail.objects.get(event="new_customer")
        assert (mail.to, mail.subject) == (cast.quinn.email, SUBJECT)
        assert Notice.objects.get(recipient=cast.quinn, key=mail.key).title == SUBJECT

    @pytest.mark.seed("S2-3")
    def test_anybody_of_the_partner_having_signed_in_will_do(self, cast, now, signed_in):
        signed_in(cast.petra)
        told()
        Mail.objects.all().delete()
        end_partnership(partnership=Partnership.objects.get(customer=cast.globex), by=cast.pat, at=now)
        make_known(partner=cast.bolt, customer=cast.globex, by=cast.stan, at=now)

        assert [who for who, _words in told()] == ["pat"]

    @pytest.mark.seed("S2-4")
    def test_says_that_the_accounts_must_be_linked_and_where_admins_ask(self, cast, now, signed_in):
        signed_in(cast.quinn)
        assert len(told()) == 1
        make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)

        words = told()[-1][1]
        assert "Globex, account 810432, is known here as a customer of Crow IT." in words
        assert "must be linked to the account of Globex" in words
        assert "Admins of Crow IT ask for that in “My contacts”" in words

    def test_both_parts_say_the_same_and_lead_to_the_customer(self, cast, now, signed_in, settings):
        browser = signed_in(cast.quinn)
        make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)
        mail = Mail.objects.filter(event="new_customer").latest("pk")

        soup = BeautifulSoup(mail.html, "html.parser")
        soup.find(class_="top").decompose()
        (link,) = soup.find_all("a")
        link.replace_with(f" {link.get_text()}: {link['href']} ")
        assert "".join(soup.body.get_text(" ").casefold().split()) == "".join(
            word for word in mail.text.casefold().split() if word != "--"
        )
        path = f"/contacts/?company={cast.crow.number}&customer=810432"
        assert link["href"] == f"{settings.PORTAL_BASE_URL}{path}"
        assert browser.get(path).status_code == 200
        assert signed_in(cast.mallory).get(path).status_code == 404

    @pytest.mark.seed("S2-5")
    def test_a_partner_without_a_portal_account_is_told_nothing(self, cast, now):
        make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)

        assert told() == []


@pytest.mark.seed("S2-5")
class TestFirstSignIn:
    def test_brings_one_mail_for_each_available_customer(self, cast, now, signed_in):
        make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)
        signed_in(cast.quinn)

        assert [who for who, _words in told()] == ["quinn", "quinn"]
        assert {words.partition(" IS AVAILABLE")[0] for _who, words in told()} == {"ACME", "GLOBEX"}

    def test_goes_to_the_primary_user_whoever_signs_in(self, cast, signed_in):
        signed_in(cast.petra)

        ((who, words),) = told()
        assert who == "pat"
        assert words.startswith("GLOBEX")

    def test_the_next_sign_in_brings_nothing_also_under_another_primary_user(self, cast, now, signed_in):
        signed_in(cast.pat)
        assert [who for who, _words in told()] == ["pat"]

        name_successor(account=cast.bolt, successor=cast.petra, by=cast.pat, at=now)
        for person in (cast.petra, cast.pat):
            signed_in(person)

        assert [who for who, _words in told()] == ["pat"]

    def test_linked_and_ended_ones_are_no_news(self, cast, now, signed_in):
        end_partnership(partnership=Partnership.objects.get(customer=cast.globex), by=cast.pat, at=now)
        signed_in(cast.pat)

        assert told() == []

    @pytest.mark.parametrize("who", ["carol", "mallory", "tess", "stan"])
    def test_who_belongs_to_no_partner_sets_nothing_off(self, cast, signed_in, who):
        signed_in(getattr(cast, who))

        assert told() == []
        assert not Partnership.objects.exclude(told_at=None).exists()

    def test_nothing_is_lost_while_nobody_could_read_it(self, cast, signed_in):
        Membership.objects.filter(account=cast.bolt, user=cast.pat).update(role=Role.ADMINISTRATOR)
        signed_in(cast.pat)
        assert told() == []

        Membership.objects.filter(account=cast.bolt, user=cast.petra).update(role=Role.PRIMARY)
        assert [who for who, _words in told()] == ["petra"]

    def test_a_closed_account_is_no_news(self, cast, now, signed_in):
        Account.objects.filter(pk=cast.globex.pk).update(closed_at=now)
        signed_in(cast.pat)

        assert told() == []
