"""The load's own loop: sends what is due, takes answers, and does nothing else while either waits.

Open model: the schedule is absolute, in nanoseconds; one `pump` sends everything that is due and the timer wakes it for
the next. Closed model: an answer is followed by the next message on the same line. The common case of both is written
out in `run`; whatever is out of the ordinary goes through the slower methods and gives the same cells in the ledger.
All times are nanoseconds since second 0.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Callable
from heapq import heappop, heappush
from time import perf_counter_ns

from console.harness.listener.durations import drawer
from console.harness.load.answers import Answers
from console.harness.load.books import Books
from console.harness.load.ledger import AnswerCode, Command, Control, Flag, Outcome, WorkerState
from console.harness.load.lines import Entry, Line, LineState, Outlet
from console.harness.load.quick import quick_way
from console.harness.load.supply import Supply
from console.harness.load.timer import ENDED, READABLE, WRITABLE, Timer
from console.harness.load.upsets import Upsets
from console.harness.load.ways import Ways
from console.harness.scenario.model import Affinity, Model, Scenario

TICK = 10_000_000
CONNECT_PATIENCE = 10_000_000_000
STOP_PATIENCE = 2_000_000_000
"""How long answers are waited for after a stop, unless the time-out is shorter."""
STARVED = 200_000
"""How soon to look again for content that is not made yet."""
SILENCE = 1_000_000_000
"""How long an answer to a message is waited for that a sound receiver may meet with silence."""
MOST_QUEUED_BYTES = 128 * 1024 * 1024
"""More than this is not held ready for a receiver that does not read: the plan waits, and each row keeps its time."""
MOST_QUEUED_AHEAD = 16
"""Messages a line of the closed model may have waiting for it while another line looks for its own next one."""
_LARGE = 64 * 1024
"""Bytes asked for at once."""
_NEVER = 1 << 62


class Pump:
    """Drives the lines of one worker. `run` returns when the load is over; `outlets` are all there are."""

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
        self.scenario = scenario
        self.books = books
        self.supply = supply
        self.lines = lines
        self.timer = timer
        self.by_descriptor: list[Line | None] = []
        self.outlets: list[Outlet] = list(dict.fromkeys(line.outlet for line in lines))
        self.answers = Answers(books, supply, scenario.connections, scenario.acknowledgment, self.again)
        self.ways = Ways(self)
        self._alone = alone
        connections, load = scenario.connections, scenario.load
        self.closed = load.model is Model.CLOSED
        self.window = max(1, connections.outstanding)
        self.per_message = connections.per_message
        self.bound = connections.affinity is not Affinity.NONE
        self._gap = int(connections.minimum_gap * 1e9)
        think = load.think_time
        self._think: Callable[[], float] | None = None
        if self.closed and (think.a or think.b or think.values):
            self._think = drawer(think, random.Random(f"{seed}/think/{books.worker}"))
        self._timeout = int(connections.answer_timeout * 1e9)
        self._keep = connections.on_timeout == "keep"
        self.warm_until = int(load.warm_up * 1e9)
        longest = min(load.duration or scenario.limits.max_duration, scenario.limits.max_duration)
        self._longest = int(longest * 1e9)
        self._appointments: list[tuple[int, int, Callable[[int], None]]] = []
        self._made = 0
        self._delayed: list[tuple[int, int, Entry]] = []
        self._next_due = 0
        self._next_tick = 0
        self._queued_bytes = 0
        self._queued = 0
        self._hungry = 0
        self._connected_once: set[int] = set()
        self.state = WorkerState.STARTING
        self.paused_ns = 0
        self._paused_at: int | None = None
        self.stopping = False
        self._stop_by = _NEVER
        self.away_until = 0
        """This sender is away until then: no line is opened."""
        self.owed: set[int] = set()
        """Rows whose line we ended ourselves: they go out again whatever the policy says."""
        self._last_progress = 0
        self._waiting_again = 0
        """Messages that pause before they go out again."""
        self.running = False
        self._upsets: Upsets | None = None
        self._in_batches = self.closed and not self.bound and len(self.outlets) == 1 and self.window > 1
        self._in_batches = self._in_batches and self._gap == 0 and not self.per_message

    # -- appointments --------------------------------------------------------------------------------------------

    def at(self, when: int, call: Callable[[int], None]) -> None:
        """`call(now)` not before `when`."""
        self._made += 1
        heappush(self._appointments, (when, self._made, call))

    def rest(self, line: Line, until: int) -> None:
        """The line takes nothing before `until`."""
        line.resting = True
        line.piece += 1
        piece = line.piece

        def wake(now: int) -> None:
            if line.piece == piece:
                line.resting = False
                line.free_since = max(line.free_since, until)
                self.freed(line, now)

        self.at(until, wake)

    # -- lines ---------------------------------------------------------------------------------------------------

    def dial(self, line: Line, now: int) -> None:
        if line.state is not LineState.CLOSED or self.stopping:
            return
        if now < self.away_until:
            self.at(self.away_until, lambda then: self.dial(line, then))
            return
        try:
            line.dial()
        except OSError as error:
            self.lost(line, now, error.strerror or str(error))
            return
        while len(self.by_descriptor) <= line.descriptor:
            self.by_descriptor.append(None)
        self.by_descriptor[line.descriptor] = line
        self.timer.watch(line.descriptor, WRITABLE)
        descriptor = line.descriptor

        def too_long(then: int) -> None:
            if line.descriptor == descriptor and line.state in (LineState.CONNECTING, LineState.HANDSHAKE):
                self.lost(line, then, "no connection in time")

        self.at(now + CONNECT_PATIENCE, too_long)

    def _step(self, line: Line, now: int) -> None:
        """A line that is being opened has got further."""
        wanted = line.connected() if line.state is LineState.CONNECTING else line.shake()
        self.timer.watch(line.descriptor, wanted or READABLE)
        if wanted:
            return
        if line.number in self._connected_once and not self.per_message:
            self.books.reconnects += 1
        self._connected_once.add(line.number)
        line.free_since = max(now, line.free_since)
        if self.ways.opened(line, now):
            return
        entry, line.first = line.first, None
        if entry is not None:
            self.send(line, entry, now)
        self.freed(line, now)

    def drop(self, line: Line, *, reset: bool = False) -> None:
        """Closes the socket and nothing more."""
        if line.descriptor >= 0:
            self.timer.forget(line.descriptor)
            self.by_descriptor[line.descriptor] = None
        line.hang_up(reset=reset)
        self._unlist(line)

    def lost(self, line: Line, now: int, why: str, *, reset: bool = False, again_in: float | None = None) -> None:
        """The line ended, by whomever: what waited on it is settled or goes out again, and it is opened anew."""
        reached = line.state is LineState.OPEN
        self.drop(line, reset=reset)
        line.special = None
        begun = list(line.waiting)
        unsent = [*line.held, *self.ways.ended(line), *([line.first] if line.first is not None else [])]
        line.waiting.clear()
        line.held.clear()
        line.first = None
        for entry in reversed(unsent):
            self._back(entry)
        for entry in reversed(begun):
            self.answers.lost(line, entry, now, why)
        line.failures = 0 if reached and line.useful else line.failures + 1
        if self.stopping or (self.per_message and reached):
            self.freed(line, now)
            return
        first, longest = self.scenario.connections.backoff
        pause = min(first * 2 ** min(line.failures - 1, 20), longest) if line.failures else 0.0
        self.at(now + int((pause if again_in is None else again_in) * 1e9), lambda then: self.dial(line, then))

    def end_on_purpose(self, line: Line, now: int, why: str, *, again_in: float) -> None:
        """We end the line ourselves: what waits on it goes out again, whatever the policy says."""
        if line.state is LineState.CLOSED:
            return
        self.owed.update(entry[0] for entry in line.waiting)
        line.useful = True
        self.lost(line, now, why, again_in=again_in)

    def _back(self, entry: Entry) -> None:
        """To the head of its queue."""
        entry[3].queue.appendleft(entry)
        self._queued += 1
        self._queued_bytes += len(entry[2])

    def may_send(self, line: Line) -> bool:
        if line.resting or line.special is not None or line.backlog or self.stopping:
            return False
        if self.per_message:
            return not line.waiting and line.first is None and line.state in (LineState.CLOSED, LineState.OPEN)
        return line.state is LineState.OPEN and len(line.waiting) < self.window

    def freed(self, line: Line, now: int) -> None:
        """The line may be able to take something: from its queue, or (closed model) the next there is."""
        outlet = line.outlet
        if self._in_batches and not line.listed and self.running and not outlet.queue and self.may_send(line):
            self._batch(line, now)
        while self._paused_at is None and outlet.queue and now >= self.away_until and self.may_send(line):
            entry = outlet.queue.popleft()
            self._queued -= 1
            self._queued_bytes -= len(entry[2])
            self.send(line, entry, now)
        if not line.listed and self.may_send(line):
            line.listed = True
            outlet.free.append(line)
            self._hungry += 1
        if self.closed and self.running:
            self._feed(now)

    def _unlist(self, line: Line) -> None:
        if line.listed:
            line.listed = False
            line.outlet.free.remove(line)
            self._hungry -= 1

    def kick(self, outlet: Outlet, now: int) -> None:
        """Something was put into the queue from outside: free lines take it."""
        while outlet.queue and outlet.free and self._paused_at is None:
            line = outlet.free[0]
            self._unlist(line)
            self.freed(line, now)
            if line.listed:
                return

    def _feed(self, now: int) -> None:
        """Closed model: as long as lines are free, the next messages find theirs."""
        supply = self.supply
        room = MOST_QUEUED_AHEAD * len(self.lines)
        while self._hungry and self._queued < room and self._paused_at is None and not self.stopping:
            if supply.at >= len(supply.entries) and not supply.turn():
                self.ways.let_go(now)
                return
            entry = supply.entries[supply.at]
            supply.at += 1
            outlet = entry[3]
            if outlet.free and not outlet.queue:
                line = outlet.free[0]
                self._unlist(line)
                self.send(line, entry, now)
                if not line.listed and self.may_send(line):
                    line.listed = True
                    outlet.free.append(line)
                    self._hungry += 1
            else:
                outlet.queue.append(entry)
                self._queued += 1
                self._queued_bytes += len(entry[2])

    def _batch(self, line: Line, now: int) -> None:
        """Closed model with several messages outstanding: the line takes all it may in one write, as long as they are
        ordinary ones."""
        supply, books = self.supply, self.books
        room = self.window - len(line.waiting)
        if line.held or self._paused_at is not None or (supply.at >= len(supply.entries) and not supply.turn()):
            return
        entries = supply.entries[supply.at : supply.at + room]
        first, count = entries[0][0], len(entries)
        last = first + count
        if (supply.specials or supply.delays) and any(
            row in supply.specials or row in supply.delays for row in range(first, last)
        ):
            return
        supply.at += count
        frames = [entry[2] for entry in entries]
        line.waiting.extend(entries)
        books.intended[first:last] = array("q", (line.free_since or 1,)) * count
        books.connection[first:last] = array("H", (line.number,)) * count
        if line.free_since < self.warm_until:
            for row in range(first, last):
                books.flags[row] |= Flag.WARM_UP
        data = b"".join(frames)
        books.bytes_out += len(data)
        try:
            whole = line.put(data, -1)
        except OSError as error:
            self.lost(line, now, error.strerror or str(error))
            return
        now = perf_counter_ns() - books.start
        if whole:
            books.sent[first:last] = array("q", (now,)) * count
            books.rows_sent += count
            books.last_send = now
        else:
            self._cut_backlog(line, entries)
            self.watch_for_room(line)
        line.since = now
        self.expect(line)

    def _cut_backlog(self, line: Line, entries: list[Entry]) -> None:
        """The rest of a batch, message by message, so that each gets the time at which it has left."""
        rest = line.backlog.pop()[0]
        ends = len(rest)
        parts: list[tuple[memoryview, int]] = []
        for entry in reversed(entries):
            if ends <= 0:
                self.books.gone(entry[0], self.books.now())
                continue
            start = max(0, ends - len(entry[2]))
            parts.append((rest[start:ends], entry[0]))
            ends = start
        line.backlog.extend(reversed(parts))

    # -- sending -------------------------------------------------------------------------------------------------

    def send(self, line: Line, entry: Entry, now: int) -> None:
        """Puts one message on a line that may take it."""
        row = entry[0]
        books = self.books
        if self.closed and not books.intended[row]:
            delay = self.supply.delays.pop(row, 0) if self.supply.delays else 0
            if delay:
                line.free_since = max(line.free_since, now) + delay
                self._back(entry)
                self.rest(line, line.free_since)
                return
            books.intended[row] = max(line.free_since, 1)
            if line.free_since < self.warm_until:
                books.flags[row] |= Flag.WARM_UP
        if self.per_message and line.state is LineState.CLOSED:
            line.first = entry
            self.dial(line, now)
            return
        specials = self.supply.specials
        if specials and row in specials and self.ways.send(line, entry, specials[row], now):
            return
        self.put(line, entry, now)

    def put(self, line: Line, entry: Entry, now: int) -> None:
        """The ordinary way: the whole frame at once, together with what was held back for it."""
        row, frame = entry[0], entry[2]
        books, waiting = self.books, line.waiting
        data = frame
        if line.held:
            data = b"".join([held[2] for held in line.held]) + frame
            for held in line.held:
                waiting.append(held)
                books.connection[held[0]] = line.number
        waiting.append(entry)
        books.connection[row] = line.number
        books.bytes_out += len(data)
        try:
            whole = line.put(data, row)
        except OSError as error:
            line.held.clear()
            self.lost(line, now, error.strerror or str(error))
            return
        self.sent(line, entry, whole)

    def release_held(self, line: Line, now: int) -> None:
        """What was held back for a next message leaves without one."""
        entry = line.held.pop()
        self.put(line, entry, now)

    def watch_for_room(self, line: Line) -> None:
        self.timer.watch(line.descriptor, READABLE | WRITABLE)

    def sent(self, line: Line, entry: Entry, whole: bool) -> None:
        """A message went out, `whole` or with a rest that waits for room."""
        books = self.books
        now = perf_counter_ns() - books.start
        if whole:
            books.gone(entry[0], now)
        else:
            self.watch_for_room(line)
        for held in line.held:
            books.gone(held[0], now)
        line.held.clear()
        line.last_send = now
        line.since = now
        self.expect(line)
        if self._gap:
            self.rest(line, now + self._gap)

    def expect(self, line: Line) -> None:
        """What the quick way looks for on this line, if it may look at all."""
        waiting = line.waiting
        if (
            len(waiting) == 1
            and line.special is None
            and not line.carry
            and line.decoder is None
            and self.answers.simple
            and line.plain
            and not self.per_message
            and waiting[0][1]
        ):
            line.want = b"\rMSA|AA|" + waiting[0][1] + b"\r\x1c\r"
        else:
            line.want = b""

    def again(self, line: Line, entry: Entry, now: int, why: str) -> bool:
        """The same bytes go out once more, if they may: after AE, CE or no answer a pause comes first."""
        row = entry[0]
        owed = row in self.owed
        books = self.books
        if self.stopping or (not owed and books.attempts[row] > self.scenario.connections.resend):
            return False
        if books.flags[row] & Flag.BROKEN and not owed:
            return False
        self.owed.discard(row)
        attempts = books.attempts[row]
        books.again(row)
        first, longest = self.scenario.connections.backoff
        pause = 0 if owed or line.state is not LineState.OPEN else int(min(first * 2 ** (attempts - 1), longest) * 1e9)
        if pause and not self.bound:

            def back(then: int) -> None:
                self._waiting_again -= 1
                self._back(entry)
                self.kick(entry[3], then)

            self._waiting_again += 1
            self.at(now + pause, back)
            return True
        self._back(entry)
        if pause:
            self.rest(line, now + pause)
        else:
            self.at(now, lambda then: self.kick(entry[3], then))
        return True

    # -- the open model ------------------------------------------------------------------------------------------

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
                    self._next_due = self._delayed[0][0] + moved if self._delayed else _NEVER
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

    # -- answers -------------------------------------------------------------------------------------------------

    def ready(self, line: Line, bits: int) -> None:
        """Something happened on a line; what is read is worth the general way."""
        now = perf_counter_ns() - self.books.start
        try:
            if line.state is not LineState.OPEN:
                self._step(line, now)
                return
            if bits & WRITABLE and line.backlog:
                self._flush(line)
            if bits & (READABLE | ENDED):
                self._read(line, bits)
        except OSError as error:
            self.lost(line, perf_counter_ns() - self.books.start, error.strerror or str(error) or "connection lost")

    def _flush(self, line: Line) -> None:
        gone = line.flush()
        now = perf_counter_ns() - self.books.start
        for row in gone:
            self.books.gone(row, now)
        if not line.backlog:
            self.timer.watch(line.descriptor, READABLE)
            self.freed(line, now)

    def _read(self, line: Line, bits: int) -> None:
        size = _LARGE
        while line.state is LineState.OPEN:
            data = line.read(size)
            if data is None:
                return
            now = perf_counter_ns() - self.books.start
            if not data:
                self.lost(line, now, "closed by the receiver")
                return
            self.took(line, data, now)
            if len(data) < size and line.plain and not bits & ENDED:
                return

    def took(self, line: Line, data: bytes, now: int) -> None:
        """Bytes from a line: settles what they answer, and the line takes what is next."""
        before = len(line.waiting) + (line.special is not None)
        self.answers.take(line, data, now)
        after = len(line.waiting) + (line.special is not None)
        self.expect(line)
        if after < before:
            self.released(line, now)

    def released(self, line: Line, now: int) -> None:
        """Answers came: the line is free, after a rest where one is wanted."""
        self._last_progress = now
        if self.per_message and not line.waiting and line.state is LineState.OPEN:
            self.drop(line)
            line.useful = True
        line.free_since = now
        if not line.waiting:
            self.ways.idle(line, now)
        if self._think is not None:
            self.rest(line, max(now + int(self._think() * 1e9), line.last_send + self._gap))
        else:
            self.freed(line, now)

    def _check_timeouts(self, now: int) -> None:
        sent, timeout = self.books.sent, self._timeout
        for line in self.lines:
            if line.decoder is not None:
                before = len(line.waiting)
                self.answers.quiet(line, now)
                self.expect(line)
                if len(line.waiting) < before:
                    self.released(line, now)
            if not line.waiting:
                continue
            patience = timeout
            if line.special is not None and "silence" in line.special.expected:
                patience = min(timeout, SILENCE)
            since = max(sent[line.waiting[0][0]], line.since if len(line.waiting) == 1 else 0)
            if line.backlog and not sent[line.waiting[0][0]]:
                since = max(since, line.since)
            if now - since > patience and not self.ways.busy(line):
                self._time_out(line, now)

    def _time_out(self, line: Line, now: int) -> None:
        entry = line.waiting.popleft()
        dirty = line.special is not None
        self.answers.give_up(line, entry, now)
        if self._keep and not dirty and not line.backlog:
            line.since = now
            self.expect(line)
            self.released(line, now)
            return
        self.lost(line, now, "closed by us: an answer before it never came", reset=bool(line.backlog), again_in=0.0)

    # -- the clock's side ----------------------------------------------------------------------------------------

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
        self._next_due = _NEVER
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

    # -- the loop ------------------------------------------------------------------------------------------------

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

    def _soonest(self) -> int:
        return self._appointments[0][0] if self._appointments else _NEVER

    def _keep_appointments(self, now: int) -> None:
        appointments = self._appointments
        while appointments and appointments[0][0] <= now:
            heappop(appointments)[2](now)

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
        quick = closed and not self.bound and len(self.outlets) == 1 and self.window == 1
        quick = quick and self._think is None and not self._gap and not self.per_message
        look_ahead = not closed
        if closed:
            self._next_due = _NEVER
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
            until, exact = self._next_tick, False
            if self._next_due < until and self._paused_at is None:
                until, exact = self._next_due, True
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

    def rest_of(self, line: Line, entry: Entry, count: int) -> None:
        """The window had room for `count` bytes only."""
        line.backlog.append((memoryview(entry[2])[count:], entry[0]))
        line.since = self.books.now()
        self.watch_for_room(line)

    def unplain(self, line: Line, data: bytes, bits: int, *, more: bool) -> None:
        """What the quick way does not understand, and what else there is to read."""
        now = perf_counter_ns() - self.books.start
        if not data:
            self.lost(line, now, "closed by the receiver")
            return
        self.took(line, data, now)
        if more:
            self.ready(line, bits)

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
