"""A run from its plan to its verdict: starts the processes, looks at them four times a second, ends them, judges.

The conductor never sends and never waits for the load; it reads ledgers and writes one control word. Whatever happens
to a process (killed, stuck, disk full) is told, and the run ends with what is known: there is no way to hang.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from console.core.errors import EnvironmentFault
from console.harness.load.children import Child, worker_command
from console.harness.load.commands import Commands, Say
from console.harness.load.figures import validity
from console.harness.load.ledger import Command, Control, Ledger, Outcome, WorkerState
from console.harness.load.live import Band, RunState, Snapshot
from console.harness.load.picture import Picture
from console.harness.load.plan import Plan
from console.harness.load.receiver import OwnReceiver
from console.harness.load.run_folder import RunFolder
from console.harness.load.watch import Watch

LOOK_S = 0.25
_WAKE_S = 0.05
START_PATIENCE_S = 120.0
"""How long content and connections may take before the first message."""
STOP_PATIENCE_S = 10.0
"""How long a worker may take to end after it was told to stop."""

Sink = Callable[[Snapshot], None]
"""Takes every snapshot, on the conductor's thread; what it raises as OSError ends its service."""


class Exit(IntEnum):
    PASSED = 0
    NO = 1
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Ended:
    """How the load ended, before anybody is asked what arrived. `text` says why it is not plainly over: stopped,
    failed, invalid; '' when it is. `values` are by metric. Only with state PASSED can the run still pass."""

    state: RunState
    text: str
    snapshot: Snapshot
    values: dict[str, float | None]
    code: Exit


class Conductor:
    """One run. `receiver` is started already, if there is one. Not to be used again."""

    def __init__(
        self,
        folder: RunFolder,
        plan: Plan,
        *,
        commands: Commands,
        sinks: Sequence[Sink] = (),
        receiver: OwnReceiver | None = None,
    ) -> None:
        self.folder = folder
        self.plan = plan
        self.commands = commands
        self._sinks = list(sinks)
        self._receiver = receiver
        self.picture = Picture(folder, plan)
        self._watch = Watch(plan.scenario.limits)
        self._workers: list[Child] = []
        self._words: list[Ledger | None] = []
        self._state = RunState.STARTING
        self._text = ""
        self._stopped = ""
        """Why it was stopped, '' when it was not."""
        self._failed = ""
        self._unreachable = False
        self._told_to_stop_at = 0.0
        self._paused_at: float | None = None
        self.aborted = False

    def close(self) -> None:
        """Lets go of the ledgers."""
        self.picture.close()

    def tell(self, snapshot: Snapshot) -> None:
        """To every sink; one that cannot take it any more is left out."""
        for sink in list(self._sinks):
            try:
                sink(snapshot)
            except (OSError, ValueError):
                self._sinks.remove(sink)

    def load(self) -> Ended:
        """Starts the workers, waits for their end, gives what is known. Raises nothing but faults of our own."""
        began = time.monotonic()
        try:
            for number in range(self.plan.workers):
                words = self.folder.path / f"worker-{number}.log"
                self._workers.append(Child(worker_command(self.folder.path, number), words))
            self._words = [None] * len(self._workers)
            self._follow(began)
        except EnvironmentFault as fault:
            self._fail(fault.text)
            self._end_workers()
        finally:
            for worker in self._workers:
                worker.kill()
            for ledger in self._words:
                if ledger is not None:
                    ledger.close()
        return self._ended()

    # ---- while it goes on --------------------------------------------------------------------------------------------
    def _follow(self, began: float) -> None:
        next_look = began
        while True:
            now = time.monotonic()
            if now >= next_look:
                self._look(now, began)
                next_look = max(next_look + LOOK_S, now)
            if all(worker.code is not None for worker in self._workers):
                return
            command = self.commands.next(min(_WAKE_S, max(0.0, next_look - time.monotonic())))
            if command is not None:
                self._take(command)
            self._mind_processes(now, began)

    def _look(self, now: float, began: float) -> None:
        statistics, elapsed = self.picture.statistics, self.picture.elapsed_s
        self._state = self._state_now(elapsed)
        self.tell(self.picture.take(self._state, self._text or _SAYING.get(self._state, "")))
        if self._told_to_stop_at:
            return
        if reason := self._watch.reason_to_stop(statistics, elapsed):
            self._stop(reason)
        if (number := self._watch.silent_worker(statistics)) is not None:
            self._fail(f"load process {number} does not answer any more and was ended")
            self._workers[number].kill()
        if self._receiver is not None and (trouble := self._receiver.trouble):
            self._fail(trouble)
        if self._state is RunState.STARTING and now - began > START_PATIENCE_S:
            self._fail(f"the load did not start within {START_PATIENCE_S:g} s")

    def _state_now(self, elapsed: float) -> RunState:
        states = self.picture.statistics.states
        if any(state is WorkerState.STARTING for state in states):
            return RunState.STARTING
        if any(state is WorkerState.PAUSED for state in states):
            return RunState.PAUSED
        if all(state in (WorkerState.DRAINING, WorkerState.DONE, WorkerState.FAILED) for state in states):
            return RunState.DRAINING
        return RunState.WARMING_UP if elapsed < self.plan.scenario.load.warm_up else RunState.RUNNING

    def _mind_processes(self, now: float, began: float) -> None:
        for number, worker in enumerate(self._workers):
            code = worker.code
            if code in (None, 0):
                continue
            if code == Exit.REFUSED and self.picture.elapsed_s == 0.0:
                self._unreachable = True
            self._fail(_end_of_worker(number, code or 0, worker.last_words))
        if all(state is WorkerState.DONE for state in self.picture.statistics.states):
            self._told_to_stop_at = self._told_to_stop_at or now  # it has nothing more to do and may take no longer
        if self._told_to_stop_at and now - self._told_to_stop_at > STOP_PATIENCE_S:
            for number, worker in enumerate(self._workers):
                if worker.code is None:
                    self._fail(f"load process {number} did not stop and was ended")
                    worker.kill()

    # ---- commands ----------------------------------------------------------------------------------------------------
    def _take(self, command: Say) -> None:
        match command:
            case Say.PAUSE if not self._told_to_stop_at:
                self._order(Command.PAUSE)
                self._paused_at = self._paused_at if self._paused_at is not None else self.picture.elapsed_s
                self._text = "paused"
            case Say.RESUME if not self._told_to_stop_at:
                self._order(Command.RUN)
                self._end_pause()
                self._text = ""
            case Say.STOP:
                if self._stopped:
                    self.aborted = True
                self._stop("stopped by you")
            case Say.ABORT | Say.GONE:
                self.aborted = True
                self._stop("aborted" if command is Say.ABORT else "stopped: whoever started it has gone")
                if command is Say.ABORT:
                    self._told_to_stop_at -= STOP_PATIENCE_S - 1.0

    def _end_pause(self) -> None:
        if self._paused_at is not None:
            self.picture.pauses.append(Band("pause", "paused", self._paused_at, self.picture.elapsed_s))
            self._paused_at = None

    def _stop(self, why: str) -> None:
        if not self._told_to_stop_at:
            self._told_to_stop_at = time.monotonic()
        if not self._stopped and not self._failed:
            self._stopped = self._text = why
        self._end_pause()
        self._order(Command.STOP)

    def _fail(self, why: str) -> None:
        """The run cannot be good any more: what still works is stopped."""
        if not self._failed:
            self._failed = self._text = why
        if not self._told_to_stop_at:
            self._told_to_stop_at = time.monotonic()
        self._order(Command.STOP)

    def _order(self, command: Command) -> None:
        """Puts the command into every worker's ledger; a worker that has none yet is asked again at the next one, or
        ended."""
        for number, worker in enumerate(self._workers):
            ledger = self._ledger(number)
            if ledger is not None:
                ledger.words[Control.COMMAND] = command
            elif command is Command.STOP and worker.code is None:
                worker.end(within_s=1.0)

    def _ledger(self, number: int) -> Ledger | None:
        if self._words[number] is None and self.picture.statistics.followers[number].there:
            with suppress(OSError, ValueError):
                self._words[number] = Ledger(self.folder.ledger(number), writable=True)
        return self._words[number]

    def _end_workers(self) -> None:
        for worker in self._workers:
            worker.end()

    # ---- the end -----------------------------------------------------------------------------------------------------
    def _ended(self) -> Ended:
        for number in range(self.plan.workers):
            close_books(self.folder, number)
        picture, scenario = self.picture, self.plan.scenario
        picture.finish()
        if not self._stopped:
            self._stopped = self._watch.limit_reached(picture.statistics, scenario.load, picture.elapsed_s)
        snapshot = picture.take(RunState.DRAINING, last=True)
        values = picture.values()
        verdict = validity(picture.statistics, scenario.load, scenario.thresholds)
        if self._unreachable:
            state, text, code = RunState.REFUSED, self._failed, Exit.REFUSED
        elif self._failed:
            state, text, code = RunState.FAILED, self._failed, Exit.NO
        elif self._stopped:
            state, text, code = RunState.STOPPED, self._stopped, Exit.NO
        elif not verdict.valid:
            state, text, code = RunState.INVALID, verdict.text, Exit.NO
        else:
            state, text, code = RunState.PASSED, "", Exit.PASSED
        return Ended(state, text, snapshot, values, code)


def close_books(folder: RunFolder, worker: int) -> None:
    """Every row that a worker left open, because it was ended, gets its last word: its connection was lost, or it was
    never sent. Does nothing for a worker that did so itself."""
    try:
        ledger = Ledger(folder.ledger(worker), writable=True)
    except (OSError, ValueError, KeyError):
        return
    with ledger:
        open_rows = np.flatnonzero(ledger.array("outcome") == Outcome.PENDING)
        sent = ledger.array("sent")
        outcome = ledger.column("outcome")
        for row in open_rows.tolist():
            outcome[row] = Outcome.CONNECTION_LOST if sent[row] else Outcome.NOT_SENT
        ledger.words[Control.WAITING] = ledger.words[Control.QUEUED] = ledger.words[Control.CONNECTED] = 0


def _end_of_worker(number: int, code: int, words: str) -> str:
    if words:
        return words
    if code < 0:
        return f"load process {number} was ended by signal {-code}"
    return f"load process {number} ended with exit code {code}"


_SAYING = {
    RunState.STARTING: "making content and connections",
    RunState.WARMING_UP: "warming up: sent and checked, not measured",
    RunState.DRAINING: "everything is sent; waiting for answers",
}
