"""An encounter's timeline as columns of numbers: what the canvas, the overview and the event list read.

One snapshot, never changed. Times are int64 microseconds since the epoch (UTC), entries sorted by time. For each entry
and lane a `Cell` says what happened there; texts stay in the API's JSON objects and are read for what is in view.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from console.desktop.models.status_words import Severity, loop_status
from console.desktop.models.time_axis import MINUTE

JsonObject = Mapping[str, Any]
Times = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
Lanes = npt.NDArray[np.int16]
Rows = npt.NDArray[np.intp]


class Shape(IntEnum):
    """What kind of message: admission or move, order, result."""

    SQUARE = 0
    PENTAGON = 1
    DIAMOND = 2


class Cell(IntEnum):
    """What one message did in one lane."""

    ABSENT = 0
    SENT = 1
    PASSED = 2
    PENDING = 3
    STOPPED = 4
    UNREACHED = 5
    DUPLICATE = 6


@dataclass(frozen=True, slots=True)
class Lane:
    """A system, top to bottom. `kind` is sender, engine or destination; `last_at` in microseconds."""

    lane: str
    label: str
    kind: str
    last_at: int
    count: int


@dataclass(frozen=True, slots=True)
class Loop:
    """An order and what came of it. Times in microseconds, None where nothing happened (or nothing is due)."""

    order_id: str
    title: str
    state: str
    ordered_at: int | None
    resulted_at: int | None
    due_at: int | None
    stopped_at: int | None
    event_id: str
    result_event_id: str
    stopped_event_id: str
    abnormal: bool = False
    corrected: bool = False
    placer: str = ""
    filler: str = ""
    accession: str = ""

    @property
    def start(self) -> int:
        """Where its row begins: the order, else the first thing known of it."""
        return next(t for t in (self.ordered_at, self.resulted_at, self.stopped_at, self.due_at, 0) if t is not None)

    def end(self, now: int) -> int:
        """Where its row ends: an open loop runs to now, or to the time its result is due."""
        if self.is_open:
            return max(now, self.due_at or now)
        return max(self.start, self.resulted_at or self.stopped_at or self.start)

    @property
    def is_open(self) -> bool:
        return self.state in ("waiting", "preliminary", "missing", "late", "stopped")

    def overdue_since(self, now: int) -> int | None:
        """When the result became overdue, for the hatched band; None when it is not."""
        if self.state in ("missing", "late", "stopped") and self.due_at is not None and now > self.due_at:
            return self.due_at
        return None

    @property
    def severity(self) -> Severity:
        return loop_status(self.state).severity


@dataclass(frozen=True, slots=True)
class Columns:
    """The entries, column by column; `cells` is (entries x lanes)."""

    at: Times
    shape: Bytes
    severity: Bytes
    duplicate: npt.NDArray[np.bool_]
    sender: Lanes
    foot: Lanes
    cells: Bytes

    def take(self, rows: Rows) -> Columns:
        return Columns(
            self.at[rows],
            self.shape[rows],
            self.severity[rows],
            self.duplicate[rows],
            self.sender[rows],
            self.foot[rows],
            self.cells[rows],
        )


@dataclass(frozen=True, slots=True)
class LaneTimes:
    """Sorted times of one lane: all its messages, those held up there, those that stopped there."""

    touched: Times
    warned: Times
    stopped: Times


@dataclass(frozen=True, slots=True)
class Filter:
    """What a person chose to see. Empty sets hide nothing."""

    hidden_lanes: frozenset[str] = frozenset()
    hidden_categories: frozenset[str] = frozenset()
    problems_only: bool = False

    @property
    def hides(self) -> bool:
        return bool(self.hidden_lanes or self.hidden_categories or self.problems_only)


class _Picked(Sequence[JsonObject]):
    """Some of a sequence's entries, without copying them."""

    def __init__(self, entries: Sequence[JsonObject], rows: Rows) -> None:
        self._entries, self._rows = entries, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, index: Any) -> Any:
        return self._entries[int(self._rows[index])]


@dataclass(frozen=True)
class TimelineModel:
    """The snapshot. `now` is the engine's clock when it answered; entry texts come from `entries[i]`."""

    lanes: tuple[Lane, ...]
    columns: Columns
    entries: Sequence[JsonObject]
    loops: tuple[Loop, ...]
    now: int
    begin: int
    end: int
    _index: dict[str, int] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.columns.at)

    @cached_property
    def lane_order(self) -> dict[str, int]:
        return {lane.lane: i for i, lane in enumerate(self.lanes)}

    def row_of(self, event_id: str) -> int:
        """The row of an event, -1 when it is not (or no longer) here."""
        if not self._index:
            self._index.update((str(e["event_id"]), i) for i, e in enumerate(self.entries))
        return self._index.get(event_id, -1)

    def loop_of(self, order_id: str) -> Loop | None:
        return next((loop for loop in self.loops if loop.order_id == order_id), None)

    def between(self, start: int, end: int) -> slice:
        """The rows with start <= time <= end."""
        at = self.columns.at
        return slice(int(np.searchsorted(at, start, "left")), int(np.searchsorted(at, end, "right")))

    @cached_property
    def strip_rows(self) -> int:
        """How many rows the orders strip would like: one each for a few, else enough for those that overlap."""
        if len(self.loops) <= 6:
            return len(self.loops)
        begins = np.sort(np.asarray([loop.start for loop in self.loops], dtype=np.int64))
        ends = np.sort(np.asarray([loop.end(self.now) for loop in self.loops], dtype=np.int64))
        together = np.arange(1, len(begins) + 1) - np.searchsorted(ends, begins, "left")
        return min(int(together.max()) + 2, len(self.loops))

    @cached_property
    def problem_rows(self) -> Rows:
        """Rows a person may have to act on, oldest first."""
        return np.flatnonzero(self.columns.severity >= Severity.WARNING)

    def lane_times(self, lane: int) -> LaneTimes:
        """When messages touched a lane. Kept once worked out."""
        if lane not in self._lane_times:
            at, cell = self.columns.at, self.columns.cells[:, lane]
            touched = (cell != Cell.ABSENT) & (cell != Cell.UNREACHED)
            warned = (cell == Cell.PENDING) & (self.columns.severity == Severity.WARNING)
            self._lane_times[lane] = LaneTimes(at[touched], at[warned], at[cell == Cell.STOPPED])
        return self._lane_times[lane]

    @cached_property
    def _lane_times(self) -> dict[int, LaneTimes]:
        return {}

    def prepare(self) -> TimelineModel:
        """Works out what painting will ask for: on any thread, before it is shown."""
        for lane in range(len(self.lanes)):
            self.lane_times(lane)
        _ = self.failure_times, self.strip_rows, self.problem_rows, self._limits
        return self

    @cached_property
    def failure_times(self) -> Times:
        """When something went wrong, sorted: stopped messages and orders whose result went missing."""
        failed = self.columns.at[self.columns.severity >= Severity.CRITICAL]
        gone = [x for x in self.loops if x.severity >= Severity.CRITICAL]
        overdue = [t for loop in gone if (t := loop.overdue_since(self.now)) is not None]
        return np.sort(np.concatenate([failed, np.asarray(overdue, dtype=np.int64)]))

    def filtered(self, chosen: Filter) -> TimelineModel:
        """Only what was chosen. A hidden lane disappears; so do messages sent from it."""
        if not chosen.hides:
            return self
        keep_lanes = [i for i, lane in enumerate(self.lanes) if lane.lane not in chosen.hidden_lanes]
        mask = np.isin(self.columns.sender, keep_lanes)
        if chosen.problems_only:
            mask &= self.columns.severity >= Severity.WARNING
        if chosen.hidden_categories:
            mask &= np.fromiter(
                (str(e.get("category", "other")) not in chosen.hidden_categories for e in self.entries),
                dtype=np.bool_,
                count=len(self),
            )
        rows = np.flatnonzero(mask)
        picked = self.columns.take(rows)
        renumber = np.full(len(self.lanes) + 1, -1, dtype=np.int16)
        renumber[keep_lanes] = np.arange(len(keep_lanes), dtype=np.int16)
        cells = picked.cells[:, keep_lanes]
        columns = Columns(
            picked.at,
            picked.shape,
            picked.severity,
            picked.duplicate,
            renumber[picked.sender],
            foot_of(cells),
            cells,
        )
        hides_orders = {"order", "result"} <= chosen.hidden_categories
        loops = tuple(
            loop
            for loop in self.loops
            if not hides_orders and (not chosen.problems_only or loop.severity >= Severity.WARNING)
        )
        return TimelineModel(
            tuple(self.lanes[i] for i in keep_lanes),
            columns,
            _Picked(self.entries, rows),
            loops,
            self.now,
            self.begin,
            self.end,
        )

    def limits(self) -> tuple[int, int]:
        """How far one may pan: the stay with a margin, and enough future to see what is due."""
        return self._limits

    @cached_property
    def _limits(self) -> tuple[int, int]:
        last = max([self.end, self.now, *(loop.end(self.now) for loop in self.loops)])
        margin = max((last - self.begin) // 20, 10 * MINUTE)
        return self.begin - margin, last + max((last - self.begin) // 12, 20 * MINUTE)


def foot_of(cells: Bytes) -> Lanes:
    """The lowest lane each message reached (-1 when it touched none)."""
    touched = (cells != Cell.ABSENT) & (cells != Cell.UNREACHED)
    width = cells.shape[1]
    if width == 0:
        return np.full(len(cells), -1, dtype=np.int16)
    foot: Lanes = (width - 1 - touched[:, ::-1].argmax(axis=1)).astype(np.int16)
    foot[~touched.any(axis=1)] = -1
    return foot
