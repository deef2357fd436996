"""The mails about what support proposes keep the house rules: two parts with the same facts, a pointer, no PEM."""

from datetime import timedelta

import pytest

from accounts import services
from accounts.selectors import configuration_of
from notifications.models import Mail
from tests.access_requests.test_email_templates import ODD, joined, page, strict, words_of_html, words_of_text
from tests.accounts.proposals import METADATA, agree, lend_for_case, lend_repair, propose
from tests.certificates import certificate

__all__ = ["strict"]

MAILS = ["change_closed", "change_proposed", "change_reminder"]
DAY = timedelta(days=1)


@pytest.fixture
def story(cast, now, strict):
    """Every mail about proposed changes, with a case and without, in every way one can end."""
    for case, at in (("10042", now), ("", now + 30 * DAY)):
        if case:
            grant = lend_for_case(cast, case=case, at=at)
        else:
            grant = lend_repair(cast, at=at)
        agree(propose(cast, at=at, reason=ODD, certificate=certificate()), by=cast.connie, at=at, words=f"Yes.\n{ODD}")
        services.refuse_change(change=propose(cast, at=at, domains=["a.example"]), by=cast.adam, words=ODD, at=at)
        services.withdraw_change(change=propose(cast, at=at, domains=["b.example"]), by=cast.tess, at=at)
        propose(cast, at=at, domains=["c.example"])
        seen = configuration_of(cast.acme).version
        url = {"metadata_url": f"{METADATA}/{case}"}
        services.change_configuration(account=cast.acme, seen=seen, by=cast.carol, at=at, certificate="", **url)
        propose(cast, at=at, domains=["d.example"])
        services.remind_of_changes(at=at + 4 * DAY)
        services.lapse_due_changes(at=grant.ends_at)
    return list(Mail.objects.filter(event__in=MAILS))


@pytest.mark.trust("T8")
class TestEveryMail:
    def test_says_the_same_in_both_parts_and_why_it_came(self, story):
        assert sorted({mail.event for mail in story}) == MAILS
        for mail in story:
            assert joined(words_of_text(mail)) == joined(words_of_html(mail)), mail.event
            assert " ".join(mail.text.rpartition("\n--\n")[2].split()).startswith("You get this mail because ")

    def test_a_subject_for_each_end_with_a_case_and_without(self, story):
        assert {mail.subject for mail in story} == {
            *(
                f"{words} proposed in case 10042"
                for words in (
                    "Agreed and made: the change to Acme",
                    "Refused: the change to Acme",
                    "Withdrawn: the change to Acme",
                    "Lapsed: the change to Acme",
                    "Not made: the change to Acme",
                )
            ),
            *(
                f"{word}: the change proposed to Acme"
                for word in ("Agreed and made", "Refused", "Withdrawn", "Lapsed", "Not made")
            ),
            "A change to your account is proposed in case 10042",
            "A change to your account is proposed",
            "Reminder: a change to your account, proposed in case 10042, waits for an answer",
            "Reminder: a change to your account waits for an answer",
        }

    @pytest.mark.trust("T3", "I10")
    def test_it_leads_to_the_page_and_holds_no_power(self, story):
        for mail in story:
            links = [link["href"] for link in page(mail).find_all("a")]
            assert len(links) == 1
            assert "/accounts/654321/changes/" in links[0]
            assert "?" not in links[0]

    def test_a_certificate_is_told_by_its_fingerprint(self, story):
        assert not any("BEGIN CERTIFICATE" in mail.text + mail.html for mail in story)
        assert any("CN=idp.acme.example, expires Thu 1 May 2031, SHA-256" in " ".join(m.text.split()) for m in story)

    def test_shows_what_people_wrote_as_they_wrote_it(self, story):
        told = next(mail for mail in story if mail.event == "change_proposed" and ODD in " ".join(mail.text.split()))

        assert ODD in " ".join(page(told).get_text(" ").split())
        assert "<b>Friday</b>" not in told.html
