"""What ends a run by itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns

from console.harness.load.ledger import AnswerCode, Control, Ledger, Outcome, WorkerState
from console.harness.load.statistics import Statistics
from console.harness.load.watch import Watch
from console.harness.scenario.model import Limits, Load, Model
from tests.builders.harness_ledger import Row, ledger_of, write_row

GOOD, REFUSED = Row.accepted(1, 1, 2), Row(1, 1, 2, Outcome.REJECTED, AnswerCode.AR)
SILENT = Row(1, 1, 0, Outcome.NO_ANSWER)


def reasons(tmp_path: Path, limits: Limits, *looks: tuple[float, Sequence[Row]]) -> list[str]:
    """What is said at each look: (second of the run, rows decided since the last)."""
    path = ledger_of(tmp_path / "ledger-0.bin", [Row(1, 1)] * sum(len(rows) for _, rows in looks))
    statistics, watch, at, told = Statistics([path]), Watch(limits), 0, []
    with Ledger(path, writable=True) as ledger:
        for second, rows in looks:
            for row in rows:
                write_row(ledger, at, row)
                at += 1
            statistics.look()
            told.append(watch.reason_to_stop(statistics, second))
    statistics.close()
    return told


def test_that_too_many_refusals_of_the_last_seconds_stop_it(tmp_path: Path) -> None:
    limits = Limits(stop_when_refused=0.5)
    quiet, told = reasons(tmp_path, limits, (1.0, [GOOD] * 30), (2.0, [REFUSED] * 40))
    assert quiet == ""
    assert "refused" in told
    assert "50 %" in told


def test_that_what_is_long_ago_does_not_count(tmp_path: Path) -> None:
    looks = [(1.0, [GOOD] * 1000), *((float(second), [SILENT] * 10) for second in range(2, 30))]
    told = reasons(tmp_path, Limits(stop_when_unanswered=0.9), *looks)
    assert told[1] == ""
    assert "not answered" in told[-1]


def test_that_a_few_messages_say_nothing(tmp_path: Path) -> None:
    assert reasons(tmp_path, Limits(stop_when_refused=0.1), (1.0, [REFUSED] * 15)) == [""]


def test_that_without_limits_nothing_stops_it(tmp_path: Path) -> None:
    assert reasons(tmp_path, Limits(), (1.0, [REFUSED] * 500)) == [""]


def test_that_a_worker_that_does_not_look_at_its_commands_is_noticed(tmp_path: Path) -> None:
    path = ledger_of(tmp_path / "ledger-0.bin", [GOOD])
    statistics, watch = Statistics([path]), Watch(Limits())
    with Ledger(path, writable=True) as ledger:
        ledger.words[Control.STATE] = WorkerState.RUNNING
        ledger.words[Control.HEARTBEAT] = perf_counter_ns() - 60_000_000_000
        told = [watch.silent_worker(statistics) for _ in range(10)]
        assert told[0] is None, "the computer may have slept"
        assert told[-1] == 0
        ledger.words[Control.HEARTBEAT] = perf_counter_ns()
        assert watch.silent_worker(statistics) is None
        ledger.words[Control.HEARTBEAT] = perf_counter_ns() - 60_000_000_000
        ledger.words[Control.STATE] = WorkerState.DONE
        assert [watch.silent_worker(statistics) for _ in range(10)] == [None] * 10
    statistics.close()


def test_that_a_run_that_ended_at_a_limit_says_so(tmp_path: Path) -> None:
    statistics = Statistics([ledger_of(tmp_path / "ledger-0.bin", [GOOD] * 5)])
    statistics.look(last=True)
    watch = Watch(Limits(max_messages=5, max_duration=100.0))
    closed = Load(model=Model.CLOSED, duration=60.0)
    assert "limits.max_messages is 5" in watch.limit_reached(statistics, closed, 33.0)
    assert watch.limit_reached(statistics, closed, 59.9) == ""
    assert watch.limit_reached(statistics, Load(model=Model.CLOSED, messages=5, duration=60.0), 33.0) == ""
    assert "limits.max_duration" in watch.limit_reached(statistics, Load(model=Model.CLOSED), 100.0)
    statistics.close()
