"""The look-ahead: shots become rows of the ledger and entries ready to be sent, a chunk at a time, in idle moments.

A row's number is its shot's number. What is known beforehand (origin, size, lane, kind, fault, flags) is written for a
whole chunk at once, so that a send costs only the cells that tell its own story.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter_ns

from console.core.errors import EnvironmentFault
from console.harness.load.feeder import Feed, portions
from console.harness.load.ledger import Flag, Ledger
from console.harness.load.lines import Entry, Outlet
from console.harness.load.shots import FAULTS, Shots, Special

REMEMBERED = 16 * 1024
"""How many control ids are remembered at least, to tell an answer to something old from an answer to nothing."""
_RESERVED_AT_ONCE = 8192
_AHEAD_BYTES = 4 * 1024 * 1024
_AHEAD_ROWS = 4096

Route = Callable[[Sequence[int], Sequence[int]], list[Outlet]]
"""From the lanes and kinds of a chunk to where each of its messages goes out."""


class Supply:
    """`entries` and `due` (nanoseconds, empty in the closed model) are the chunk at hand, `at` the next one in it: the
    pump takes from there and calls `turn` when it has come to the end."""

    def __init__(self, ledger: Ledger, shots: Iterator[Shots] | Feed, route: Route, *, most: int) -> None:
        self.entries: list[Entry] = []
        self.due: list[int] = []
        self.at = 0
        self.ended = False
        self.specials: dict[int, Special] = {}
        """By row, until the row is final."""
        self.delays: dict[int, int] = {}
        self.rows = 0
        """Rows made so far, the look-ahead included."""
        self.cost_ns = 0.0
        """What a chunk took to make, lately."""
        self._ledger = ledger
        self.feed = shots if isinstance(shots, Feed) else None
        self._shots = None if isinstance(shots, Feed) else shots
        self._route = route
        self._most = min(most, ledger.capacity)
        self._reserved = 0
        self._first = 0
        self._ahead: deque[tuple[list[Entry], list[int], int]] = deque()
        self._ahead_bytes = 0
        self._ahead_rows = 0
        self._dry = False
        self._remembered: deque[tuple[int, list[bytes]]] = deque()
        self._remembered_rows = 0
        self._index: dict[bytes, int] = {}
        self._indexed_to = 0
        self._origin = ledger.column("origin")
        self._size = ledger.column("size")
        self._lane = ledger.column("lane")
        self._kind = ledger.column("kind")
        self._fault = ledger.column("fault")
        self._attempts = ledger.column("attempts")
        self._flags = ledger.column("flags")

    def turn(self) -> bool:
        """The next chunk becomes the one at hand; False when there is none any more (`ended`), or none yet."""
        if self.at < len(self.entries):
            return True
        while not self._ahead:
            if not self.make():
                if not self._dry:
                    return False
                self._first += self.at
                self.entries, self.due, self.at = [], [], 0
                self.ended = True
                return False
        self._first += len(self.entries)
        self.entries, self.due, size = self._ahead.popleft()
        self._ahead_bytes -= size
        self._ahead_rows -= len(self.entries)
        self.at = 0
        return True

    @property
    def begun(self) -> int:
        """Rows taken so far."""
        return self._first + self.at

    @property
    def drained(self) -> bool:
        """Everything has been taken, and there is no more."""
        return self.ended and self.at >= len(self.entries)

    def end(self) -> None:
        """What was not taken yet is forgotten."""
        self._first += self.at
        self.entries, self.due, self.at = [], [], 0
        self._ahead.clear()
        self._dry = self.ended = True

    @property
    def wants(self) -> bool:
        """There is room in the look-ahead."""
        return not self._dry and self._ahead_rows < _AHEAD_ROWS and self._ahead_bytes < _AHEAD_BYTES

    def make(self) -> bool:
        """Makes one chunk ahead; False when there is none. Raises SignalboxError of the content, EnvironmentFault when
        the ledger's disk is full."""
        if self._dry:
            return False
        began = perf_counter_ns()
        if self.feed is not None:
            chunk = self.feed.pull()
            if chunk is None and not self.feed.ended:
                return False
        else:
            assert self._shots is not None
            chunk = next(self._shots, None)
        if chunk is None or self.rows >= self._most:
            self._dry = True
            return False
        if len(chunk):
            self._file(chunk)
        self.cost_ns = max(float(perf_counter_ns() - began), self.cost_ns * 0.9)
        return True

    def _file(self, chunk: Shots) -> None:
        first, count = self.rows, len(chunk)
        if count > self._most - first:
            chunk = next(portions(chunk, self._most - first))
            count = len(chunk)
        last = first + count
        self._reserve(last)
        sizes = array("I", map(len, chunk.frames))
        self._origin[first:last] = array("I", chunk.origins)
        self._size[first:last] = sizes
        self._lane[first:last] = array("I", chunk.lanes)
        self._kind[first:last] = bytes(chunk.kinds)
        self._attempts[first:last] = b"\1" * count
        for at, special in chunk.specials.items():
            self.specials[first + at] = special
            self._fault[first + at] = FAULTS.index(special.fault) + 1
            self._flags[first + at] |= Flag.BROKEN if special.broken else 0
        for at, delay in chunk.delays.items():
            self.delays[first + at] = delay
        self._remembered.append((first, chunk.control_ids))
        self._remembered_rows += count
        if self._remembered_rows > REMEMBERED:
            self._remembered_rows -= len(self._remembered.popleft()[1])
        outlets = self._route(chunk.lanes, chunk.kinds)
        entries = list(zip(range(first, last), chunk.control_ids, chunk.frames, outlets, strict=True))
        size = sum(sizes)
        self._ahead.append((entries, chunk.due, size))
        self._ahead_bytes += size
        self._ahead_rows += count
        self.rows = last

    def _reserve(self, last: int) -> None:
        while self._reserved < last:
            stop = min(self._reserved + _RESERVED_AT_ONCE, self._ledger.capacity)
            try:
                self._ledger.reserve(self._reserved, stop)
            except OSError as error:
                raise EnvironmentFault(
                    f"The ledger {self._ledger.path} cannot grow: {error.strerror or error}. "
                    "Free disk space, or use a data folder on another disk.",
                    code="storage-full",
                ) from error
            self._reserved = stop

    def row_of(self, control_id: bytes) -> int | None:
        """The latest row with this control id (it may not be sent yet), as far as is remembered."""
        if not control_id:
            return None
        if self._indexed_to != self.rows:
            self._index_new()
        return self._index.get(control_id)

    def _index_new(self) -> None:
        """Control ids are looked up only when something is out of the ordinary, so the index is made only then."""
        oldest = self._remembered[0][0] if self._remembered else 0
        if len(self._index) > 4 * REMEMBERED:
            self._index = {one: row for one, row in self._index.items() if row >= oldest}
        for first, ids in self._remembered:
            if first + len(ids) > self._indexed_to:
                self._index.update(zip(ids, range(first, first + len(ids)), strict=True))
        self._indexed_to = self.rows
