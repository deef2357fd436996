"""Renewal of several: each a request of its own by the rules of one, asked with one reason and one click."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access_requests import services
from access_requests.models import AccessRequest, Block
from accounts.authorization import held
from accounts.models import Account, User
from audit.models import TrailLine
from notifications.models import Mail
from partners.models import Partnership
from tests.access_requests.racing import at_once, deadlocks, refused
from tests.access_requests.test_ending_together import lend
from tests.access_requests.test_views_lists import colleagues
from tests.cast import INVOICES, approve, ask, deny, fresh, member
from tests.pages import soup_of, words_of

DAY, MONTH = timedelta(days=1), timedelta(days=30)
PAGE = "/contacts/renewals/"
FORM = {"length": str(30 * 86400), "reason": "The check goes on."}


@pytest.fixture
def lent(cast, granted, now):
    """Petra's at Acme, Pat's at Acme, Petra's at Globex: each for a week."""
    at_acme = approve(ask(cast, for_=cast.dora, at=now), by=cast.carol, at=now)
    at_globex = approve(ask(cast, account=cast.globex, at=now), by=cast.mallory, at=now)
    return [granted, at_acme, at_globex]


def renew(cast, grants, *, at, by=None, length=MONTH, reason="The check goes on."):
    return services.renew_several(grants=grants, by=by or cast.pat, length=length, reason=reason, at=at)


def mails(at):
    """This will give who was mailed what at a moment, as pairs; one for each copy."""
    return sorted((mail.event, mail.to.partition("@")[0]) for mail in Mail.objects.filter(created_at=at))


def waiting():
    """This will give for whom and where requests wait."""
    rows = AccessRequest.objects.filter(status="pending").order_by("account__name", "beneficiary__first_name")
    return list(rows.values_list("account__name", "beneficiary__first_name"))


class TestRenewSeveral:
    def test_each_asks_for_the_same_from_its_own_end_on(self, cast, lent, now):
        done = renew(cast, lent, at=now + DAY)

        assert done.refused == []
        assert waiting() == [("Acme", "Dora"), ("Acme", "Petra"), ("Globex", "Petra")]
        for asked, grant in zip(done.asked, sorted(lent, key=lambda one: (one.account_id, one.pk)), strict=True):
            assert (asked.starts_at, asked.ends_at) == (grant.ends_at, grant.ends_at + MONTH)
            assert (asked.beneficiary, asked.rights, asked.reason) == (grant.grantee, [INVOICES], "The check goes on.")
        assert TrailLine.objects.filter(event="request.submitted", at=now + DAY).count() == 3

    def test_one_answered_yes_goes_on_and_the_others_wait(self, cast, lent, now):
        done = renew(cast, lent, at=now + DAY)
        approve(fresh(done.asked[0]), by=cast.carol, at=now + DAY)

        assert held(cast.petra, cast.acme, at=lent[0].ends_at + DAY) == {INVOICES}
        assert held(cast.petra, cast.globex, at=lent[2].ends_at + DAY) == set()

    @pytest.mark.trust("T8")
    def test_deciders_read_of_each_and_the_partners_side_of_all_in_one(self, cast, lent, now):
        renew(cast, lent, at=now + DAY)

        assert mails(now + DAY) == [
            ("renewals_partner", "pat"),
            ("renewals_partner", "petra"),
            ("requested_customer", "carol"),
            ("requested_customer", "carol"),
            ("requested_customer", "mallory"),
            ("requested_partner", "dora"),
        ]
        text = " ".join(Mail.objects.get(event="renewals_partner", to=cast.pat.email).text.split())
        assert "3 REQUESTS WERE SENT" in text
        assert "Petra at Globex See invoices, from" in text
        assert "It waits for Carol until" in text
        assert "Dora" not in Mail.objects.get(event="renewals_partner", to=cast.petra.email).text

    def test_changing_who_decides_sends_no_second_mail_to_who_had_one(self, cast, lent, now):
        renew(cast, lent, at=now + DAY)
        services.tell_new_deciders(account=cast.acme, at=now + DAY + DAY)

        assert mails(now + 2 * DAY) == []

    def test_what_cannot_be_renewed_keeps_nothing_else_back(self, cast, lent, now):
        services.end_access(grant=lent[1], by=cast.carol, at=now)
        ask(cast, account=cast.globex, at=now)
        done = renew(cast, lent, at=now + DAY)

        assert [(one.account, one.beneficiary) for one in done.asked] == [(cast.acme, cast.petra)]
        assert [(grant.pk, why) for grant, why in done.refused] == [
            (lent[1].pk, "This access has ended. Ask for it anew."),
            (lent[2].pk, "A request for Petra waits for an answer already."),
        ]

    def test_what_is_refused_leaves_nothing_behind(self, cast, lent, now):
        over = ask(cast, account=cast.globex, window=services.Window(starts_at=now, ends_at=now + DAY), at=now)
        User.objects.filter(pk=cast.mallory.pk).update(is_active=False)
        done = renew(cast, [lent[0], lent[2]], at=now + 2 * DAY)

        assert [why for _grant, why in done.refused] == ["Nobody at Globex can answer this request."]
        over.refresh_from_db()
        assert over.status == "pending"  # that it lapsed is the sweep's to write down
        assert "lapsed" not in [mail for mail, _who in mails(now + 2 * DAY)]

    @pytest.mark.trust("D2")
    def test_who_was_just_denied_or_is_blocked_is_named(self, cast, lent, now):
        deny(ask(cast, case_number="C-1", at=now), by=cast.carol, at=now)  # another case: no hindrance
        deny(ask(cast, account=cast.globex, at=now), by=cast.mallory, at=now)
        odd = ask(cast, for_=cast.dora, case_number="C-2", at=now)
        done = renew(cast, [lent[0], lent[2]], at=now)
        assert [why.partition(" Come back on ")[0] for _grant, why in done.refused] == [
            "Globex has just denied access for Petra."
        ]
        assert done.back_at > now

        services.report_unexpected(request=odd, seen=fresh(odd).as_seen(), by=cast.carol, at=now)
        assert Block.objects.standing().filter(person=cast.pat).exists()
        (refusal,) = renew(cast, [lent[1]], at=now).refused
        assert refusal[1] == "Acme does not take requests for access from you at present."

    @pytest.mark.trust("D1")
    def test_the_limits_of_one_customer_stop_the_rest_there_only(self, cast, lent, now, settings):
        settings.PORTAL_PENDING_LINKED = 1
        done = renew(cast, lent, at=now + DAY)

        assert waiting() == [("Acme", "Petra"), ("Globex", "Petra")]
        ((grant, why),) = done.refused
        assert grant == lent[1]
        assert why.startswith("1 request of yours waits at Acme.")
        assert done.back_at == AccessRequest.objects.get(account=cast.acme, status="pending").respond_by

    def test_colleagues_who_hang_under_another_are_named(self, cast, lent, now):
        child = services.add_colleague(
            account=cast.acme,
            membership=member(cast.pat, cast.bolt),
            by=cast.piotr,
            permissions=[INVOICES],
            administrator=False,
            reason="x",
            at=now,
        )
        ((_grant, why),) = renew(cast, [child], at=now).refused
        assert why.startswith("This access hangs under that of a colleague")

    @pytest.mark.parametrize("reason", ["", "   ", "..."])
    def test_without_a_reason_nothing_is_asked(self, cast, lent, now, reason):
        with pytest.raises(ValidationError):
            renew(cast, lent, at=now, reason=reason)
        assert waiting() == []

    @pytest.mark.parametrize("who", ["petra", "dora", "carol", "quinn", "mallory"])
    def test_only_admins_of_the_company_ask(self, cast, lent, now, who):
        with pytest.raises(PermissionDenied):
            renew(cast, lent, by=getattr(cast, who), at=now)
        assert waiting() == []

    @pytest.mark.services
    @pytest.mark.trust("R8", "D1")
    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_ask_once(self, cast, lent, now):
        before = deadlocks() if connection.vendor == "postgresql" else 0
        outcomes = at_once(*[lambda grants=some: renew(cast, grants, at=now + DAY) for some in (lent, lent[::-1])])

        assert refused(outcomes, ValidationError) == []
        assert sorted(len(done.asked) for done in outcomes) == [0, 3]
        assert waiting() == [("Acme", "Dora"), ("Acme", "Petra"), ("Globex", "Petra")]
        assert connection.vendor != "postgresql" or deadlocks() == before


class TestThePage:
    def ticked(self, answer):
        return [box["value"] for box in soup_of(answer).select("input[name=grants][checked]")]

    def test_lists_what_ends_soon_and_nothing_else(self, cast, lent, signed_in):
        page = words_of(signed_in(cast.pat).get(PAGE))

        assert "Petra Bolt Partners Acme 654321 See invoices" in page
        assert "Globex 810432" in page
        assert "Piotr" not in page  # his ends in a year

    def test_is_reached_from_my_contacts(self, cast, signed_in):
        assert f'href="{PAGE}"' in signed_in(cast.pat).get("/contacts/").text

    def test_asks_for_the_ticked_ones_with_one_reason(self, cast, lent, signed_in):
        browser = signed_in(cast.pat)
        answer = browser.post(PAGE, {**FORM, "grants": [lent[0].public_id, lent[2].public_id]}, follow=True)

        assert "2 requests were sent." in answer.text
        assert waiting() == [("Acme", "Petra"), ("Globex", "Petra")]
        boxes = [box["value"] for box in soup_of(answer).select("input[name=grants]")]
        assert boxes == [lent[1].public_id]  # the others wait for an answer
        assert "asked, waits for an answer" in answer.text

    def test_ticks_all_on_the_page_without_a_script(self, cast, lent, signed_in):
        browser = signed_in(cast.pat)
        assert 'href="?all=1"' in browser.get(PAGE).text
        assert self.ticked(browser.get(PAGE)) == []
        assert sorted(self.ticked(browser.get(PAGE, {"all": 1}))) == sorted(one.public_id for one in lent)

    def test_what_was_unticked_again_stays_so_and_nothing_is_ticked_afterwards(self, cast, lent, signed_in):
        browser, query = signed_in(cast.pat), f"{PAGE}?all=1&size=50"
        wrong = browser.post(query, {**FORM, "reason": "", "grants": [lent[0].public_id]})
        assert self.ticked(wrong) == [lent[0].public_id]

        answer = browser.post(query, {**FORM, "grants": [lent[0].public_id]})
        assert answer.headers["Location"] == f"{PAGE}?size=50"

    def test_names_who_could_not_be_asked_for_and_why(self, cast, lent, now, signed_in):
        services.end_access(grant=lent[1], by=cast.carol, at=now)
        answer = signed_in(cast.pat).post(PAGE, {**FORM, "grants": [one.public_id for one in lent]})

        assert answer.status_code == 200
        assert "Dora at Acme : This access has ended." in words_of(answer)
        assert "2 requests were sent." in words_of(answer)
        assert waiting() == [("Acme", "Petra"), ("Globex", "Petra")]

    def test_where_nothing_could_be_sent_it_says_so(self, cast, lent, now, signed_in):
        services.end_access(grant=lent[1], by=cast.carol, at=now)
        answer = signed_in(cast.pat).post(PAGE, {**FORM, "grants": [lent[1].public_id]})

        assert answer.status_code == 409
        assert "Nothing was sent." in answer.text

    @pytest.mark.trust("D1")
    def test_too_much_says_when_to_come_back(self, cast, lent, now, signed_in, settings):
        settings.PORTAL_PENDING_LINKED = 1
        ask(cast, case_number="C-8", at=now)
        answer = signed_in(cast.pat).post(PAGE, {**FORM, "grants": [lent[0].public_id]})

        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 86400
        assert "Come back on" in answer.text

    @pytest.mark.trust("F4")
    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"grants": []}, "Tick at least one."),
            ({"reason": ""}, "Say why the access is still needed."),
            ({"reason": "..."}, "Say why the access is needed."),
            ({"length": "1"}, "Select a valid choice"),
            ({"length": ""}, "required"),
        ],
        ids=str,
    )
    def test_wrong_input_gets_a_sentence_and_keeps_the_ticks(self, cast, lent, signed_in, wrong, words):
        answer = signed_in(cast.pat).post(PAGE, {**FORM, "grants": [lent[0].public_id], **wrong})

        assert answer.status_code == 400
        assert words in answer.text
        assert self.ticked(answer) == wrong.get("grants", [lent[0].public_id])
        assert waiting() == []

    def test_more_than_fit_on_a_page_are_not_asked_at_once(self, cast, granted, signed_in):
        grants = lend(colleagues(cast, 51), like=granted)
        answer = signed_in(cast.pat).post(PAGE, {**FORM, "grants": [one.public_id for one in grants]})

        assert answer.status_code == 400
        assert "Tick at most 50 at once." in answer.text

    @pytest.mark.trust("A9")
    def test_what_is_not_of_ones_own_people_does_not_exist(self, cast, lent, now, signed_in):
        quinns = approve(ask(cast, by=cast.quinn, for_=cast.quinn, at=now), by=cast.carol, at=now)
        browser = signed_in(cast.pat)

        for foreign in (quinns.public_id, "0" * 32):
            answer = browser.post(PAGE, {**FORM, "grants": [lent[0].public_id, foreign]})
            assert answer.status_code == 404
        assert waiting() == []
        assert "Quinn" not in browser.get(PAGE).text

    @pytest.mark.parametrize("who", ["petra", "piotr", "dora", "carol", "mallory", "tess"])
    def test_does_not_exist_for_who_asks_for_nobody(self, cast, lent, signed_in, who):
        browser = signed_in(getattr(cast, who))

        assert browser.get(PAGE).status_code == 404
        assert browser.post(PAGE, {**FORM, "grants": [lent[0].public_id]}).status_code == 404
        assert waiting() == []

    def test_says_what_goes_on_anyway(self, cast, lent, now, signed_in):
        approve(fresh(renew(cast, [lent[0]], at=now).asked[0]), by=cast.carol, at=now)
        answer = signed_in(cast.pat).get(PAGE)

        assert lent[0].public_id not in answer.text
        assert "goes on until" in answer.text

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({"name": "globex"}, ["Petra"]),
            ({"name": "8104"}, ["Petra"]),
            ({"name": "dora"}, ["Dora"]),
            ({"name": "nobody"}, []),
            ({"sort": "who"}, ["Dora", "Petra", "Petra"]),
            ({"sort": "-customer"}, ["Petra", "Petra", "Dora"]),
        ],
        ids=str,
    )
    def test_is_narrowed_down_by_customer_and_sorted(self, cast, lent, signed_in, query, found):
        rows = soup_of(signed_in(cast.pat).get(PAGE, query)).select("main tbody th b")
        assert [row.get_text() for row in rows] == found

    @pytest.mark.trust("F6")
    def test_is_a_file_too(self, cast, lent, signed_in):
        Account.objects.filter(pk=cast.globex.pk).update(name="=Globex")
        answer = signed_in(cast.pat).get(PAGE, {"format": "csv", "sort": "customer"})
        text = b"".join(answer.streaming_content).decode("utf-8-sig")

        assert [row["Customer"] for row in csv.DictReader(io.StringIO(text))] == ["'=Globex", "Acme", "Acme"]

    def test_works_for_two_hundred_customers_in_the_same_number_of_queries(self, cast, granted, now, signed_in):
        browser = signed_in(cast.pat)
        lend([granted.membership] * 2, like=granted)
        browser.get(PAGE, {"size": 50})
        with CaptureQueriesContext(connection) as few:
            browser.get(PAGE, {"size": 50})
        customers = Account.objects.bulk_create(
            Account(
                kind="customer",
                number=str(900000 + one),
                org_id=f"org-{one}",
                name=f"Customer {one:03}",
                time_zone="UTC",
                opened_at=now,
            )
            for one in range(200)
        )
        Partnership.objects.bulk_create(
            Partnership(
                partner=cast.bolt, customer=one, state="linked", known_at=now, linked_at=now, linked_by=cast.carol
            )
            for one in customers
        )
        for one in customers:
            granted.account = one
            lend([granted.membership], like=granted)
        with CaptureQueriesContext(connection) as many:
            assert "of 203" in browser.get(PAGE, {"size": 50}).text
        assert len(many) == len(few)
        assert "Customer 123" in browser.get(PAGE, {"name": "Customer 123"}).text
