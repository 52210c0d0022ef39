"""When each message of an open model is meant to be sent: exact times from the stages, uniform or Poisson.

The rate over the run is a chain of straight lines; its integral says how many messages are due by a moment, and the
n-th message is due where the integral reaches n. Bursts are due all at once, in between. Pure: a function of the load
and the seed.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

import numpy
from numpy.typing import NDArray

from console.harness.scenario.model import Arrivals, Load, Stage, StageKind

BLOCK = 4096
"""The most times in one array."""

SECOND = 1_000_000_000

RISE, PLATEAU = 1 / 9, 6 / 9
"""Shares of a morning rush that go to its rise and its peak; two ninths are the decay. So 80 % of the messages fall in
the peak, as in the published day of 60,000 messages of which 80 % come in two hours."""

_ALMOST = 1e-6
"""Messages. A whole number that rounding missed by less than this is that number."""

Times = NDArray[numpy.int64]


@dataclass(frozen=True, slots=True)
class Piece:
    """A straight line of the rate: from second `start` for `length` seconds, from rate `first` to `last`; or, with
    `burst`, so many messages at once at `start`."""

    start: float
    length: float
    first: float = 0.0
    last: float = 0.0
    burst: int = 0

    @property
    def messages(self) -> float:
        return self.burst or self.length * (self.first + self.last) / 2

    def within(self, seconds: float) -> float:
        """Messages due in the first so many seconds of the piece."""
        slope = (self.last - self.first) / self.length if self.length else 0.0
        return self.burst if self.burst else seconds * (self.first + slope * seconds / 2)


def total_duration(load: Load) -> float:
    """Seconds from the first stage's beginning to the last one's end, or `load.duration` when that is shorter; 0 when
    the plan does not say (closed without a duration, recorded)."""
    stages = math.fsum(stage.duration for stage in load.stages)
    return min(stages, load.duration) if stages and load.duration else stages or load.duration


def planned_total(load: Load) -> int:
    """How many messages the stages send: exact for uniform arrivals, the expected number for Poisson ones; no more
    than `load.messages`."""
    pieces = pieces_of(load)
    bursts = sum(piece.burst for piece in pieces)
    flow = math.fsum(piece.messages for piece in pieces if not piece.burst)
    total = bursts + (round(flow) if load.arrivals is Arrivals.POISSON else math.ceil(flow - _ALMOST))
    return min(total, load.messages) if load.messages else total


def planned_by(load: Load, second: float) -> float:
    """How many messages should have been sent before this second of the run (expected, for Poisson)."""
    pieces, starts, before = _ledger(load)
    number = bisect_left(starts, second) - 1
    if number < 0:
        return 0.0
    piece = pieces[number]
    due = before[number] + piece.within(min(second - piece.start, piece.length))
    return min(due, float(load.messages)) if load.messages else due


@lru_cache(maxsize=16)
def _ledger(load: Load) -> tuple[list[Piece], list[float], list[float]]:
    """The pieces, their beginnings, and the messages due before each."""
    pieces = pieces_of(load)
    return pieces, [piece.start for piece in pieces], [0.0, *accumulate(piece.messages for piece in pieces)]


def peak_rate(load: Load) -> float:
    """The most messages planned for one second: the highest point of the lines, or a burst in its second."""
    stages = load.stages
    bursts = max((s.size * max(1, math.ceil(1 / s.every)) for s in stages if s.kind is StageKind.BURST), default=0)
    return max(float(bursts), max((max(p.first, p.last) for p in pieces_of(load) if not p.burst), default=0.0))


def planned_curve(load: Load, points: int = 400) -> list[tuple[float, float]]:
    """The planned rate for a chart: corners of a polyline, (second, messages a second), at most about `points`.

    A burst is a spike one second wide. With more corners than `points` the mean of equal stretches is given instead.
    """
    corners: list[tuple[float, float]] = []
    for piece in _spikes(pieces_of(load)):
        for second, rate in ((piece.start, piece.first), (piece.start + piece.length, piece.last)):
            corner = (max(second, corners[-1][0]) if corners else second, rate)  # the sum may be off by the last bit
            if not corners or corners[-1] != corner:
                corners.append(corner)
    if len(corners) <= points:
        return corners
    whole = total_duration(load)
    width = whole / points
    due = [planned_by(load, width * number) for number in range(points + 1)]
    return [(width * (n + 0.5), (due[n + 1] - due[n]) / width) for n in range(points)]


def _spikes(pieces: list[Piece]) -> Iterator[Piece]:
    """Bursts as rectangles one second wide, or as wide as the time to the next burst."""
    burst = 0
    for piece in pieces:
        if piece.burst:
            burst = piece.burst  # the quiet until the next one follows
            continue
        width = 0.0
        if burst:
            width = min(1.0, piece.length)
            yield Piece(piece.start, 0.0)
            yield Piece(piece.start, width, burst / width, burst / width)
            burst = 0
        yield Piece(piece.start + width, piece.length - width, piece.first, piece.last)


def intended_times(load: Load, seed: int) -> Iterator[Times]:
    """Nanoseconds from the beginning of the run at which the messages are meant to be sent, in order, in arrays of at
    most BLOCK. The times are below 2**63 and never decrease; the whole run is never held in memory."""
    left = load.messages or None
    latest = 0
    held: list[Times] = []
    size = 0
    for times in _raw_times(load, seed):
        if left is not None:
            times = times[:left]
            left -= len(times)
        times = numpy.maximum.accumulate(numpy.maximum(times, latest))
        if len(times):
            latest = int(times[-1])
            held.append(times)
            size += len(times)
        while size >= BLOCK:
            joined = numpy.concatenate(held)
            yield joined[:BLOCK]
            held, size = [joined[BLOCK:]], size - BLOCK
        if left == 0:
            break
    if size:
        yield numpy.concatenate(held)


def _raw_times(load: Load, seed: int) -> Iterator[Times]:
    """Arrays of at most BLOCK, of any length, one piece after the other."""
    draw = _marks(load.arrivals, seed)
    marks = next(draw)  # amounts of the integral at which a message is due, ascending
    before = 0.0  # the integral at the beginning of the piece
    for piece in pieces_of(load):
        if piece.burst:
            for number in range(0, piece.burst, BLOCK):
                size = min(BLOCK, piece.burst - number)
                yield numpy.full(size, round(piece.start * SECOND), dtype=numpy.int64)
            continue
        after = before + piece.messages
        while True:
            count = int(numpy.searchsorted(marks, after - _ALMOST, side="left"))
            if count:
                yield _solve(piece, marks[:count] - before)
            if count < len(marks):
                marks = marks[count:]
                break
            marks = next(draw)
        before = after


def _marks(arrivals: Arrivals, seed: int) -> Iterator[NDArray[numpy.float64]]:
    """Where the integral of the rate must arrive for each message: 0, 1, 2, ... or sums of exponential steps."""
    if arrivals is Arrivals.UNIFORM:
        for start in range(0, 2**62, BLOCK):
            yield numpy.arange(start, start + BLOCK, dtype=numpy.float64)
        return
    key = hashlib.sha256(f"{seed}/schedule".encode()).digest()
    bits = numpy.random.PCG64(int.from_bytes(key, "big"))
    reached = 0.0
    while True:
        # the raw bits of a bit generator stay the same over numpy's versions, its distributions need not
        uniform = ((bits.random_raw(BLOCK) >> numpy.uint64(11)).astype(numpy.float64) + 0.5) * 2.0**-53
        marks = reached + numpy.cumsum(-numpy.log(uniform))
        reached = float(marks[-1])
        yield marks


def _solve(piece: Piece, due: NDArray[numpy.float64]) -> Times:
    """The nanoseconds at which the piece's own integral reaches each of `due`.

    first*t + slope*t^2/2 = due; the root in the form that loses no digits when the slope is small or the start is 0.
    """
    due = numpy.maximum(due, 0.0)
    slope = (piece.last - piece.first) / piece.length
    root = numpy.sqrt(numpy.maximum(piece.first**2 + 2.0 * slope * due, 0.0))
    below = piece.first + root
    seconds = numpy.divide(2.0 * due, below, out=numpy.zeros_like(due), where=below > 0.0)
    return numpy.rint((piece.start + numpy.minimum(seconds, piece.length)) * SECOND).astype(numpy.int64)


def pieces_of(load: Load) -> list[Piece]:
    """The plan as straight lines and bursts, in order, cut at `load.duration`."""
    end = total_duration(load)
    pieces: list[Piece] = []
    start = 0.0
    for stage in load.stages:
        for piece in _pieces_of_stage(stage):
            moved = Piece(start + piece.start, piece.length, piece.first, piece.last, piece.burst)
            cut = _cut(moved, end)
            if cut is not None:
                pieces.append(cut)
        start += stage.duration
    return pieces


def _cut(piece: Piece, end: float) -> Piece | None:
    if piece.start >= end:
        return None
    if piece.burst or piece.start + piece.length <= end:
        return piece
    length = end - piece.start
    last = piece.first + (piece.last - piece.first) * length / piece.length
    return Piece(piece.start, length, piece.first, last)


def _pieces_of_stage(stage: Stage) -> Iterator[Piece]:
    """The stage's pieces, times within the stage."""
    length, rate = stage.duration, stage.rate
    match stage.kind:
        case StageKind.CONSTANT:
            yield Piece(0.0, length, rate, rate)
        case StageKind.RAMP:
            yield Piece(0.0, length, rate, stage.to)
        case StageKind.PAUSE:
            yield Piece(0.0, length)
        case StageKind.MORNING_RUSH:
            yield from _polyline(
                ((0.0, 0.0), (length * RISE, rate), (length * (RISE + PLATEAU), rate), (length, 0.0)), length
            )
        case StageKind.CURVE:
            yield from _polyline(stage.points, length)
        case StageKind.BURST:
            for number in range(math.ceil(length / stage.every - _ALMOST)):
                at = number * stage.every
                following = min(length, at + stage.every)
                yield Piece(at, 0.0, burst=stage.size)
                yield Piece(at, following - at)


def _polyline(points: tuple[tuple[float, float], ...], length: float) -> Iterator[Piece]:
    """Straight lines through the points; the first rate holds before them and the last one after."""
    corners = [(0.0, points[0][1]), *points, (length, points[-1][1])]
    for (start, first), (end, last) in pairwise(corners):
        if end > start:
            yield Piece(start, end - start, first, last)
