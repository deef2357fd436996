"""The mails about terms and session requests keep the house rules: two parts with the same facts, a pointer, no
misspelt word. The whole table is walked in ``tests/test_every_mail.py``.
"""

from datetime import timedelta

import pytest

from accounts.models import MembershipRight
from accounts.permissions import AccountPermission as P
from notifications.models import Mail
from riders import services
from riders.services.threads import follow
from riders.states import WhyNot
from tests.access_requests.test_email_templates import joined, page, strict, words_of_html, words_of_text
from tests.cast import member
from tests.riders.terms import accept, publish, request

__all__ = ["strict"]

MAILS = ["session_answered", "session_requested", "terms_answered", "terms_asked"]
ODD = "Ends <b>Friday</b> & “costs” {{ nothing }}"


@pytest.fixture
def story(cast, now, strict, settings):
    """Every mail about terms and session requests, in every way it can read."""
    settings.PORTAL_SUPPORT_TELEPHONE = "+31 20 555 0100"
    given = [P.VIEW_CASES, P.WRITE_CASES]
    MembershipRight.objects.bulk_create(
        MembershipRight(membership=member(cast.mike, cast.acme), permission=right) for right in given
    )
    rider, words = publish(cast, at=now), {"expectation": ODD, "impact": ODD + "!"}
    case = services.open_case(account=cast.acme, subject=ODD, by=cast.connie, at=now)
    follow(case, cast.connie, at=now)
    moments = iter(now + timedelta(minutes=minutes) for minutes in range(1, 20))
    services.ask_for_terms(case=case, by=cast.tess, at=next(moments))
    services.decline_terms(case=case, digest=rider.digest, by=cast.carol, at=next(moments))
    drafted = request(case, by=cast.mike, at=next(moments), **words)
    accept(case, rider, by=cast.connie, at=next(moments))
    services.decline_session_request(request=drafted, why_not=WhyNot.OTHER, words=ODD, by=cast.tess, at=next(moments))
    linked = request(case, by=cast.connie, at=next(moments), link="https://meet.acme.example/secret", **words)
    services.withdraw_session_request(request=linked, by=cast.connie, at=next(moments))
    wanted = request(case, by=cast.connie, at=next(moments), **words)
    services.accept_session_request(request=wanted, by=cast.tom, at=next(moments))
    billed = request(case, by=cast.mike, at=next(moments), **words)
    services.decline_session_request(request=billed, why_not=WhyNot.NOT_TECHNICAL, by=cast.tess, at=next(moments))
    return list(Mail.objects.filter(event__in=MAILS))


class TestEveryMail:
    @pytest.mark.trust("T8")
    def test_says_the_same_in_both_parts_in_the_same_order_and_why_it_came(self, story):
        assert sorted({mail.event for mail in story}) == MAILS
        for mail in story:
            assert joined(words_of_text(mail)) == joined(words_of_html(mail)), mail.event
            end = " ".join(mail.text.rpartition("\n--\n")[2].split())
            assert end.startswith("You get this mail because ")
            assert f"Hello {mail.recipient}," in mail.text
            assert [line for line in mail.text.splitlines() if len(line) > 70 and " " in line.strip()] == []

    def test_shows_what_people_wrote_as_they_wrote_it(self, story):
        for mail in story:
            assert ODD in page(mail).get_text(), mail.event
            assert page(mail).find("b", string="Friday") is None

    def test_says_what_became_of_each(self, story):
        subjects = [mail.subject.partition(": ")[2] for mail in story if "Remote session" in mail.subject]
        assert [subjects.count(one) for one in ("requested", "accepted", "declined", "withdrawn")] == [9, 3, 5, 2]
        assert sum("+31 20 555 0100" in mail.text for mail in story) == 3
        assert not any("secret" in mail.text + mail.html for mail in story)

    def test_a_swede_reads_swedish_dates(self, cast, now, strict, story):
        cast.connie.language = "sv"
        cast.connie.save(update_fields=["language"])
        case = services.open_case(account=cast.acme, subject="Hej", by=cast.carol, at=now)
        services.ask_for_terms(case=case, by=cast.tess, at=now)

        mail = Mail.objects.get(event="terms_asked", to=cast.connie.email, subject__contains=case.number)
        assert page(mail).html["lang"] == "sv"
