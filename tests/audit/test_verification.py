"""Whether the trail is whole."""

from datetime import timedelta

import pytest
from django.db import connection

from audit import triggers
from audit.models import TrailHead, TrailLine
from audit.record import FIRST_HASH, line_hash, record
from audit.verification import Fault, heads, verify

CHAIN = "vendor"


@pytest.fixture
def chain(db, now):
    """Five lines of the vendor's."""
    return [record("door.opened", subject=number, at=now, page="orders") for number in range(5)]


@pytest.fixture
def lifted(chain):
    """Somebody who owns the database has taken the triggers away."""
    triggers.lift(connection)
    yield
    triggers.lay(connection)


def change(number, **changes):
    TrailLine.objects.filter(chain=CHAIN, sequence=number).update(**changes)


def faults(**anchored):
    return [str(fault) for fault in verify(**anchored)]


class TestVerify:
    def test_finds_nothing_where_nothing_is_wrong(self, chain):
        assert verify() == verify(anchor=heads()) == []

    def test_finds_nothing_in_a_chain_that_went_on_since_the_anchor(self, chain, now):
        anchor = heads()
        record("door.shut", at=now)

        assert verify(anchor=anchor) == []

    @pytest.mark.trust("L3")
    @pytest.mark.parametrize(
        "changes",
        [
            {"event": "door.openeD"},
            {"actor": "x"},
            {"account": "1"},
            {"subject": "9"},
            {"grants": ["x"]},
            {"details": {"page": "order"}},
            {"ip": "203.0.113.7"},
            {"user_agent": " "},
            {"digest": "0"},
            {"hash": "0" * 64},
            {"previous_hash": "0" * 64},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    def test_names_the_line_in_which_a_byte_was_altered(self, lifted, changes):
        change(3, **changes)

        assert verify() == [Fault(CHAIN, 3, "this line was changed")]

    def test_sees_a_microsecond(self, lifted, now):
        change(3, at=now + timedelta(microseconds=1))

        assert verify() == [Fault(CHAIN, 3, "this line was changed")]

    def test_names_a_missing_line(self, lifted):
        TrailLine.objects.filter(chain=CHAIN, sequence=3).delete()

        assert faults() == ["vendor 3: this line is missing"]

    def test_sees_that_the_end_was_cut_off(self, lifted):
        TrailLine.objects.filter(chain=CHAIN, sequence=5).delete()

        assert faults() == ["vendor 5: this line is missing, the head knows it"]

    def test_needs_the_anchor_where_the_head_was_set_back_too(self, lifted):
        anchor = heads()
        TrailLine.objects.filter(chain=CHAIN, sequence=5).delete()
        last = TrailLine.objects.get(chain=CHAIN, sequence=4)
        TrailHead.objects.filter(chain=CHAIN).update(sequence=4, hash=last.hash)

        assert faults() == []
        assert faults(anchor=anchor) == ["vendor 5: this line is missing, the anchor knows it"]

    def test_needs_the_anchor_where_the_whole_chain_was_forged(self, lifted):
        anchor, previous = heads(), FIRST_HASH
        for line in TrailLine.objects.filter(chain=CHAIN).order_by("sequence"):
            line.actor, line.previous_hash = "somebody@else.example", previous
            line.hash = previous = line_hash(line)
            line.save()
        TrailHead.objects.filter(chain=CHAIN).update(hash=previous)

        assert faults() == []
        assert faults(anchor=anchor) == ["vendor 5: this line differs from what the anchor says"]

    def test_sees_a_chain_that_is_gone_altogether(self, lifted):
        anchor = heads()
        TrailLine.objects.filter(chain=CHAIN).delete()
        TrailHead.objects.filter(chain=CHAIN).delete()

        assert faults(anchor=anchor) == ["vendor 1: this line is missing, the anchor knows it"]

    def test_sees_a_line_the_head_does_not_know(self, chain):
        TrailHead.objects.filter(chain=CHAIN).update(sequence=4, hash=chain[3].hash)

        assert faults() == ["vendor 5: the head does not know this line"]

    def test_sees_a_head_that_was_changed(self, chain):
        TrailHead.objects.filter(chain=CHAIN).update(hash="0" * 64)

        assert faults() == ["vendor 5: this line differs from what the head says"]

    def test_names_one_fault_for_each_broken_chain(self, cast, lifted, now):
        change(2, actor="x")
        change(4, actor="x")
        TrailLine.objects.filter(chain=cast.acme.number, sequence=1).update(actor="x")

        assert [(fault.chain, fault.sequence) for fault in verify()] == [(cast.acme.number, 1), (CHAIN, 2)]
