"""Projections kept up behind the ACK: committed events are folded into tables in small background jobs.

Each fold sees every event once, in order, in the same transaction that moves the watermark, so after a crash it goes on
exactly where it was. `indexed_up_to` is what the API may say it knows.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from console.core.clock import Clock, to_micros
from console.core.errors import EnvironmentFault
from console.core.events import Event
from console.storage.event_rows import EVENT_FIELDS, event_of_fields
from console.storage.journal import Journal
from console.storage.write import WriteTransaction

Fold = Callable[[WriteTransaction, int, Sequence[Event]], None]
"""Called with the position of the first event and the events; their own `seq` need not be filled in."""

BATCH = 64
"""Events from which a background job is made at once; the journal's background is kept in portions of a few ms."""
MOST = 256
"""Events one job takes where nobody's answer would wait for it; a quarter of them elsewhere."""
GATHER_S = 0.02
"""How long fewer events than a batch wait for company: at a quiet pace each event alone would cost a commit."""

_REMEMBERED = 4096
_log = logging.getLogger(__name__)


class Follower:
    """Runs `folds` behind the journal under the watermark `name`. `start` after the journal has started."""

    def __init__(self, journal: Journal, name: str, folds: Sequence[Fold], *, clock: Clock, batch: int = BATCH) -> None:
        self._journal = journal
        self._name = name
        self._folds = folds
        self._clock = clock
        self._full_batch = self._batch = batch
        self._most = batch * (MOST // BATCH)
        self._done = 0
        self._started = False
        self._pending: deque[Event] = deque()  # the newest events, ending at _heard; the older ones are read back
        self._heard = 0
        self._running: Future[int] | None = None
        journal.on_append(self._hear)

    @property
    def indexed_up_to(self) -> int:
        """The position up to which every fold has seen every event."""
        return self._done

    def start(self) -> None:
        """Takes up where the last run stopped. Returns at once; catching up goes on in the background."""

        def watermark(write: WriteTransaction) -> tuple[int, int]:
            rows = write.query("SELECT seq FROM watermarks WHERE name = ?", (self._name,))
            return (rows[0][0] if rows else 0), write.next_seq - 1

        def known(found: Future[tuple[int, int]]) -> None:
            self._done, newest = found.result()
            self._heard = max(self._heard, newest)
            self._started = True
            self._go_on()

        self._journal.submit(watermark).add_done_callback(known)

    def nudge(self) -> None:
        """Tries again after a failure. Any thread, any time."""
        self._journal.submit(lambda _write: None).add_done_callback(lambda _f: self._go_on())

    # Everything below runs on the journal's thread.

    def _hear(self, first_seq: int, events: Sequence[Event]) -> None:
        self._pending.extend(events)
        self._heard = first_seq + len(events) - 1
        while len(self._pending) > _REMEMBERED:
            self._pending.popleft()
        self._go_on()

    def _go_on(self) -> None:
        if not self._started or self._running is not None or self._done >= self._heard:
            return
        delay = 0.0 if self._heard - self._done >= self._batch else GATHER_S
        try:
            self._running = self._journal.submit_background(self._advance, after=delay)
        except EnvironmentFault:  # stopping: the watermark says where the next start goes on
            return
        self._running.add_done_callback(self._advanced)

    def _advance(self, write: WriteTransaction) -> int:
        first = self._done + 1
        events = self._next(write, first)
        for fold in self._folds:
            fold(write, first, events)
        return self._move(write, first + len(events) - 1)

    def _advanced(self, future: Future[int]) -> None:
        self._running = None
        error = future.exception()
        if error is None:
            self._forget(future.result())
            self._batch = self._full_batch
        elif isinstance(error, EnvironmentFault):
            return  # the next events, or `nudge`, try again
        elif self._batch > 1:
            self._batch = 1  # one of them cannot be folded: find it
        else:
            _log.error("an event could not be indexed", extra={"seq": self._done + 1, "code": type(error).__name__})
            self._running = self._journal.submit_background(self._step_over)
            self._running.add_done_callback(self._advanced)
            return
        self._go_on()

    def _step_over(self, write: WriteTransaction) -> int:
        return self._move(write, self._done + 1)

    def _forget(self, up_to: int) -> None:
        oldest = self._heard - len(self._pending) + 1
        for _ in range(min(up_to - oldest + 1, len(self._pending))):
            self._pending.popleft()
        self._done = up_to

    def _next(self, write: WriteTransaction, first: int) -> list[Event]:
        oldest = self._heard - len(self._pending) + 1
        size = self._journal.portion(self._most) if self._batch > 1 else 1
        if first >= oldest:
            start = first - oldest
            return [self._pending[n] for n in range(start, min(start + size, len(self._pending)))]
        rows = write.query(
            f"SELECT {EVENT_FIELDS} FROM events WHERE seq >= ? ORDER BY seq LIMIT ?",
            (first, min(size, oldest - first)),
        )
        return [event_of_fields(row) for row in rows]

    def _move(self, write: WriteTransaction, seq: int) -> int:
        write.execute(
            "INSERT INTO watermarks (name, seq, moved_at) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at",
            (self._name, seq, to_micros(self._clock())),
        )
        return seq
