"""`python -m console.harness.load.worker RUN_FOLDER K`: the process that sends worker K's part of a run.

It reads the plan, makes ledger-K.bin, opens its connections, waits until the other workers stand too, sends, waits for
the answers and ends with WorkerState.DONE. The conductor steers it by the control words of the ledger and reads the
rest there. Whatever goes wrong is one line on stderr and WorkerState.FAILED; the exit code is 3 for a target that
cannot be reached, else 1.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from pathlib import Path
from time import perf_counter_ns

from console.core.errors import EnvironmentFault, Refused, SignalboxError
from console.harness.content.stream import MessageSource
from console.harness.load import schedule
from console.harness.load.books import Books
from console.harness.load.fault_notes import noted
from console.harness.load.faults import rows_at_most, shots
from console.harness.load.feeder import Feed
from console.harness.load.ledger import Command, Control, Ledger, WorkerState
from console.harness.load.lines import Line, Outlet, Reach, reach
from console.harness.load.plan import Plan, read_plan
from console.harness.load.problems import Problems
from console.harness.load.promptness import be_prompt
from console.harness.load.pump import Pump
from console.harness.load.rows import remember
from console.harness.load.run_folder import RunFolder
from console.harness.load.shots import FAULTS, Shots
from console.harness.load.supply import Route, Supply
from console.harness.load.timer import make_timer
from console.harness.load.upsets import Upsets
from console.harness.scenario.model import Affinity, Model, Scenario

REACH_PATIENCE_S = 3.0
"""How long a target may take to be there before the start."""
_TOGETHER_PATIENCE_S = 60.0
_HEAD_START_NS = 50_000_000

SourceMaker = Callable[[Plan], MessageSource]


def make_content(plan: Plan) -> MessageSource:
    """The plan's content. Raises SignalboxError."""
    from console.harness.content.making import make_source

    return make_source(plan.scenario, seed=plan.seed, starts=plan.starts)


def capacity_of(scenario: Scenario) -> int:
    """Rows the ledger must have room for."""
    most = scenario.limits.max_messages
    if scenario.load.messages:
        most = min(most, scenario.load.messages)
    if scenario.load.model is Model.OPEN:
        planned = schedule.planned_total(scenario.load)
        most = min(most, planned + 10 * int(planned**0.5) + 16)
    return max(1, rows_at_most(scenario, most))


def lay_out(scenario: Scenario, reaches: Sequence[Reach], kinds: Sequence[str]) -> tuple[list[Line], Route]:
    """All lines of the worker, and which outlet each message goes to. Orders are bound with their patients: what keeps
    the order of a patient's messages keeps that of each of its orders."""
    count = max(1, scenario.connections.count)
    bound = scenario.connections.affinity is not Affinity.NONE
    lines: list[Line] = []
    by_target: list[list[Outlet]] = []
    for target in reaches:
        shared = Outlet()
        outlets = [Outlet() if bound else shared for _ in range(count)]
        for outlet in outlets:
            line = Line(number=len(lines), reach=target, outlet=outlet)
            outlet.lines.append(line)
            lines.append(line)
        by_target.append(outlets)
    of_kind = [by_target[_target_of(kind, reaches)] for kind in kinds]
    only = by_target[0]
    one_target = all(outlets is only for outlets in of_kind) or not of_kind

    def route(lanes: Sequence[int], numbers: Sequence[int]) -> list[Outlet]:
        if one_target:
            if not bound:
                return list(repeat(only[0], len(lanes)))
            return [only[lane % count] for lane in lanes]
        return [of_kind[kind][lane % count] for kind, lane in zip(numbers, lanes, strict=True)]

    return lines, route


def _target_of(kind: str, reaches: Sequence[Reach]) -> int:
    """The target that claims this kind (`ORU` claims all of its events); else the first that claims nothing."""
    family = kind.partition("^")[0]
    for wanted in (kind, family):
        for number, one in enumerate(reaches):
            if wanted in one.target.kinds:
                return number
    return next((number for number, one in enumerate(reaches) if not one.target.kinds), 0)


class Worker:
    """One worker's run from the plan to the last word in the ledger."""

    def __init__(self, folder: RunFolder, number: int, *, make: SourceMaker = make_content) -> None:
        self._folder = folder
        self._number = number
        self._make = make
        self._parent = os.getppid()
        self.ledger: Ledger | None = None

    def run(self) -> None:
        """Raises SignalboxError; the ledger then says FAILED."""
        plan = read_plan(self._folder)
        scenario = plan.scenario
        if not 0 <= self._number < plan.workers:
            raise Refused(f"The plan has {plan.workers} workers; there is no number {self._number}.", code="no-worker")
        source = self._guarded(lambda: self._make(plan))
        ledger = self.ledger = self._new_ledger(plan, source.kinds)
        words = ledger.words
        words[Control.STATE] = WorkerState.STARTING
        try:
            self._with(plan, scenario, source, ledger)
        except BaseException:
            words[Control.STATE] = WorkerState.FAILED
            raise
        words[Control.STATE] = WorkerState.DONE

    def _guarded(self, make: Callable[[], MessageSource]) -> MessageSource:
        try:
            return make()
        except (ValueError, OSError, KeyError) as error:
            raise _content_fault(error) from error

    def _new_ledger(self, plan: Plan, kinds: tuple[str, ...]) -> Ledger:
        path = self._folder.ledger(self._number)
        description = {
            "run": plan.run,
            "seed": plan.seed,
            "worker": self._number,
            "workers": plan.workers,
            "kinds": list(kinds),
            "faults": [fault.value for fault in FAULTS],
        }
        try:
            ledger = Ledger.create(path, capacity_of(plan.scenario), description)
            ledger.reserve(0, min(ledger.capacity, 1))
        except OSError as error:
            raise EnvironmentFault(
                f"The ledger {path} cannot be made: {error.strerror or error}. Free disk space, "
                "or use a data folder on another disk.",
                code="storage-full",
            ) from error
        return ledger

    def _with(self, plan: Plan, scenario: Scenario, source: MessageSource, ledger: Ledger) -> None:
        reaches = [reach(target) for target in scenario.targets]
        problems = Problems(self._folder.problems(self._number), self._folder.events(self._number))
        timer = make_timer(spin=scenario.load.spin)
        feed: Feed | None = None
        try:
            books = Books(ledger, problems, worker=self._number, kinds=source.kinds)
            lines, route = lay_out(scenario, reaches, source.kinds)
            feed = self._feed(plan)
            made = stream_of(plan, lambda: source, self._number, elapsed=self._elapsed(books))
            stream = noted(made, self._folder.faults(self._number))
            supply = Supply(ledger, feed or stream, route, most=ledger.capacity)
            pump = Pump(
                scenario, books=books, supply=supply, lines=lines, timer=timer, seed=plan.seed, alone=self._orphaned()
            )
            _check_reached(pump.open_lines(REACH_PATIENCE_S), pump, scenario)
            self._fill(supply, closed=pump.closed)
            be_prompt()
            gc.collect()
            gc.freeze()
            gc.disable()
            start = self._common_start(plan.workers, ledger)
            pump.begin(start, lambda pump: Upsets(pump, scenario.faults, reaches, worker=self._number))
            ledger.words[Control.STARTED_UTC] = time.time_ns() // 1000 + (start - perf_counter_ns()) // 1000
            ledger.words[Control.START] = start
            ledger.words[Control.STATE] = WorkerState.RUNNING
            pump.run()
        finally:
            gc.enable()
            timer.close()
            if feed is not None:
                feed.close()
            problems.close()

    def _elapsed(self, books: Books) -> Callable[[], float]:
        """What content asks for the time of the run, with a note of every answer."""
        return remember(self._folder.looks(self._number), lambda: max(books.now(), 0) / 1e9)

    def _feed(self, plan: Plan) -> Feed | None:
        """With a schedule to keep, content is made beside the load; without one, making it holds nobody up."""
        if plan.scenario.load.model is Model.CLOSED or self._make is not make_content:
            return None
        return Feed(self._folder.path, self._number)

    def _fill(self, supply: Supply, *, closed: bool) -> None:
        """The look-ahead before the start: one chunk, or as much as it holds."""
        while supply.wants and not (closed and supply.rows):
            if not supply.make():
                if supply.feed is None or supply.feed.ended:
                    return
                time.sleep(0.001)

    def _common_start(self, workers: int, ledger: Ledger) -> int:
        """The first worker names the start as soon as all stand; the others read it in its ledger."""
        words = ledger.words
        words[Control.READY] = 1
        if workers == 1:
            return perf_counter_ns()
        until = time.monotonic() + _TOGETHER_PATIENCE_S
        others = [number for number in range(workers) if number != self._number]
        wanted = others if self._number == 0 else [0]
        while time.monotonic() < until:
            if words[Control.COMMAND] == Command.STOP:
                return perf_counter_ns()
            told = [self._word(number, Control.READY if self._number == 0 else Control.START) for number in wanted]
            if all(told):
                return perf_counter_ns() + _HEAD_START_NS if self._number == 0 else told[0]
            time.sleep(0.005)
        raise EnvironmentFault("The other load processes did not start in time. Start the run again.", code="workers")

    def _word(self, worker: int, word: Control) -> int:
        try:
            with Ledger(self._folder.ledger(worker), writable=False) as other:
                if other.words[Control.STATE] == WorkerState.FAILED:
                    raise EnvironmentFault("Another load process failed; see what it said.", code="workers")
                return int(other.words[word])
        except (OSError, ValueError):
            return 0

    def _orphaned(self) -> Callable[[], bool]:
        """Whether whoever started this process is gone: then nobody could stop it any more."""
        parent = self._parent
        return (lambda: os.getppid() != parent) if hasattr(os, "getppid") else (lambda: False)


def stream_of(
    plan: Plan, make: Callable[[], MessageSource], number: int, *, elapsed: Callable[[], float] | None = None
) -> Iterator[Shots]:
    """What worker `number` sends. Raises SignalboxError when it cannot be made."""
    load = plan.scenario.load
    times = schedule.intended_times(load, plan.seed) if load.model is Model.OPEN else None
    try:
        yield from shots(
            make(), plan.scenario, seed=plan.seed, worker=number, workers=plan.workers, times=times, elapsed=elapsed
        )
    except (ValueError, OSError, KeyError, IndexError, TypeError) as error:
        raise _content_fault(error) from error


def _content_fault(error: Exception) -> SignalboxError:
    return EnvironmentFault(
        f"The content of the run cannot be made: {error}. Check the scenario's [content] and the files it names.",
        code="content",
        retryable=False,
    )


def _check_reached(opened: set[int], pump: Pump, scenario: Scenario) -> None:
    """At least one line to each target stands. Raises EnvironmentFault."""
    if pump.books.ledger.words[Control.COMMAND] == Command.STOP:
        return
    tried = pump.lines[:1] if pump.per_message else pump.lines
    for target in scenario.targets:
        mine = [line for line in tried if line.reach.target is target]
        if mine and not any(line.number in opened for line in mine):
            raise EnvironmentFault(
                f"Nobody answers at {target.address}. Is the receiver running, and is this its MLLP port?",
                code="unreachable",
            )


def _more_descriptors() -> None:
    """As many sockets as the system lets this process have."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2 or not arguments[1].isdigit():
        sys.stderr.write("usage: python -m console.harness.load.worker RUN_FOLDER NUMBER\n")
        return 2
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the conductor decides what Ctrl-C means
    _more_descriptors()
    worker = Worker(RunFolder(Path(arguments[0])), int(arguments[1]))
    try:
        worker.run()
    except SignalboxError as error:
        sys.stderr.write(error.text + "\n")
        return 3 if error.code == "unreachable" else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
