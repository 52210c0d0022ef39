"""Events: what happened to a message, in the past tense, for ever.

Everything a person sees is a fold over these. The journal stores them, the API serves them, `evidence` folds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from console.core.clock import iso, parse_iso
from console.core.ids import EventId, TraceId
from console.core.keys import Key, KeyKind

SCHEMA_VERSION = 1


class Kind(StrEnum):
    """Every kind of event there is. Dotted, past tense; a value never changes once shipped."""

    RECEIVED = "message.received"
    DUPLICATE_RECEIVED = "message.duplicate_received"
    QUARANTINED = "message.quarantined"
    ACKNOWLEDGED = "message.acknowledged"
    PARSED = "message.parsed"
    IDENTIFIED = "patient.identified"
    MAPPED = "message.mapped"
    SUPERSEDED = "message.superseded"
    RECORDED = "message.recorded"
    WAITING = "message.waiting"
    RELEASED = "message.released"
    DEAD_LETTERED = "message.dead_lettered"
    HANDED_OVER = "delivery.handed_over"
    ATTEMPT_FAILED = "delivery.attempt_failed"
    FILED = "delivery.filed"
    MAP_PUBLISHED = "concept_map.published"
    DESTINATION_CHANGED = "destination.changed"


class Hop(StrEnum):
    """The checkpoints of the road, in order."""

    INTAKE = "intake"
    ACKNOWLEDGE = "acknowledge"
    PARSE = "parse"
    IDENTIFY = "identify"
    MAP = "map"
    DELIVER = "deliver"
    VERIFY = "verify"


class State(StrEnum):
    """Where a message stands after an event. `VERIFIED` only ever comes from reading back."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    QUEUED = "queued"
    WAITING = "waiting"
    RETRYING = "retrying"
    HANDED_OVER = "handed_over"
    VERIFIED = "verified"
    RECORDED = "recorded"
    SUPERSEDED = "superseded"
    DEAD_LETTERED = "dead_lettered"


class Evidence(StrEnum):
    """How we know."""

    OBSERVED = "observed"
    ASSERTED = "asserted"
    INFERRED = "inferred"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class EventError:
    """Why something stopped. `code` kebab-case and stable, `path` like `OBX[2]-3.1` or `Observation.status`."""

    code: str
    text: str
    path: str = ""

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "text": self.text, "path": self.path}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened.

    `occurred_at` is when it happened by the clock of `source`; `recorded_at` when our journal took it. `detail` holds
    facts that belong to the kind (JSON values only); the folds in `evidence` say which they read. `seq` is the
    journal's position, 0 until stored.
    """

    event_id: EventId
    trace_id: TraceId
    kind: Kind
    occurred_at: datetime
    recorded_at: datetime
    source: str
    hop: Hop
    state: State
    evidence: Evidence = Evidence.OBSERVED
    causation_id: EventId | None = None
    keys: tuple[Key, ...] = ()
    payload_sha256: str = ""
    error: EventError | None = None
    attempt: int = 1
    detail: Mapping[str, Any] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION
    seq: int = 0

    def as_json(self) -> dict[str, Any]:
        """The event as the API gives it (contract: HTTP API, event)."""
        return {
            "seq": self.seq,
            "event_id": self.event_id,
            "trace_id": self.trace_id,
            "causation_id": self.causation_id,
            "kind": self.kind.value,
            "occurred_at": iso(self.occurred_at),
            "recorded_at": iso(self.recorded_at),
            "source": self.source,
            "hop": self.hop.value,
            "state": self.state.value,
            "evidence": self.evidence.value,
            "keys": [k.as_json() for k in self.keys],
            "payload_sha256": self.payload_sha256,
            "error": self.error.as_json() if self.error else None,
            "attempt": self.attempt,
            "detail": dict(self.detail),
            "schema_version": self.schema_version,
        }


def event_from_json(body: Mapping[str, Any]) -> Event:
    """The inverse of `Event.as_json`. Raises KeyError or ValueError when the body is no event of ours."""
    error = body.get("error")
    return Event(
        seq=int(body.get("seq", 0)),
        event_id=EventId(body["event_id"]),
        trace_id=TraceId(body["trace_id"]),
        causation_id=EventId(body["causation_id"]) if body.get("causation_id") else None,
        kind=Kind(body["kind"]),
        occurred_at=parse_iso(body["occurred_at"]),
        recorded_at=parse_iso(body["recorded_at"]),
        source=body["source"],
        hop=Hop(body["hop"]),
        state=State(body["state"]),
        evidence=Evidence(body["evidence"]),
        keys=tuple(Key(KeyKind(k["kind"]), k["value"], k.get("assigner", "")) for k in body.get("keys", ())),
        payload_sha256=body.get("payload_sha256", ""),
        error=EventError(error["code"], error["text"], error.get("path", "")) if error else None,
        attempt=int(body.get("attempt", 1)),
        detail=body.get("detail") or {},
        schema_version=int(body.get("schema_version", 1)),
    )
