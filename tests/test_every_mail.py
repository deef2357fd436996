"""Every mail there is, played once: exactly its readers, the same facts as text and as HTML, and a way to refuse or
to report. A new mail needs a line in the table.
"""

from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import resolve

from notifications.models import Mail, Notice
from partners.services import make_known, tell_of_available
from tests.access_requests.test_email_templates import joined, page, strict, words_of_html, words_of_text
from tests.access_requests.test_email_templates import played as story_of_access
from tests.accounts.test_changing_emails import story as story_of_changes
from tests.accounts.test_email_templates import played as story_of_people
from tests.riders.approval_story import story_of_approvals
from tests.riders.session_story import story_of_sessions
from tests.riders.stories import play_cases
from tests.riders.test_terms_emails import story as story_of_terms
from tests.test_house_rules import MAILS

__all__ = [
    "story_of_access",
    "story_of_approvals",
    "story_of_changes",
    "story_of_people",
    "story_of_sessions",
    "story_of_terms",
    "strict",
]

# Who reads it, each time that it was sent, and the pages its buttons open. Carol and Mallory are the primary users and
# decide, Adam, Dora and later M are administrators and answer support too; Pat asks, Petra and Piotr get in; Quinn asks
# for himself, Tess, Tom and Stan as support.
ASKED, ANSWER, OWN = {"pat petra", "pat piotr", "quinn", "tess"}, {"decide"}, {"account_contacts"}
CASE = {"account_case", "desk_case"}
FOR_A_CASE = {"carol connie tess", "carol connie tess tom"}  # she approved, Tess turned it on and brought in Tom
ANSWERS_SUPPORT = "adam carol dora"
ANSWERS_CHANGES = "adam carol connie dora"
RUN_LATER = "adam carol connie dora m"  # who runs Acme once Connie had the place for a day
RUN_ACME = {"adam carol dora m", RUN_LATER}
MEETING, CALENDAR = {"account_session", "desk_session"}, {"account_session_calendar", "desk_session_calendar"}
TABLE = {
    "requested_customer": ({"carol", "mallory", ANSWERS_SUPPORT}, ANSWER),
    "requested_partner": (ASKED | {"tom", "stan"}, {"request"}),
    "renewals_partner": ({"pat petra"}, {"requests"}),
    "edited_customer": ({"carol", ANSWERS_SUPPORT}, ANSWER),
    "reminder_customer": ({"carol", ANSWERS_SUPPORT}, ANSWER),
    "withdrawn_customer": ({"carol", "adam carol dora tess", "adam dora", "stan"}, {"request"}),
    "lapsed": ({"carol quinn", "adam carol dora tom"}, {"request", "ask", "support_ask"}),
    "granted_customer": ({"carol", "mallory", ANSWERS_SUPPORT}, {"request", "grant"}),
    "granted_partner": (ASKED | {"petra"}, {"request", "grant", "account"}),
    "denied_customer": ({"carol", ANSWERS_SUPPORT}, {"request"}),
    "denied_partner": ({"pat petra", "tess"}, {"request"}),
    "unexpected": ({"carol security", "adam carol dora security"}, {"request"}),
    "activated": ({"connie"}, {"grant", "grant_end"}),
    "brought_in": ({"tom"}, {"grant", "account"}),
    "hour_asked": ({"carol"}, ANSWER),
    "hour_granted": ({"adam carol dora tess"}, ANSWER | {"account"}),
    "hour_denied": ({"adam carol dora tess", "adam carol dora stan"}, {"request"}),
    "hour_lapsed": ({"adam carol dora tom"}, {"request"}),
    "hour_withdrawn": ({"carol", "carol tom"}, {"request"}),
    "hour_ended": ({"adam carol dora tess"}, {"request"}),
    "reduced": ({"carol pat petra", "adam carol dora tess"} | FOR_A_CASE, {"request", "grant"}),
    "ends_soon": ({"carol pat petra", "carol petra", "tess", "tess tom"}, {"request", "grant", "renew", "support_ask"}),
    "ended": ({"carol pat petra", "carol pat piotr", "carol petra", "tom", "carol tess"}, {"request", "grant"}),
    "ended_together": ({"mallory pat petra", "carol connie tess"}, {"account_access", "home"}),
    "linked": ({"carol pat", "carol quinn", "mallory pat"}, {"home"}),
    "unlinked": ({"carol quinn"}, {"home"}),
    "review_due": ({"carol", "mallory"}, {"account_review"}),
    "review_finished": ({"carol"}, {"account_reviewed"}),
    "new_customer": ({"quinn"}, {"contacts"}),
    "invited": ({"m", "n", "o"}, {"invitation"}),
    "invited_told": ({"adam carol dora", "adam carol dora m"}, OWN),
    "joined": ({"carol", "adam carol dora"}, OWN),
    "changed": ({"n", "mike", "adam carol dora m mike"}, OWN),
    "over": ({"petra", "n", "ursula", "adam carol dora m mike"}, OWN | {"home"}),
    "succeeded": ({"adam carol dora m mike", RUN_LATER}, OWN),
    "replacement_started": (RUN_ACME, {"replacement"}),
    "replacement_stopped": (RUN_ACME, {"replacement"}),
    "replaced": ({RUN_LATER}, {"replacement"}),
    "factor_reset_started": (RUN_ACME, {"factor_reset"}),
    "factor_reset_stopped": (RUN_ACME, {"factor_reset"}),
    "factor_reset_completed": ({RUN_LATER}, {"factor_reset"}),
    "change_proposed": ({ANSWERS_CHANGES}, {"account_change"}),
    "change_reminder": ({ANSWERS_CHANGES}, {"account_change"}),
    "change_closed": ({f"{ANSWERS_CHANGES} tess"}, {"account_change"}),
    "terms_asked": ({"adam carol connie dora"}, {"account_terms"}),
    "terms_answered": ({"connie tess", "mike tess"}, CASE),
    "session_requested": ({"mike tess", "connie tess tom"}, CASE),
    "session_answered": ({"connie mike", "mike tess", "connie mike tess", "connie mike tom"}, CASE),
    "case_changed": ({"connie tom", "tess tom", "connie", "connie tess tom"}, {"account_case", "desk_case"}),
    "case_recorded": ({"carol connie"}, {"account_case", "account_case_approval"}),
    "case_access_asked": ({"adam carol connie dora", "dora m mike"}, {"account_case_approval"}),
    "case_access_answered": ({"tess"}, {"desk_case"}),
    "case_access_ended": ({"connie tess"}, {"account_case_approval", "desk_case"}),
    "tools_noted": ({"carol connie"}, {"account_case"}),
    "session_scheduled": ({"carol tess", "tom"}, MEETING | CALENDAR),
    "session_changed": ({"carol tess"}, MEETING | CALENDAR),
    "session_called_off": ({"carol tess"}, MEETING | CALENDAR),
    "session_started": ({"carol tess"}, MEETING),
    "session_ended": ({"carol tess"}, MEETING),
}
# What asks the customer for something, or tells of what was given, says what to do where it was not expected
UNEXPECTED = {
    "activated",
    "requested_customer",
    "edited_customer",
    "reminder_customer",
    "granted_customer",
    "hour_asked",
    "case_access_asked",
    "change_proposed",
    "change_reminder",
}


@pytest.fixture
def mails(
    cast,
    story_of_changes,
    story_of_terms,
    story_of_approvals,
    story_of_sessions,
    story_of_access,
    story_of_people,
    now,
    signed_in,
):
    """Every mail: changes, terms, approvals, sessions, the question and the answer, people, a new customer, cases."""
    for person in (cast.quinn, cast.tess, cast.tom):
        signed_in(person)
    make_known(partner=cast.crow, customer=cast.globex, by=cast.stan, at=now)
    tell_of_available(at=now)
    play_cases(cast, now)
    return list(Mail.objects.order_by("pk"))


@pytest.mark.trust("T8")
def test_the_table_names_every_mail():
    assert {mail for _app, mail in MAILS} == TABLE.keys()


@pytest.mark.trust("T8", "T3", "I9")
def test_every_mail_reaches_its_readers_with_the_same_facts_and_a_way_to_refuse_or_report(mails):
    readers, pages = {}, {}
    for mail in mails:
        readers.setdefault(mail.event, {}).setdefault((mail.about, mail.created_at), []).append(mail.to)
        links = [urlsplit(link["href"]) for link in page(mail).find_all("a")]
        pages.setdefault(mail.event, set()).update(resolve(link.path).url_name for link in links)
        words = " ".join(mail.text.split())

        assert joined(words_of_text(mail)) == joined(words_of_html(mail)), mail.event
        for link in links:
            assert f"{link.scheme}://{link.netloc}" == settings.PORTAL_BASE_URL
        if mail.recipient is not None:
            assert links, mail.event
            assert f"write to our security people, {settings.PORTAL_SECURITY_MAIL}." in words, mail.event
            assert Notice.objects.filter(key=mail.key, recipient=mail.recipient, title=mail.subject).count() == 1
        assert mail.event not in UNEXPECTED or "did not expect" in words or "You did not do this?" in words, mail.event

    told = {
        mail: {" ".join(sorted(to.partition("@")[0] for to in copies)) for copies in sent.values()}
        for mail, sent in readers.items()
    }
    assert told == {mail: who for mail, (who, _pages) in TABLE.items()}
    assert pages == {mail: leads for mail, (_who, leads) in TABLE.items()}
    assert {"answer=approve", "answer=deny"} == {
        urlsplit(link["href"]).query
        for mail in mails
        if TABLE[mail.event][1] == ANSWER and mail.event != "hour_asked"  # its page has the choice, and needs the code
        for link in page(mail).find_all("a")
    }
