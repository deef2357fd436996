"""What an associate has typed so far on the way to a request. It is kept in the session, until it is sent or left."""

import hashlib
from dataclasses import asdict, dataclass, field

from audit.record import canonical_json

KEPT = "support_drafts"
MOST = 5
FOUND = "support_found"


@dataclass
class Draft:
    """One request that is being put together, or one that is being changed.

    ``details`` holds every field of the first step as it was typed, ``roles`` the ids that were ticked, ``version``
    that of the request which is being changed, as it was when the change was begun.
    """

    details: dict = field(default_factory=dict)
    roles: list = field(default_factory=list)
    version: int = 0


def draft_of(session, key):
    """The draft kept under a key, the id of the request that is changed or an empty text for a new one; or ``None``."""
    kept = session.get(KEPT, {}).get(key)
    return Draft(**kept) if kept else None


def keep(session, key, draft):
    """Keep a draft; of several the oldest go."""
    others = {name: kept for name, kept in session.get(KEPT, {}).items() if name != key}
    session[KEPT] = dict(list(others.items())[1 - MOST :]) | {key: asdict(draft)}


def throw_away(session, key):
    """Forget a draft that was sent or left."""
    session[KEPT] = {name: kept for name, kept in session.get(KEPT, {}).items() if name != key}


def note_found(session, account):
    """Keep the two numbers of the account that was looked up last, for a request that begins with it (S0-5)."""
    session[FOUND] = {"number": account.number, "org_id": account.org_id}


def org_id_found(session, number):
    """The organization ID that was looked up last, if it was for this account number; otherwise an empty text."""
    found = session.get(FOUND, {})
    return found["org_id"] if found.get("number") == number else ""


def mark_of(draft, roles):
    """A short mark (hex) of what the last step shows: what was typed, and what the roles mean now.

    :param roles: the bundles as a request would keep them
    """
    return hashlib.sha256(canonical_json([asdict(draft), roles])).hexdigest()
