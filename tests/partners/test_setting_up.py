"""Staff set up companies and relationships: first every mail that would follow is shown, then it is done."""

from datetime import timedelta
from functools import partial

import pytest
from django.contrib.auth.models import Permission

from accounts.models import Account, Invitation, User
from audit.models import TrailLine
from notifications.models import Mail
from partners.models import Partnership
from tests import nasty
from tests.access_requests.racing import at_once
from tests.pages import form_of, soup_of, words_of

NEW = "/admin/partners/partnership/new/"
COMPANY = "/admin/partners/partnership/new-company/"
DUNE = {
    "kind": "customer",
    "name": "Dune & Söner",
    "number": "910001",
    "org_id": "91000001",
    "time_zone": "Europe/Stockholm",
    "language": "en",
    "seats": "3",
    "first_name": "First",
    "last_name": "Dune",
    "email": "first@dune.example",
    "partners": "700118, crow it",
}


@pytest.fixture
def stans(cast, signed_in, now):
    """Stan's browser, at a time when both partners are told at once."""
    User.objects.filter(pk__in=[cast.pat.pk, cast.quinn.pk]).update(last_login=now)
    return signed_in(cast.stan)


def everything():
    return [
        list(Account.objects.order_by("pk").values()),
        list(User.objects.order_by("pk").values_list("pk", "email")),
        list(Partnership.objects.order_by("pk").values()),
        Invitation.objects.count(),
        Mail.objects.count(),
        TrailLine.objects.exclude(event="access.refused").count(),
    ]


def shown(page):
    """This will give the mails a page shows: to whom, about what, and how they look."""
    return [
        (one.select_one(".letter-to").get_text().removeprefix("To "), one.h2.get_text(), one.iframe["srcdoc"])
        for one in soup_of(page).select("section.letter")
    ]


class TestNewCompany:
    def test_shows_every_mail_first_and_changes_nothing(self, stans):
        before = everything()

        page = stans.post(COMPANY, DUNE)

        assert [(to, subject) for to, subject, _html in shown(page)] == [
            ("first@dune.example", "You are invited to Dune & Söner on our Latchkey portal"),
            (
                "pat@bolt.example",
                "IT partner Information - a new company is available on our Latchkey portal",
            ),
            (
                "quinn@crow.example",
                "IT partner Information - a new company is available on our Latchkey portal",
            ),
        ]
        assert "Nothing is done yet. 3 mails would go." in words_of(page)
        assert "Dune &amp; Söner" in shown(page)[0][2]
        assert everything() == before

    def test_sends_on_the_button_what_was_shown(self, stans, cast):
        page = stans.post(COMPANY, DUNE)
        told = [(to, subject) for to, subject, _html in shown(page)]
        last = Mail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

        answer = stans.post(COMPANY, form_of(page), follow=True)

        account = Account.objects.get(number="910001")
        assert answer.request["PATH_INFO"] == f"/admin/accounts/account/{account.pk}/change/"
        assert "The account of Dune & Söner 910001 is open." in soup_of(answer).select_one(".messagelist").get_text()
        sent = Mail.objects.filter(pk__gt=last).order_by("pk")
        assert list(sent.values_list("to", "subject")) == told
        assert set(account.partners.values_list("partner__number", flat=True)) == {"700118", "700226"}
        assert account.invitations.get().role == "primary"
        assert TrailLine.objects.get(event="account.opened", account="910001").actor == cast.stan.email
        known = TrailLine.objects.filter(event="partnership.known", account="910001")
        assert {line.actor for line in known} == {cast.stan.email}

    def test_pressed_twice_opens_one_account(self, stans):
        sent = form_of(stans.post(COMPANY, DUNE))
        stans.post(COMPANY, sent)
        again = stans.post(COMPANY, sent)

        assert "Nothing was set up." in words_of(again)
        assert Account.objects.filter(name=DUNE["name"]).count() == 1

    @pytest.mark.trust("R8")
    @pytest.mark.django_db(transaction=True)
    def test_pressed_by_several_at_once_opens_one_account(self, stans, cast, signed_in):
        sent = form_of(stans.post(COMPANY, DUNE))
        browsers = [stans, *(signed_in(cast.root) for _other in range(2))]

        answers = at_once(*(partial(browser.post, COMPANY, sent) for browser in browsers))

        assert sorted(answer.status_code for answer in answers) == [200, 200, 302]
        assert Account.objects.filter(number="910001").count() == 1
        assert Invitation.objects.filter(email="first@dune.example").count() == 1

    @pytest.mark.trust("H4")
    def test_asks_for_a_second_factor_shown_lately(self, stans, settings):
        page = stans.post(COMPANY, DUNE)
        settings.PORTAL_REAUTH_WITHIN = timedelta(microseconds=1)

        answer = stans.post(COMPANY, form_of(page))

        assert answer.headers["Location"].startswith("/auth/2fa/reauthenticate/")
        assert not Account.objects.filter(number="910001").exists()

    def test_shows_the_mails_again_where_others_would_go_by_now(self, stans, cast):
        sent = form_of(stans.post(COMPANY, DUNE))
        User.objects.filter(pk=cast.quinn.pk).update(email="quincy@crow.example")

        answer = stans.post(COMPANY, sent)

        assert "Other mails would go now than those you were shown. Nothing was done." in words_of(answer)
        assert "quincy@crow.example" in [to for to, _subject, _html in shown(answer)]
        assert not Account.objects.filter(number="910001").exists()

    @pytest.mark.parametrize(
        ("field", "value", "says"),
        [
            ("number", "654321", "already exists"),
            ("number", "12x", "valid value"),
            ("org_id", "48104810", "already exists"),
            ("time_zone", "Mars/Olympus", "is not the name of a time zone"),
            ("partners", "Acme", "No open account is called “Acme”."),
            ("partners", ", ".join(["700118"] * 21), "At most 20 at once."),
            ("kind", "partner", "Only a customer is served by partners."),
            ("kind", "vendor", "not one of the available choices"),
            ("email", "nobody", "valid email"),
            ("seats", "0", "greater than or equal to 1"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, stans, field, value, says):
        before = everything()

        page = stans.post(COMPANY, DUNE | {field: value})

        assert says in words_of(page)
        assert form_of(page)["first_name"] == ["First"]
        assert everything() == before

    @pytest.mark.trust("A7")
    def test_makes_nobody_of_the_vendor_a_primary_user(self, stans):
        before = everything()

        answer = stans.post(COMPANY, DUNE | {"email": "tess@latchkey.example"})

        assert answer.status_code == 403
        assert everything() == before

    @pytest.mark.trust("F1", "F2", "F4")
    def test_takes_no_nonsense(self, stans):
        for field in DUNE:
            for value in [*nasty.HARMLESS_TEXT, *nasty.NUMBERS[:8], "x" * 5000]:
                assert stans.post(COMPANY, DUNE | {field: value}).status_code in {200, 400}
        before = everything()
        assert stans.post(COMPANY, DUNE | {"confirmed": "yes", "seen": "f" * 64}).status_code == 200
        assert stans.post(COMPANY, {"confirmed": "yes"}).status_code == 200
        assert everything() == before


@pytest.mark.seed("S2-3", "S2-42")
class TestNewRelationship:
    def test_begins_at_an_accounts_page_and_ends_on_its_own(self, stans, cast):
        account = soup_of(stans.get(f"/admin/accounts/account/{cast.globex.pk}/change/"))
        link = next(one["href"] for one in account.select(".row-tools a") if "New relationship" in one.get_text())
        form = form_of(stans.get(link))
        assert form["customer"] == ["810432"]

        page = stans.post(NEW, form | {"partner": "57032260"})
        assert [to for to, _subject, _html in shown(page)] == ["quinn@crow.example"]
        assert not Partnership.objects.filter(partner=cast.crow, customer=cast.globex).exists()

        answer = stans.post(NEW, form_of(page), follow=True)
        made = Partnership.objects.get(partner=cast.crow, customer=cast.globex)
        assert answer.request["PATH_INFO"] == f"/admin/partners/partnership/{made.pk}/change/"
        assert (made.state, made.told_at is not None) == ("available", True)

    def test_says_that_nobody_is_told_yet_where_nobody_of_the_partner_was_ever_here(self, stans, cast):
        User.objects.filter(pk=cast.quinn.pk).update(last_login=None)

        words = words_of(stans.post(NEW, {"partner": "Crow IT", "customer": "Globex"}))

        assert "Nobody is told at this moment." in words

    @pytest.mark.parametrize(
        ("partner", "customer", "says"),
        [
            ("Bolt Partners", "Acme", "This partnership is known already."),
            ("Acme", "Globex", "No open account is called “Acme”."),
            ("o", "Acme", "More than one is called so"),
            ("", "Acme", "This field is required."),
        ],
    )
    def test_says_what_is_wrong(self, stans, partner, customer, says):
        before = everything()

        assert says in words_of(stans.post(NEW, {"partner": partner, "customer": customer}))
        assert everything() == before

    def test_is_for_staff_who_may(self, cast, signed_in):
        cast.stan.user_permissions.remove(Permission.objects.get(codename="add_partnership"))
        fields = {"partner": "Crow IT", "customer": "Globex"}

        assert signed_in(cast.stan).post(NEW, fields).status_code == 403
        assert signed_in(cast.mallory).post(NEW, fields).status_code in {302, 403, 404}
