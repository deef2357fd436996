"""The web's own worker: who sends half a request holds nobody up, and a stop waits for what has begun."""

import json
import select
import signal
import socket
import time
from contextlib import ExitStack, closing

import pytest

from tests.story.processes import free_port, manage, running, surroundings, until, web

pytestmark = pytest.mark.once

HALF_A_HEAD = b"POST /auth/login/ HTTP/1.1\r\nHost: localhost\r\n"
HEAD = HALF_A_HEAD + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 30\r\n\r\n"
HALF_A_FORM, THE_REST = b"login=carol%40acm", b"e.example&a=b"
THREADS = 2


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """The environment of a portal with few threads and little patience."""
    place = tmp_path_factory.mktemp("serving")
    env = surroundings(
        PORTAL_ENV="embedded",
        SECRET_KEY="only-for-tests-" + "k" * 50,
        DATABASE_URL=f"sqlite:///{place / 'portal.sqlite3'}",
        PORTAL_MAIL_DIR=str(place / "mail"),
        WEB_THREADS=str(THREADS),
    )
    manage("migrate", "--verbosity", "0", env=env)
    return env


@pytest.fixture
def serve(portal, tmp_path):
    """``serve(**settings)`` is the portal's process, and a way to talk to it."""
    with ExitStack() as ending:

        def start(**settings):
            port = free_port()
            env = portal | settings | {"PORT": str(port), "PORTAL_BASE_URL": f"http://localhost:{port}"}
            server = ending.enter_context(web("--graceful-timeout", "60", env=env, log=tmp_path / "web.log"))

            def talk(said):
                link = ending.enter_context(closing(socket.create_connection(("127.0.0.1", port), timeout=60)))
                link.sendall(said)
                return link

            return server, talk

        yield start


def answer(link):
    """Everything that comes back until the other side hangs up or says nothing for long."""
    said = b""
    while not said.endswith(b"</html>\n") and (more := link.recv(65536)):
        said += more
    return said


@pytest.mark.trust("D5")
class TestHalfARequest:
    def test_in_its_head_is_hung_up_on(self, serve):
        _server, talk = serve(PORTAL_ARRIVE_WITHIN="1")

        assert answer(talk(HALF_A_HEAD)) == b""

    def test_in_its_form_is_told_so(self, serve):
        _server, talk = serve(PORTAL_ARRIVE_WITHIN="1")

        assert answer(talk(HEAD + HALF_A_FORM)).startswith(b"HTTP/1.1 400 ")

    def test_in_a_file_is_told_so_and_no_half_file_is_kept(self, serve):
        _server, talk = serve(PORTAL_ARRIVE_WITHIN="1")
        head = HEAD.replace(b"application/x-www-form-urlencoded", b"multipart/form-data; boundary=edge")
        file = b'--edge\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\n' + 300_000 * b"x"

        told = answer(talk(head.replace(b"Length: 30", b"Length: 400000") + file))

        assert told.startswith(b"HTTP/1.1 400 ")

    def test_keeps_others_waiting_no_longer_than_that(self, serve):
        _server, talk = serve(PORTAL_ARRIVE_WITHIN="1")
        held = [talk(HEAD + HALF_A_FORM) for _thread in range(2 * THREADS)]
        began = time.monotonic()

        assert answer(talk(b"GET /auth/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - began < 20  # without that limit it would be twice as long
        assert len(held) == 2 * THREADS

    def test_that_arrives_in_the_end_is_answered(self, serve):
        _server, talk = serve()
        link = talk(HEAD + HALF_A_FORM)
        link.sendall(THE_REST)

        assert answer(link).startswith(b"HTTP/1.1 403 ")  # it has no token; what counts is that it was read


def test_a_stop_waits_for_the_request_in_hand(serve):
    server, talk = serve()
    link = talk(HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n") + HALF_A_FORM)
    assert link.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"  # from now on a thread is reading it
    server.process.send_signal(signal.SIGTERM)
    until(lambda: _takes_nobody_new(talk))
    link.sendall(THE_REST)

    assert answer(link).startswith(b"HTTP/1.1 403 ")
    assert server.process.wait(timeout=60) == 0


def test_a_stop_does_not_wait_for_whoever_has_said_nothing(serve):
    server, talk = serve()
    silent = talk(b"")
    asked = talk(b"GET /auth/login/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer(asked).startswith(b"HTTP/1.1 200 ")  # and is waited for two seconds more
    server.process.send_signal(signal.SIGTERM)
    first, _writable, _odd = select.select([asked, silent], [], [], 20)

    assert first == [silent]
    assert silent.recv(1) == b""


def _takes_nobody_new(talk):
    try:
        link = talk(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        link.settimeout(1)
        return not link.recv(1)
    except OSError:
        return True


def test_what_gunicorn_itself_says_is_json_too(portal, tmp_path):
    env = portal | {"PORT": str(free_port())}
    with socket.create_server(("127.0.0.1", int(env["PORT"]))):
        with running("gunicorn", "-c", "config/gunicorn.py", env=env, log=tmp_path / "log", excused="") as refused:
            until(lambda: refused.process.poll() is not None)

        said = [json.loads(line) for line in refused.output.splitlines()]
        assert {line["logger"] for line in said} == {"gunicorn.error"}
        assert any("Address already in use" in line["message"] for line in said)
