"""Staff's window on the outbox."""

import pytest
from django.contrib.auth.models import Permission

from audit.models import TrailLine
from notifications.models import Mail, MailState

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
