"""Builds journals for tests: one message's events from the socket to the store, at stated times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import UuidSource

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)

_HOPS = {
    Kind.RECEIVED: (Hop.INTAKE, State.ACCEPTED),
    Kind.DUPLICATE_RECEIVED: (Hop.INTAKE, State.DUPLICATE),
    Kind.QUARANTINED: (Hop.INTAKE, State.REFUSED),
    Kind.ACKNOWLEDGED: (Hop.ACKNOWLEDGE, State.ACCEPTED),
    Kind.PARSED: (Hop.PARSE, State.ACCEPTED),
    Kind.IDENTIFIED: (Hop.IDENTIFY, State.ACCEPTED),
    Kind.MAPPED: (Hop.MAP, State.QUEUED),
    Kind.SUPERSEDED: (Hop.MAP, State.SUPERSEDED),
    Kind.RECORDED: (Hop.MAP, State.RECORDED),
    Kind.WAITING: (Hop.MAP, State.WAITING),
    Kind.RELEASED: (Hop.MAP, State.ACCEPTED),
    Kind.DEAD_LETTERED: (Hop.MAP, State.DEAD_LETTERED),
    Kind.HANDED_OVER: (Hop.DELIVER, State.HANDED_OVER),
    Kind.ATTEMPT_FAILED: (Hop.DELIVER, State.RETRYING),
    Kind.FILED: (Hop.VERIFY, State.VERIFIED),
}


@dataclass
class JournalBuilder:
    """Each call appends one event, one second after the last unless `at` says otherwise."""

    now: datetime = START
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        counter = iter(range(1, 1_000_000))
        self._ids = UuidSource(lambda: int(self.now.timestamp() * 1000), lambda n: next(counter).to_bytes(n, "big"))

    def add(
        self,
        kind: Kind,
        trace_id: str = "",
        *,
        detail: Mapping[str, Any] | None = None,
        error: EventError | None = None,
        at: datetime | None = None,
    ) -> Event:
        self.now = at or self.now + timedelta(seconds=1)
        hop, state = _HOPS[kind]
        event = Event(
            seq=len(self.events) + 1,
            event_id=self._ids.event_id(),
            trace_id=trace_id or self._ids.trace_id(),  # type: ignore[arg-type]
            kind=kind,
            occurred_at=self.now,
            recorded_at=self.now,
            source="engine",
            hop=hop,
            state=state,
            detail=detail or {},
            error=error,
        )
        self.events.append(event)
        return event

    def message(
        self,
        message_type: str,
        sender: str,
        *,
        title: str = "",
        category: str = "result",
        orders: tuple[dict[str, Any], ...] = (),
        outcome: Kind = Kind.FILED,
        error: EventError | None = None,
        sent_at: datetime | None = None,
    ) -> str:
        """One message all the way to `outcome`; returns its trace id."""
        told = {"title": title, "category": category, "orders": list(orders)}
        root = self.add(
            Kind.RECEIVED,
            detail={
                "message_type": message_type,
                "sender": {"application": sender, "facility": "F"},
                "control_id": "1",
            },
        )
        trace = root.trace_id
        self.add(Kind.ACKNOWLEDGED, trace, detail={"code": "AA", "took_ms": 1.0})
        self.add(Kind.PARSED, trace, detail={"sent_at": sent_at.isoformat()} if sent_at else {})
        self.add(Kind.IDENTIFIED, trace, detail={"patient_id": "p1", "encounter_id": "e1"})
        if outcome in (Kind.FILED, Kind.ATTEMPT_FAILED, Kind.HANDED_OVER):
            self.add(Kind.MAPPED, trace, detail={**told, "destinations": ["fhir-store"]})
            self.add(Kind.HANDED_OVER, trace, detail={"destination": "fhir-store"})
            if outcome is not Kind.HANDED_OVER:
                self.add(outcome, trace, detail={"destination": "fhir-store"}, error=error)
        else:
            self.add(outcome, trace, detail=told, error=error)
        return trace
