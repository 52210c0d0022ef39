"""The event list: every message and every overdue order as one row, newest first: the canvas as a list.

A row is made when it is asked for; the order of rows is an array of numbers: a million messages cost eight megabytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from console.core.clock import from_micros
from console.desktop.models.status_words import Severity, StatusWord, loop_status, status_of
from console.desktop.models.timeline_model import JsonObject, Shape, TimelineModel

ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line. `event_id` or `order_id` names it; `took` is the time on the road, or how late an order is."""

    event_id: str
    order_id: str
    at: datetime
    shape: Shape
    message_type: str
    title: str
    sender: str
    receivers: tuple[str, ...]
    status: StatusWord
    took: timedelta | None
    late: bool
    duplicate: bool
    test: bool = False
    """Traffic of the harness."""

    @property
    def key(self) -> str:
        return self.event_id or f"order:{self.order_id}"

    @property
    def is_problem(self) -> bool:
        return self.status.severity >= Severity.WARNING


class EventRows(Sequence[EventRow]):
    """The rows of one snapshot."""

    def __init__(self, model: TimelineModel) -> None:
        self.model = model
        self._overdue = [loop for loop in model.loops if loop.overdue_since(model.now) is not None]
        times = np.concatenate([model.columns.at, np.asarray([loop.due_at for loop in self._overdue], dtype=np.int64)])
        # Codes below len(model) are messages, the others overdue orders; stable, so that equal times keep their order.
        self._codes: npt.NDArray[np.intp] = np.argsort(times, kind="stable")[::-1]
        severe = np.concatenate(
            [model.columns.severity >= Severity.WARNING, np.ones(len(self._overdue), dtype=np.bool_)]
        )
        self.problems: npt.NDArray[np.intp] = np.flatnonzero(severe[self._codes])
        self._places: npt.NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return len(self._codes)

    def __getitem__(self, index: int) -> EventRow:  # type: ignore[override]
        code = int(self._codes[index])
        if code < len(self.model):
            return self._message(self.model.entries[code], code)
        return self._overdue_order(code - len(self.model))

    def key_at(self, index: int) -> str:
        """The row's key without making the row."""
        code = int(self._codes[index])
        if code < len(self.model):
            return str(self.model.entries[code]["event_id"])
        return f"order:{self._overdue[code - len(self.model)].order_id}"

    def index_of(self, *, event_id: str = "", order_id: str = "") -> int:
        """The row of a message or an overdue order; -1 when it is not listed."""
        if event_id:
            code = self.model.row_of(event_id)
        else:
            number = next((i for i, loop in enumerate(self._overdue) if loop.order_id == order_id), -1)
            code = number + len(self.model) if number >= 0 else -1
        if code < 0:
            return -1
        if self._places is None:
            self._places = np.empty(len(self._codes), dtype=np.intp)
            self._places[self._codes] = np.arange(len(self._codes))
        return int(self._places[code])

    def next_problem(self, index: int, step: int) -> int:
        """The nearest problem below (step 1) or above (step -1) a row; -1 when there is none."""
        if step > 0:
            place = int(np.searchsorted(self.problems, index, "right"))
            return int(self.problems[place]) if place < len(self.problems) else -1
        place = int(np.searchsorted(self.problems, index, "left")) - 1
        return int(self.problems[place]) if place >= 0 else -1

    def _message(self, entry: JsonObject, code: int) -> EventRow:
        took = entry.get("took_ms")
        return EventRow(
            event_id=str(entry["event_id"]),
            order_id="",
            at=from_micros(int(self.model.columns.at[code])),
            shape=Shape(int(self.model.columns.shape[code])),
            message_type=str(entry.get("message_type", "")),
            title=str(entry.get("title", "")),
            sender=str(entry.get("from", "")),
            receivers=tuple(str(name) for name in entry.get("to", ())),
            status=status_of(str(entry.get("state", ""))),
            took=timedelta(milliseconds=float(took)) if took is not None else None,
            late=False,
            duplicate=bool(self.model.columns.duplicate[code]),
            test=bool(entry.get("test")),
        )

    def _overdue_order(self, number: int) -> EventRow:
        loop = self._overdue[number]
        due = loop.due_at or 0
        return EventRow(
            event_id="",
            order_id=loop.order_id,
            at=from_micros(due),
            shape=Shape.DIAMOND,
            message_type="",
            title=loop.title,
            sender="",
            receivers=(),
            status=loop_status("late" if loop.state == "late" else "missing"),
            took=timedelta(microseconds=self.model.now - due),
            late=True,
            duplicate=False,
        )
