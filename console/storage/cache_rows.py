"""Rows of the kept copy: events gathered by trace, traces dropped whole, bodies read back as events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from console.core.clock import parse_iso, to_micros
from console.core.events import Event, event_from_json
from console.core.ids import UNASSIGNED

JsonObject = Mapping[str, Any]


@dataclass(slots=True)
class TraceSpan:
    """A trace as a batch of events shows it: when, and whose. Times in microseconds."""

    trace_id: str
    first: int
    last: int
    patient_id: str = ""
    encounter_id: str = ""


def gather_traces(events: Sequence[JsonObject]) -> list[TraceSpan]:
    """One row per trace of a batch: its span, and the last patient and encounter an event named."""
    rows: dict[str, TraceSpan] = {}
    for event in events:
        at = to_micros(parse_iso(event["occurred_at"]))
        row = rows.get(event["trace_id"])
        if row is None:
            row = rows[event["trace_id"]] = TraceSpan(event["trace_id"], at, at)
        row.first, row.last = min(row.first, at), max(row.last, at)
        detail = event.get("detail") or {}
        patient_id = detail.get("patient_id")
        if patient_id:
            row.patient_id = patient_id
            row.encounter_id = detail.get("encounter_id") or row.encounter_id or UNASSIGNED + patient_id
    return list(rows.values())


def drop_traces(connection: Any, which: str, values: Sequence[Any]) -> int:
    """Drops the traces that the query `which` selects, with their events and keys. Returns how many."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS gone (trace_id TEXT PRIMARY KEY)")
    connection.execute("DELETE FROM gone")
    connection.execute(f"INSERT INTO gone {which}", values)
    for table in ("events", "keys", "traces"):
        connection.execute(f"DELETE FROM {table} WHERE trace_id IN (SELECT trace_id FROM gone)")
    return int(connection.execute("SELECT count(*) FROM gone").fetchone()[0])


def known_events(bodies: Iterable[bytes]) -> list[Event]:
    """Events of the kinds this program knows; a newer source's unknown kinds are left out of the fold."""
    events: list[Event] = []
    for body in bodies:
        try:
            events.append(event_from_json(orjson.loads(body)))
        except (KeyError, ValueError):
            continue
    return events
