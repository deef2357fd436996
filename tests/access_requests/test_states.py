"""The table of a request's life is complete, and drawn in the README as it is."""

from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from access_requests.states import FINAL, MOVES, RESPOND_WITHIN, Move, Status, diagram, move, possible
from accounts.states import RequestKind

LIFE = {
    (None, "submit", "pending"),
    ("pending", "edit", "pending"),
    ("pending", "approve", "approved"),
    ("pending", "deny", "denied"),
    ("pending", "cancel", "cancelled"),
    ("pending", "expire", "expired"),
    ("approved", "deny", "denied"),
    ("denied", "approve", "approved"),
}


@pytest.mark.trust("I3")
def test_the_moves_are_those_of_the_design_and_no_others():
    assert {(one.source, one.name, one.target) for one in MOVES} == LIFE
    assert len(MOVES) == len(LIFE)


def test_every_status_is_in_the_table_and_can_be_reached():
    assert {one.target for one in MOVES} == set(Status)
    assert {one.source for one in MOVES} - {None} == set(Status) - FINAL


@pytest.mark.trust("I3", "R6")
def test_nothing_leads_out_of_a_final_status():
    assert {Status.CANCELLED, Status.EXPIRED} == FINAL
    assert [possible(status) for status in FINAL] == [set(), set()]


@pytest.mark.trust("L1")
@pytest.mark.parametrize("one", MOVES, ids=lambda one: f"{one.name} from {one.source}")
def test_every_move_has_an_event_in_the_past_participle(one: Move):
    noun, participle = one.event.split(".")

    assert noun == "request"
    assert participle.startswith(one.name.rstrip("y"))
    assert participle.endswith("ed")


def test_a_move_is_found_by_name_and_status_or_there_is_none():
    for name, source in product({one.name for one in MOVES}, [None, *Status]):
        found = move(name, source)
        assert (found is not None) == any((one.name, one.source) == (name, source) for one in MOVES)


def test_every_kind_of_request_waits_for_a_time_of_its_own_setting():
    # What is asked on a case waits as long as the case; a change that is proposed is no request
    assert set(RESPOND_WITHIN) == set(RequestKind) - {RequestKind.CASE, RequestKind.CHANGE}
    assert all(getattr(settings, name).total_seconds() > 0 for name in RESPOND_WITHIN.values())


def test_the_readme_shows_the_diagram_as_it_is():
    assert f"```mermaid\n{diagram()}\n```" in (Path(settings.BASE_DIR) / "README.md").read_text()
