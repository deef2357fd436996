"""The portal's outermost door: what a request names as its charset."""

import io
from wsgiref.util import setup_testing_defaults

import pytest

from config.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.trust("F5")]


@pytest.mark.parametrize("charset", ["rot13", "base64", "zlib", "idna", "punycode", "undefined", "utf-16", "nonsense"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_charset_of_somebody_elses_choosing_breaks_nothing(charset, method):
    body = b"login=x" if method == "POST" else b""
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/auth/login/",
        "QUERY_STRING": "next=/a%C3%A4",
        "CONTENT_TYPE": f"text/plain; charset={charset}",
        "CONTENT_LENGTH": str(len(body)),
        "SERVER_NAME": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    environ["HTTP_HOST"] = "localhost"
    answers = []

    b"".join(application(environ, lambda status, headers: answers.append((int(status[:3]), dict(headers)))))

    ((status, headers),) = answers
    assert status == (415 if method == "POST" else 200)
    assert "Content-Security-Policy" in headers
