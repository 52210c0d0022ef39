"""Where things go on the canvas: labels, order rows, bands, and the slab that slides."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desktop.models.canvas_geometry import geometry, least_height, wanted_height
from console.desktop.models.label_placement import Candidate, Placed, place_labels
from console.desktop.models.lane_slab import DOTTED_LINE, FAILED_LINE, Tone, Wording, is_dense, lay_out
from console.desktop.models.loop_rows import Sized, pack, sized
from console.desktop.models.status_words import Severity
from console.desktop.models.time_axis import HOUR, MINUTE, Viewport
from console.desktop.models.timeline_model import Cell, Loop
from console.desktop.models.timeline_reading import timeline_from_json
from tests.builders.encounters import busy_stay, night_on_the_ward

WORDS = Wording("duplicate, ignored", "held up", {"code-not-mapped": "code without a map"})


def measure(text: str, strong: bool) -> float:
    return len(text) * (7.0 if strong else 6.0)


def place(candidates: list[Candidate], obstacles: list[float] | None = None) -> list[Placed]:
    centres = [c.x for c in candidates] + (obstacles or [])
    return place_labels(candidates, centres, measure, low=0, high=1000)


def test_that_a_label_stands_right_of_its_glyph_where_it_can() -> None:
    [label] = place([Candidate(100, "FBC", 1)])
    assert label.left == 112
    assert not label.plate


def test_that_a_label_flips_to_the_left_when_the_right_is_taken() -> None:
    [label] = place([Candidate(100, "Glucose", 1)], [120])
    assert label.left + label.width == 88


def test_that_close_neighbours_share_one_text() -> None:
    [label] = place([Candidate(100, "FBC", 1), Candidate(116, "U&E", 2), Candidate(130, "Troponin", 3)])
    assert label.text == "FBC · U&E · Troponin"
    assert label.rows == (1, 2, 3)
    assert label.left == 142


def test_that_a_crowd_is_named_by_its_first_and_how_many_more() -> None:
    crowd = [Candidate(100.0 + 12 * i, f"Test {i}", i) for i in range(9)]
    labels = place(crowd, [300])
    assert [label.text for label in labels] == ["Test 0 · Test 1 +7"] or labels[0].text.endswith("+8")


def test_that_a_label_with_no_room_is_dropped() -> None:
    assert place([Candidate(100, "Glucose", 1)], [85, 115]) == []


def test_that_a_problems_label_is_never_dropped() -> None:
    [label] = place([Candidate(100, "code without a map", 1, must=True)], [85, 115])
    assert label.plate
    assert label.must


def test_that_a_label_never_crosses_the_now_line() -> None:
    [label] = place([Candidate(100, "Glucose", 1)], [130])
    assert label.left + label.width < 100


@given(
    st.lists(
        st.tuples(st.floats(0, 1000), st.sampled_from(["FBC", "U&E", "Troponin", "Moved to AMU"]), st.booleans()),
        max_size=40,
    )
)
def test_that_no_two_plain_labels_overlap_and_none_leaves_the_lane(given_: list[tuple[float, str, bool]]) -> None:
    candidates = [Candidate(x, text, i, must) for i, (x, text, must) in enumerate(given_)]
    labels = place(candidates)
    plain = sorted((p.left, p.left + p.width) for p in labels if not p.plate)
    assert all(a[1] <= b[0] for a, b in pairwise(plain))
    assert all(p.left >= -0.001 and p.left + p.width <= 1000.001 for p in labels)
    for label in labels:
        if not label.plate:
            assert not any(label.left - 8 < c.x < label.left + label.width + 8 for c in candidates)


def loop(name: str, start: int, end: int | None, state: str = "resulted") -> Loop:
    return Loop(name, name, state, start, end, start + HOUR, None, name, "", "")


def ten_hours(loops: list[Loop]) -> list[Sized]:
    """Sized at ten o'clock, every text 60 pixels wide."""
    return sized(loops, now=10 * HOUR, widths=lambda x: (36.0, 60.0 if x.state == "missing" else 0.0))


def rows_of(loops: list[Loop], most: int, px: float = 1.0) -> dict[str, int]:
    packed = pack(ten_hours(loops), micros_per_px=10 * HOUR / 1000 / px, most=most, near=Viewport(0, 10 * HOUR))
    return {r.loop.order_id: r.row for r in packed.visible(Viewport(0, 10 * HOUR), 0, 0)}


def test_that_a_few_orders_get_a_row_each_with_problems_first() -> None:
    found = rows_of([loop("a", 0, HOUR), loop("b", 2 * HOUR, 3 * HOUR), loop("c", 3 * HOUR, None, "missing")], most=4)
    assert found == {"c": 0, "a": 1, "b": 2}


def test_that_many_orders_share_rows_without_touching() -> None:
    loops = [loop(str(i), i * HOUR, i * HOUR + 20 * MINUTE) for i in range(9)]
    found = rows_of(loops, most=3, px=2.0)
    assert len(found) == 9
    assert set(found.values()) <= {0, 1, 2}
    assert found["0"] != found["1"] or found["0"] == 0


def test_that_orders_without_a_row_are_counted_with_the_worst_of_them() -> None:
    loops = [loop(f"m{i}", HOUR, None, "missing") for i in range(5)]
    packed = pack(ten_hours(loops), micros_per_px=10 * HOUR / 1000, most=3, near=Viewport(0, 10 * HOUR))
    assert packed.unshown(Viewport(0, 10 * HOUR)) == (2, Severity.CRITICAL)
    assert packed.unshown(Viewport(5 * HOUR, HOUR))[0] == 2
    assert packed.shared


def test_that_rows_do_not_depend_on_where_one_looks() -> None:
    loops = [loop(str(i), i * 10 * MINUTE, i * 10 * MINUTE + HOUR) for i in range(40)]
    here = pack(ten_hours(loops), micros_per_px=1e7, most=5, near=Viewport(0, HOUR))
    there = pack(ten_hours(loops), micros_per_px=1e7, most=5, near=Viewport(5 * HOUR, HOUR))
    everything = Viewport(0, 20 * HOUR)
    assert [(r.loop.order_id, r.row) for r in here.visible(everything, 0, 0)] == [
        (r.loop.order_id, r.row) for r in there.visible(everything, 0, 0)
    ]


def test_that_lanes_get_thinner_before_problems_lose_their_rows() -> None:
    tall = geometry(1500, 700, lanes=6, rows=8)
    low = geometry(1500, least_height(6), lanes=6, rows=8)
    assert tall.rows >= 8
    assert tall.lane_height >= 46
    assert low.rows == 2
    assert low.lane_height == pytest.approx(26, abs=1)


@given(
    st.integers(300, 3000),
    st.integers(0, 14),
    st.integers(0, 30),
    st.integers(0, 500),
    st.sampled_from([1.0, 1.5, 2.0]),
)
def test_that_the_bands_fill_the_height_and_never_overlap(
    width: int, lanes: int, rows: int, extra: int, unit: float
) -> None:
    height = least_height(lanes, unit) + extra
    bands = geometry(width, height, lanes=lanes, rows=rows, unit=unit)
    assert bands.lanes_top + bands.lane_height * max(lanes, 1) == pytest.approx(height, abs=2)
    assert bands.row_y(bands.rows - 1) + bands.row_height // 2 <= bands.lanes_top + 1
    assert bands.gutter < width
    for lane in range(lanes):
        assert bands.lane_at(bands.lane_y(lane)) == lane
    assert wanted_height(lanes, rows, unit) >= least_height(lanes, unit)


def ward_slab(selected: int = -1):  # type: ignore[no-untyped-def]
    model = timeline_from_json(night_on_the_ward(earlier=False).timeline())
    view = Viewport(model.begin - HOUR // 4, model.now - model.begin + HOUR)
    return model, lay_out(model, view, width=1364, now=model.now, measure=measure, wording=WORDS, selected=selected)


def test_that_a_stopped_message_is_drawn_to_where_it_stopped_and_dotted_onward() -> None:
    model, slab = ward_slab()
    engine = model.lane_order["engine"]
    [failed] = [line for line in slab.lines if line.kind == FAILED_LINE]
    [dotted] = [line for line in slab.lines if line.kind == DOTTED_LINE]
    assert (failed.top, failed.bottom) == (model.lane_order["LIS"], engine)
    assert (dotted.top, dotted.bottom) == (engine, len(model.lanes) - 1)
    assert slab.dots[-1].cell == Cell.STOPPED


def test_that_the_reason_stands_beside_the_octagon_and_the_duplicate_says_so() -> None:
    _, slab = ward_slab()
    texts = {label.placed.text: label for label in slab.labels}
    assert texts["code without a map"].tone is Tone.FAILED
    assert texts["duplicate, ignored"].tone is Tone.ASIDE
    assert any("FBC · U&E" in text for text in texts)


def test_that_one_slab_serves_while_the_view_slides_by_half_a_screen() -> None:
    model, slab = ward_slab()
    span = model.now - model.begin + HOUR
    view = Viewport(model.begin - HOUR // 4, span)
    assert slab.covers(view.panned(span // 2))
    assert not slab.covers(view.panned(2 * span))


def test_that_too_many_messages_in_view_become_counts() -> None:
    model = timeline_from_json(busy_stay(500).timeline())
    whole = Viewport(model.begin, model.end - model.begin)
    assert is_dense(model, whole)
    assert not is_dense(model, replace(whole, span=whole.span // 4))
