"""The timeline as columns: what the canvas reads."""

from __future__ import annotations

import numpy as np

from console.core.clock import to_micros
from console.desktop.models.density import counts, grid, heights
from console.desktop.models.opening_view import opening_viewport
from console.desktop.models.status_words import Severity, loop_status, status_of
from console.desktop.models.time_axis import HOUR, MINUTE, Viewport
from console.desktop.models.timeline_model import (
    Cell,
    Filter,
    Shape,
    TimelineModel,
)
from console.desktop.models.timeline_reading import timeline_from_json
from tests.builders.encounters import NOW, busy_stay, night_on_the_ward


def ward(earlier: bool = False) -> TimelineModel:
    return timeline_from_json(night_on_the_ward(earlier=earlier).timeline())


def row(model: TimelineModel, title: str, message_type: str) -> int:
    return next(i for i, e in enumerate(model.entries) if e["title"] == title and e["message_type"] == message_type)


def test_that_entries_are_in_time_order_with_a_shape_for_their_kind() -> None:
    model = ward()
    assert bool((np.diff(model.columns.at) >= 0).all())
    assert model.columns.shape[row(model, "Admitted ED", "ADT^A01")] == Shape.SQUARE
    assert model.columns.shape[row(model, "FBC", "ORM^O01")] == Shape.PENTAGON
    assert model.columns.shape[row(model, "FBC", "ORU^R01")] == Shape.DIAMOND


def test_that_a_message_stopped_at_mapping_shows_the_destinations_it_never_reached() -> None:
    model = ward()
    stopped = row(model, "U&E", "ORU^R01")
    cells = dict(zip((lane.lane for lane in model.lanes), model.columns.cells[stopped].tolist(), strict=True))
    assert cells["LIS"] == Cell.SENT
    assert cells["engine"] == Cell.STOPPED
    assert cells["fhir-store"] == cells["ehr"] == Cell.UNREACHED
    assert model.lanes[model.columns.foot[stopped]].lane == "engine"
    assert model.columns.severity[stopped] == Severity.CRITICAL


def test_that_a_duplicate_ends_at_the_engine() -> None:
    model = ward()
    duplicates = np.flatnonzero(model.columns.duplicate)
    assert len(duplicates) == 1
    assert model.columns.cells[duplicates[0], model.lane_order["engine"]] == Cell.DUPLICATE
    assert model.columns.cells[duplicates[0], model.lane_order["fhir-store"]] == Cell.ABSENT


def test_that_a_stopped_result_leaves_its_order_overdue_since_it_was_due() -> None:
    model = ward()
    loop = next(x for x in model.loops if x.title == "U&E")
    assert loop.state == "stopped"
    assert loop.overdue_since(model.now) == loop.due_at
    assert loop.overdue_since(loop.due_at or 0) is None
    assert loop.end(model.now) == model.now
    assert len(model.failure_times) == 2


def test_that_rows_between_two_instants_come_from_binary_search() -> None:
    model = ward()
    found = model.between(to_micros(NOW) - HOUR, to_micros(NOW))
    assert [e["title"] for e in model.entries[found.start : found.stop]] == ["Glucose", "Glucose", "Troponin 2"]


def test_that_an_event_is_found_by_its_id_and_an_unknown_one_is_not() -> None:
    model = ward()
    assert model.row_of(str(model.entries[3]["event_id"])) == 3
    assert model.row_of("no such event") == -1


def test_that_problems_only_keeps_what_somebody_must_act_on() -> None:
    problems = ward().filtered(Filter(problems_only=True))
    assert [e["title"] for e in problems.entries] == ["U&E"]
    assert [x.title for x in problems.loops] == ["U&E"]
    assert problems.row_of(str(problems.entries[0]["event_id"])) == 0


def test_that_a_hidden_lane_goes_with_the_messages_it_sent() -> None:
    model = ward()
    fewer = model.filtered(Filter(hidden_lanes=frozenset({"PAS", "ehr"})))
    assert "PAS" not in [lane.lane for lane in fewer.lanes]
    assert all(e["from"] != "PAS" for e in fewer.entries)
    assert fewer.columns.cells.shape == (len(fewer), len(fewer.lanes))
    assert [fewer.lanes[i].lane for i in fewer.columns.sender] == [e["from"] for e in fewer.entries]


def test_that_a_hidden_kind_of_message_is_left_out() -> None:
    fewer = ward().filtered(Filter(hidden_categories=frozenset({"adt"})))
    assert {e["category"] for e in fewer.entries} == {"order", "result"}
    assert ward().filtered(Filter()).entries is not None


def test_that_a_short_stay_opens_whole_and_a_long_one_at_its_recent_part() -> None:
    short = ward(earlier=False)
    view = opening_viewport(short)
    assert view.start <= short.begin
    assert view.end >= short.now
    long = ward(earlier=True)
    view = opening_viewport(long)
    assert view.start > long.begin
    assert view.start <= next(x for x in long.loops if x.title == "U&E" and x.state == "stopped").start
    assert view.end >= long.now


def test_that_an_encounter_without_messages_makes_an_empty_model() -> None:
    model = timeline_from_json(
        {"from": None, "to": None, "now": "2026-11-21T03:07:12Z", "lanes": [], "loops": [], "entries": [], "counts": {}}
    )
    assert len(model) == 0
    assert opening_viewport(model).span > 0
    assert len(model.failure_times) == 0
    assert model.strip_rows == 0


def test_that_each_cell_counts_exactly_the_messages_within_it() -> None:
    times = np.asarray([0, 1, 9, 10, 10, 25], dtype=np.int64)
    assert counts(times, np.asarray([0, 10, 20, 30])).tolist() == [3, 2, 1]


def test_that_the_counts_over_a_view_add_up_to_the_messages_in_it() -> None:
    model = timeline_from_json(busy_stay(300).timeline())
    view = Viewport(model.begin, model.end - model.begin)
    cells = grid(view, 1000, 4)
    assert int(counts(model.columns.at, cells.edges()).sum()) == len(model)
    lane = model.lane_times(model.lane_order["engine"])
    assert len(lane.touched) == len(model)
    assert len(lane.stopped) == int((model.columns.severity == Severity.CRITICAL).sum())


def test_that_cells_lie_on_one_grid_wherever_one_looks() -> None:
    here, there = grid(Viewport(1_000_000, HOUR), 900, 4), grid(Viewport(1_000_000 + 7 * MINUTE, HOUR), 900, 4)
    assert here.cell == there.cell
    assert (there.start - here.start) % here.cell == 0


def test_that_a_lone_message_still_makes_a_visible_bar() -> None:
    assert heights(np.asarray([0, 1, 10_000]), 10_000, 20).tolist() == [0, 2, 20]
    assert heights(np.asarray([0, 0]), 0, 20).tolist() == [0, 0]


def test_that_every_state_of_the_engine_has_a_word_and_a_stranger_is_not_guessed() -> None:
    assert status_of("verified").word == "Delivered"
    assert status_of("dead_lettered").severity is Severity.CRITICAL
    assert loop_status("missing").dashed
    assert status_of("teleported").word == "Unknown"
    assert loop_status("teleported").word == "Unknown"
