"""The times messages are meant to be sent at, held against the integral of the planned rate."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.harness.load.schedule import (
    BLOCK,
    intended_times,
    peak_rate,
    planned_by,
    planned_curve,
    planned_total,
    total_duration,
)
from console.harness.scenario.model import Arrivals, Load, Model, Stage, StageKind

SECOND = 1_000_000_000

rates = st.one_of(st.just(0.0), st.floats(0.01, 400), st.integers(1, 400).map(float))
durations = st.one_of(st.floats(0.05, 20), st.integers(1, 20).map(float))


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    kind, length = draw(st.sampled_from(list(StageKind))), draw(durations)
    match kind:
        case StageKind.RAMP:
            return Stage(kind, length, draw(rates), draw(rates))
        case StageKind.CURVE:
            seconds = sorted(draw(st.lists(st.floats(0, length), min_size=2, max_size=5)))
            return Stage(kind, length, points=tuple((second, draw(rates)) for second in seconds))
        case StageKind.BURST:
            return Stage(kind, length, size=draw(st.integers(1, 6000)), every=draw(st.floats(length / 5, 30)))
        case StageKind.PAUSE:
            return Stage(kind, length)
        case _:
            return Stage(kind, length, draw(rates))


loads = st.builds(
    lambda parts, duration, messages: Load(stages=tuple(parts), duration=duration, messages=messages),
    st.lists(stages(), min_size=1, max_size=5),
    st.one_of(st.just(0.0), st.floats(0.1, 60)),
    st.one_of(st.just(0), st.integers(1, 9000)),
)


def every(load: Load, seed: int = 1) -> np.ndarray:
    blocks = list(intended_times(load, seed))
    assert all(0 < len(block) <= BLOCK and block.dtype == np.int64 for block in blocks)
    assert all(len(block) == BLOCK for block in blocks[:-1])
    return np.concatenate(blocks) if blocks else np.empty(0, dtype=np.int64)


@settings(deadline=None, max_examples=150)
@given(loads)
def test_that_uniform_times_follow_the_integral_of_the_rate_exactly(load: Load) -> None:
    times = every(load)
    assert len(times) == planned_total(load)
    assert (np.diff(times) >= 0).all()
    if not len(times):
        return
    assert times[0] >= 0
    assert times[-1] <= total_duration(load) * SECOND + 1
    for second in np.linspace(0, total_duration(load), 23):
        # at a burst's very moment both answers are right: before and after it
        sent = int(np.searchsorted(times, second * SECOND + 2, side="left"))
        before = int(np.searchsorted(times, second * SECOND - 2, side="left"))
        assert before - 1.001 <= planned_by(load, float(second)) <= sent + 1.001


@settings(deadline=None, max_examples=60)
@given(loads, st.integers(0, 2**63 - 1))
def test_that_poisson_times_are_fixed_by_the_seed_and_as_many_as_expected(load: Load, seed: int) -> None:
    load = replace(load, arrivals=Arrivals.POISSON)
    times = every(load, seed)
    assert (times == every(load, seed)).all()
    assert (np.diff(times) >= 0).all()
    expected = planned_total(replace(load, messages=0))
    if load.messages:
        assert len(times) <= load.messages
        expected = min(expected, load.messages)
    assert abs(len(times) - expected) <= 7 * math.sqrt(expected) + 8
    if len(times):
        assert times[-1] <= total_duration(load) * SECOND + 1


@settings(deadline=None, max_examples=60)
@given(loads)
def test_that_the_curve_holds_the_planned_messages(load: Load) -> None:
    load = replace(load, messages=0)
    curve = planned_curve(load, points=10_000)
    area = math.fsum((to - at) * (a + b) / 2 for (at, a), (to, b) in pairwise(curve))
    assert area == pytest.approx(planned_by(load, math.inf), abs=1e-3, rel=1e-6)
    assert all(later >= earlier for (earlier, _), (later, _) in pairwise(curve))
    few = planned_curve(load, points=20)
    assert len(few) <= 20 or few == curve[: len(few)]
    if len(few) == 20 and len(curve) > 20:
        mean = math.fsum(rate for _, rate in few) * total_duration(load) / 20
        assert mean == pytest.approx(area, abs=1e-3, rel=1e-6)


def test_that_the_nth_message_of_a_ramp_solves_the_quadratic() -> None:
    load = Load(stages=(Stage(StageKind.RAMP, 10, 20, 120),))
    times = every(load)
    assert len(times) == 700
    for n in (0, 1, 17, 350, 699):
        exact = (-20 + math.sqrt(20**2 + 2 * 10 * n)) / 10
        assert times[n] == pytest.approx(exact * SECOND, abs=1)
    down = every(Load(stages=(Stage(StageKind.RAMP, 10, 120, 0),)))
    assert len(down) == 600
    assert down[599] == pytest.approx((120 - math.sqrt(120**2 - 2 * 12 * 599)) / 12 * SECOND, abs=1)


def test_that_a_constant_rate_is_evenly_spaced_to_the_nanosecond() -> None:
    times = every(Load(stages=(Stage(StageKind.CONSTANT, 100, 1000),)))
    assert (times == np.arange(100_000, dtype=np.int64) * 1_000_000).all()


def test_that_fractions_of_messages_carry_over_from_stage_to_stage() -> None:
    load = Load(stages=tuple(Stage(StageKind.CONSTANT, 0.5, 3) for _ in range(100)))
    assert planned_total(load) == len(every(load)) == 150
    assert np.diff(every(load)) == pytest.approx(np.full(149, SECOND / 3), abs=1)


def test_that_eighty_percent_of_a_morning_rush_fall_into_its_peak() -> None:
    load = Load(stages=(Stage(StageKind.MORNING_RUSH, 9 * 60, 600),))
    times = every(load) / SECOND
    inside = ((times >= 60) & (times < 7 * 60)).mean()
    assert inside == pytest.approx(0.8, abs=1e-4)
    assert ((times >= 60) & (times < 61)).sum() == 600
    assert peak_rate(load) == 600


def test_that_bursts_come_at_once_and_the_flow_goes_on_around_them() -> None:
    load = Load(stages=(Stage(StageKind.BURST, 3, size=5000, every=1), Stage(StageKind.CONSTANT, 1, 2)))
    times = every(load)
    assert [int((times == second * SECOND).sum()) for second in range(3)] == [5000, 5000, 5000]
    assert times[-2:].tolist() == [3 * SECOND, 3 * SECOND + SECOND // 2]
    assert peak_rate(load) == 5000
    assert peak_rate(Load(stages=(Stage(StageKind.BURST, 3, size=10, every=0.1),))) == 100


def test_that_poisson_gaps_are_exponential() -> None:
    load = Load(stages=(Stage(StageKind.CONSTANT, 100, 1000),), arrivals=Arrivals.POISSON)
    gaps = np.diff(every(load, seed=7)) / SECOND
    assert gaps.mean() == pytest.approx(1e-3, rel=0.02)
    assert gaps.std() == pytest.approx(1e-3, rel=0.03)
    assert (gaps > 2e-3).mean() == pytest.approx(math.exp(-2), rel=0.05)
    assert every(load, seed=7)[:10].tolist() != every(load, seed=8)[:10].tolist()


def test_that_the_draws_of_a_seed_stay_what_they_are() -> None:
    load = Load(stages=(Stage(StageKind.CONSTANT, 10, 1),), arrivals=Arrivals.POISSON)
    assert every(load, seed=20261121)[:4].tolist() == [1212290994, 2029073166, 2770239310, 4585687038]


def test_that_a_plan_without_stages_says_nothing() -> None:
    for load in (Load(model=Model.CLOSED, duration=5), Load(model=Model.RECORDED)):
        assert list(intended_times(load, 1)) == []
        assert planned_total(load) == 0
        assert planned_curve(load) == []
        assert peak_rate(load) == 0
        assert planned_by(load, 5) == 0
    assert total_duration(Load(model=Model.CLOSED, duration=5)) == 5
