"""What the processes write down: one JSON object a line, in UTC, with nothing in it that opens a door."""

import json
import logging
import re
from datetime import UTC, datetime

from audit import edge

_SECRET = re.compile(
    r"(?i)((?:session(?:id|_?key)?|csrf\w{0,20}|token|password\d?|passwd|code|secret(?:_?key)?|api_?key"
    r"|authorization|cookie)[\"']?\s{0,9}[=:]\s{0,9}(?:bearer\s+|basic\s+)?)"
    r"(\"[^\"]*\"?|'[^']*'?|[^\s\"',;&]+)"
)
_CREDENTIALS_IN_URL = re.compile(r"(\b[a-z+]{1,20}://)[^/\s@]{1,500}@")
_LONGEST_MESSAGE, _LONGEST_TRACE, _LONGEST_METHOD = (
    4_000,
    40_000,
    20,
)  # what a caller sends must not fill the disk, nor keep us busy
_EVERY_RECORD_HAS = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"}


def masked(text):
    """This will give ``text`` without the values of tokens, cookies, codes and passwords."""
    return _CREDENTIALS_IN_URL.sub(r"\1***@", _SECRET.sub(r"\1***", text))


class OrdinaryRefusals(logging.Filter):
    """Takes a refusal for what it is: a page that is not there, or not theirs, is no trouble of the operator's.

    Django calls it a warning, or an error where a scanner makes up a host. Here it is one line of ``info`` with the
    method, the status and the number of the request; what the portal could not do (5xx) stays an error.
    """

    def __init__(self, level):
        super().__init__()
        self.level = logging.getLevelName(level)

    def filter(self, record):
        """Make a refusal smaller; keep it where ``info`` is wanted at all."""
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.levelno, record.levelname = logging.INFO, "INFO"
            record.exc_info = record.exc_text = None
        return record.levelno >= self.level


class JsonLines(logging.Formatter):
    """One record as one line of JSON; line breaks and control characters inside it are escaped.

    What was logged beside the message (``extra``) stands under names of its own, where it is plain.
    """

    def format(self, record):
        """This will give the line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()[:_LONGEST_MESSAGE]),
        }
        line |= {name: value for name, value in _beside(record) if name not in line}
        asked = getattr(record, "request", None)
        if request_id := edge.current().request_id or getattr(asked, "id", ""):
            line["request"] = request_id
        if method := getattr(asked, "method", ""):
            line["method"] = masked(method[:_LONGEST_METHOD])
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info)[-_LONGEST_TRACE:])
        return json.dumps(line)


def _beside(record):
    """What was logged beside the message: numbers and short texts, by name."""
    for name, value in vars(record).items():
        if name in _EVERY_RECORD_HAS:
            continue
        if isinstance(value, str):
            yield name, masked(f"{name}={value[:_LONGEST_MESSAGE]}").removeprefix(f"{name}=")
        elif value is None or isinstance(value, (bool, int, float)):
            yield name, value


def to_stderr(*, level):
    """This will give the ``LOGGING`` setting: everything from ``level`` up, to the standard error stream."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"refusals": {"()": "config.logs.OrdinaryRefusals", "level": level}},
        "formatters": {"json": {"()": "config.logs.JsonLines"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["refusals"]}},
        "root": {"handlers": ["stderr"], "level": level},
        # Handlers of their own would print the same line twice, or in another form
        "loggers": {
            name: {"handlers": [], "level": "NOTSET", "propagate": True}
            for name in ("django", "django.server", "gunicorn.error", "gunicorn.access")
        },
    }
