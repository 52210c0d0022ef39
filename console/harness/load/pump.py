"""The load's own loop: sends what is due, takes answers, and does nothing else while either waits.

Open model: the schedule is absolute, in nanoseconds; `pump` sends everything that is due and the timer wakes it for the
next. Closed model: an answer is followed by the next message on the same line. The common case is written out in
`quick`; whatever is out of the ordinary goes through the layers below (switchboard, dispatch, reception) and gives the
same cells in the ledger. All times are nanoseconds since second 0.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from time import perf_counter_ns

from console.harness.load.books import Books
from console.harness.load.ledger import AnswerCode, Command, Control, Flag, Outcome, WorkerState
from console.harness.load.lines import Entry, Line, LineState
from console.harness.load.quick import quick_way
from console.harness.load.reception import Reception
from console.harness.load.supply import Supply
from console.harness.load.switchboard import NEVER
from console.harness.load.timer import Timer
from console.harness.load.upsets import Upsets
from console.harness.scenario.model import Scenario

TICK = 10_000_000
STOP_PATIENCE = 2_000_000_000
"""How long answers are waited for after a stop, unless the time-out is shorter."""
COARSE = 2_000_000
"""A wait that need not be exact may be too long by this: so none is begun so short before something is due."""
STARVED = 200_000
"""How soon to look again for content that is not made yet."""
MOST_QUEUED_BYTES = 128 * 1024 * 1024
"""More than this is not held ready for a receiver that does not read: the plan waits, and each row keeps its time."""


class Pump(Reception):
    """Drives the lines of one worker. `run` returns when the load is over."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        books: Books,
        supply: Supply,
        lines: list[Line],
        timer: Timer,
        seed: int,
        alone: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(scenario, books=books, supply=supply, lines=lines, timer=timer, seed=seed)
        self._alone = alone
        longest = min(scenario.load.duration or scenario.limits.max_duration, scenario.limits.max_duration)
        self._longest = int(longest * 1e9)
        self._delayed: list[tuple[int, int, Entry]] = []
        self._next_due = 0
        self._next_tick = 0
        self.state = WorkerState.STARTING
        self.paused_ns = 0
        self._stop_by = NEVER
        self._upsets: Upsets | None = None

    def open_lines(self, patience: float) -> set[int]:
        """Opens the lines before the start; the numbers of those that stand when all do or `patience` (s) is over."""
        books, wait = self.books, self.timer.wait
        books.start = perf_counter_ns()
        wanted = self.lines[:1] if self.per_message else self.lines
        for one in wanted:
            self.dial(one, 0)
        while (now := books.now()) < patience * 1e9:
            if all(line.state is LineState.OPEN for line in wanted):
                break
            if books.ledger.words[Control.COMMAND] == Command.STOP:
                break
            self._keep_appointments(now)
            for descriptor, bits in wait(books.start + min(now + TICK, self._soonest()), True):
                line = self.by_descriptor[descriptor]
                if line is not None:
                    self.ready(line, bits)
        return {line.number for line in wanted if line.state is LineState.OPEN}

    def begin(self, start: int, upsets: Callable[[Pump], Upsets] | None = None) -> None:
        """Second 0 is `start` (perf_counter_ns): everything so far is moved before it."""
        moved = start - self.books.start
        self.books.start = start
        self._appointments = [(when - moved, number, call) for when, number, call in self._appointments]
        for line in self.lines:
            line.free_since = 0
            line.last_send = line.since = -1 << 60
        self.away_until = 0
        self.running = True
        self.state = WorkerState.RUNNING
        self._upsets = upsets(self) if upsets is not None else None

    def run(self) -> None:
        """Until the load is over. Raises SignalboxError when content or disk fail."""
        books, supply = self.books, self.supply
        start, clock, wait = books.start, perf_counter_ns, self.timer.wait
        take, settle = quick_way(self)
        appointments = self._appointments
        closed = self.closed
        quick = closed and self.window == 1
        quick = quick and self._think is None and not self._gap and not self.per_message
        look_ahead = not closed
        if closed:
            self._next_due = NEVER
            for line in self.lines:
                self.freed(line, max(clock() - start, 0))
        while True:
            now = clock() - start
            if appointments and appointments[0][0] <= now:
                self._keep_appointments(now)
            if now >= self._next_tick:
                settle()
                self.tick(now)
                if self._over(now):
                    break
                look_ahead = not closed
            self.due(now)
            until = self._next_tick
            exact = self._next_due < until + COARSE
            if self._next_due < until and self._paused_at is None:
                until = self._next_due
            if appointments and appointments[0][0] < until:
                until, exact = appointments[0][0], True
            if look_ahead and supply.wants and until - (clock() - start) > supply.cost_ns * 1.2:
                look_ahead = supply.make() or supply.feed is None
            going = quick and self._paused_at is None and not self.stopping and not supply.ended
            take(wait(start + until, exact), going)
        settle()
        self._finish()

    def due(self, now: int) -> None:
        """Sends what is due, if anything is."""
        if now >= self._next_due and self._paused_at is None:
            self.pump(now)

    def pump(self, now: int) -> None:
        """Sends, or queues, everything that is due."""
        supply, moved = self.supply, self.paused_ns
        while True:
            if self._delayed and self._delayed[0][0] + moved <= now:
                due, _, entry = heappop(self._delayed)
                self._begin(entry, due + moved, now)
                continue
            if supply.at >= len(supply.entries) and (supply.ended or not supply.turn()):
                if not supply.ended:
                    self._next_due = now + STARVED
                else:
                    self._next_due = self._delayed[0][0] + moved if self._delayed else NEVER
                return
            due = supply.due[supply.at]
            if due + moved > now:
                if self._delayed and self._delayed[0][0] < due:
                    due = self._delayed[0][0]
                self._next_due = due + moved
                return
            if self._queued_bytes > MOST_QUEUED_BYTES:
                self._next_due = now + TICK
                return
            entry = supply.entries[supply.at]
            supply.at += 1
            if supply.delays and (delay := supply.delays.pop(entry[0], 0)):
                heappush(self._delayed, (due + delay, entry[0], entry))
                continue
            self._begin(entry, due + moved, now)

    def _begin(self, entry: Entry, due: int, now: int) -> None:
        row, outlet, books = entry[0], entry[3], self.books
        books.intended[row] = due or 1
        if due < self.warm_until:
            books.flags[row] |= Flag.WARM_UP
        if outlet.free and not outlet.queue:
            line = outlet.free.popleft()
            line.listed = False
            self._hungry -= 1
            self.send(line, entry, now)
            if not line.listed and self.may_send(line):
                line.listed = True
                outlet.free.append(line)
                self._hungry += 1
            return
        books.flags[row] |= Flag.QUEUED
        outlet.queue.append(entry)
        self._queued += 1
        self._queued_bytes += len(entry[2])

    def tick(self, now: int) -> None:
        """Commands, time-outs, figures for others, lines for the problems file: about a hundred times a second."""
        self._next_tick = now + TICK
        command = self.books.ledger.words[Control.COMMAND]
        if (command == Command.STOP or self._alone()) and not self.stopping:
            self._stop(now)
        if command == Command.PAUSE and self._paused_at is None and not self.stopping:
            self._paused_at = now
        elif command != Command.PAUSE and self._paused_at is not None:
            self._resume(now)
        if now - self.paused_ns >= self._longest and not self.stopping and not self.supply.ended:
            self._no_more(now)
        self._check_timeouts(now)
        self.answers.overdue(now)
        self.ways.let_go(now, oldest_only=not self.supply.drained)
        if self._upsets is not None:
            self._upsets.tell()
        self.books.problems.flush()
        self.publish()

    def publish(self) -> None:
        waiting = sum(len(line.waiting) for line in self.lines)
        connected = sum(line.state is LineState.OPEN for line in self.lines)
        self.books.publish(
            rows=self.supply.begun,
            planned=self.supply.begun,
            waiting=waiting,
            queued=0 if self.closed else self._queued,
            connected=connected,
            paused=self.paused_ns,
        )
        state = WorkerState.PAUSED if self._paused_at is not None else self.state
        self.books.ledger.words[Control.STATE] = state

    def _resume(self, now: int) -> None:
        """The schedule moves on by the pause, and so does what was due already and had to wait."""
        assert self._paused_at is not None
        pause = now - self._paused_at
        self._paused_at = None
        self.paused_ns += pause
        intended = self.books.intended
        for outlet in self.outlets:
            for entry in outlet.queue:
                if intended[entry[0]]:
                    intended[entry[0]] += pause
        self._next_due = 0
        for line in self.lines:
            line.free_since = max(line.free_since, now)
        for outlet in self.outlets:
            for _ in range(len(outlet.free)):
                if outlet.free:
                    line = outlet.free[0]
                    self._unlist(line)
                    self.freed(line, now)

    def _no_more(self, now: int) -> None:
        """Nothing new is begun any more."""
        self.supply.end()
        self._delayed.clear()
        self._next_due = NEVER
        if self.closed:
            self._forget_queues()
        self.ways.let_go(now)

    def _forget_queues(self) -> None:
        for outlet in self.outlets:
            outlet.queue.clear()
        self._queued = self._queued_bytes = 0

    def _stop(self, now: int) -> None:
        """The last byte goes out now; answers may still come for a moment."""
        if self._paused_at is not None:
            self._resume(now)
        self.stopping = True
        self._stop_by = now + min(self._timeout, STOP_PATIENCE)
        self._no_more(now)
        self._forget_queues()
        self._waiting_again = 0
        for line in self.lines:
            if line.backlog or line.held or self.ways.busy(line):
                self.lost(line, now, "stopped")
            elif line.state is not LineState.OPEN:
                self.drop(line)
        self._forget_queues()

    def _over(self, now: int) -> bool:
        """Everything is sent and answered, or nothing more can be hoped for."""
        if not self.supply.drained or self._delayed:
            return False
        self.state = WorkerState.DRAINING
        if now >= self._stop_by:
            return True
        if any(line.waiting or line.held or line.first is not None for line in self.lines):
            self._last_progress = now
            return False
        if self._queued or self._waiting_again:
            if now < self.away_until:
                self._last_progress = now
            return now - self._last_progress > self._timeout
        return not self.answers.expects

    def _finish(self) -> None:
        now = self.books.now()
        self.answers.overdue(now, all_of_them=True)
        for line in self.lines:
            for entry in line.waiting:
                self.books.final(entry, Outcome.NO_ANSWER, AnswerCode.NONE, now)
            line.waiting.clear()
            self.drop(line)
        if self._upsets is not None:
            self._upsets.close()
        unreached = bool(self._queued) and not self.stopping
        self.publish()
        self.books.close(self.supply.begun, unreached=unreached)
        self.books.ledger.words[Control.ENDED] = now
