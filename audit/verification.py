"""Whether the trail is whole: every number there, every hash right, every head where its chain ends."""

from dataclasses import dataclass

from .models import TrailHead, TrailLine
from .record import FIRST_HASH, line_hash


@dataclass(frozen=True)
class Fault:
    """The first broken place of a chain."""

    chain: str
    sequence: int
    what: str

    def __str__(self):
        return f"{self.chain} {self.sequence}: {self.what}"


def verify(*, anchor=None):
    """Check every chain and answer the faults found, at most one per chain.

    Lines may be added meanwhile: a chain may be longer than its head said before, never shorter.

    :param anchor: ``{chain: [sequence, hash]}`` noted earlier outside the database; each must still stand
    """
    anchor, before = dict(anchor or {}), heads()
    chains = sorted({*before, *anchor, *TrailLine.objects.values_list("chain", flat=True).distinct().order_by()})
    faults = [_fault_in(chain, before.get(chain), anchor.get(chain)) for chain in chains]
    return [fault for fault in faults if fault is not None]


def verify_chain(chain):
    """Check one chain and answer its first :class:`Fault`, or ``None`` where it is whole."""
    head = TrailHead.objects.filter(chain=chain).values_list("sequence", "hash").first()
    return _fault_in(chain, head, None)


def heads():
    """Where every chain ends now, to be kept outside the database: ``{chain: [sequence, hash]}``."""
    return {head.chain: [head.sequence, head.hash] for head in TrailHead.objects.order_by("chain")}


def _fault_in(chain, head, anchored):
    noted = {whose: place for whose, place in [("the head", head), ("the anchor", anchored)] if place}
    expected, previous = 1, FIRST_HASH
    for line in TrailLine.objects.filter(chain=chain).order_by("sequence").iterator(chunk_size=500):
        if line.sequence != expected:
            return Fault(chain, expected, "this line is missing")
        if line.previous_hash != previous or line.hash != line_hash(line):
            return Fault(chain, line.sequence, "this line was changed")
        for whose, (sequence, its_hash) in noted.items():
            if sequence == line.sequence and its_hash != line.hash:
                return Fault(chain, line.sequence, f"this line differs from what {whose} says")
        expected, previous = expected + 1, line.hash
    last = expected - 1
    for whose, (sequence, _hash) in noted.items():
        if sequence > last:
            return Fault(chain, expected, f"this line is missing, {whose} knows it")
    if not TrailHead.objects.filter(chain=chain, sequence__gte=last).exists():
        return Fault(chain, last, "the head does not know this line")
    return None
