"""Which shots content becomes: what each fault adds, holds back or moves, and that the rest stays as it was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from console.harness.load.faults import LOOK_AHEAD, rows_at_most, shots
from console.harness.load.ledger import NO_ORIGIN
from console.harness.load.shots import Shots, Special, Way
from console.harness.scenario.model import Fault, FaultKind, Load, Model, Scenario
from console.hl7v2.framing import frame
from tests.builders.harness_content import Results, with_faults


def all_of(parts: Iterable[Shots]) -> Shots:
    """Every shot of a run in one."""
    whole = Shots()
    for part in parts:
        base = len(whole)
        for name in ("frames", "control_ids", "lanes", "origins", "kinds", "after", "due"):
            getattr(whole, name).extend(getattr(part, name))
        whole.delays.update({base + at: delay for at, delay in part.delays.items()})
        whole.specials.update({base + at: special for at, special in part.specials.items()})
    return whole


def made(source: Results, *faults: Fault, seed: int = 1, **more: Any) -> Shots:
    return all_of(shots(source, with_faults(*faults), seed=seed, **more))


def specials(whole: Shots, kind: FaultKind) -> dict[int, Special]:
    return {at: special for at, special in whole.specials.items() if special.fault is kind}


def test_that_content_without_faults_is_framed_and_nothing_else() -> None:
    source = Results(600, paced=True)
    whole = made(source)
    assert whole.frames == [frame(source.payload(n)) for n in range(600)]
    assert whole.origins == list(range(600))
    assert whole.after == [n * 1_000_000 for n in range(600)]
    assert (whole.due, whole.delays, whole.specials) == ([], {}, {})


@pytest.mark.parametrize("kind", [FaultKind.HALF_OPEN, FaultKind.OUTAGE, FaultKind.TLS_STALL])
def test_that_faults_of_connections_leave_the_messages_alone(kind: FaultKind) -> None:
    assert made(Results(300), Fault(kind, probability=1.0, at=0.0)) == made(Results(300))


def test_that_a_duplicate_is_the_same_bytes_again_a_few_messages_later() -> None:
    source = Results(1000)
    whole = made(source, Fault(FaultKind.DUPLICATE, nth=(10, 500)))
    assert len(whole) == 1002
    for at, special in specials(whole, FaultKind.DUPLICATE).items():
        origin = whole.origins[at]
        first = whole.origins.index(origin)
        assert 1 <= at - first <= 9
        assert whole.frames[at] == whole.frames[first] == frame(source.payload(origin))
        assert (whole.control_ids[at], whole.lanes[at]) == (whole.control_ids[first], whole.lanes[first])
        assert not special.broken
        assert f"message {origin}" in special.note


def test_that_several_copies_are_sent_when_asked_for() -> None:
    whole = made(Results(300), Fault(FaultKind.DUPLICATE, nth=(5,), count=3))
    assert Counter(whole.origins)[4] == 4


def test_that_copies_of_the_last_messages_are_sent_too() -> None:
    whole = made(Results(300), Fault(FaultKind.DUPLICATE, nth=(300,)))
    assert whole.origins[-2:] == [299, 299]


def test_that_a_changed_duplicate_has_the_control_id_and_another_value() -> None:
    source = Results(400, lanes=3)
    whole = made(source, Fault(FaultKind.DUPLICATE_CHANGED, every=7))
    found = specials(whole, FaultKind.DUPLICATE_CHANGED)
    assert len(found) == 400 // 7
    for at in found:
        original = source.payload(whole.origins[at])
        copy = whole.frames[at][1:-2]
        assert copy != original
        differing = [(a, b) for a, b in zip(original.split(b"\r"), copy.split(b"\r"), strict=True) if a != b]
        assert len(differing) == 1
        before, after = (line.split(b"|") for line in differing[0])
        assert before[5] != after[5]
        assert [f for n, f in enumerate(before) if n != 5] == [f for n, f in enumerate(after) if n != 5]
        following = [n for n, lane in zip(whole.origins, whole.lanes, strict=True) if lane == whole.lanes[at]]
        place = [row for row, lane in enumerate(whole.lanes) if lane == whole.lanes[at]].index(at)
        assert following[place - 1] == whole.origins[at], "nothing of the patient goes between the two"


def test_that_a_reordered_message_goes_after_a_later_one_of_its_patient() -> None:
    whole = made(Results(100, lanes=4), Fault(FaultKind.REORDER, nth=(9,)))
    lane = [n for n, lane in zip(whole.origins, whole.lanes, strict=True) if lane == 0]
    assert lane == [0, 4, 12, 8, *range(16, 100, 4)]
    (at,) = specials(whole, FaultKind.REORDER)
    assert whole.origins[at] == 8
    others = [n for n in whole.origins if n % 4]
    assert others == sorted(others)


def test_that_a_reordered_message_without_a_later_one_goes_as_it_is() -> None:
    source = Results(LOOK_AHEAD + 600, lanes=LOOK_AHEAD + 600)
    whole = made(source, Fault(FaultKind.REORDER, nth=(1,)))
    assert sorted(whole.origins) == list(range(source.count))
    assert not whole.specials
    assert whole.origins.index(0) == LOOK_AHEAD


def test_that_every_message_is_sent_when_all_are_reordered() -> None:
    whole = made(Results(777, lanes=5), Fault(FaultKind.REORDER, probability=1.0))
    assert sorted(whole.origins) == list(range(777))


def test_that_a_delayed_message_keeps_its_place_and_says_by_how_much() -> None:
    whole = made(Results(50), Fault(FaultKind.DELAY, nth=(3,), amount=1.5))
    assert whole.delays == {2: 1_500_000_000}
    assert whole.origins == list(range(50))


def test_that_a_dropped_message_is_a_row_that_is_not_sent() -> None:
    whole = made(Results(50), Fault(FaultKind.DROP, nth=(3,)))
    assert {at: special.way for at, special in whole.specials.items()} == {2: Way.NOT_AT_ALL}
    assert len(whole) == 50


@pytest.mark.parametrize("kind", [FaultKind.GARBAGE, FaultKind.EMPTY_FRAME])
def test_that_what_is_no_message_is_a_row_of_its_own_before_one(kind: FaultKind) -> None:
    whole = made(Results(50), Fault(kind, nth=(3,), count=2))
    assert whole.origins == [0, 1, NO_ORIGIN, NO_ORIGIN, *range(2, 50)]
    assert set(whole.specials) == {2, 3}
    assert whole.control_ids[2:4] == [b"", b""]
    assert all(special.broken for special in whole.specials.values())


def test_that_one_message_meets_one_fault_the_first_of_the_scenario() -> None:
    whole = made(Results(50), Fault(FaultKind.NO_VT, every=2), Fault(FaultKind.NO_FS, every=3))
    assert {at + 1: special.fault for at, special in whole.specials.items()} == {
        n: FaultKind.NO_VT if n % 2 == 0 else FaultKind.NO_FS for n in range(1, 51) if n % 2 == 0 or n % 3 == 0
    }


def test_that_a_message_that_was_named_meets_that_fault_and_no_drawn_one() -> None:
    whole = made(Results(50), Fault(FaultKind.NO_VT, probability=1.0), Fault(FaultKind.NO_FS, nth=(7,)))
    assert list(specials(whole, FaultKind.NO_FS)) == [6]
    assert len(specials(whole, FaultKind.NO_VT)) == 49


def test_that_a_fault_meets_only_the_message_types_it_names() -> None:
    source = Results(300, mixed=True)
    whole = made(source, Fault(FaultKind.NO_VT, probability=0.5, kinds=("ADT",)))
    assert whole.specials
    assert {whole.kinds[at] for at in whole.specials} == {1}
    nth = made(source, Fault(FaultKind.NO_VT, nth=(2,), kinds=("ADT^A08",)))
    assert list(nth.specials) == [5], "the second ADT"
    assert not made(source, Fault(FaultKind.NO_VT, every=1, kinds=("AD",))).specials


def test_that_a_window_looks_at_the_time_a_message_is_due() -> None:
    times = [np.arange(0, 100_000_000_000, 1_000_000_000, dtype=np.int64)]
    fault = Fault(FaultKind.NO_VT, probability=1.0, start=10.0, end=20.0)
    whole = made(Results(300, chunk=32), fault, times=times)
    assert list(whole.specials) == list(range(10, 20))
    assert whole.due == times[0].tolist()
    assert len(whole) == 100, "the schedule ends the run"


def test_that_a_fault_at_a_second_meets_the_messages_from_there_on() -> None:
    times = [np.arange(0, 100, dtype=np.int64) * 1_000_000_000]
    whole = made(Results(300, chunk=16), Fault(FaultKind.NO_VT, at=41.5, count=3), times=times)
    assert list(whole.specials) == [42, 43, 44]


def test_that_windows_of_a_closed_run_look_at_the_time_that_passed() -> None:
    passed = iter(range(1000))
    fault = Fault(FaultKind.NO_VT, probability=1.0, start=2.0, end=3.0)
    whole = made(Results(300), fault, elapsed=lambda: float(next(passed)))
    assert list(whole.specials) == list(range(32, 48))


def test_that_what_a_fault_adds_is_due_where_it_stands_and_moves_nothing() -> None:
    times = [np.arange(0, 500, dtype=np.int64) * 1_000]
    plain = made(Results(500), times=times)
    whole = made(
        Results(500),
        Fault(FaultKind.DUPLICATE, probability=0.1, count=2),
        Fault(FaultKind.EMPTY_FRAME, probability=0.1),
        times=times,
    )
    own = {n: due for n, due, at in zip(whole.origins, whole.due, range(len(whole)), strict=True)
           if at not in whole.specials}  # fmt: skip
    assert own == dict(zip(plain.origins, plain.due, strict=True))
    assert whole.due == sorted(whole.due)


def test_that_a_recorded_pace_is_scaled() -> None:
    scenario = Scenario("x", "", "", with_faults().folder, load=Load(model=Model.RECORDED, speed=2.0))
    whole = all_of(shots(Results(10, paced=True), scenario, seed=1))
    assert whole.due == [n * 500_000 for n in range(10)]


def test_that_a_number_of_messages_ends_the_run_with_what_was_held_back() -> None:
    scenario = with_faults(Fault(FaultKind.DUPLICATE, probability=1.0), messages=300)
    whole = all_of(shots(Results(10_000), scenario, seed=1))
    assert Counter(whole.origins) == dict.fromkeys(range(300), 2)
    assert len(whole) <= rows_at_most(scenario, 300)


def test_that_workers_share_the_lanes_and_send_what_one_would() -> None:
    faults = (
        Fault(FaultKind.DUPLICATE, probability=0.1),
        Fault(FaultKind.DUPLICATE_CHANGED, probability=0.1),
        Fault(FaultKind.REORDER, probability=0.1),
        Fault(FaultKind.TRUNCATE, probability=0.1),
        Fault(FaultKind.GARBAGE, probability=0.1),
    )
    times = [np.arange(0, 900, dtype=np.int64) * 1_000]
    alone = made(Results(900, lanes=7), *faults, times=times)
    shared = [made(Results(900, lanes=7), *faults, times=times, worker=k, workers=3) for k in range(3)]

    def lane_of(whole: Shots, lane: int) -> list[tuple[int, bytes]]:
        rows = zip(whole.origins, whole.frames, whole.lanes, strict=True)
        return [(origin, bytes_) for origin, bytes_, one in rows if one == lane]

    for lane in range(7):
        assert lane_of(shared[lane % 3], lane) == lane_of(alone, lane)
    assert sum(map(len, shared)) == len(alone)


def test_that_another_fault_moves_no_draw_of_the_others() -> None:
    first, second = Fault(FaultKind.NO_VT, probability=0.05), Fault(FaultKind.NO_FS, probability=0.05)
    alone = specials(made(Results(5000), second), FaultKind.NO_FS)
    both = specials(made(Results(5000), first, second), FaultKind.NO_FS)
    assert set(both) < set(alone)
    taken = specials(made(Results(5000), first), FaultKind.NO_VT)
    assert set(alone) - set(both) <= set(taken), "only where the first fault of the scenario was drawn as well"
