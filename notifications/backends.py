"""The mailbox of the embedded default: one file a message, which only the operator can read."""

import os
import re
import secrets
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend

from frame import clock


class LocalMailbox(BaseEmailBackend):
    """Keeps each message as an ``.eml`` file in ``PORTAL_MAIL_DIR`` instead of sending it."""

    def send_messages(self, email_messages):
        """Write every message to a file of its own and answer how many there were."""
        folder = Path(settings.PORTAL_MAIL_DIR)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for message in email_messages:
            stamp = re.sub(r"[^0-9]", "", clock.now().isoformat())[:20]
            target = folder / f"{stamp}-{secrets.token_hex(4)}.eml"
            handle = os.open(target.with_suffix(".part"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(message.message().as_bytes())
            target.with_suffix(".part").rename(target)
        return len(email_messages)
