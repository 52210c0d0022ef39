"""Which message leaves on which line now: queues, free lines, what the closed model sends next, what goes out again."""

from __future__ import annotations

from array import array
from time import perf_counter_ns

from console.harness.load.books import Books
from console.harness.load.ledger import Flag
from console.harness.load.lines import MANY, Entry, Line, LineState, Outlet
from console.harness.load.supply import Supply
from console.harness.load.switchboard import Switchboard
from console.harness.load.timer import Timer
from console.harness.scenario.model import Scenario

MOST_QUEUED_AHEAD = 16
"""Messages a line of the closed model may have waiting for it while another line looks for its own next one."""


class Dispatch(Switchboard):
    """Sends. A line takes a message when it stands, rests not, and has fewer outstanding than it may."""

    def __init__(self, scenario: Scenario, *, books: Books, supply: Supply, lines: list[Line], timer: Timer) -> None:
        super().__init__(scenario, books=books, supply=supply, lines=lines, timer=timer)
        self._gap = int(scenario.connections.minimum_gap * 1e9)
        self.warm_until = int(scenario.load.warm_up * 1e9)
        self._paused_at: int | None = None
        self._waiting_again = 0
        """Messages that pause before they go out again."""
        self.running = False
        self._in_batches = self.closed and not self.bound and len(self.outlets) == 1 and self.window > 1
        think = scenario.load.think_time
        ordinary = self._gap == 0 and not self.per_message and not (think.a or think.b or think.values)
        self._in_batches = self._in_batches and ordinary

    @property
    def paused(self) -> bool:
        return self._paused_at is not None

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
            self.batch(line, now)
        while self._paused_at is None and outlet.queue and now >= self.away_until and self.may_send(line):
            self.send(line, self.from_queue(outlet), now)
        if not line.listed and self.may_send(line):
            line.listed = True
            outlet.free.append(line)
            self._hungry += 1
        if self.closed and self.running:
            self._feed(now)

    def from_queue(self, outlet: Outlet) -> Entry:
        """The first in a queue that has one."""
        entry = outlet.queue.popleft()
        self._queued -= 1
        self._queued_bytes -= len(entry[2])
        return entry

    def kick(self, outlet: Outlet, now: int) -> None:
        """Something was put into the queue from outside: free lines take it."""
        while outlet.queue and outlet.free and self._paused_at is None:
            line = outlet.free[0]
            self._unlist(line)
            self.freed(line, now)
            if line.listed:
                return

    def _feed(self, now: int) -> None:
        """Closed model: as long as lines are free, the next messages find theirs. Where lines have queues of their own,
        these are filled a little on the way."""
        supply = self.supply
        room = MOST_QUEUED_AHEAD * len(self.lines)
        enough = room // 2 if len(self.outlets) > 1 and self._hungry else 0
        while (
            (self._hungry or self._queued < enough)
            and self._queued < room
            and self._paused_at is None
            and not self.stopping
        ):
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

    def batch(self, line: Line, now: int) -> bool:
        """Closed model with several messages outstanding: the line takes all it may in one write, as long as they are
        ordinary ones; False when it took nothing."""
        supply, books = self.supply, self.books
        room = self.window - len(line.waiting)
        if line.held or line.outlet.queue or (supply.at >= len(supply.entries) and not supply.turn()):
            return False
        entries = supply.entries[supply.at : supply.at + room]
        first, count = entries[0][0], len(entries)
        last = first + count
        if (supply.specials or supply.delays) and any(
            row in supply.specials or row in supply.delays for row in range(first, last)
        ):
            return False
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
            return True
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
        return True

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
            self._in_batches
            and waiting
            and line.special is None
            and not line.carry
            and line.decoder is None
            and self.answers.simple
            and line.plain
            and not line.backlog
            and not line.held
        ):
            line.want = MANY
        elif (
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

    def end_on_purpose(self, line: Line, now: int, why: str, *, again_in: float) -> None:
        """We end the line ourselves: what waits on it goes out again, whatever the policy says."""
        if line.state is LineState.CLOSED:
            return
        self.owed.update(entry[0] for entry in line.waiting)
        line.useful = True
        self.lost(line, now, why, again_in=again_in)
