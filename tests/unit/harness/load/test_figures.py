"""Metrics from the ledger, and when a run measured nothing but the harness itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.harness.load.figures import measured, recovery, validity, without_answer
from console.harness.load.ledger import AnswerCode, Flag, Outcome
from console.harness.load.live import Second
from console.harness.load.shots import FAULTS
from console.harness.load.statistics import Statistics
from console.harness.scenario.model import FaultKind, Load, Model
from console.harness.verdict.thresholds import METRICS, Origin, parse_threshold
from tests.builders.harness_ledger import Row, ledger_of

OPEN, CLOSED = Load(), Load(model=Model.CLOSED)


def statistics_of(tmp_path: Path, rows: list[Row]) -> Statistics:
    statistics = Statistics([ledger_of(tmp_path / "ledger-0.bin", rows)])
    statistics.look(last=True)
    return statistics


def steady(count: int, lag: float = 0.1, late_every: int = 0, late: float = 0.0) -> list[Row]:
    """One message every 10 ms."""
    return [
        Row.accepted(n * 10, n * 10 + (late if late_every and n % late_every == 0 else lag), n * 10 + late + 5)
        for n in range(1, count + 1)
    ]


def test_that_every_metric_of_a_run_has_its_value(tmp_path: Path) -> None:
    statistics = statistics_of(tmp_path, steady(300))
    values = measured(statistics, OPEN)
    assert set(values) == {name for name, metric in METRICS.items() if metric.origin is Origin.RUN}
    assert values["sent"] == values["answered"] == values["accepted"] == 300
    assert values["errors"] == 0
    assert values["achieved"] == pytest.approx(1.0, abs=0.001)
    assert values["rate.sent"] == pytest.approx(100, rel=0.01)
    assert values["answer.p50"] == pytest.approx(5, rel=0.01)
    assert values["lag.max"] == pytest.approx(0.1, rel=0.01)
    assert values["drain"] == pytest.approx(0.0049, abs=0.0002)
    statistics.close()


def test_that_what_queued_in_front_of_a_busy_receiver_counts_as_draining(tmp_path: Path) -> None:
    rows = [Row.accepted(n * 10, n * 10 + 2000, n * 10 + 2005) for n in range(1, 101)]
    statistics = statistics_of(tmp_path, rows)
    assert measured(statistics, OPEN)["drain"] == pytest.approx(2.005, abs=0.001)
    statistics.close()


def test_that_each_outcome_is_counted_under_its_name(tmp_path: Path) -> None:
    drop, truncated = FAULTS.index(FaultKind.DROP) + 1, FAULTS.index(FaultKind.TRUNCATE) + 1
    rows = [
        Row.accepted(1, 1, 2),
        Row(1, 1, 2, Outcome.FAILED, AnswerCode.AE),
        Row(1, 1, 2, Outcome.REJECTED, AnswerCode.AR),
        Row(1, 1, 0, Outcome.NO_ANSWER),
        Row(1, 1, 0, Outcome.CONNECTION_LOST),
        Row(1, 1, 9, Outcome.LATE, AnswerCode.AA),
        Row(1, 1, 2, Outcome.WRONG_ID, AnswerCode.AA),
        Row(1, 1, 2, Outcome.MALFORMED_ANSWER),
        Row(1, 0, 0, Outcome.NO_CONNECTION),
        Row(0, 0, 0, Outcome.NOT_SENT),
        Row(0, 0, 0, Outcome.NOT_SENT, fault=drop),
        Row(1, 1, 2, Outcome.REJECTED, AnswerCode.AR, truncated),
        Row(1, 1, 2, Outcome.ACCEPTED, AnswerCode.AA, flags=Flag.BROKEN),
        Row(1, 1, 2, Outcome.REJECTED, AnswerCode.AR, flags=Flag.BROKEN),
        Row.accepted(1, 1, 2, Flag.WARM_UP),
    ]
    statistics = statistics_of(tmp_path, rows)
    values = measured(statistics, OPEN)
    wanted = {
        "accepted": 2, "refused": 4, "unanswered": 2, "late": 1, "wrong_id": 1, "malformed_answers": 1,
        "not_sent": 2, "positive_for_broken": 1, "sent": 11,
    }  # fmt: skip
    assert {name: values[name] for name in wanted} == wanted
    assert values["errors"] == pytest.approx(7 / 9), "refusing what is broken or cut is no error"
    assert without_answer(statistics) == 5
    statistics.close()


def test_that_a_closed_run_has_no_plan_to_be_late_for(tmp_path: Path) -> None:
    statistics = statistics_of(tmp_path, steady(300, lag=80))
    values = measured(statistics, CLOSED)
    assert values["achieved"] is None
    assert "lag.p99" not in values
    assert validity(statistics, CLOSED, ()).valid
    statistics.close()


def test_that_a_run_whose_own_lag_is_too_great_is_invalid(tmp_path: Path) -> None:
    statistics = statistics_of(tmp_path, steady(500, late_every=20, late=8))
    told = validity(statistics, OPEN, ())
    assert not told.valid
    assert "5 ms" in told.text
    assert validity(statistics, OPEN, (parse_threshold("lag.p99 < 20ms"),)).valid, "the scenario knows better"
    assert not validity(statistics, OPEN, (parse_threshold("lag.p99 < 2ms"),)).valid
    strict = validity(statistics, OPEN, (parse_threshold("lag.p99 < 20ms"), parse_threshold("lag.max <= 7ms")))
    assert "lag.max" in strict.text
    statistics.close()


def test_that_one_hiccup_in_a_short_run_is_no_broken_schedule(tmp_path: Path) -> None:
    statistics = statistics_of(tmp_path, steady(40, late_every=30, late=30))
    assert validity(statistics, OPEN, ()).valid
    statistics.close()


def test_that_waiting_for_the_receiver_is_not_the_harnesss_lag(tmp_path: Path) -> None:
    rows = [Row.accepted(n * 10, n * 20, n * 20 + 5, Flag.QUEUED if n > 2 else 0) for n in range(1, 300)]
    statistics = statistics_of(tmp_path, rows)
    assert validity(statistics, OPEN, ()).valid
    assert measured(statistics, OPEN)["achieved"] == pytest.approx(0.5, abs=0.01)
    statistics.close()


def test_that_a_rate_not_kept_while_connections_were_free_is_invalid(tmp_path: Path) -> None:
    statistics = statistics_of(tmp_path, [Row.accepted(n * 10, n * 10.5, n * 10.5 + 1) for n in range(1, 300)])
    told = validity(statistics, OPEN, (parse_threshold("lag.p99 < 10s"),))
    assert not told.valid
    assert "rate" in told.text
    statistics.close()


def seconds(*rows: tuple[int, float | None]) -> list[Second]:
    return [Second(at, 100, 100, 100 if p95 else 0, waiting, p95, p95, p95) for at, (waiting, p95) in enumerate(rows)]


def test_that_recovery_is_counted_from_the_outages_end_until_it_is_calm_for_two_seconds() -> None:
    series = seconds((1, 5), (1, 6), (900, None), (1200, 900), (600, 700), (1, 300), (2, 8), (1, 6))
    assert recovery(series.__getitem__, 8, [(2.0, 3.0)]) == 3.0
    assert recovery(series.__getitem__, 6, [(2.0, 3.0)]) is None
    assert recovery(series.__getitem__, 8, []) is None
