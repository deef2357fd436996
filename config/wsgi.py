"""The portal as a WSGI application."""

import os
from email.message import Message

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_portal = get_wsgi_application()
_UNREADABLE = "application/octet-stream"


class Body:
    """The body of a request, which says so where it ends before the length it was announced with.

    Django takes a body's end for its end: of a file that was cut off on the way it would keep the first half.
    """

    def __init__(self, stream, length):
        self._stream, self._missing = stream, length

    def read(self, size=-1):
        """As of any stream.

        :raises OSError: the body was cut short
        """
        return self._counted(self._stream.read(size), size)

    def readline(self, size=-1):
        """As of any stream.

        :raises OSError: the body was cut short
        """
        return self._counted(self._stream.readline(size), size)

    def _counted(self, data, size):
        self._missing -= len(data)
        if size and not data and self._missing > 0:
            raise OSError("The request was cut short.")
        return data


def application(environ, start_response):
    """Answer one request.

    Django reads a request's query by the charset its content type names, before any of our code runs, and falls
    over some that Python knows. The portal speaks UTF-8: what names another charset is taken for a body it cannot
    read, and refused where there is one.
    """
    told = Message()
    told["Content-Type"] = environ.get("CONTENT_TYPE", "").encode("ascii", "replace").decode()
    charset = told.get_param("charset")
    if charset is not None and str(charset).lower() not in {"utf-8", "utf8"}:
        environ["CONTENT_TYPE"] = _UNREADABLE
    length = environ.get("CONTENT_LENGTH") or "0"
    environ["wsgi.input"] = Body(environ["wsgi.input"], int(length) if length.isdecimal() else 0)
    return _portal(environ, start_response)
