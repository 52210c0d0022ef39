"""An event as a row of the table `events`, both ways, for driver-level SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from console.core.clock import from_micros, to_micros
from console.core.events import Event, EventError, Evidence, Hop, Kind, State
from console.core.ids import EventId, TraceId
from console.core.keys import Key, KeyKind

EVENT_COLUMNS = (
    "seq",
    "event_id",
    "trace_id",
    "causation_id",
    "kind",
    "occurred_at",
    "recorded_at",
    "source",
    "hop",
    "state",
    "evidence",
    "payload_sha256",
    "attempt",
    "error",
    "keys",
    "detail",
    "schema_version",
)
EVENT_FIELDS = ", ".join(f'"{name}"' for name in EVENT_COLUMNS)


def event_row(event: Event, seq: int) -> tuple[Any, ...]:
    """The event as a row of `EVENT_COLUMNS` at position `seq`."""
    return (
        seq,
        event.event_id,
        event.trace_id,
        event.causation_id,
        event.kind.value,
        to_micros(event.occurred_at),
        to_micros(event.recorded_at),
        event.source,
        event.hop.value,
        event.state.value,
        event.evidence.value,
        event.payload_sha256,
        event.attempt,
        orjson.dumps(event.error.as_json()) if event.error else None,
        orjson.dumps([key.as_json() for key in event.keys]) if event.keys else None,
        orjson.dumps(event.detail) if event.detail else None,
        event.schema_version,
    )


def event_of_fields(row: Sequence[Any]) -> Event:
    """The inverse of `event_row`."""
    error = orjson.loads(row[13]) if row[13] else None
    return Event(
        seq=row[0],
        event_id=EventId(row[1]),
        trace_id=TraceId(row[2]),
        causation_id=EventId(row[3]) if row[3] else None,
        kind=Kind(row[4]),
        occurred_at=from_micros(row[5]),
        recorded_at=from_micros(row[6]),
        source=row[7],
        hop=Hop(row[8]),
        state=State(row[9]),
        evidence=Evidence(row[10]),
        payload_sha256=row[11],
        attempt=row[12],
        error=EventError(error["code"], error["text"], error.get("path", "")) if error else None,
        keys=tuple(Key(KeyKind(k["kind"]), k["value"], k.get("assigner", "")) for k in orjson.loads(row[14]))
        if row[14]
        else (),
        detail=orjson.loads(row[15]) if row[15] else {},
        schema_version=row[16],
    )
