"""Ten minutes without a mail server: by the clock that is handed in, against a server that is really stopped."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from frame import clock
from notifications import services
from notifications.models import Mail, MailState
from tests.cast import approve, ask
from tests.servers import free_port

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
AWAY = 10 * MINUTE


class Post:
    """A mail server that can go away and come back on the same port, and may refuse while it is there."""

    def __init__(self):
        self.port, self.kept, self.tried, self.refusing, self._running = free_port(), [], 0, False, None

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the server calls it so
        self.tried += 1
        if self.refusing:
            return "451 come back later"
        self.kept.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 kept"

    def start(self):
        self._running = Controller(self, hostname="127.0.0.1", port=self.port)
        self._running.start()

    def stop(self):
        if self._running is not None:
            self._running.stop()
            self._running = None


@pytest.fixture
def post(settings):
    """The mail server the portal is set up to use; it stands still until it is started."""
    server = Post()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.stop()


@pytest.fixture
def turn(monkeypatch):
    """``turn(moment)`` sets the portal's clock, at the one place where it is read."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.trust("B4", "I9", "K9")
@pytest.mark.parametrize("away", ["stopped", "refusing"])
def test_ten_minutes_without_a_mail_server_lose_nothing_and_double_nothing(
    cast, now, client, post, turn, settings, away
):
    post.refusing = away == "refusing"
    if post.refusing:
        post.start()
    Mail.objects.all().delete()  # what the cast was told before
    approve(ask(cast, at=now), by=cast.carol, at=now)
    mails = {mail.message_id: mail.to for mail in Mail.objects.all()}
    assert len(mails) == 6
    tries, waits = {}, {}

    for second in range(0, int(AWAY.total_seconds()), 15):  # as often as the job runs in production
        at = now + second * SECOND
        turn(at)
        before = dict(Mail.objects.values_list("pk", "attempts"))
        assert services.deliver_due(at=at) == 0
        for mail in Mail.objects.all():
            if mail.attempts > before[mail.pk]:
                tries.setdefault(mail.pk, []).append(at)
                waits.setdefault(mail.pk, []).append(mail.due_at - at)

    report = client.get("/readyz").json()
    assert report["oldest_unsent"] == pytest.approx((at - now).total_seconds(), abs=1)
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.WAITING}
    assert "oldest_unsent" not in report["unfit"]
    backoff = settings.PORTAL_MAIL_BACKOFF
    assert waits.keys() == set(Mail.objects.values_list("pk", flat=True))
    assert all(wait == [backoff * 2**place for place in range(len(wait))] and len(wait) <= 5 for wait in waits.values())
    assert all(
        later - earlier >= wait
        for pk, moments in tries.items()
        for earlier, later, wait in zip(moments, moments[1:], waits[pk], strict=False)
    )

    turn(now + settings.PORTAL_MAIL_LATE_AFTER + SECOND)
    assert "oldest_unsent" in client.get("/readyz").json()["unfit"]

    post.refusing = False
    post.stop()
    post.start()
    for minute in range(10, 30):
        turn(now + minute * MINUTE)
        services.deliver_due(at=now + minute * MINUTE)

    assert {message["Message-ID"]: to[0] for to, message in post.kept} == mails
    assert len(post.kept) == len(mails)
    assert set(Mail.objects.values_list("state", flat=True)) == {MailState.SENT}
    assert client.get("/readyz").json()["oldest_unsent"] is None
