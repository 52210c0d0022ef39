"""Seconds of a run at several coarsenesses: nothing bad is averaged away, four hours are as cheap as four minutes."""

from __future__ import annotations

import math
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from console.desktop.models.second_series import LEVELS, SecondSeries
from console.harness.load.live import Second


def _second(at: int, *, sent: int = 10, p99: float | None = 5.0, waiting: int = 0) -> Second:
    return Second(at, 10, sent, sent, waiting, 1.0, 2.0, p99)


def _filled(length: int) -> SecondSeries:
    series = SecondSeries()
    for at in range(length):
        series.take(_second(at))
    return series


def test_that_a_short_run_is_drawn_second_by_second() -> None:
    part = _filled(60).slice(0, 60, 300)
    assert (part.step, list(part.starts)) == (1, list(range(60)))
    assert list(part.columns["sent"]) == [10.0] * 60


def test_that_four_hours_are_drawn_with_few_points_and_rates_stay_rates() -> None:
    part = _filled(4 * 3600).slice(0, 4 * 3600, 350)
    assert len(part.starts) <= 350
    assert all(math.isclose(rate, 10.0) for rate in part.columns["sent"])


def test_that_the_worst_second_of_an_hour_is_still_seen() -> None:
    series = _filled(3600)
    series.take(replace(_second(1234), p99=900.0, waiting=77))
    part = series.slice(0, 3600, 100)
    assert max(part.columns["p99"]) == 900.0
    assert max(part.columns["waiting"]) == 77
    assert series.peak_p99 == (900.0, 1234)
    assert series.peak_waiting == (77, 1234)


def test_that_a_second_told_again_takes_the_place_of_the_first() -> None:
    series = _filled(10)
    series.take(_second(4, sent=99))
    assert series.at(4)["sent"] == 99
    assert series.slice(0, 10, 5).columns["sent"][2] == (99 + 10) / 2


def test_that_seconds_that_were_never_told_are_empty_not_invented() -> None:
    series = SecondSeries()
    series.take(_second(5))
    assert len(series) == 6
    assert series.at(2)["sent"] == 0
    assert math.isnan(series.at(2)["p99"])
    assert series.at(6) == {}
    assert math.isnan(SecondSeries().last("sent"))


def test_that_a_second_nobody_can_have_meant_is_passed_over() -> None:
    series = _filled(3)
    for at in (-1, 10**9):
        series.take(_second(at))
    assert len(series) == 3


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 50), st.one_of(st.none(), st.floats(0, 1e4))), max_size=80),
    st.integers(2, 40),
)
def test_that_every_slice_counts_what_was_sent_and_shows_the_worst(
    told: list[tuple[int, int, float | None]], points: int
) -> None:
    series = SecondSeries()
    known: dict[int, tuple[int, float | None]] = {}
    for at, sent, p99 in told:
        series.take(_second(at, sent=sent, p99=p99))
        known[at] = (sent, p99)
    part = series.slice(0, len(series), points)
    spans = [min(part.step, len(series) - start) for start in part.starts]
    total = sum(rate * span for rate, span in zip(part.columns["sent"], spans, strict=True))
    assert math.isclose(total, sum(sent for sent, _ in known.values()), abs_tol=1e-6)
    worst = max((p99 for _, p99 in known.values() if p99 is not None), default=None)
    seen = [value for value in part.columns["p99"] if not math.isnan(value)]
    assert (max(seen) if seen else None) == worst
    assert part.step <= 2 ** (LEVELS - 1)
