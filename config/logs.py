"""What the processes write down: one JSON object a line, in UTC, with nothing in it that opens a door."""

import json
import logging
import re
from datetime import UTC, datetime

from audit import edge

_SECRET = re.compile(
    r"(?i)(\b(?:session(?:id)?|csrf(?:middlewaretoken)?|token|password|code|secret|authorization|cookie)\b"
    r"[\"']?\s*[=:]\s*(?:bearer\s+|basic\s+)?[\"']?)([^\s\"',;&]+)"
)
_CREDENTIALS_IN_URL = re.compile(r"(\b[a-z+]{1,20}://)[^/\s@]{1,500}@")
_LONGEST_MESSAGE, _LONGEST_TRACE = 4_000, 40_000  # what a caller sends must not fill the disk, nor keep us busy


def masked(text):
    """This will give ``text`` without the values of tokens, cookies, codes and passwords."""
    return _CREDENTIALS_IN_URL.sub(r"\1***@", _SECRET.sub(r"\1***", text))


class JsonLines(logging.Formatter):
    """One record as one line of JSON; line breaks and control characters inside it are escaped."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()[:_LONGEST_MESSAGE]),
        }
        if request_id := edge.current().request_id:
            line["request"] = request_id
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info)[-_LONGEST_TRACE:])
        return json.dumps(line)


def to_stderr(*, level):
    """This will give the ``LOGGING`` setting: everything from ``level`` up, to the standard error stream."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "config.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        # Django's own handlers would print the same line twice, in another form
        "loggers": {
            name: {"handlers": [], "level": "NOTSET", "propagate": True} for name in ("django", "django.server")
        },
    }
