"""Content becomes what goes onto the wire, planned faults and all; a function of scenario and seed.

A message meets at most one fault: one that names it (`nth`, `every`, `at`) before one that was drawn, and of those the
first in the scenario's order. What a fault adds (copies, garbage) becomes a row of its own. Windows of seconds look at
the time a message is due; in the closed model, where nothing is due, at the time that has passed when its turn comes,
asked of `elapsed` once every `STEP` messages.

Messages of one lane keep their order, save those that a `reorder` moved.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from heapq import heappop, heappush

import numpy as np

from console.harness.content.stream import Chunk, MessageSource
from console.harness.load.damage import DAMAGES, END, changed, empty_frame, garbage
from console.harness.load.draws import Array, Draw, draws_of
from console.harness.load.ledger import NO_ORIGIN
from console.harness.load.shots import Shots, Special
from console.harness.scenario.model import FaultKind, Model, Scenario
from console.hl7v2.framing import VT

STEP = 16
"""How many messages share one look at the clock in the closed model when a fault has a window."""
LOOK_AHEAD = 1024
"""How many messages a reordered one waits at most for a later one of its patient; after that it goes as it is."""
FURTHEST_COPY = 8
"""A copy is sent 1 to so many messages after its original."""

_FURTHER_ROWS = frozenset({FaultKind.DUPLICATE, FaultKind.DUPLICATE_CHANGED, FaultKind.GARBAGE, FaultKind.EMPTY_FRAME})

Elapsed = Callable[[], float]
"""Seconds of the run that have passed."""


def shots(
    source: MessageSource,
    scenario: Scenario,
    *,
    seed: int,
    worker: int = 0,
    workers: int = 1,
    times: Iterable[Array] | None = None,
    elapsed: Elapsed | None = None,
) -> Iterator[Shots]:
    """What worker `worker` of `workers` sends, in order: the lanes whose number leaves that remainder.

    `times` are those of the schedule (nanoseconds since the start, one for each content message, all workers'
    together); they end the run and become `Shots.due`. Without them a recorded pace is read from the content, and
    otherwise nothing is due. The same arguments give the same shots; with `elapsed`, the same answers of it do.
    """
    stream = _Stream(scenario, source.kinds, seed, worker, workers)
    clock = _Times(times) if times is not None else None
    step = STEP if clock is None and elapsed is not None and stream.timed else 0
    first = 0
    had_after = had_due = False
    for whole in source.chunks():
        for chunk in _in_steps(whole, step):
            size = min(len(chunk), scenario.load.messages - first) if scenario.load.messages else len(chunk)
            due: Array | None = None
            if clock is not None:
                due = clock.take(size)
                size = len(due)
            elif scenario.load.model is Model.RECORDED and chunk.after:
                due = (np.asarray(chunk.after[:size], dtype=np.float64) / scenario.load.speed).astype(np.int64)
            had_after, had_due = bool(chunk.after), due is not None
            if size:
                yield stream.through(chunk, size, first, due, elapsed)
            first += size
            if size < len(chunk):
                break
        else:
            if not scenario.load.messages or first < scenario.load.messages:
                continue
        break
    rest = stream.rest(after=had_after, due=had_due)
    if len(rest):
        yield rest


def rows_at_most(scenario: Scenario, messages: int) -> int:
    """No run over so many content messages has more rows than this."""
    return messages + sum(messages * max(1, fault.count) for fault in scenario.faults if fault.kind in _FURTHER_ROWS)


def _in_steps(chunk: Chunk, step: int) -> Iterator[Chunk]:
    if not step:
        yield chunk
        return
    for at in range(0, len(chunk), step):
        to = at + step
        yield Chunk(
            chunk.payloads[at:to], chunk.control_ids[at:to], chunk.lanes[at:to], chunk.orders[at:to],
            chunk.kinds[at:to], chunk.after[at:to],
        )  # fmt: skip


class _Times:
    """A stream of arrays, taken in other portions than it comes in."""

    def __init__(self, arrays: Iterable[Array]) -> None:
        self._arrays = iter(arrays)
        self._left: Array = np.empty(0, dtype=np.int64)

    def take(self, count: int) -> Array:
        """The next `count`; fewer when there are no more."""
        parts = []
        while count:
            if not len(self._left):
                following = next(self._arrays, None)
                if following is None:
                    break
                self._left = following
                continue
            parts.append(self._left[:count])
            self._left = self._left[count:]
            count -= len(parts[-1])
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


class _Row:
    """One shot on its way."""

    __slots__ = ("after", "control_id", "delay", "due", "frame", "gone", "kind", "lane", "origin", "special")

    def __init__(
        self, frame: bytes, control_id: bytes, lane: int, origin: int, kind: int, special: Special | None = None
    ) -> None:
        self.frame = frame
        self.control_id = control_id
        self.lane = lane
        self.origin = origin
        self.kind = kind
        self.special = special
        self.delay = 0
        self.gone = False


class _Stream:
    """The state between chunks: draws, copies to come, messages that wait for a later one of their lane."""

    def __init__(self, scenario: Scenario, kinds: tuple[str, ...], seed: int, worker: int, workers: int) -> None:
        self._draws = sorted(draws_of(scenario.faults, seed=seed, kinds=kinds), key=lambda draw: not draw.exact)
        self.timed = any(draw.timed for draw in self._draws)
        self._worker = worker
        self._workers = workers
        self._copies: list[tuple[int, int, _Row]] = []
        """A heap: number of the message it goes out before, number among the copies, the row."""
        self._made = 0
        self._changed: dict[int, list[_Row]] = {}
        """By lane, those of the copies that have to go out before anything else of their lane does."""
        self._held: dict[int, tuple[_Row, int]] = {}
        """By lane: a row that waits, and how many later ones of the lane it lets pass."""
        self._patience: deque[tuple[int, _Row]] = deque()
        """Number of the last message each held row waits for, in that order."""
        self._now = (0, 0)
        """`after` and `due` of the place in the stream."""

    def through(self, chunk: Chunk, size: int, first: int, due: Array | None, elapsed: Elapsed | None) -> Shots:
        """The first `size` messages of a chunk whose first message has the number `first`."""
        seconds: Array | float = 0.0
        if self.timed:
            seconds = due / 1e9 if due is not None else elapsed() if elapsed is not None else 0.0
        kinds, lanes = chunk.kinds[:size], chunk.lanes[:size]
        payloads, control_ids, after = chunk.payloads[:size], chunk.control_ids[:size], chunk.after[:size]
        times = due.tolist() if due is not None else []
        hits: dict[int, Draw] = {}
        for draw in self._draws:
            for at in draw.hits(kinds, seconds):
                hits.setdefault(at, draw)
        if not (hits or self._copies or self._held) and self._workers == 1:
            frames = [VT + payload + END for payload in payloads]
            return Shots(frames, control_ids, lanes, list(range(first, first + size)), kinds, after, times)
        out = Shots()
        for at in range(size):
            lane = lanes[at]
            if self._workers > 1 and lane % self._workers != self._worker:
                continue
            self._now = (after[at] if after else 0, times[at] if times else 0)
            row = _Row(VT + payloads[at] + END, control_ids[at], lane, first + at, kinds[at])
            self._one(row, hits.get(at), out)
        if not after:
            out.after.clear()
        if not times:
            out.due.clear()
        return out

    def rest(self, *, after: bool, due: bool) -> Shots:
        """What still waited for its turn when the content ended."""
        out = Shots()
        for row, _ in self._held.values():
            self._put(out, row)
        while self._copies:
            self._put(out, heappop(self._copies)[2])
        if not after:
            out.after.clear()
        if not due:
            out.due.clear()
        return out

    def _one(self, row: _Row, draw: Draw | None, out: Shots) -> None:
        """One message with the fault it meets, and whatever waited for it."""
        while self._copies and self._copies[0][0] <= row.origin:
            self._put(out, heappop(self._copies)[2])
        while self._patience and self._patience[0][0] < row.origin:
            self._release(self._patience.popleft()[1], out)
        for copy in self._changed.pop(row.lane, ()):
            self._put(out, copy)
        if draw is None or not self._meet(row, draw, out):
            self._put(out, row)
        waiting = self._held.get(row.lane)
        if waiting is None or waiting[0] is row:
            return
        held, later = waiting
        if later > 1:
            self._held[row.lane] = (held, later - 1)
            return
        held.special = Special(
            FaultKind.REORDER, note=f"message {held.origin}, sent after message {row.origin} of the same patient"
        )
        self._release(held, out)

    def _release(self, row: _Row, out: Shots) -> None:
        if not row.gone:
            del self._held[row.lane]
            self._put(out, row)

    def _meet(self, row: _Row, draw: Draw, out: Shots) -> bool:
        """The fault happens to the message; whether it has gone out (or will later) with that."""
        fault = draw.fault
        match fault.kind:
            case FaultKind.REORDER:
                if row.lane in self._held:
                    return False
                self._held[row.lane] = (row, max(1, fault.count))
                self._patience.append((row.origin + LOOK_AHEAD, row))
                return True
            case FaultKind.DELAY:
                row.delay = int(fault.amount * 1e9)
                row.special = Special(FaultKind.DELAY, amount=fault.amount, note=f"{fault.amount:g} s late")
                return False
            case FaultKind.DUPLICATE | FaultKind.DUPLICATE_CHANGED:
                self._copy(row, draw)
                return False
            case FaultKind.GARBAGE | FaultKind.EMPTY_FRAME:
                generator = draw.generator(row.origin)
                for _ in range(max(1, fault.count)):
                    hurt = garbage(generator, fault) if fault.kind is FaultKind.GARBAGE else empty_frame()
                    self._put(out, _Row(hurt.frame, b"", row.lane, NO_ORIGIN, row.kind, hurt.special))
                return False
            case _:
                hurt_or_none = DAMAGES[fault.kind](row.frame[1:-2], draw.generator(row.origin), fault)
                if hurt_or_none is not None:
                    row.frame, row.special = hurt_or_none.frame, hurt_or_none.special
                    if hurt_or_none.control_id is not None:
                        row.control_id = hurt_or_none.control_id
                return False

    def _copy(self, row: _Row, draw: Draw) -> None:
        """Plans the copies of a message, 1 to FURTHEST_COPY messages behind it and one another."""
        fault = draw.fault
        generator = draw.generator(row.origin)
        place = row.origin
        for number in range(1, max(1, fault.count) + 1):
            place += generator.randint(1, FURTHEST_COPY)
            frame, words = row.frame, "the same bytes"
            if fault.kind is FaultKind.DUPLICATE_CHANGED:
                other = changed(row.frame[1:-2], generator)
                if other is None:
                    return
                frame, words = VT + other[0] + END, f"the same control id, {other[1]}"
            special = Special(fault.kind, note=f"copy {number} of message {row.origin}: {words}")
            copy = _Row(frame, row.control_id, row.lane, row.origin, row.kind, special)
            if fault.kind is FaultKind.DUPLICATE_CHANGED:
                self._changed.setdefault(row.lane, []).append(copy)
            self._made += 1
            heappush(self._copies, (place, self._made, copy))

    def _put(self, out: Shots, row: _Row) -> None:
        if row.gone:
            return
        row.gone = True
        at = len(out.frames)
        out.frames.append(row.frame)
        out.control_ids.append(row.control_id)
        out.lanes.append(row.lane)
        out.origins.append(row.origin)
        out.kinds.append(row.kind)
        out.after.append(self._now[0])
        out.due.append(self._now[1])
        if row.delay:
            out.delays[at] = row.delay
        if row.special is not None:
            out.specials[at] = row.special
