"""Staff's window on the outbox."""

import pytest
from django.contrib.auth.models import Permission

from audit.models import TrailLine
from notifications.models import Mail, MailState
from tests.pages import soup_of, words_of

MAILS = "/admin/notifications/mail/"


@pytest.fixture
def given_up(pending, now):
    """The mail to Carol, given up."""
    mail = Mail.objects.get(about__startswith=pending.public_id, event="requested_customer")
    Mail.objects.filter(pk=mail.pk).update(state=MailState.GIVEN_UP, attempts=12, last_error="refused")
    return mail


def send_again(client, *mails):
    return client.post(MAILS, {"action": "send_again", "_selected_action": [mail.pk for mail in mails]}, follow=True)


def test_a_mail_that_was_given_up_is_sent_again(cast, given_up, signed_in):
    page = send_again(signed_in(cast.stan), given_up)
    given_up.refresh_from_db()

    assert "1 mail is on its way again." in page.content.decode()
    assert (given_up.state, given_up.attempts, given_up.last_error) == (MailState.WAITING, 0, "")
    line = TrailLine.objects.get(event="mail.requeued")
    assert (line.actor, line.subject) == (cast.stan.email, str(given_up.pk))


def test_a_mail_on_its_way_is_left_alone(cast, given_up, signed_in):
    other = Mail.objects.filter(state=MailState.WAITING).first()
    page = send_again(signed_in(cast.stan), other)

    assert "Only a mail that was given up can be sent again." in page.content.decode()
    assert not TrailLine.objects.filter(event="mail.requeued").exists()


def test_needs_djangos_permission(cast, given_up, signed_in):
    cast.stan.user_permissions.remove(Permission.objects.get(codename="change_mail"))

    assert send_again(signed_in(cast.stan), given_up).status_code == 403
    given_up.refresh_from_db()
    assert given_up.state == MailState.GIVEN_UP


class TestTheMailAsItLooks:
    def test_stands_in_a_frame_that_can_do_nothing_under_the_usual_policy(self, cast, given_up, signed_in):
        page = signed_in(cast.stan).get(f"{MAILS}{given_up.pk}/change/")
        frame = soup_of(page).select_one("iframe.letter-html")

        assert frame["sandbox"] == [], "not one power"
        assert frame["srcdoc"] == given_up.html
        policy = page.headers["Content-Security-Policy"]
        style = next(part for part in policy.split("; ") if part.startswith("style-src "))
        assert style.startswith("style-src 'self'")
        assert "'sha256-" in style
        assert "unsafe" not in policy
        assert "frame-src" not in policy

    def test_beside_its_text(self, cast, given_up, signed_in):
        page = signed_in(cast.stan).get(f"{MAILS}{given_up.pk}/change/")

        assert soup_of(page).select_one(".letter-text pre").get_text().strip() == given_up.text.strip()

    @pytest.mark.trust("H1")
    def test_gets_out_of_its_frame_by_no_trick(self, cast, given_up, signed_in):
        trick = '"></iframe><script>alert(1)</script><style>*{color:red}</style>'
        Mail.objects.filter(pk=given_up.pk).update(html=trick, text="</pre><script>alert(1)</script>")
        page = signed_in(cast.stan).get(f"{MAILS}{given_up.pk}/change/")

        assert b"<script>alert" not in page.content
        assert soup_of(page).select_one("iframe.letter-html")["srcdoc"] == trick

    def test_is_sent_again_from_its_page(self, cast, given_up, signed_in):
        stans = signed_in(cast.stan)
        form = soup_of(stans.get(f"{MAILS}{given_up.pk}/change/")).select_one(".row-tools form")
        fields = {field["name"]: field["value"] for field in form.select("input")}

        answer = stans.post(form["action"], fields, follow=True)

        assert "1 mail is on its way again." in answer.text
        given_up.refresh_from_db()
        assert given_up.state == MailState.WAITING
        assert "mail.requeued" in words_of(stans.get(f"{MAILS}{given_up.pk}/history/"))

    def test_mallory_reads_no_mail_of_acmes(self, cast, given_up, signed_in):
        assert signed_in(cast.mallory).get(f"{MAILS}{given_up.pk}/change/", follow=True).status_code == 403
