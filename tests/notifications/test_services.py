"""Mails leave, to a mail server that is really there."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes, policy
from threading import Barrier

import pytest
from aiosmtpd.controller import Controller
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection, transaction

from frame import clock
from frame.refusals import NotAllowedNow
from notifications import selectors, services
from notifications.models import Mail, MailState
from notifications.outbox import message_id
from tests.servers import free_port

SECOND = timedelta(seconds=1)


class Sink:
    """What a mail server does with mails: keeps them, or refuses them while told to."""

    def __init__(self):
        self.kept, self.refusing = [], set()

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the server calls it so
        if self.refusing & set(envelope.rcpt_tos):
            return "451 come back later"
        self.kept.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"

    def ids(self):
        return sorted(message["Message-ID"] for _to, message in self.kept)


class Dying(EmailBackend):
    """The end of the worker, whenever it sends."""

    def send_messages(self, messages):
        raise SystemExit


@pytest.fixture
def server(settings):
    """A mail server on this machine, and the portal set up to use it."""
    sink = Sink()
    controller = Controller(sink, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield sink
    controller.stop()


@pytest.fixture
def mail(pending):
    """The mail that asks Carol; every other is out of the way."""
    letter = Mail.objects.get(about__startswith=pending.public_id, event="requested_customer")
    Mail.objects.exclude(pk=letter.pk).delete()
    return letter


@pytest.fixture
def three(pending, mail):
    """Three mails that are due."""
    for place in (1, 2):
        key = f"{mail.key[:-1]}{place}x"
        Mail.objects.create(
            key=key,
            message_id=message_id(key),
            event=mail.event,
            to=mail.to,
            subject=mail.subject,
            text=mail.text,
            html=mail.html,
            created_at=mail.created_at,
            due_at=mail.due_at,
        )
    return list(Mail.objects.order_by("pk"))


def fresh(mail):
    return Mail.objects.get(pk=mail.pk)


class TestDeliver:
    def test_sends_text_and_html_to_one_person(self, cast, mail, server, now):
        assert services.deliver_due(at=now) == 1

        [(to, message)] = server.kept
        assert to == [cast.carol.email] == [message["To"]]
        assert message["Subject"] == mail.subject
        assert message["Auto-Submitted"] == "auto-generated"
        assert message.get_body(["plain"]).get_content().split() == mail.text.split()
        assert message.get_body(["html"]).get_content().split() == mail.html.split()
        assert fresh(mail).state == MailState.SENT

    def test_carries_the_message_id_of_the_row(self, mail, server, now):
        services.deliver_due(at=now)

        assert server.ids() == [mail.message_id] == [message_id(mail.key)]
        assert mail.message_id.endswith("@localhost>")

    @pytest.mark.trust("B2")
    def test_twice_sends_once(self, mail, server, now):
        services.deliver_due(at=now)

        assert services.deliver_due(at=now) == 0
        assert len(server.kept) == 1

    def test_leaves_what_is_not_due(self, mail, server, now):
        Mail.objects.update(due_at=now + SECOND)

        assert services.deliver_due(at=now) == 0
        assert services.deliver_due(at=now + SECOND) == 1

    def test_sends_a_batch_and_leaves_the_rest_for_the_next(self, three, server, now):
        assert services.deliver_due(at=now, limit=2) == 2
        assert services.deliver_due(at=now, limit=2) == 1

    def test_one_address_that_is_refused_holds_nobody_up(self, three, server, now):
        Mail.objects.filter(pk=three[0].pk).update(to="gone@acme.example")
        server.refusing = {"gone@acme.example"}

        assert services.deliver_due(at=now) == 2
        assert fresh(three[0]).state == MailState.WAITING


class TestLease:
    def test_what_one_worker_tries_no_other_does(self, mail, server, now):
        Mail.objects.update(leased_until=now + SECOND)

        assert services.deliver_due(at=now) == 0

    def test_a_worker_that_died_is_followed_by_another_with_the_same_message_id(self, mail, server, now, settings):
        lease = settings.PORTAL_MAIL_LEASE + timedelta(seconds=settings.EMAIL_TIMEOUT)
        claimed = services._claim(mail.pk, due=now, at=now)

        assert services._claim(mail.pk, due=now, at=now) is None
        assert services.deliver_due(at=now + lease - SECOND) == 0
        assert services.deliver_due(at=now + lease) == 1
        assert server.ids() == [claimed.message_id]
        assert fresh(mail).attempts == 2

    def test_a_worker_that_dies_holds_up_the_mail_in_its_hand_and_no_other(self, three, server, now, settings):
        living, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Dying"
        with pytest.raises(SystemExit):
            services.deliver_due(at=now)

        settings.EMAIL_BACKEND = living
        assert [mail.leased_until is None for mail in Mail.objects.order_by("pk")] == [False, True, True]
        assert services.deliver_due(at=now) == 2


@pytest.mark.trust("B4")
class TestFailure:
    def test_waits_longer_each_time(self, mail, server, now, settings):
        settings.PORTAL_MAIL_BACKOFF = timedelta(minutes=5)  # long beside what a busy machine takes for a try
        server.refusing = {mail.to}
        waits = []
        for _try in range(4):
            services.deliver_due(at=fresh(mail).due_at)
            waits.append(round((fresh(mail).due_at - clock.now()) / settings.PORTAL_MAIL_BACKOFF))

        assert waits == [1, 2, 4, 8]
        assert "451" in fresh(mail).last_error
        assert fresh(mail).leased_until is None

    def test_never_waits_longer_than_the_longest(self, mail, server, now, settings):
        settings.PORTAL_MAIL_ATTEMPTS = 1000
        server.refusing = {mail.to}
        Mail.objects.update(attempts=900)
        services.deliver_due(at=now)

        assert fresh(mail).due_at - clock.now() <= services.LONGEST_BACKOFF

    def test_is_seen_and_nothing_is_lost_while_the_server_is_away(self, mail, settings, server, now):
        port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
        services.deliver_due(at=now)
        assert (selectors.oldest_unsent(at=now), fresh(mail).state) == (mail.created_at, MailState.WAITING)

        settings.EMAIL_PORT = port
        assert services.deliver_due(at=fresh(mail).due_at) == 1
        assert selectors.oldest_unsent(at=now) is None

    def test_is_given_up_at_last_and_sent_again_when_somebody_says_so(self, cast, mail, server, now, settings):
        settings.PORTAL_MAIL_ATTEMPTS = 2
        server.refusing = {mail.to}
        for _try in range(3):
            services.deliver_due(at=fresh(mail).due_at)
        assert (fresh(mail).state, fresh(mail).attempts, selectors.given_up()) == (MailState.GIVEN_UP, 2, 1)

        server.refusing = set()
        services.send_again(mail=mail, by=cast.stan, at=now)
        assert services.deliver_due(at=now) == 1
        assert (fresh(mail).state, fresh(mail).attempts) == (MailState.SENT, 1)

    def test_a_mail_that_left_is_not_sent_again(self, cast, mail, server, now):
        services.deliver_due(at=now)
        with pytest.raises(NotAllowedNow):
            services.send_again(mail=mail, by=cast.stan, at=now)

        assert services.deliver_due(at=now) == 0


@pytest.mark.trust("B1")
@pytest.mark.django_db(transaction=True)
class TestSideBySide:
    def test_ten_workers_send_each_mail_once(self, transactional_db, three, server, now):
        together = Barrier(10)

        def work(_number):
            try:
                together.wait(60)
                return services.deliver_due(at=now)
            finally:
                connection.close()

        with ThreadPoolExecutor(10) as threads:
            sent = list(threads.map(work, range(10)))

        assert sum(sent) == 3
        assert server.ids() == sorted(mail.message_id for mail in three)
        assert {mail.attempts for mail in Mail.objects.all()} == {1}

    @pytest.mark.services
    def test_a_worker_passes_over_what_another_is_claiming(self, transactional_db, three, server, now):
        def work():
            try:
                return services.deliver_due(at=now)
            finally:
                connection.close()

        with transaction.atomic(), ThreadPoolExecutor(1) as threads:
            Mail.objects.select_for_update().get(pk=three[0].pk)
            assert threads.submit(work).result(timeout=60) == 2
