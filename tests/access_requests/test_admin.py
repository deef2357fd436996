"""What staff do not read of requests and access of support: not in lists, searches, filters, sorting, histories,
pages, mails or notices; whether operator or superuser.
"""

import pytest

from access_requests import services
from access_requests.models import Block
from audit.models import TrailLine
from notifications.models import Mail, Notice
from tests.cast import READ_RECORDS, REPAIR, WEEK, approve, ask_for_support, fresh, role_bundles
from tests.pages import soup_of, words_of

REASON = "The last cheese does not add up"
SECRETS = ["Tess", "Tom", "tess@", "tom@", "cheese", "See invoices", "view_invoices", "Read orders", "Carol"]
SECRETS += ["Latchkey Support", "on our Latchkey portal"]
WINDOWS = [
    "access_requests/accessrequest",
    "accounts/grant",
    "access_requests/block",
    "notifications/mail",
    "notifications/notice",
    "audit/trailline",
]


@pytest.fixture
def support(cast, now):
    """A request of support and the access from it, with mails, notices and trail; another one that was reported."""
    Mail.objects.all().delete()
    Notice.objects.all().delete()
    asked = ask_for_support(cast, at=now, reason=REASON)
    seen = asked.as_seen()
    services.edit_support_request(
        request=asked,
        seen=seen,
        by=cast.tess,
        roles=role_bundles(READ_RECORDS, REPAIR),
        window=services.Window(duration=WEEK),
        reason=REASON,
        no_case=REASON,
        at=now,
    )
    grant = approve(fresh(asked), by=cast.carol, at=now)
    reported = ask_for_support(cast, by=cast.tom, at=now, reason=REASON)
    services.report_unexpected(request=reported, seen=reported.as_seen(), by=cast.carol, at=now)
    return {
        "access_requests/accessrequest": [asked, reported],
        "accounts/grant": [grant],
        "access_requests/block": list(Block.objects.all()),
        "notifications/mail": list(Mail.objects.all()),
        "notifications/notice": list(Notice.objects.all()),
        "audit/trailline": list(
            TrailLine.objects.filter(subject__in=[asked.public_id, reported.public_id, grant.public_id])
        ),
    }


@pytest.fixture(params=["stan", "root"])
def staff(cast, request, signed_in):
    """An operator's browser, and the superuser's."""
    return signed_in(getattr(cast, request.param))


def rows(page):
    """This will give the rows of a list: the ids of the rows and what is said in them."""
    found = {}
    for line in soup_of(page).select("#result_list tbody tr"):
        address = line.select_one("th a, td a")["href"]
        found[int(address.split("/change")[0].rpartition("/")[2])] = line.get_text(" ")
    return found


def said(texts):
    return [secret for secret in SECRETS for text in texts if secret in text]


@pytest.mark.parametrize("window", WINDOWS)
class TestKept:
    def test_stands_in_the_list_without_what_is_kept(self, support, staff, window):
        found = rows(staff.get(f"/admin/{window}/"))
        kept = [one.pk for one in support[window]]

        assert kept
        assert set(kept) <= set(found)
        assert said([found[pk] for pk in kept]) == []

    def test_has_a_page_and_a_history_that_say_no_more(self, support, staff, window):
        for one in support[window]:
            for page in ("change", "history"):
                answer = staff.get(f"/admin/{window}/{one.pk}/{page}/")
                assert answer.status_code == 200
                soup = soup_of(answer)
                soup.select_one("#nav-sidebar").decompose()
                soup.select_one("#header").decompose()
                for drawn in soup.select("[name=csrfmiddlewaretoken]"):  # by lot, and so may spell a name
                    drawn.decompose()
                for tag in soup.select("[nonce]"):
                    del tag["nonce"]
                assert said([str(soup)]) == [], page
        assert "staff see the id, the account, the status and the times" in words_of(
            staff.get(f"/admin/{window}/{support[window][0].pk}/change/")
        )

    def test_is_not_found_by_what_is_kept(self, support, staff, window):
        for words in (
            "tess",
            "tom@latchkey.example",
            "cheese",
            "Latchkey",
            "carol",
            "Support access",
            "'Tess'",
            "654321 tess",
        ):
            found = rows(staff.get(f"/admin/{window}/", {"q": words}))

            assert not set(found) & {one.pk for one in support[window]}, words

    def test_is_found_by_the_account(self, support, staff, window):
        found = rows(staff.get(f"/admin/{window}/", {"q": "654321"}))

        assert {one.pk for one in support[window]} <= set(found)


HIDING = [
    ("access_requests/accessrequest", "administrator__exact=0"),
    ("access_requests/accessrequest", "beneficiary__email=tess@latchkey.example"),
    ("access_requests/accessrequest", "company__number=100001"),
    ("access_requests/accessrequest", "o=3"),
    ("access_requests/accessrequest", "o=-3.1"),
    ("accounts/grant", "administrator__exact=0"),
    ("accounts/grant", "grantee__email=tess@latchkey.example"),
    ("accounts/grant", "o=0"),
    ("access_requests/block", "person__email=tom@latchkey.example"),
    ("notifications/mail", "to=tess@latchkey.example"),
    ("notifications/mail", "event=granted_partner"),
    ("notifications/mail", "o=1"),
    ("notifications/mail", "o=1_0"),
    ("notifications/notice", "recipient__email=tess@latchkey.example"),
    ("audit/trailline", "actor=carol@acme.example"),
    ("audit/trailline", "o=2"),
]


def test_is_neither_narrowed_nor_sorted_by_what_is_kept(support, staff):
    for window, narrowed in HIDING:
        answer = staff.get(f"/admin/{window}/?{narrowed}")

        assert answer.status_code == 200, (window, narrowed)
        assert not set(rows(answer)) & {one.pk for one in support[window]}, (window, narrowed)


SHOWING = [
    ("access_requests/accessrequest", "now=approved"),
    ("access_requests/accessrequest", "kind__exact=support"),
    ("access_requests/accessrequest", "account__number=654321"),
    ("access_requests/accessrequest", "o=-6"),
    ("accounts/grant", "now=live"),
    ("notifications/mail", "state__exact=waiting"),
    ("audit/trailline", "noun=request"),
    ("audit/trailline", "account=654321"),
]


def test_is_narrowed_and_sorted_by_the_rest(support, staff):
    for window, narrowed in SHOWING:
        found = rows(staff.get(f"/admin/{window}/?{narrowed}"))

        assert set(found) & {one.pk for one in support[window]}, (window, narrowed)


def test_no_other_page_says_it(support, cast, staff):
    """The pages of the account and of the person: what they hold of others is there, this is not."""
    mail = words_of(staff.get(f"/admin/accounts/account/{cast.acme.pk}/change/"))
    person = words_of(staff.get(f"/admin/accounts/user/{cast.tess.pk}/change/"))

    assert "Tess" not in mail
    assert "Requests to this account 3" in mail
    for panel in ("Requests for this person", "Access this person has", "Mails"):
        assert panel in person.partition("None of these:")[2]


def test_a_refusal_on_a_page_of_it_is_kept_too(support, cast, staff, signed_in):
    asked = support["access_requests/accessrequest"][0]
    assert signed_in(cast.mallory).post(f"/requests/{asked.public_id}/decide/", {}).status_code == 404
    line = TrailLine.objects.get(event="access.refused")

    assert "Mallory" not in rows(staff.get("/admin/audit/trailline/"))[line.pk]
    assert "mallory" not in words_of(staff.get(f"/admin/audit/trailline/{line.pk}/change/"))


def test_requests_of_partners_are_read_in_full(cast, pending, staff):
    words = words_of(staff.get(f"/admin/access_requests/accessrequest/{pending.pk}/change/"))

    for one in ("Petra", "Pat", "Bolt Partners", "See invoices", pending.reason, "7 days"):
        assert one in words
    assert pending.pk in rows(staff.get("/admin/access_requests/accessrequest/", {"q": "petra@bolt.example"}))


def test_sending_a_kept_mail_again_names_nobody(support, cast, signed_in):
    mail = support["notifications/mail"][0]
    page = signed_in(cast.stan).post(
        "/admin/notifications/mail/", {"action": "send_again", "_selected_action": mail.pk}, follow=True
    )

    message = soup_of(page).select_one(".messagelist").get_text()
    assert "Only a mail that was given up can be sent again." in message
    assert said([message]) == []
