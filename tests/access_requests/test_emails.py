"""Who is told what: each event of the question and the answer, its readers, its subject and what it says."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from access_requests import services
from accounts.models import Membership
from accounts.permissions import AccountPermission
from accounts.services import end_membership
from notifications.models import Mail, Notice
from tests.cast import INVOICES, WEEK, approve, ask, deny, fresh, member

pytestmark = pytest.mark.trust("T8")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ASKED_CUSTOMER = "IT partner access has been requested to your Account on our Latchkey portal"
ASKED_PARTNER = "IT partner access has been requested to customer Account on our Latchkey portal"


def told(at):
    """Who was told what at this moment: ``{mail: [addresses without their domain]}``."""
    found = {}
    for mail in Mail.objects.filter(created_at=at).order_by("to"):
        found.setdefault(mail.event, []).append(mail.to.partition("@")[0])
    return found


def mail_to(person, event):
    return Mail.objects.filter(recipient=person, event=event).latest("pk")


def buttons(mail):
    """The links of the HTML part: ``{words: address}``."""
    return {link.get_text(): link["href"] for link in BeautifulSoup(mail.html, "html.parser").find_all("a")}


class TestAsked:
    @pytest.mark.seed("S2-44")
    def test_whoever_decides_asked_and_would_get_in_has_one_mail_each(self, pending, now):
        assert told(now) == {"requested_customer": ["carol"], "requested_partner": ["pat", "petra"]}

    @pytest.mark.seed("S2-44")
    def test_somebody_who_asks_for_themself_has_one_copy(self, cast, now):
        ask(cast, at=now, for_=cast.pat)

        assert told(now) == {"requested_customer": ["carol"], "requested_partner": ["pat"]}

    @pytest.mark.seed("S2-17")
    def test_the_primary_user_reads_who_needs_access_and_at_what_level(self, cast, pending):
        mail = mail_to(cast.carol, "requested_customer")

        assert mail.subject == ASKED_CUSTOMER
        words = " ".join(mail.text.split())
        for fact in [
            "PAT FROM BOLT PARTNERS ASKS FOR ACCESS TO YOUR ACCOUNT",
            "Hello Carol, You decide this for Acme. The access is for Petra from Bolt Partners.",
            "“The last invoice does not add up.”",
            "Who Petra, petra@bolt.example Company Bolt Partners On the account of Acme, 654321",
            f"Level {INVOICES.label}",
            "May add colleagues no From with the approval Until 7 days after the approval",
        ]:
            assert fact in words

    def test_an_administrator_who_may_add_colleagues_is_pointed_out(self, cast, now):
        ask(cast, at=now, administrator=True, may_delegate=True, case_number="04418")

        words = " ".join(mail_to(cast.carol, "requested_customer").text.split())
        assert "Level Administrator:" in words
        assert "May add colleagues yes" in words
        assert "Case 04418" in words
        assert "This lets Petra add colleagues." in words

    @pytest.mark.seed("S2-18")
    def test_the_partner_reads_that_it_was_sent_for_approval(self, cast, pending):
        for person in (cast.pat, cast.petra):
            mail = mail_to(person, "requested_partner")
            assert mail.subject == ASKED_PARTNER
            assert "sent for approval to Carol at Acme" in " ".join(mail.text.split())

    @pytest.mark.parametrize(
        ("words", "answer"),
        [
            pytest.param("Accept access", "approve", marks=pytest.mark.seed("S2-19")),
            pytest.param("Deny access", "deny", marks=pytest.mark.seed("S2-20")),
        ],
    )
    def test_a_button_opens_the_page_with_the_answer_chosen(self, cast, pending, settings, words, answer):
        mail = mail_to(cast.carol, "requested_customer")

        address = f"{settings.PORTAL_BASE_URL}/requests/{pending.public_id}/decide/?answer={answer}"
        assert buttons(mail)[words] == address
        assert f"{words}:\n{address}\n" in mail.text

    def test_everybody_who_decides_is_addressed_by_name(self, several_deciders, now):
        ask(several_deciders, at=now)

        for name in ("adam", "carol"):
            assert f"Hello {name.capitalize()}," in mail_to(getattr(several_deciders, name), "requested_customer").text
        assert told(now)["requested_customer"] == ["adam", "carol"]
        assert "Adam and Carol" in mail_to(several_deciders.pat, "requested_partner").text

    def test_a_stand_in_is_asked_too_while_named(self, cast, now):
        Membership.objects.filter(user=cast.mike).update(stands_in_from=now, stands_in_until=now + DAY)
        ask(cast, at=now)

        assert told(now)["requested_customer"] == ["carol", "mike"]
        assert "Hello Mike," in mail_to(cast.mike, "requested_customer").text

    def test_the_same_thing_stands_in_the_portal(self, cast, pending, now):
        notices = Notice.objects.filter(created_at=now)

        assert {(notice.recipient.first_name, notice.event) for notice in notices} == {
            ("Carol", "requested_customer"),
            ("Pat", "requested_partner"),
            ("Petra", "requested_partner"),
        }


class TestWaiting:
    def test_an_edit_tells_whoever_decides_what_changed(self, cast, pending, now):
        services.edit_request(
            request=pending,
            seen=pending.as_seen(),
            by=cast.pat,
            permissions=[AccountPermission.VIEW_ORDERS],
            administrator=False,
            may_delegate=False,
            window=services.Window(duration=2 * WEEK),
            reason=pending.reason,
            at=now + MINUTE,
        )

        assert told(now + MINUTE) == {"edited_customer": ["carol"]}
        mail = mail_to(cast.carol, "edited_customer")
        assert mail.subject == "Changed: IT partner access requested to your Account on our Latchkey portal"
        words = " ".join(mail.text.split())
        assert f"Rights {AccountPermission.VIEW_ORDERS.label}; before: {INVOICES.label}" in words
        assert "Length from approval 14 days; before: 7 days" in words
        assert "Until" not in words.partition("This is asked now.")[0]
        assert list(buttons(mail)) == ["Accept access", "Deny access"]

    def test_halfway_whoever_decides_is_reminded_once(self, cast, pending):
        for late in (timedelta(0), MINUTE):
            services.remind(at=pending.remind_at + late)

        assert told(pending.remind_at) == {"reminder_customer": ["carol"]}
        assert told(pending.remind_at + MINUTE) == {}
        mail = mail_to(cast.carol, "reminder_customer")
        assert mail.subject == "Reminder: a request for access waits for your answer on our Latchkey portal"
        assert list(buttons(mail)) == ["Accept access", "Deny access"]

    def test_a_withdrawal_names_who_withdrew(self, cast, pending, now):
        services.cancel_request(request=pending, by=cast.pat, at=now + MINUTE)

        assert told(now + MINUTE) == {"withdrawn_customer": ["carol"]}
        mail = mail_to(cast.carol, "withdrawn_customer")
        assert mail.subject == "Withdrawn: a request for access to your Account on our Latchkey portal"
        assert "Pat withdrew it." in mail.text

    def test_a_withdrawal_by_nobody_says_that_somebody_is_gone(self, cast, pending, now):
        end_membership(membership=member(cast.petra, cast.bolt), by=cast.pat, at=now + MINUTE)

        assert "is gone" in mail_to(cast.carol, "withdrawn_customer").text

    def test_lapsing_tells_both_sides_how_to_ask_again(self, cast, pending):
        services.expire_due_requests(at=pending.respond_by)

        assert told(pending.respond_by) == {"lapsed": ["carol", "pat", "petra"]}
        mail = mail_to(cast.pat, "lapsed")
        assert mail.subject == "Not answered in time: a request for access on our Latchkey portal"
        assert list(buttons(mail)) == ["Ask again"]
        assert list(buttons(mail_to(cast.petra, "lapsed"))) == ["See the request"]


class TestApproved:
    def test_both_sides_are_told_and_nobody_else(self, granted, now):
        assert told(now)["granted_customer"] == ["carol"]
        assert told(now)["granted_partner"] == ["pat", "petra"]

    @pytest.mark.seed("S2-21")
    def test_the_primary_user_reads_what_was_given_and_how_to_end_it(self, cast, granted):
        mail = mail_to(cast.carol, "granted_customer")

        assert mail.subject == "Information - IT partner access granted to your Account on our Latchkey portal"
        assert f"Level               {INVOICES.label}\n" in mail.text
        assert list(buttons(mail)) == ["See the access or end it"]

    @pytest.mark.seed("S2-22")
    def test_the_partner_reads_that_it_was_approved_and_the_way_in(self, cast, granted, settings):
        for person in (cast.pat, cast.petra):
            mail = mail_to(person, "granted_partner")
            assert mail.subject == "IT partner access to customer Account granted on our Latchkey portal"
            assert "Carol approved the request." in mail.text
        assert buttons(mail_to(cast.petra, "granted_partner"))["Go to the account"].endswith("/accounts/654321/")
        assert list(buttons(mail_to(cast.pat, "granted_partner"))) == ["See the access"]

    def test_what_was_given_is_listed_not_what_was_asked(self, cast, now):
        both = [INVOICES, AccountPermission.VIEW_ORDERS]
        approve(
            ask(cast, at=now, permissions=both), by=cast.carol, at=now, permissions=[INVOICES], note="Less will do."
        )

        for person, event in [(cast.carol, "granted_customer"), (cast.petra, "granted_partner")]:
            text = mail_to(person, event).text
            assert str(AccountPermission.VIEW_ORDERS.label) not in text
            assert "“Less will do.”" in text

    def test_the_first_yes_tells_both_companies_that_they_are_linked(self, cast, now):
        approve(ask(cast, at=now, by=cast.quinn, for_=cast.quinn), by=cast.carol, at=now)

        assert told(now)["linked"] == ["carol", "quinn"]
        subjects = {mail.to: mail.subject for mail in Mail.objects.filter(event="linked", created_at=now)}
        assert subjects[cast.carol.email] == "Your company and Crow IT are now linked on our Latchkey portal"
        assert subjects[cast.quinn.email] == "Your company and Acme are now linked on our Latchkey portal"


class TestDenied:
    @pytest.mark.seed("S2-28")
    def test_the_primary_user_and_whoever_decided_are_told(self, several_deciders, now):
        deny(ask(several_deciders, at=now), by=several_deciders.adam, at=now + MINUTE)

        assert told(now + MINUTE)["denied_customer"] == ["adam", "carol"]
        mail = mail_to(several_deciders.carol, "denied_customer")
        assert mail.subject == "Information - Access request has been denied on our Latchkey portal"
        assert "Adam denied it for Acme." in mail.text

    @pytest.mark.seed("S2-29")
    def test_the_partner_is_told_with_the_note(self, cast, pending, now):
        services.deny_request(request=pending, seen=pending.as_seen(), by=cast.carol, note="Not now.", at=now + MINUTE)

        assert told(now + MINUTE) == {"denied_customer": ["carol"], "denied_partner": ["pat", "petra"]}
        for person in (cast.pat, cast.petra):
            mail = mail_to(person, "denied_partner")
            assert mail.subject == "IT partner Information - Access request has been denied on our Latchkey portal"
            assert "“Not now.”" in mail.text
            assert "can ask again with a new request" in " ".join(mail.text.split())

    def test_a_no_after_the_yes_says_that_the_access_ended(self, cast, granted, pending, now):
        deny(fresh(pending), by=cast.carol, at=now + MINUTE)

        assert "The access it had given has ended." in mail_to(cast.petra, "denied_partner").text

    def test_security_people_hear_of_what_nobody_expected(self, cast, pending, now, settings):
        services.report_unexpected(request=pending, seen=pending.as_seen(), by=cast.carol, at=now + MINUTE)

        assert told(now + MINUTE)["unexpected"] == ["carol", "security"]
        mail = Mail.objects.get(event="unexpected", recipient=None)
        assert (mail.to, mail.subject) == (settings.PORTAL_SECURITY_MAIL, "Unexpected request for access to Acme")
        assert "Hello" not in mail.text
        assert pending.public_id in mail.text
        assert buttons(mail) == {}


class TestLent:
    def test_less_says_before_and_after_to_both_sides(self, cast, granted, now):
        until = granted.ends_at - DAY
        services.shrink_access(
            grant=granted, by=cast.carol, ends_at=until, permissions=[INVOICES], may_delegate=False, at=now + MINUTE
        )

        assert told(now + MINUTE) == {"reduced": ["carol", "pat", "petra"]}
        mail = mail_to(cast.petra, "reduced")
        assert mail.subject == "Access to Acme has changed on our Latchkey portal"
        assert "; before: " in " ".join(mail.text.split())

    def test_a_week_ahead_both_sides_are_told_and_the_asker_can_renew(self, cast, now):
        grant = approve(ask(cast, at=now, window=services.Window(duration=30 * DAY)), by=cast.carol, at=now)
        month, week, day = (grant.ends_at - days * DAY for days in (30, 7, 1))
        for at in (month, week, day):
            services.remind(at=at)

        assert "ends_soon" not in told(month)
        assert told(week) == {"ends_soon": ["carol", "pat", "petra"]}
        assert told(day) == {"ends_soon": ["pat", "petra"]}
        assert "Renew" in buttons(mail_to(cast.pat, "ends_soon"))
        assert "Renew" not in buttons(mail_to(cast.petra, "ends_soon"))
        assert mail_to(cast.pat, "ends_soon").subject.startswith("Access to Acme ends ")

    def test_the_end_comes_with_the_receipt(self, cast, granted, signed_in, now):
        signed_in(cast.petra).get("/accounts/654321/invoices/")
        services.end_access(grant=granted, by=cast.carol, at=now + MINUTE)

        assert told(now + MINUTE) == {"ended": ["carol", "pat", "petra"]}
        mail = mail_to(cast.carol, "ended")
        assert mail.subject == "Access to Acme has ended on our Latchkey portal"
        assert "By                  Carol" in mail.text
        assert "Invoices, opened 1 time" in mail.text

    def test_the_end_of_what_was_never_used_says_so(self, granted):
        services.end_due_grants(at=granted.ends_at)

        assert told(granted.ends_at) == {"ended": ["carol", "pat", "petra"]}
        assert "It was never used." in mail_to(granted.grantee, "ended").text
