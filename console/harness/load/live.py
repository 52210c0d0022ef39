"""The live figures of a run: what `harness send --live-json` prints, one JSON object a line, four times a second.

The desktop and the terminal view draw from nothing else. Times are milliseconds where the name ends in `_ms`, seconds
of the run where it ends in `_s`. Commands go the other way on standard input: `pause`, `resume`, `stop`, one a line.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class RunState(StrEnum):
    STARTING = "starting"
    WARMING_UP = "warming-up"
    RUNNING = "running"
    PAUSED = "paused"
    DRAINING = "draining"
    VERIFYING = "verifying"
    PASSED = "passed"
    FAILED = "failed"
    INVALID = "invalid"  # the harness itself was too late: the measurement says nothing about the target
    STOPPED = "stopped"  # by a person or by a limit
    REFUSED = "refused"  # safety, or nobody listens

    @property
    def over(self) -> bool:
        return self in (RunState.PASSED, RunState.FAILED, RunState.INVALID, RunState.STOPPED, RunState.REFUSED)


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Milliseconds. None where nothing was measured."""

    p50: float | None = None
    p95: float | None = None
    p99: float | None = None
    p999: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Second:
    """One second of the run. Rates are counts in that second; latencies from the intended send time, of the messages
    answered in it."""

    at_s: int
    planned: int
    sent: int
    answered: int
    waiting: int
    p50: float | None = None
    p95: float | None = None
    p99: float | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the run to shade: a fault window, an outage, a listener rule at work, a pause."""

    kind: str
    label: str
    from_s: float
    to_s: float


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the verdict as it stands. `state`: pass, fail, running, unknown (could not be observed). For a
    threshold `name` is its metric (verdict.thresholds), `value` and `limit` are in the metric's own unit."""

    name: str
    title: str
    state: str
    detail: str = ""
    value: float | None = None
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One message whose fate was not plainly good. `at_s` in the run; `row` in the ledger of `worker`."""

    worker: int
    row: int
    at_s: float
    control_id: str
    kind: str
    outcome: str
    code: str = ""
    text: str = ""
    fault: str = ""
    answer: str = ""
    """The answer's bytes as Latin-1 text, at most 2,000 characters."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything there is to show now. `series` and `problems` hold what is new since the last; all else is whole."""

    run: str
    name: str
    state: RunState
    elapsed_s: float
    planned_total: int  # 0: not known beforehand
    duration_s: float  # 0: not known beforehand
    planned: int
    sent: int
    answered: int
    waiting: int
    queued: int
    connected: int
    reconnects: int
    answers: dict[str, int]  # AA, AE, AR, CA, CE, CR, none, late, lost, malformed, wrong id
    sent_per_s: float
    answered_per_s: float
    answer_ms: Percentiles  # the last second, from the intended time
    answer_whole_ms: Percentiles  # the whole run after warm-up, from the intended time
    service_whole_ms: Percentiles  # the whole run, from the actual send
    lag_ms: Percentiles  # our own lateness: sent - intended where a connection was free
    peak_waiting: int  # most that waited at once, for an answer or for a connection
    spread: list[tuple[float, int]] = field(default_factory=list)  # (upper bound in ms, count), whole run
    series: list[Second] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    text: str = ""  # one sentence for a person: what is happening, or why it ended
    report: str = ""  # path of report.json once it is written
    seed: int = 0
    folder: str = ""  # the run folder
    targets: list[str] = field(default_factory=list)  # HOST:PORT
    connections: int = 0  # wanted; `connected` are those that stand

    def as_json(self) -> dict[str, Any]:
        return {"type": "snapshot", **asdict(self)}
