"""The one way into the trail. It sits inside the few functions that change state, so it cannot be forgotten."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection, transaction

from . import edge
from .models import VENDOR_CHAIN, JobRun, TrailHead, TrailLine

FIRST_HASH = "0" * 64
PLAIN_FIELDS = (
    "chain",
    "sequence",
    "event",
    "actor",
    "actor_name",
    "account",
    "subject",
    "grants",
    "case",
    "digest",
    "ip",
    "user_agent",
    "request_id",
    "details",
)


def canonical_time(moment: datetime) -> str:
    """A moment in UTC with microseconds, as it goes into hashes and digests."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical_json(value) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces: the same value gives the same bytes everywhere."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def line_hash(line: TrailLine) -> str:
    """The SHA-256 (hex) of a line: the hash before it, then everything the line says."""
    content = {name: getattr(line, name) for name in PLAIN_FIELDS}
    content["at"] = canonical_time(line.at)
    return hashlib.sha256(line.previous_hash.encode() + canonical_json(content)).hexdigest()


def record(event, *, account=None, by=None, subject="", grants=(), case="", digest="", at, **details):
    """Write one line at the end of the account's chain, in the caller's transaction.

    :param event: ``noun.past_participle``
    :param account: whose trail it is (anything with a ``number``), or ``None`` for the vendor's
    :param by: the real person who acted; ``None`` means the system
    :param subject: the public id of what it is about
    :param grants: public ids of the live grants through which the person acted
    :param details: plain values (text, numbers, lists) worth keeping
    :raises TransactionManagementError: outside a transaction, where the line could outlive its event
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A trail line is written in the transaction of its event.")
    number = str(account.number) if account is not None else ""
    head = _locked_head(number or VENDOR_CHAIN)
    here = {"grants": [str(grant) for grant in grants], "case": case, "digest": digest}
    line = _next_line(head, Entry(event, number, str(subject), details), by=by, at=at, **here)
    line.save(force_insert=True)
    TrailHead.objects.filter(pk=head.pk).update(sequence=head.sequence, hash=head.hash)
    return line


@dataclass(frozen=True)
class Entry:
    """One of many lines: the event, the number of the account it concerns, what it is about, and plain values."""

    event: str
    account: str
    subject: str
    details: dict = field(default_factory=dict)


def record_all(entries, *, by, at):
    """Write many lines at the ends of their accounts' chains, in the caller's transaction and in few statements.

    :param entries: :class:`Entry` objects in the order they happened; their accounts are locked by the caller
    :param by: the real person who acted; ``None`` means the system
    :raises TransactionManagementError: outside a transaction
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A trail line is written in the transaction of its event.")
    heads = _locked_heads({entry.account for entry in entries})
    TrailLine.objects.bulk_create([_next_line(heads[entry.account], entry, by=by, at=at) for entry in entries])
    TrailHead.objects.bulk_update(heads.values(), ["sequence", "hash"])


def job_ran(name, *, at):
    """Note that a job went through at ``at``."""
    JobRun.objects.update_or_create(name=name, defaults={"ran_at": at})


def _next_line(head, entry, *, by, at, grants=(), case="", digest=""):
    """The next line of a chain; the head, still to be saved, then knows it."""
    here = edge.current()
    line = TrailLine(
        chain=head.chain,
        sequence=head.sequence + 1,
        event=entry.event,
        at=at,
        actor=by.email if by is not None else "",
        actor_name=str(by) if by is not None else "",
        account=entry.account,
        subject=entry.subject,
        grants=list(grants),
        case=case,
        digest=digest,
        ip=here.ip or "",
        user_agent=_clean(here.user_agent),
        request_id=here.request_id,
        details=entry.details,
        previous_hash=head.hash or FIRST_HASH,
    )
    line.hash = line_hash(line)
    head.sequence, head.hash = line.sequence, line.hash
    return line


def _locked_heads(chains):
    """The heads of these chains, locked in the order of their names."""
    heads = TrailHead.objects.select_for_update(no_key=True).filter(chain__in=chains).order_by("chain")
    missing = chains - {head.chain for head in heads}
    if missing:
        TrailHead.objects.bulk_create([TrailHead(chain=chain) for chain in sorted(missing)], ignore_conflicts=True)
        heads = heads.all()
    return {head.chain: head for head in heads}


def _locked_head(chain):
    heads = TrailHead.objects.select_for_update(no_key=True)
    head = heads.filter(chain=chain).first()
    if head is None:
        TrailHead.objects.bulk_create([TrailHead(chain=chain)], ignore_conflicts=True)
        head = heads.get(chain=chain)
    return head


def _clean(text):
    """Text a header may carry, without what a terminal or a log would obey."""
    return "".join(char if char.isprintable() else " " for char in text)
