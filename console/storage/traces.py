"""One row per message trace: what a list of messages shows, kept up behind the ACK.

The same fold as `evidence.trace`, a few events at a time: the events that decide where a message stands are remembered
while it is on the road, and read back from the journal when it comes up again later.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from console.core.clock import to_micros
from console.core.events import Event, Kind
from console.core.test_traffic import sent_as_test
from console.evidence.standing import standing
from console.evidence.trace import system_name
from console.storage.event_rows import EVENT_FIELDS, event_of_fields
from console.storage.write import WriteTransaction

_COLUMNS = (
    "trace_id",
    "event_id",
    "parent_trace_id",
    "received_at",
    "last_at",
    "message_type",
    "control_id",
    "sender",
    "title",
    "state",
    "error_code",
    "patient_id",
    "encounter_id",
    "duplicates",
    "test",
)
_MOVING = ("last_at", "title", "state", "error_code", "patient_id", "encounter_id", "duplicates")
_UPSERT = "ON CONFLICT (trace_id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _MOVING)
_ROOTS = (Kind.RECEIVED, Kind.QUARANTINED)
_UNDECIDING = (Kind.ACKNOWLEDGED, Kind.PARSED, Kind.IDENTIFIED, Kind.DUPLICATE_RECEIVED)
_REMEMBERED = 2048


@dataclass(slots=True)
class _Road:
    """What has been folded of one trace."""

    fixed: tuple[Any, ...]  # trace_id .. received_at, message_type, control_id, sender, test
    last_at: int = 0
    title: str = ""
    patient_id: str = ""
    encounter_id: str = ""
    duplicates: int = 0
    deciding: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        detail = event.detail
        self.last_at = max(self.last_at, to_micros(event.occurred_at))
        self.title = detail.get("title") or self.title
        self.patient_id = detail.get("patient_id") or self.patient_id
        self.encounter_id = detail.get("encounter_id") or self.encounter_id
        if event.kind is Kind.DUPLICATE_RECEIVED:
            self.duplicates += 1
        elif event.kind not in _UNDECIDING:
            self.deciding.append(event)

    def row(self) -> tuple[Any, ...]:
        stand = standing(self.deciding)
        trace_id, event_id, parent, received_at, message_type, control_id, sender, test = self.fixed
        return (
            trace_id,
            event_id,
            parent,
            received_at,
            self.last_at,
            message_type,
            control_id,
            sender,
            self.title or message_type,
            stand.state.value,
            stand.error.code if stand.error else "",
            self.patient_id,
            self.encounter_id,
            self.duplicates,
            test,
        )


class TraceRows:
    """The fold, with its memory of the traces on the road. Used on the journal's thread only."""

    def __init__(self) -> None:
        self._roads: OrderedDict[str, _Road] = OrderedDict()

    def fold(self, write: WriteTransaction, first_seq: int, events: Sequence[Event]) -> None:
        """Brings the rows of these events' traces up to date."""
        touched: dict[str, _Road] = {}
        try:
            for seq, event in enumerate(events, first_seq):
                road = touched.get(event.trace_id) or self._road(write, seq, event)
                if road is not None:
                    road.add(event)
                    touched[event.trace_id] = road
            write.insert("traces", _COLUMNS, [road.row() for road in touched.values()], conflict=_UPSERT)
        except BaseException:
            for event in events:  # what is remembered must be what was written
                self._roads.pop(event.trace_id, None)
            raise
        for trace_id, road in touched.items():
            self._roads[trace_id] = road
            self._roads.move_to_end(trace_id)
        while len(self._roads) > _REMEMBERED:
            self._roads.popitem(last=False)

    def _road(self, write: WriteTransaction, seq: int, event: Event) -> _Road | None:
        known = self._roads.get(event.trace_id)
        if known is not None:
            return known
        if event.kind in _ROOTS:
            return _Road(_fixed(event))
        earlier = write.query(
            f"SELECT {EVENT_FIELDS} FROM events WHERE trace_id = ? AND seq < ? ORDER BY seq", (event.trace_id, seq)
        )
        return _replayed([event_of_fields(row) for row in earlier])


def _replayed(events: Sequence[Event]) -> _Road | None:
    """The road up to here; None when the trace has no root and so is no message (a published map, a destination)."""
    root = next((event for event in events if event.kind in _ROOTS), None)
    if root is None:
        return None
    road = _Road(_fixed(root))
    for event in events:
        road.add(event)
    return road


def _fixed(root: Event) -> tuple[Any, ...]:
    detail = root.detail
    return (
        root.trace_id,
        root.event_id,
        detail.get("parent_trace_id") or None,
        to_micros(root.occurred_at),
        detail.get("message_type", ""),
        detail.get("control_id", ""),
        system_name(detail.get("sender")),
        int(sent_as_test(detail.get("sender"))),
    )
