"""The portal as a WSGI application."""

import os
from email.message import Message

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

_portal = get_wsgi_application()
_UNREADABLE = "application/octet-stream"


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
    return _portal(environ, start_response)
