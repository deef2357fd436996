"""The mails about people keep the house rules: two parts with the same facts, a pointer, no misspelt word."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.urls import resolve

from accounts import services
from accounts.permissions import AccountPermission as P
from accounts.permissions import Role
from notifications.models import Mail
from tests.access_requests.test_email_templates import joined, page, strict, words_of_html, words_of_text
from tests.accounts.test_changing_emails import MAILS as ABOUT_CHANGES
from tests.cast import WEEK, member

__all__ = ["strict"]

FOLDER = Path(settings.BASE_DIR) / "templates/accounts/email"
THERE = {path.name.removesuffix("_subject.txt") for path in FOLDER.glob("*_subject.txt")}
MAILS = sorted(THERE - set(ABOUT_CHANGES))
ODD = "New <b>& Co</b>"
DAY = timedelta(days=1)
LEADS_TO = {"invitation", "account_contacts", "home", "replacement", "factor_reset"}


acted_out = []  # the story's mails: they are only read here


@pytest.fixture
def story(cast, now, strict):
    """Every mail about people, in both ways it can read where it has two."""
    if not acted_out:
        _act_out(cast, now)
        acted_out.extend(Mail.objects.select_related("recipient").filter(event__in=MAILS))
    return acted_out


@pytest.fixture
def played(cast, now, strict):
    """The same story with everything that is behind the mails, for a test that looks at that too."""
    _act_out(cast, now)


def _act_out(cast, now):
    """Invitations, rights, roles and ends, and what staff begin: whatever somebody is told of."""
    people = {"account": cast.acme, "by": cast.carol, "at": now, "first_name": ODD, "last_name": "“{{ nothing }}”"}
    one = services.invite(
        **people, email="n@acme.example", role=Role.MEMBER, permissions=list(P)[:2], authorized_contact=True
    )
    two = services.invite(
        **people, email="m@acme.example", role=Role.ADMINISTRATOR, permissions=[], authorized_contact=False
    )
    newcomer = services.accept_invitation(invitation=one, by=one.user, at=now)
    services.accept_invitation(invitation=two, by=two.user, at=now)
    mike = {"by": cast.carol, "membership": member(cast.mike, cast.acme)}
    services.set_member_rights(membership=newcomer, permissions=[], by=cast.carol, at=now)
    services.set_member_rights(membership=newcomer, permissions=[P.VIEW_USAGE], by=cast.carol, at=now + DAY)
    services.set_authorized_contact(**mike, authorized_contact=True, at=now)
    services.set_authorized_contact(**mike, authorized_contact=False, at=now + DAY)
    services.name_stand_in(**mike, starts_at=now + DAY, ends_at=now + WEEK, at=now + DAY / 2)
    services.end_stand_in(**mike, at=now + 2 * DAY)
    services.change_role(**mike, role=Role.ADMINISTRATOR, at=now + 2 * DAY)
    services.end_membership(membership=newcomer, by=newcomer.user, at=now)
    services.end_membership(**mike, at=now + 2 * DAY)
    services.end_membership(membership=member(cast.ursula, cast.acme), by=None, at=now)
    services.name_successor(account=cast.acme, successor=cast.adam, by=cast.carol, at=now)
    recoveries(cast, at=now + 3 * DAY)


def recoveries(cast, *, at):
    """What staff begin, each ended in every way there is; Adam is Acme's primary user by now."""
    TOTP.activate(cast.adam, "A" * 32)
    staff = {"by": cast.stan, "at": at, "reason": ODD}
    person = {"email": "o@acme.example", "first_name": ODD, "last_name": "“{{ nothing }}”", "role": Role.MEMBER}
    services.invite_as_staff(account=cast.acme, **person, by=cast.stan, at=at)
    for end in ("stopped", "called off", "dropped", "done"):
        replacement = services.start_replacement(account=cast.acme, successor=cast.carol, **staff)
        reset = services.start_factor_reset(person=cast.adam, **staff)
        if end == "stopped":
            services.stop_replacement(replacement=replacement, by=cast.adam, at=at)
            services.stop_factor_reset(reset=reset, by=cast.adam, at=at)
        elif end == "called off":
            services.call_off_replacement(replacement=replacement, by=cast.stan, at=at)
            services.call_off_factor_reset(reset=reset, by=cast.stan, at=at)
        elif end == "dropped":
            services.name_successor(account=cast.acme, successor=cast.connie, by=cast.adam, at=at)
            services.name_successor(account=cast.acme, successor=cast.adam, by=cast.connie, at=at + DAY)
            services.stop_factor_reset(reset=reset, by=cast.carol, at=at)
        else:
            services.complete_replacement(replacement=replacement, at=replacement.takes_effect_at)
            services.complete_factor_reset(reset=reset, at=reset.takes_effect_at)


class TestEveryMail:
    def test_has_a_subject_a_text_and_html_and_is_sent_by_somebody(self, story):
        for ending in ("message.txt", "message.html"):
            assert sorted(path.name.removesuffix(f"_{ending}") for path in FOLDER.glob(f"*_{ending}")) == sorted(THERE)
        assert sorted({mail.event for mail in story}) == MAILS

    @pytest.mark.trust("T8")
    def test_says_the_same_in_both_parts_in_the_same_order_and_why_it_came(self, story):
        for mail in story:
            assert joined(words_of_text(mail)) == joined(words_of_html(mail)), mail.event
            end = " ".join(mail.text.rpartition("\n--\n")[2].split())
            assert end.startswith("You get this mail because ")
            assert f"Hello {mail.recipient}," in " ".join(mail.text.split())

    def test_shows_what_people_wrote_as_they_wrote_it(self, story):
        told = next(mail for mail in story if mail.event == "invited_told")

        assert f"{ODD} “{{{{ nothing }}}}” is invited to Acme" in page(told).find("h1").get_text()
        assert page(told).find("h1").find("b") is None

    def test_names_rights_in_words(self, story):
        words = " ".join(" ".join(mail.text for mail in story).split())

        assert "Rights See orders and See invoices" in words
        assert "Rights none of their own" in words
        assert "Rights now: See usage" in words

    @pytest.mark.trust("T3", "I10")
    def test_links_lead_to_pages_of_the_portal_and_hold_no_power(self, story):
        for mail in story:
            for link in page(mail).find_all("a"):
                address = urlsplit(link["href"])
                assert f"{address.scheme}://{address.netloc}" == settings.PORTAL_BASE_URL
                assert resolve(address.path).url_name in LEADS_TO
                assert address.query == ""

    def test_a_swede_reads_swedish_dates(self, cast, now, strict):
        cast.mike.language = "sv"
        cast.mike.save(update_fields=["language"])
        services.end_membership(membership=member(cast.mike, cast.acme), by=cast.carol, at=now)

        assert page(Mail.objects.get(event="over")).html["lang"] == "sv"
