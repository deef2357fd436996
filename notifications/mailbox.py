"""Reading what :class:`~notifications.backends.LocalMailbox` has kept."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

NAME = re.compile(r"^[0-9]{8,20}-[0-9a-f]{8}\Z")


@dataclass(frozen=True)
class KeptMail:
    """One mail as it would have arrived."""

    name: str
    to: str
    subject: str
    sent_at: datetime | None
    text: str
    html: str


def newest(limit=200):
    """The names of the kept mails, newest first."""
    folder = Path(settings.PORTAL_MAIL_DIR)
    names = sorted((file.stem for file in folder.glob("*.eml")), reverse=True) if folder.is_dir() else []
    return [name for name in names if NAME.match(name)][:limit]


def read(name):
    """One kept mail, or ``None`` where there is none of that name."""
    file = Path(settings.PORTAL_MAIL_DIR) / f"{name}.eml"
    if not NAME.match(name) or not file.is_file():
        return None
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    date = message["date"]
    return KeptMail(
        name=name,
        to=str(message["to"]),
        subject=str(message["subject"]),
        sent_at=date.datetime if date else None,
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind):
    body = message.get_body(preferencelist=(kind,))
    return body.get_content() if body is not None else ""
