"""What is written down, and what must not be."""

import io
import json
import logging

import pytest

from config import logs
from tests import doorbell


def line(message, *args, **beside):
    record = logging.LogRecord("portal", logging.WARNING, __file__, 1, message, args, None)
    vars(record).update(beside)
    return logs.JsonLines().format(record)


@pytest.fixture
def written():
    """``written()`` gives the lines logged so far as a process in production writes them."""
    wanted = logs.to_stderr(level="INFO")
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(logs.JsonLines())
    handler.addFilter(logs.OrdinaryRefusals(wanted["root"]["level"]))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(text) for text in handler.stream.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.trust("T5")
@pytest.mark.parametrize(
    "message",
    [
        "Cookie: session=hushhush; other=1",
        "POST password=hushhush",
        '{"token": "hushhush"}',
        "Authorization: Bearer hushhush",
        "could not reach redis://:hushhush@redis.example:6379/0",
        "code=hushhush&next=/",
        "__Host-session=hushhush; __Host-csrf=hushhush",
        "password1=hushhush&old_password=hushhush",
        "{'password': 'a hushhush phrase'}",
        '{"secret_key": "a hushhush phrase"}',
        "csrfmiddlewaretoken=hushhush",
    ],
)
def test_what_opens_a_door_is_masked(message):
    assert "hushhush" not in line(message)


@pytest.mark.trust("L5")
def test_one_record_is_one_line_whatever_it_says():
    written = line("reason: %s", "a\r\nb\x1b[31mc")

    assert "\n" not in written
    assert "\x1b" not in written
    assert json.loads(written)["message"] == "reason: a\r\nb\x1b[31mc"


def test_a_flood_is_cut_short():
    assert len(line("x" * 1_000_000)) < 5_000


@pytest.mark.trust("T5")
def test_what_stands_beside_the_message_is_kept_and_masked_too():
    said = json.loads(
        line("mail not sent", mail=7, state="waiting", token="hushhush", note="code=hushhush", it=object())
    )

    assert {name: said[name] for name in ("mail", "state", "token", "note")} == {
        "mail": 7,
        "state": "waiting",
        "token": "***",
        "note": "code=***",
    }
    assert "it" not in said


@pytest.mark.django_db
class TestRefusals:
    def test_are_one_line_of_info_with_the_number_of_the_request(self, client, written):
        answer = client.get("/nowhere/?code=hushhush")

        (said,) = written()
        assert (said["level"], said["message"], said["method"]) == ("info", "Not Found: /nowhere/", "GET")
        assert (said["status_code"], said["request"]) == (404, answer.headers["X-Request-ID"])

    def test_of_a_host_made_up_by_a_scanner_are_no_error(self, client, written):
        assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400

        (said,) = written()
        assert (said["level"], said["logger"]) == ("info", "django.security.DisallowedHost")
        assert "trace" not in said

    def test_of_a_form_from_elsewhere_say_why(self, client, written):
        client.handler.enforce_csrf_checks = True
        client.post("/auth/login/", {"login": "carol@acme.example", "password": "hushhush"})

        (said,) = written()
        assert (said["level"], said["status_code"]) == ("info", 403)
        assert said["message"].startswith("Forbidden")
        assert "hushhush" not in json.dumps(said)

    def test_are_left_out_where_only_warnings_are_wanted(self):
        wanted = logs.OrdinaryRefusals("WARNING")

        assert not wanted.filter(logging.makeLogRecord({"levelno": logging.WARNING, "status_code": 404}))
        assert wanted.filter(logging.makeLogRecord({"levelno": logging.ERROR, "status_code": 500}))
        assert wanted.filter(logging.makeLogRecord({"levelno": logging.WARNING}))

    def test_what_the_portal_could_not_do_stays_an_error_with_its_trace(self, client, written, settings):
        settings.CACHES = {
            "default": {
                "BACKEND": "django.core.cache.backends.redis.RedisCache",
                "LOCATION": "redis://:hushhush@127.0.0.1:1/0",
            }
        }
        answer = client.post("/auth/login/", {"login": "nobody@acme.example", "password": doorbell.PASSWORD})

        assert answer.status_code == 503
        said = written()
        assert {one["level"] for one in said} == {"error"}
        assert {one["request"] for one in said} == {answer.headers["X-Request-ID"]}
        assert doorbell.PASSWORD not in json.dumps(said)
        assert "hushhush" not in json.dumps(said)
