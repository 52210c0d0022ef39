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

LabelWidth = Callable[[Loop], float]


@dataclass(frozen=True, slots=True)
class Row:
    """An order and its row; `labelled`: its text fits; `whole`: an overdue one may draw its gap all the way to now."""

    loop: Loop
    row: int
    labelled: bool
    whole: bool = True


class LoopRows:
    """The rows of all orders at one zoom."""

    def __init__(self, rows: Sequence[Row], hidden: Sequence[Loop], now: int, *, shared: bool) -> None:
        self.shared = shared
        """Orders share rows: whoever draws one keeps to the room it was given."""
        self._rows, self._hidden = tuple(rows), tuple(hidden)
        self._begin, self._end = _spans([r.loop for r in self._rows], now)
        self._hidden_begin, self._hidden_end = _spans(self._hidden, now)

    def visible(self, viewport: Viewport, before: int, after: int) -> list[Row]:
        """Rows to draw; `before` and `after` are microseconds of slack for texts that stick out."""
        hit = (self._begin <= viewport.end + before) & (self._end >= viewport.start - after)
        return [self._rows[i] for i in np.flatnonzero(hit)]

    def unshown(self, viewport: Viewport) -> tuple[int, Severity]:
        """How many orders in view have no row, and the worst of them."""
        hit = (self._hidden_begin <= viewport.end) & (self._hidden_end >= viewport.start)
        rows = np.flatnonzero(hit)
        return len(rows), max((self._hidden[i].severity for i in rows), default=Severity.QUIET)


def _spans(loops: Sequence[Loop], now: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    begin = np.fromiter((loop.start for loop in loops), dtype=np.int64, count=len(loops))
    end = np.fromiter((loop.end(now) for loop in loops), dtype=np.int64, count=len(loops))
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


def pack(
    loops: Sequence[Loop], *, now: int, micros_per_px: float, label_width: LabelWidth, most: int, near: Viewport
) -> LoopRows:
    """Give every order a row in 0..most-1. With no more orders than rows, each has its own, by time of ordering."""
    chosen = list(loops)
    if len(chosen) > _PACK_ALL:
        page = near.start // max(near.span, 1)
        low, high = (page - 1) * near.span, (page + 3) * near.span
        chosen = [x for x in chosen if x.severity >= Severity.WARNING or (x.start <= high and x.end(now) >= low)]
    chosen.sort(key=lambda x: (x.severity < Severity.WARNING, x.start, x.order_id))
    if len(chosen) <= most:
        return LoopRows([Row(x, i, True) for i, x in enumerate(chosen)], (), now, shared=False)
    shelves = [_Shelf() for _ in range(most)]
    # A gap that runs on to now takes its row to the end: good for one or two, not for a row each.
    whole = sum(1 for x in chosen if x.overdue_since(now) is not None) <= max(most // 3, 1)
    rows: list[Row] = []
    waiting: list[tuple[Loop, float, float]] = []
    for loop in chosen:
        left, right = loop.start / micros_per_px, _end(loop, now, whole) / micros_per_px
        row = _first_free(shelves, left - _PADDING, right + label_width(loop) + _PADDING)
        if row is None:
            waiting.append((loop, left, right))
        else:
            rows.append(Row(loop, row, True, whole))
    hidden: list[Loop] = []
    for loop, left, right in waiting:
        row = _first_free(shelves, left - _TIGHT, right + _TIGHT)
        if row is None:
            hidden.append(loop)
        else:
            rows.append(Row(loop, row, False, whole))
    return LoopRows(rows, hidden, now, shared=True)


def _end(loop: Loop, now: int, whole: bool) -> int:
    """Where a row's drawing ends. Unless `whole`, a gap ends soon after it began."""
    since = None if whole else loop.overdue_since(now)
    return max(since, loop.stopped_at or since, loop.resulted_at or since) if since is not None else loop.end(now)


def _first_free(shelves: Sequence[_Shelf], left: float, right: float) -> int | None:
    for number, shelf in enumerate(shelves):
        if shelf.free(left, right):
            shelf.take(left, right)
            return number
    return None
