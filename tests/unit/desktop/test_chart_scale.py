"""Axes with round marks, bars of a spread on a logarithmic scale."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.desktop.formats import Formats
from console.desktop.models.chart_scale import short_number, spread_bars, time_step, value_axis

EN, ES = Formats("en"), Formats("es")


@given(st.floats(1e-6, 1e9), st.integers(1, 8))
def test_that_an_axis_always_holds_the_highest_value_with_few_round_marks(most: float, wanted: int) -> None:
    axis = value_axis(most, wanted)
    assert axis.top >= most * (1 - 1e-6)
    assert 2 <= len(axis.marks) <= 2.5 * wanted + 2
    assert axis.marks[0] == 0


@pytest.mark.parametrize(("most", "top"), [(0, 1), (-3, 1), (float("nan"), 1), (800, 800), (810, 1000)])
def test_that_values_that_cannot_be_drawn_still_make_an_axis(most: float, top: float) -> None:
    assert value_axis(most).top == top


def test_that_counts_get_whole_marks() -> None:
    assert value_axis(2, 4, whole=True).marks == [0, 1, 2]


@pytest.mark.parametrize(("span", "step"), [(10, 2), (60, 15), (300, 60), (14_400, 3_600)])
def test_that_times_are_marked_at_steps_people_read(span: int, step: int) -> None:
    assert time_step(span, 5) == step


def test_that_numbers_of_an_axis_are_short_in_both_languages() -> None:
    assert [short_number(v, EN) for v in (0, 250, 0.5, 40_000, 1_500_000)] == ["0", "250", "0.5", "40k", "1.5M"]
    assert short_number(0.5, ES) == "0,5"


@given(st.lists(st.tuples(st.floats(0.01, 1e5), st.integers(1, 1000)), min_size=1, max_size=60), st.floats(0.1, 1e4))
def test_that_no_answer_is_left_out_of_the_spread_and_no_bar_is_half_over_the_limit(
    spread: list[tuple[float, int]], limit: float
) -> None:
    bars = spread_bars(spread, limit=limit)
    assert sum(bar.count for bar in bars) == sum(count for _, count in spread)
    assert all(not bar.low < limit < bar.high for bar in bars)
    over = sum(count for upper, count in spread if upper > limit * (1 + 1e-6))
    assert sum(bar.count for bar in bars if bar.low >= limit) >= over


def test_that_an_empty_spread_has_no_bars() -> None:
    assert spread_bars([]) == []
    assert spread_bars([(1.0, 0)]) == []
