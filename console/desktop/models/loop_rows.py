"""Which row of the orders-and-results strip each order gets: problems first, shared when there are many.

Rows depend on the zoom, not on where one looks, so nothing jumps while panning. When rows run out, orders are first
drawn without their text, and what still finds no place is counted, the worst of it named.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from console.desktop.models.status_words import Severity
from console.desktop.models.time_axis import Viewport
from console.desktop.models.timeline_model import Loop

_PADDING = 10.0
_TIGHT = 3.0
_PACK_ALL = 2_000
"""Above this many orders only those near the view are packed."""

Widths = Callable[[Loop], tuple[float, float]]
"""Pixels of an order's words beside its line, and of what is said of its gap (0 when it has none)."""


@dataclass(frozen=True, slots=True)
class Sized:
    """An order with everything packing needs, worked out once per snapshot. Times in microseconds, widths in pixels.

    `end` runs to now for an open order; `short` ends soon after a gap began.
    """

    loop: Loop
    start: int
    end: int
    short: int
    words: float
    gap: float

    def beyond(self, micros_per_px: float, unit: float) -> float:
        """What it needs right of its line: an open order's words stand on the line when that is long enough."""
        if self.gap:
            return self.gap
        line = (self.end - self.start) / micros_per_px
        return 16 * unit if self.loop.is_open and line > self.words + 40 * unit else self.words + 24 * unit


def sized(loops: Sequence[Loop], *, now: int, widths: Widths) -> list[Sized]:
    """In the order in which they are given rows: problems first, then by time of ordering."""
    made = []
    for loop in loops:
        end, since = loop.end(now), loop.overdue_since(now)
        short = end if since is None else max(since, loop.stopped_at or since, loop.resulted_at or since)
        made.append(Sized(loop, loop.start, end, short, *widths(loop)))
    made.sort(key=lambda x: (x.loop.severity < Severity.WARNING, x.start, x.loop.order_id))
    return made


@dataclass(frozen=True, slots=True)
class Row:
    """An order and its row; `labelled`: its text fits; `whole`: an overdue one may draw its gap all the way to now."""

    loop: Loop
    row: int
    labelled: bool
    whole: bool = True


class LoopRows:
    """The rows of all orders at one zoom."""

    def __init__(self, rows: Sequence[tuple[Sized, Row]], hidden: Sequence[Sized], *, shared: bool) -> None:
        self.shared = shared
        """Orders share rows: whoever draws one keeps to the room it was given."""
        self._rows = [row for _, row in rows]
        self._hidden = [one.loop for one in hidden]
        self._begin, self._end = _spans([one for one, _ in rows])
        self._hidden_begin, self._hidden_end = _spans(hidden)

    def visible(self, viewport: Viewport, before: int, after: int) -> list[Row]:
        """Rows to draw; `before` and `after` are microseconds of slack for texts that stick out."""
        hit = (self._begin <= viewport.end + before) & (self._end >= viewport.start - after)
        return [self._rows[i] for i in np.flatnonzero(hit)]

    def unshown(self, viewport: Viewport) -> tuple[int, Severity]:
        """How many orders in view have no row, and the worst of them."""
        hit = (self._hidden_begin <= viewport.end) & (self._hidden_end >= viewport.start)
        rows = np.flatnonzero(hit)
        return len(rows), max((self._hidden[i].severity for i in rows), default=Severity.QUIET)


def _spans(ones: Sequence[Sized]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    begin = np.fromiter((one.start for one in ones), dtype=np.int64, count=len(ones))
    end = np.fromiter((one.end for one in ones), dtype=np.int64, count=len(ones))
    return begin, end


class _Shelf:
    """One row's taken intervals, sorted."""

    def __init__(self) -> None:
        self._taken: list[tuple[float, float]] = []

    def free(self, left: float, right: float) -> bool:
        taken = self._taken
        i = bisect_left(taken, (left, left))
        return (i == 0 or taken[i - 1][1] <= left) and (i == len(taken) or right <= taken[i][0])

    def take(self, left: float, right: float) -> None:
        insort(self._taken, (left, right))


def pack(ones: Sequence[Sized], *, micros_per_px: float, most: int, near: Viewport, unit: float = 1.0) -> LoopRows:
    """Give every order a row in 0..most-1. With no more orders than rows, each has its own, in the order given."""
    chosen = ones
    if len(chosen) > _PACK_ALL:
        page = near.start // max(near.span, 1)
        low, high = (page - 1) * near.span, (page + 3) * near.span
        chosen = [x for x in ones if x.loop.severity >= Severity.WARNING or (x.start <= high and x.end >= low)]
    if len(chosen) <= most:
        return LoopRows([(x, Row(x.loop, i, True)) for i, x in enumerate(chosen)], (), shared=False)
    shelves = [_Shelf() for _ in range(most)]
    # A gap that runs on to now takes its row to the end: good for one or two, not for a row each.
    whole = sum(1 for x in chosen if x.gap) <= max(most // 3, 1)
    rows: list[tuple[Sized, Row]] = []
    waiting: list[tuple[Sized, float, float]] = []
    for one in chosen:
        left, right = one.start / micros_per_px, (one.end if whole else one.short) / micros_per_px
        row = _first_free(shelves, left - _PADDING, right + one.beyond(micros_per_px, unit) + _PADDING)
        if row is None:
            waiting.append((one, left, right))
        else:
            rows.append((one, Row(one.loop, row, True, whole)))
    hidden: list[Sized] = []
    for one, left, right in waiting:
        row = _first_free(shelves, left - _TIGHT, right + _TIGHT)
        if row is None:
            hidden.append(one)
        else:
            rows.append((one, Row(one.loop, row, False, whole)))
    return LoopRows(rows, hidden, shared=True)


def _first_free(shelves: Sequence[_Shelf], left: float, right: float) -> int | None:
    for number, shelf in enumerate(shelves):
        if shelf.free(left, right):
            shelf.take(left, right)
            return number
    return None
