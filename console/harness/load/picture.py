"""The live picture of a run: from ledgers, worker events and the plan to one Snapshot, as often as it is asked for.

Nothing here decides anything; what a run ends as is the conductor's.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from console.harness.load import schedule
from console.harness.load.checks import live_checks
from console.harness.load.figures import measured
from console.harness.load.ledger import Control
from console.harness.load.live import Band, Check, Percentiles, Problem, RunState, Second, Snapshot
from console.harness.load.plan import Plan
from console.harness.load.run_folder import RunFolder
from console.harness.load.statistics import Statistics, percentiles
from console.harness.scenario.model import FaultKind, Model, Scenario

MOST_PROBLEMS = 100
"""Problems told in one snapshot: the latest ones. The files have more."""
_RATE_OVER_S = 1.0
_AWAY = (FaultKind.OUTAGE, FaultKind.RECONNECT_STORM)
_PROBLEM_FIELDS = frozenset(Problem.__dataclass_fields__)


class Picture:
    """Makes snapshots. `pauses` are told by the conductor; `close` lets go of the ledgers."""

    def __init__(self, folder: RunFolder, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan
        scenario = plan.scenario
        self.statistics = Statistics.of_run(folder, plan.workers)
        self._problems = [Tail(folder.problems(worker)) for worker in range(plan.workers)]
        self._events = Events([folder.events(worker) for worker in range(plan.workers)])
        self._bands = planned_bands(scenario)
        self._told: dict[int, Second] = {}
        self._history: deque[tuple[float, int, int]] = deque()
        self.pauses: list[Band] = []
        self.further_bands: list[Band] = []
        """What the run's own receiver does by its script."""
        load = scenario.load
        self._total = schedule.planned_total(load) if load.model is Model.OPEN else load.messages
        self._duration = schedule.total_duration(load)

    @property
    def elapsed_s(self) -> float:
        """Seconds of the run, 0 before its start; it stands still when the workers have ended."""
        follower = self.statistics.followers[0]
        start, ended = follower.word(Control.START), self.statistics.word(Control.ENDED)
        if not start:
            return 0.0
        if ended and all(one.word(Control.ENDED) for one in self.statistics.followers):
            return max(one.word(Control.ENDED) for one in self.statistics.followers) / 1e9
        return max(0.0, (perf_counter_ns() - start) / 1e9)

    @property
    def outages(self) -> list[tuple[float, float]]:
        """Stretches in which this sender or its receiver was away, or connections were torn down again and again."""
        away = [*self._events.bands, *self.further_bands]
        return [(band.from_s, band.to_s) for band in away if band.kind in _AWAY and band.to_s > band.from_s]

    def take(
        self, state: RunState, text: str = "", *, last: bool = False, report: str = "", checks: Sequence[Check] = ()
    ) -> Snapshot:
        """The picture now. `last`: the workers have ended. `checks` take the place of those the ledgers allow."""
        statistics, plan = self.statistics, self._plan
        elapsed = self.elapsed_s
        statistics.look(at_s=None if last else elapsed, last=last)
        self._events.read()
        series = self._news(statistics.seconds if last else int(elapsed))
        sent, answered = statistics.word(Control.SENT), statistics.word(Control.ANSWERED)
        sent_rate, answered_rate = (0.0, 0.0) if last else self._rates(elapsed, sent, answered)
        full_second = statistics.answer_of_second(int(elapsed) - 1)
        scenario = plan.scenario
        values = self.values()
        return Snapshot(
            run=plan.run,
            name=scenario.title or scenario.name,
            state=state,
            elapsed_s=round(elapsed, 3),
            planned_total=self._total,
            duration_s=self._duration,
            planned=statistics.word(Control.PLANNED),
            sent=sent,
            answered=answered,
            waiting=statistics.word(Control.WAITING),
            queued=statistics.word(Control.QUEUED),
            connected=0 if last else statistics.word(Control.CONNECTED),
            reconnects=statistics.word(Control.RECONNECTS),
            answers=statistics.answers(),
            sent_per_s=sent_rate,
            answered_per_s=answered_rate,
            answer_ms=full_second if full_second.p50 is not None else statistics.answer_of_second(int(elapsed)),
            answer_whole_ms=percentiles(statistics.answer),
            service_whole_ms=percentiles(statistics.service),
            lag_ms=percentiles(statistics.lag) if scenario.load.model is not Model.CLOSED else Percentiles(),
            peak_waiting=statistics.peak_waiting,
            spread=statistics.spread(),
            series=series,
            bands=self.bands(),
            checks=list(checks) or live_checks(scenario, statistics, values, over=last),
            problems=self._new_problems(),
            text=text,
            report=report,
            seed=plan.seed,
            folder=str(self._folder.path),
            targets=[target.name or target.address for target in scenario.targets],
            connections=scenario.connections.count * len(scenario.targets) * plan.workers,
        )

    def values(self) -> dict[str, float | None]:
        """Every metric that the ledgers know, as of the last look."""
        return measured(self.statistics, self._plan.scenario.load, outages=self.outages)

    def finish(self) -> None:
        """The workers have ended: everything is read again from their ledgers, so that no figure depends on how often
        one looked. The number of waiting messages in each second stays what it was seen to be."""
        before = self.statistics
        before.close()
        self.statistics = Statistics.of_run(self._folder, self._plan.workers)
        self.statistics.keep_waiting(before)

    def _news(self, before: int) -> list[Second]:
        """Seconds that are new, or other than they were told."""
        found = []
        for second in self.statistics.news(before):
            if self._told.get(second.at_s) != second:
                self._told[second.at_s] = second
                found.append(second)
        return found

    def bands(self) -> list[Band]:
        return [*self._bands, *self._events.bands, *self.further_bands, *self.pauses]

    def _rates(self, elapsed: float, sent: int, answered: int) -> tuple[float, float]:
        """A second, over the last one."""
        history = self._history
        history.append((elapsed, sent, answered))
        while len(history) > 2 and elapsed - history[1][0] >= _RATE_OVER_S:
            history.popleft()
        then, sent_then, answered_then = history[0]
        if elapsed - then < 0.05:
            return 0.0, 0.0
        return round((sent - sent_then) / (elapsed - then), 1), round((answered - answered_then) / (elapsed - then), 1)

    def _new_problems(self) -> list[Problem]:
        found: list[Problem] = []
        for tail in self._problems:
            for body in tail.read():
                try:
                    found.append(Problem(**{name: value for name, value in body.items() if name in _PROBLEM_FIELDS}))
                except TypeError:
                    continue
        found.sort(key=lambda problem: problem.at_s)
        return found[-MOST_PROBLEMS:]

    def close(self) -> None:
        self.statistics.close()


def planned_bands(scenario: Scenario) -> list[Band]:
    """What is known beforehand: named stretches, and faults that have a window of their own."""
    bands = [Band("planned", band.label, band.start, band.end) for band in scenario.bands]
    at = 0.0
    for stage in scenario.load.stages:
        if stage.label:
            bands.append(Band("stage", stage.label, at, at + stage.duration))
        at += stage.duration
    for fault in scenario.faults:
        if fault.at < 0 and (fault.start > 0 or fault.end != float("inf")):
            until = fault.end if fault.end != float("inf") else max(at, fault.start)
            bands.append(Band(fault.kind.value, fault.label or fault.kind.value.replace("-", " "), fault.start, until))
    return bands


class Tail:
    """New whole lines of a file of JSON lines that another process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0

    def read(self) -> list[dict[str, Any]]:
        """Lines that are no JSON objects are passed over; a file that is not there has none."""
        try:
            with open(self._path, "rb") as file:
                file.seek(self._at)
                data = file.read()
        except OSError:
            return []
        whole, newline, _ = data.rpartition(b"\n")
        self._at += len(whole) + len(newline)
        found = []
        for line in whole.split(b"\n"):
            try:
                body = json.loads(line)
            except ValueError:
                continue
            if isinstance(body, dict):
                found.append(body)
        return found


class Events:
    """What workers did to their connections, as bands; a later line of the same kind and begin takes the place of the
    earlier (see RunFolder.events)."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._tails = [Tail(path) for path in paths]
        self._by: dict[tuple[int, str, float], Band] = {}

    def read(self) -> None:
        for worker, tail in enumerate(self._tails):
            for body in tail.read():
                try:
                    kind, label = str(body["kind"]), str(body["label"])
                    at, until = float(body["at_s"]), float(body["until_s"])
                except (KeyError, TypeError, ValueError):
                    continue
                self._by[worker, kind, at] = Band(kind, label, at, max(at, until))

    @property
    def bands(self) -> list[Band]:
        return list(self._by.values())
