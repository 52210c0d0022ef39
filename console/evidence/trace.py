"""A message trace: every hop of one message with its wait, run time and proof. A fold over one trace's events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from console.core.clock import iso
from console.core.events import Event, EventError, Evidence, Hop, Kind, State
from console.core.test_traffic import sent_as_test
from console.evidence.ordering import in_order
from console.evidence.standing import Standing, standing

_LABELS = {
    Kind.RECEIVED: "Received and stored",
    Kind.DUPLICATE_RECEIVED: "Duplicate, ignored",
    Kind.QUARANTINED: "Refused, kept in quarantine",
    Kind.ACKNOWLEDGED: "Acknowledged",
    Kind.PARSED: "Parsed",
    Kind.IDENTIFIED: "Patient and encounter found",
    Kind.MAPPED: "Mapped to FHIR",
    Kind.SUPERSEDED: "Older than what is filed: recorded, not applied",
    Kind.RECORDED: "Recorded, nothing to file",
    Kind.WAITING: "Waiting",
    Kind.RELEASED: "Released",
    Kind.DEAD_LETTERED: "Dead-lettered",
    Kind.HANDED_OVER: "Handed over",
    Kind.ATTEMPT_FAILED: "Attempt failed",
    Kind.FILED: "Filed: read back and compared",
}

_FULL_ROAD = (Hop.INTAKE, Hop.ACKNOWLEDGE, Hop.PARSE, Hop.IDENTIFY, Hop.MAP, Hop.DELIVER, Hop.VERIFY)


@dataclass(frozen=True, slots=True, kw_only=True)
class HopRecord:
    """One checkpoint passed (or refused). `wait_ms`: idle before it; `run_ms`: work in it, when the event says so."""

    hop: Hop
    kind: Kind
    label: str
    event_id: str
    source: str
    destination: str
    occurred_at: datetime
    recorded_at: datetime
    wait_ms: float
    run_ms: float | None
    state: State
    evidence: Evidence
    payload_sha256: str
    attempt: int
    error: EventError | None
    detail: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {
            "hop": self.hop.value,
            "kind": self.kind.value,
            "label": self.label,
            "event_id": self.event_id,
            "source": self.source,
            "destination": self.destination,
            "occurred_at": iso(self.occurred_at),
            "recorded_at": iso(self.recorded_at),
            "wait_ms": self.wait_ms,
            "run_ms": self.run_ms,
            "state": self.state.value,
            "evidence": self.evidence.value,
            "payload_sha256": self.payload_sha256,
            "attempt": self.attempt,
            "error": self.error.as_json() if self.error else None,
            "detail": self.detail,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The fold's answer. `not_reached` names the hops of the full road that nothing proves. `test`: of the harness."""

    trace_id: str
    event_id: str
    title: str
    category: str
    message_type: str
    control_id: str
    sender: str
    receiver: str
    state: State
    error: EventError | None
    received_at: datetime
    sent_at: datetime | None
    last_at: datetime
    patient_id: str
    encounter_id: str
    parent_trace_id: str
    duplicates: int
    test: bool
    by_destination: dict[str, State]
    hops: tuple[HopRecord, ...]
    not_reached: tuple[Hop, ...]
    events: tuple[Event, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "trace_id": self.trace_id,
            "event_id": self.event_id,
            "title": self.title,
            "category": self.category,
            "message_type": self.message_type,
            "control_id": self.control_id,
            "sender": self.sender,
            "receiver": self.receiver,
            "state": self.state.value,
            "error": self.error.as_json() if self.error else None,
            "received_at": iso(self.received_at),
            "sent_at": iso(self.sent_at) if self.sent_at else None,
            "last_at": iso(self.last_at),
            "patient_id": self.patient_id,
            "encounter_id": self.encounter_id,
            "parent_trace_id": self.parent_trace_id,
            "duplicates": self.duplicates,
            "test": self.test,
            "by_destination": {name: state.value for name, state in self.by_destination.items()},
            "hops": [hop.as_json() for hop in self.hops],
            "not_reached": [hop.value for hop in self.not_reached],
            "events": [event.as_json() for event in self.events],
        }


def fold_trace(events: Iterable[Event]) -> Trace:
    """The trace of the events given, which must all have one trace id. Raises ValueError when there are none.

    The same answer whatever order the events come in, and however often each is given.
    """
    ordered = in_order(events)
    if not ordered:
        raise ValueError("a trace needs at least one event")
    stand = standing(ordered)
    root = next((e for e in ordered if e.kind in (Kind.RECEIVED, Kind.QUARANTINED)), ordered[0])
    said = _last_said(ordered)
    return Trace(
        trace_id=root.trace_id,
        event_id=root.event_id,
        title=said.get("title") or root.detail.get("message_type", ""),
        category=said.get("category") or "other",
        message_type=root.detail.get("message_type", ""),
        control_id=root.detail.get("control_id", ""),
        sender=system_name(root.detail.get("sender")),
        receiver=system_name(root.detail.get("receiver")),
        state=stand.state,
        error=stand.error,
        received_at=root.occurred_at,
        sent_at=sent_at(ordered),
        last_at=ordered[-1].occurred_at,
        patient_id=said.get("patient_id") or "",
        encounter_id=said.get("encounter_id") or "",
        parent_trace_id=root.detail.get("parent_trace_id") or "",
        duplicates=sum(1 for e in ordered if e.kind is Kind.DUPLICATE_RECEIVED),
        test=sent_as_test(root.detail.get("sender")),
        by_destination=stand.by_destination,
        hops=_hops(ordered),
        not_reached=_not_reached(ordered, stand),
        events=tuple(ordered),
    )


def system_name(system: dict[str, str] | None) -> str:
    """`LAB1` or, when the application is not named, the facility; '' when the message named neither."""
    if not system:
        return ""
    return system.get("application") or system.get("facility") or ""


def sent_at(events: Iterable[Event]) -> datetime | None:
    """When the sender says it sent the message (MSH-7, with its zone or the source's), None when it does not say."""
    for event in events:
        if event.kind is Kind.PARSED and event.detail.get("sent_at"):
            return datetime.fromisoformat(event.detail["sent_at"])
    return None


def _last_said(events: list[Event]) -> dict[str, Any]:
    """The newest non-empty value of each descriptive fact."""
    said: dict[str, Any] = {}
    for event in events:
        for name in ("title", "category", "patient_id", "encounter_id"):
            if event.detail.get(name):
                said[name] = event.detail[name]
    return said


def _hops(events: list[Event]) -> tuple[HopRecord, ...]:
    records: list[HopRecord] = []
    before: datetime | None = None
    for event in events:
        took = event.detail.get("took_ms")
        since = (event.occurred_at - before).total_seconds() * 1000 if before else 0.0
        records.append(
            HopRecord(
                hop=event.hop,
                kind=event.kind,
                label=_LABELS.get(event.kind, event.kind.value),
                event_id=event.event_id,
                source=event.source,
                destination=str(event.detail.get("destination") or ""),
                occurred_at=event.occurred_at,
                recorded_at=event.recorded_at,
                wait_ms=round(max(since - float(took or 0), 0.0), 3),
                run_ms=round(float(took), 3) if took is not None else None,
                state=event.state,
                evidence=event.evidence,
                payload_sha256=event.payload_sha256,
                attempt=event.attempt,
                error=event.error,
                detail=dict(event.detail),
            )
        )
        if event.kind is not Kind.ACKNOWLEDGED:
            before = event.occurred_at
    return tuple(records)


def _not_reached(events: list[Event], stand: Standing) -> tuple[Hop, ...]:
    """Hops of the road with no proof. A message that is done early (recorded, superseded) has none left to reach."""
    if stand.state in (State.RECORDED, State.SUPERSEDED):
        return ()
    passed = {e.hop for e in events if e.state not in (State.DEAD_LETTERED, State.RETRYING)}
    return tuple(hop for hop in _FULL_ROAD if hop not in passed)
