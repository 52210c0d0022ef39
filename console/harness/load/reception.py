"""What lines bring: bytes that answer something, room to write, ends, and silence that lasts too long."""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter_ns

from console.harness.listener.durations import drawer
from console.harness.load.books import Books
from console.harness.load.dispatch import Dispatch
from console.harness.load.lines import Entry, Line, LineState
from console.harness.load.supply import Supply
from console.harness.load.timer import ENDED, READABLE, WRITABLE, Timer
from console.harness.scenario.model import Scenario

SILENCE = 1_000_000_000
"""How long an answer to a message is waited for that a sound receiver may meet with silence."""
_LARGE = 64 * 1024
"""Bytes asked for at once."""


class Reception(Dispatch):
    """Takes answers, in the general way, and lets the line go on."""

    def __init__(
        self, scenario: Scenario, *, books: Books, supply: Supply, lines: list[Line], timer: Timer, seed: int
    ) -> None:
        super().__init__(scenario, books=books, supply=supply, lines=lines, timer=timer)
        think = scenario.load.think_time
        self._think: Callable[[], float] | None = None
        if self.closed and (think.a or think.b or think.values):
            self._think = drawer(think, random.Random(f"{seed}/think/{books.worker}"))
        self._timeout = int(scenario.connections.answer_timeout * 1e9)
        self._keep = scenario.connections.on_timeout == "keep"
        self._last_progress = 0

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

    def unplain(self, line: Line, data: bytes, bits: int, *, more: bool) -> None:
        """What the quick way does not understand, and what else there is to read."""
        now = perf_counter_ns() - self.books.start
        if not data:
            self.lost(line, now, "closed by the receiver")
            return
        self.took(line, data, now)
        if more:
            self.ready(line, bits)

    def rest_of(self, line: Line, entry: Entry, count: int) -> None:
        """The window had room for `count` bytes only."""
        line.backlog.append((memoryview(entry[2])[count:], entry[0]))
        line.since = self.books.now()
        self.watch_for_room(line)

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
