"""A run as the desktop knows it: the last snapshot, and everything that came in parts put together again. No Qt.

It is fed with the lines of `harness send --live-json`, live or from the snapshots a run folder keeps, so a run of last
week looks as it looked then.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from console.desktop.models.second_series import SecondSeries
from console.harness.load.live import Band, Check, Percentiles, Problem, RunState, Second, Snapshot

PROBLEMS_KEPT: Final = 500
"""The newest; the run folder has them all."""


def read_snapshot(body: Mapping[str, Any]) -> Snapshot | None:
    """A snapshot from its JSON; None when it is none. What is missing has its default, what is new is ignored."""
    try:
        state = RunState(body["state"])
        parts: dict[str, Any] = {
            "state": state,
            **{
                name: _made(Percentiles, body.get(name) or {})
                for name in ("answer_ms", "answer_whole_ms", "service_whole_ms", "lag_ms")
            },
            "series": [_made(Second, row) for row in body.get("series") or ()],
            "bands": [_made(Band, row) for row in body.get("bands") or ()],
            "checks": [_made(Check, row) for row in body.get("checks") or ()],
            "problems": [_made(Problem, row) for row in body.get("problems") or ()],
            "spread": [(float(upper), int(count)) for upper, count in body.get("spread") or ()],
            "answers": {str(code): int(count) for code, count in (body.get("answers") or {}).items()},
        }
        known = {f.name for f in fields(Snapshot)}
        plain = {name: value for name, value in body.items() if name in known and name not in parts}
        return Snapshot(**{**_NOTHING, **plain, **parts})
    except (KeyError, TypeError, ValueError):
        return None


def _made(kind: type[Any], body: Mapping[str, Any]) -> Any:
    known = {f.name for f in fields(kind)}
    return kind(**{name: value for name, value in body.items() if name in known})


_NOTHING: Final[dict[str, Any]] = {
    "run": "",
    "name": "",
    "elapsed_s": 0.0,
    **dict.fromkeys(("planned_total", "planned", "sent", "answered", "waiting", "queued", "connected"), 0),
    **dict.fromkeys(("reconnects", "peak_waiting"), 0),
    **dict.fromkeys(("duration_s", "sent_per_s", "answered_per_s"), 0.0),
}


@dataclass(slots=True)
class LiveRun:
    """`take_line` for each line of the program; whatever is no snapshot is passed over."""

    snapshot: Snapshot | None = None
    series: SecondSeries = field(default_factory=SecondSeries)
    problems: list[Problem] = field(default_factory=list)
    """Newest last, at most `PROBLEMS_KEPT`."""
    problems_seen: int = 0

    @property
    def state(self) -> RunState:
        return self.snapshot.state if self.snapshot is not None else RunState.STARTING

    @property
    def identity(self) -> str:
        """The run id, '' before the first snapshot."""
        return self.snapshot.run if self.snapshot is not None else ""

    def take_line(self, line: bytes | str) -> bool:
        """Whether the line was a snapshot."""
        try:
            body = json.loads(line)
        except (ValueError, UnicodeDecodeError):
            return False
        if not isinstance(body, Mapping) or body.get("type", "snapshot") != "snapshot":
            return False
        snapshot = read_snapshot(body)
        if snapshot is not None:
            self.take(snapshot)
        return snapshot is not None

    def take(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        for second in snapshot.series:
            self.series.take(second)
        self.problems_seen += len(snapshot.problems)
        self.problems += snapshot.problems
        del self.problems[:-PROBLEMS_KEPT]

    def check(self, name: str) -> Check | None:
        """The line of the verdict for a metric or a question, None when the run has none such."""
        if self.snapshot is None:
            return None
        return next((check for check in self.snapshot.checks if check.name == name), None)

    @property
    def p99_limit(self) -> float | None:
        """Milliseconds, where the scenario sets one for the 99th percentile from the intended time."""
        check = self.check("answer.p99")
        return check.limit if check is not None else None
