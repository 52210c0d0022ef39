"""Thresholds are read with their units, judged by value, and unknown where nothing was observed."""

from __future__ import annotations

import math

import pytest

from console.core.errors import Refused
from console.harness.verdict.thresholds import METRICS, State, Unit, evaluate, parse_threshold, written


@pytest.mark.parametrize(
    ("text", "metric", "comparison", "limit"),
    [
        ("answer.p99 < 300ms", "answer.p99", "<", 300.0),
        ("answer.p999<=1.5s", "answer.p999", "<=", 1500.0),
        ("lag.p99 < 250 us", "lag.p99", "<", 0.25),
        ("errors <= 0.1%", "errors", "<=", 0.001),
        ("errors < 0.001", "errors", "<", 0.001),
        ("lost == 0", "lost", "==", 0.0),
        ("lost = 0", "lost", "==", 0.0),
        ("rate.sent >= 6_000/min", "rate.sent", ">=", 100.0),
        ("rate.answered >= 500 per second", "rate.answered", ">=", 500.0),
        ("recovery < 5m", "recovery", "<", 300.0),
        ("drain < 90", "drain", "<", 90.0),
        ("achieved >= 99.9%", "achieved", ">=", 0.999),
        ("accepted >= 10k", "accepted", ">=", 10_000.0),
    ],
)
def test_that_a_threshold_is_read_into_the_unit_of_its_metric(
    text: str, metric: str, comparison: str, limit: float
) -> None:
    found = parse_threshold(text)
    assert (found.metric, found.comparison) == (metric, comparison)
    assert found.limit == pytest.approx(limit)


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("answer.p98 < 300ms", "threshold-metric", "answer.p9"),
        ("losst == 0", "threshold-metric", "“lost”"),
        ("answer.p99 < 300 apples", "threshold-unit", "ms"),
        ("lost < 3ms", "threshold-unit", "lost"),
        ("errors < 5", "threshold-unit", "5%"),
        ("answer.p99", "threshold-shape", "answer.p99 < 300ms"),
        ("", "threshold-shape", "no threshold"),
        ("lost == 0; drain < 3s", "threshold-shape", "no threshold"),
    ],
)
def test_that_what_cannot_be_read_is_refused_with_what_to_write(text: str, code: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_threshold(text)
    assert refused.value.code == code
    assert says in refused.value.text


def test_that_a_value_passes_or_fails_and_an_absent_one_is_unknown() -> None:
    threshold = parse_threshold("answer.p99 < 300ms")
    assert evaluate(threshold, {"answer.p99": 299.9}) is State.PASS
    assert evaluate(threshold, {"answer.p99": 300.0}) is State.FAIL
    assert evaluate(threshold, {"answer.p99": None}) is State.UNKNOWN
    assert evaluate(threshold, {}) is State.UNKNOWN
    assert evaluate(threshold, {"answer.p99": math.nan}) is State.UNKNOWN


@pytest.mark.parametrize(
    ("text", "floor", "state"),
    [
        ("lost == 0", 1, State.FAIL),
        ("lost == 0", 0, State.UNKNOWN),
        ("lost <= 2", 2, State.UNKNOWN),
        ("lost <= 2", 3, State.FAIL),
        ("lost < 2", 2, State.FAIL),
        ("exactly_once >= 10", 10, State.PASS),
        ("exactly_once >= 10", 9, State.UNKNOWN),
        ("lost != 0", 1, State.PASS),
    ],
)
def test_that_what_is_partly_observed_fails_by_what_was_seen_and_passes_nothing_else(
    text: str, floor: float, state: State
) -> None:
    assert evaluate(parse_threshold(text), {}, {"lost": floor, "exactly_once": floor}) is state


def test_that_every_metric_says_what_it_means_and_its_own_text_reads_back() -> None:
    for name, metric in METRICS.items():
        assert metric.name == name
        assert metric.meaning
        assert metric.better in ("lower", "higher")
        unit = {Unit.COUNT: "", Unit.RATIO: "%", Unit.RATE: "/s"}.get(metric.unit, metric.unit.value)
        assert parse_threshold(f"{name} <= 1{unit}").metric == name
        assert written(name, 0.5)
    assert written("lost", None) == "unknown"
