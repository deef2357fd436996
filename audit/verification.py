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

    :param anchor: ``{chain: [sequence, hash]}`` noted earlier outside the database; each must still stand
    """
    anchor = dict(anchor or {})
    heads = {head.chain: head for head in TrailHead.objects.all()}
    chains = sorted({*heads, *anchor, *TrailLine.objects.values_list("chain", flat=True).distinct().order_by()})
    faults = [_fault_in(chain, heads.get(chain), anchor.get(chain)) for chain in chains]
    return [fault for fault in faults if fault is not None]


def heads():
    """Where every chain ends now, to be kept outside the database: ``{chain: [sequence, hash]}``."""
    return {head.chain: [head.sequence, head.hash] for head in TrailHead.objects.order_by("chain")}


def _fault_in(chain, head, anchored):
    expected, previous = 1, FIRST_HASH
    for line in TrailLine.objects.filter(chain=chain).order_by("sequence").iterator(chunk_size=500):
        if line.sequence != expected:
            return Fault(chain, expected, "this line is missing")
        if line.previous_hash != previous or line.hash != line_hash(line):
            return Fault(chain, line.sequence, "this line was changed")
        if anchored and anchored[0] == line.sequence and anchored[1] != line.hash:
            return Fault(chain, line.sequence, "this line differs from the anchor")
        expected, previous = expected + 1, line.hash
    last = expected - 1
    if anchored and anchored[0] > last:
        return Fault(chain, expected, "the anchor knows later lines")
    if head is None or head.sequence != last or (head.hash or FIRST_HASH) != previous:
        return Fault(chain, expected, "the chain does not end where its head says")
    return None
