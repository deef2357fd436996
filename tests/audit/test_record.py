"""The one way into the trail."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import DatabaseError, connection, transaction

from audit import edge
from audit.models import TrailHead, TrailLine
from audit.record import FIRST_HASH, canonical_json, record
from audit.verification import verify
from tests.cast import approve


@pytest.fixture
def line(cast, now):
    return record("door.opened", account=cast.acme, by=cast.carol, subject="a1", at=now, page="orders")


class TestRecord:
    def test_goes_on_where_the_chain_ends(self, cast, now, line):
        later = record("door.shut", account=cast.acme, by=cast.carol, subject="a1", at=now)
        head = TrailHead.objects.get(chain=cast.acme.number)

        assert (later.sequence, later.previous_hash) == (line.sequence + 1, line.hash)
        assert (head.sequence, head.hash) == (later.sequence, later.hash)

    def test_keeps_each_account_and_the_vendor_apart(self, cast, now, line):
        other = record("door.opened", account=cast.globex, at=now)
        vendors = record("door.opened", at=now)

        assert (other.chain, vendors.chain, vendors.account) == (cast.globex.number, "vendor", "")
        assert line.hash not in {other.previous_hash, vendors.previous_hash}

    def test_begins_a_chain_at_one(self, db, now):
        first = record("door.opened", at=now)

        assert (first.sequence, first.previous_hash) == (1, FIRST_HASH)

    def test_hashes_everything_the_line_says(self, line):
        said = {
            "chain": "654321",
            "sequence": line.sequence,
            "event": "door.opened",
            "at": line.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "actor": "carol@acme.example",
            "actor_name": "Carol",
            "account": "654321",
            "subject": "a1",
            "grants": [],
            "case": "",
            "digest": "",
            "ip": "",
            "user_agent": "",
            "request_id": "",
            "details": {"page": "orders"},
        }

        assert line.hash == hashlib.sha256(line.previous_hash.encode() + canonical_json(said)).hexdigest()

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_outside_the_transaction_of_the_event(self, now):
        with pytest.raises(transaction.TransactionManagementError):
            record("door.opened", at=now)

        assert not TrailLine.objects.exists()


@pytest.mark.trust("L1")
class TestWithTheEvent:
    def test_leaves_no_line_when_the_event_is_taken_back(self, cast, now):
        before = list(TrailLine.objects.values_list("pk", flat=True))
        with transaction.atomic():
            record("door.opened", account=cast.acme, at=now)
            transaction.set_rollback(True)

        assert list(TrailLine.objects.values_list("pk", flat=True)) == before
        assert verify() == []

    def test_writes_one_line_for_each_move(self, cast, pending, now):
        approve(pending, by=cast.carol, at=now)
        events = TrailLine.objects.filter(subject=pending.public_id).order_by("pk").values_list("event", flat=True)

        assert list(events) == ["request.submitted", "request.approved"]


@pytest.mark.trust("L4")
def test_knows_where_the_act_came_from(cast, pending, now):
    token = edge.begin(ip="203.0.113.7", user_agent="Browser\r\n\x1b[31m1.0", request_id="r1")
    try:
        approve(pending, by=cast.carol, at=now)
    finally:
        edge.finish(token)
    line = TrailLine.objects.get(subject=pending.public_id, event="request.approved")

    assert (line.actor, line.actor_name, line.account) == (cast.carol.email, "Carol", cast.acme.number)
    assert (line.ip, line.user_agent, line.request_id) == ("203.0.113.7", "Browser   [31m1.0", "r1")
    assert (line.digest, line.at) == (pending.digest, now)
    assert len(line.grants) == 1


@pytest.mark.trust("L2")
class TestAppendOnly:
    def test_no_line_is_changed(self, line):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            TrailLine.objects.filter(pk=line.pk).update(actor="")

    def test_no_line_is_deleted(self, line):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            line.delete()

    @pytest.mark.services
    def test_the_table_is_never_emptied(self, line):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE audit_trailline")

    def test_no_line_takes_the_place_of_another(self, line):
        again = {
            "sqlite": "INSERT OR REPLACE INTO audit_trailline SELECT * FROM audit_trailline",
            "postgresql": "INSERT INTO audit_trailline SELECT * FROM audit_trailline WHERE TRUE "
            "ON CONFLICT (id) DO UPDATE SET actor = ''",
        }
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(again[connection.vendor])


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_leave_a_chain_without_gaps(now):
    together = Barrier(8)

    def write(number):
        try:
            together.wait(60)
            for _round in range(5):
                with transaction.atomic():
                    record("door.opened", subject=number, at=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))

    assert list(TrailLine.objects.values_list("sequence", flat=True)) == list(range(1, 41))
    assert verify() == []
