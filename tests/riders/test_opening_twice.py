"""The forms that open or record a case, sent more than once: one case is made, and whoever sent it lands there."""

import pytest
from django.urls import reverse

from audit.models import TrailLine
from audit.verification import verify
from notifications.models import Mail
from riders.models import CaseApproval, SupportCase
from tests.access_requests.racing import sent_at_once
from tests.cast import READ_RECORDS
from tests.pages import form_of, words_of
from tests.riders.approval_story import bundles, let_write_cases

OPEN = reverse("account_case_open", args=["654321"])
RECORD = reverse("desk_record")


@pytest.fixture
def yes(db):
    """What a contact sends who lets support in along with the case."""
    [bundle] = bundles(READ_RECORDS)
    return {"subject": "Slow", "access-answer": "approve", "access-roles": [str(bundle.pk)]}


@pytest.fixture
def mailed(db):
    """What an associate sends who writes down a mail of Connie's."""
    return {"account": "654321", "channel": "mail", "sender": "connie@acme.example", "subject": "Slow"}


@pytest.mark.django_db
class TestSentTwice:
    @pytest.mark.seed("S3-4")
    @pytest.mark.trust("R1")
    def test_the_second_time_leads_to_the_case_the_first_has_opened(self, cast, signed_in, yes):
        browser = signed_in(cast.connie)
        sent = form_of(browser.get(OPEN)) | yes
        first, second = browser.post(OPEN, sent), browser.post(OPEN, sent, follow=True)

        case = SupportCase.objects.get()
        assert first.headers["Location"] == second.redirect_chain[-1][0] == case.get_absolute_url()
        assert f"has opened case {case.number}. Nothing was done a second time." in words_of(second)
        assert CaseApproval.objects.filter(case=case).count() == 1
        assert TrailLine.objects.filter(event="case.opened").count() == 1

    def test_whoever_reads_no_cases_is_told_all_the_same(self, cast, signed_in):
        mike = let_write_cases(cast)
        mike.memberships.get().rights.filter(permission="view_cases").delete()
        browser = signed_in(mike)
        sent = form_of(browser.get(OPEN)) | {"subject": "Slow"}
        browser.post(OPEN, sent)
        again = browser.post(OPEN, sent, follow=True)

        assert SupportCase.objects.get().number in words_of(again)
        assert Mail.objects.filter(event="case_access_asked", to=cast.carol.email).count() == 1

    @pytest.mark.parametrize("other", [{"subject": "Slower"}, {"description": "Since May."}, {"severity": "1"}])
    def test_a_form_that_says_something_else_opens_another_case(self, cast, signed_in, other):
        browser = signed_in(cast.carol)
        sent = form_of(browser.get(OPEN)) | {"subject": "Slow"}
        browser.post(OPEN, sent)
        browser.post(OPEN, sent | other)

        assert SupportCase.objects.count() == 2

    def test_two_forms_with_the_same_words_are_two_cases(self, cast, signed_in):
        browser = signed_in(cast.carol)
        for _each in range(2):
            browser.post(OPEN, form_of(browser.get(OPEN)) | {"subject": "Slow"})

        assert SupportCase.objects.count() == 2

    @pytest.mark.trust("F2")
    def test_a_form_that_was_refused_keeps_its_number(self, cast, signed_in):
        browser = signed_in(cast.carol)
        page = browser.get(OPEN)
        refused = browser.post(OPEN, form_of(page) | {"subject": ""})

        assert refused.status_code == 400
        assert form_of(refused)["number"] == form_of(page)["number"]

    @pytest.mark.trust("A6", "F2")
    def test_nobody_chooses_a_number_nor_learns_of_a_case_by_one(self, cast, signed_in):
        carol, mallory = signed_in(cast.carol), signed_in(cast.mallory)
        sent = form_of(carol.get(OPEN)) | {"subject": "Slow"}
        carol.post(OPEN, sent)
        theirs = SupportCase.objects.get()
        elsewhere = reverse("account_case_open", args=[cast.globex.number])
        for number in (sent["number"], [theirs.number], ["10000001"], ["10000001:x"], [""]):
            answer = mallory.post(elsewhere, sent | {"number": number}, follow=True)
            assert "sent before" not in words_of(answer)
            assert theirs.number not in words_of(answer)

        opened = SupportCase.objects.filter(account=cast.globex)
        assert opened.count() == 5
        assert not opened.filter(number__in=["10000001", theirs.number]).exists()


@pytest.mark.django_db
class TestRecordedTwice:
    @pytest.mark.seed("S3-5")
    @pytest.mark.trust("R1")
    def test_the_second_time_leads_to_the_case_and_nobody_is_told_twice(self, cast, signed_in, mailed):
        browser = signed_in(cast.tess)
        sent = form_of(browser.get(RECORD)) | mailed
        first, second = browser.post(RECORD, sent), browser.post(RECORD, sent, follow=True)

        case = SupportCase.objects.get()
        there = reverse("desk_case", args=[case.number])
        assert first.headers["Location"] == second.redirect_chain[-1][0] == there
        assert f"has opened case {case.number}. Nothing was done a second time." in words_of(second)
        assert TrailLine.objects.filter(event="case.recorded").count() == 1
        assert Mail.objects.filter(event="case_recorded", to=cast.connie.email).count() == 1

    @pytest.mark.parametrize(
        "other", [{"sender": "carol@acme.example"}, {"channel": "telephone"}, {"account": "810432"}]
    )
    def test_a_form_that_says_something_else_records_another_case(self, cast, signed_in, mailed, other):
        browser = signed_in(cast.tess)
        sent = form_of(browser.get(RECORD)) | mailed
        browser.post(RECORD, sent)
        browser.post(RECORD, sent | other)

        assert SupportCase.objects.count() == 2

    @pytest.mark.trust("F2")
    def test_a_form_that_was_refused_keeps_its_number(self, cast, signed_in, mailed):
        browser = signed_in(cast.tess)
        page = browser.get(RECORD)
        refused = browser.post(RECORD, form_of(page) | mailed | {"account": "999999"})

        assert refused.status_code == 400
        assert form_of(refused)["number"] == form_of(page)["number"]

    @pytest.mark.trust("A6")
    def test_a_number_is_good_for_nobody_else_and_nowhere_else(self, cast, signed_in, mailed):
        tess, tom, carol = signed_in(cast.tess), signed_in(cast.tom), signed_in(cast.carol)
        sent = form_of(tess.get(RECORD)) | mailed
        sealed, _mark, _seal = sent["number"][0].partition(":")
        tom.post(RECORD, sent)
        carol.post(OPEN, form_of(carol.get(OPEN)) | {"subject": "Slow", "number": sent["number"]})

        assert SupportCase.objects.exclude(number=sealed).count() == 2
        tess.post(RECORD, sent)
        assert SupportCase.objects.get(number=sealed).opened_by == cast.tess


@pytest.mark.django_db(transaction=True)
@pytest.mark.trust("R1", "R8")
@pytest.mark.parametrize("times", range(2))
class TestAtTheSameMoment:
    def test_a_form_opens_one_case_and_all_clicks_lead_there(self, cast, signed_in, yes, times):
        browser = signed_in(cast.connie)
        answers = sent_at_once(browser, OPEN, form_of(browser.get(OPEN)) | yes)

        case = SupportCase.objects.get()
        assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, case.get_absolute_url())] * 4
        assert CaseApproval.objects.filter(case=case).count() == 1
        assert TrailLine.objects.filter(event="case.opened").count() == 1
        assert verify() == []

    def test_a_mail_is_recorded_as_one_case_and_all_clicks_lead_there(self, cast, signed_in, mailed, times):
        browser = signed_in(cast.tess)
        answers = sent_at_once(browser, RECORD, form_of(browser.get(RECORD)) | mailed)

        there = reverse("desk_case", args=[SupportCase.objects.get().number])
        assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, there)] * 4
        assert Mail.objects.filter(event="case_recorded", to=cast.connie.email).count() == 1
        assert verify() == []
