"""What the journal is told about one message's way through the pipeline, event by event.

Each event is caused by the one before it. Times come from one reading of the clock and a stopwatch, so that the stages
of one message never run backwards when the clock is set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from time import perf_counter
from typing import Any, Final

from console.core.clock import Clock
from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import EventId, UuidSource
from console.evidence.fingerprint import Group
from console.fhir.context import Action, Outcome
from console.fhir.identify import Identified
from console.hl7v2.message import Message
from console.storage.inbox import Pending

SOURCE: Final = "engine"


class PassageEvents:
    """The events of one message, in order, in `events`."""

    def __init__(self, pending: Pending, *, ids: UuidSource, clock: Clock) -> None:
        self.events: list[Event] = []
        self._pending = pending
        self._ids = ids
        self._began = clock()
        self._watch = self._last = perf_counter()
        self._cause: EventId = pending.event_id

    def parsed(self, message: Message, sent_at: str) -> None:
        detail: dict[str, Any] = {"version": message.header.version, "segments": len(message.segments)}
        if message.warnings:
            detail["warnings"] = [{"code": w.code, "text": w.text, "path": w.path} for w in message.warnings]
        if sent_at:
            detail["sent_at"] = sent_at
        self._add(Kind.PARSED, Hop.PARSE, State.ACCEPTED, detail)

    def identified(self, found: Identified) -> None:
        detail = {
            "patient_id": found.patient.patient_id,
            "how": found.patient.how,
            "flags": list(found.patient.flags),
            "encounter_id": found.visit.encounter_id or "",
            "visit_number": found.visit.number,
            "assigner": found.visit.assigner,
        }
        self._add(Kind.IDENTIFIED, Hop.IDENTIFY, State.ACCEPTED, detail)

    def mapped(self, outcome: Outcome, *, event_id: EventId, sha256: str, destinations: Sequence[str]) -> None:
        detail = _about(outcome)
        detail["trigger"] = outcome.trigger
        detail["maps"] = list(outcome.maps)
        detail["resources"] = [
            {"type": c.type, "id": c.id, "action": c.action.value, "version": (c.if_match or 0) + 1}
            for c in outcome.changes
            if c.action is not Action.NONE
        ]
        detail["gate"] = "passed"
        detail["destinations"] = list(destinations)
        if outcome.unmapped:
            detail["unmapped"] = list(outcome.unmapped)
        if outcome.warnings:
            detail["warnings"] = list(outcome.warnings)
        if outcome.location:
            detail["location"] = outcome.location
        self._add(Kind.MAPPED, Hop.MAP, State.QUEUED, detail, sha256=sha256, event_id=event_id)

    def superseded(self, outcome: Outcome, *, event_id: EventId) -> None:
        detail = {**_about(outcome), "reason": outcome.reason}
        self._add(Kind.SUPERSEDED, Hop.MAP, State.SUPERSEDED, detail, event_id=event_id)

    def recorded(self, outcome: Outcome, *, event_id: EventId) -> None:
        detail = {**_about(outcome), "reason": outcome.reason}
        self._add(Kind.RECORDED, Hop.MAP, State.RECORDED, detail, event_id=event_id)

    def waiting(self, outcome: Outcome | None, *, waits_for: str, because: str) -> None:
        detail = {**_about(outcome), "waits_for": waits_for, "because": because}
        self._add(Kind.WAITING, Hop.MAP, State.WAITING, detail)

    def dead_lettered(self, outcome: Outcome | None, hop: Hop, error: EventError, group: Group) -> EventId:
        """`hop` is where it stopped; gives the event's id."""
        detail = {**_about(outcome), "hop": hop.value, "group": group.as_json()}
        self._add(Kind.DEAD_LETTERED, hop, State.DEAD_LETTERED, detail, error=error)
        return self._cause

    def _add(
        self,
        kind: Kind,
        hop: Hop,
        state: State,
        detail: Mapping[str, Any],
        *,
        sha256: str = "",
        error: EventError | None = None,
        event_id: EventId | None = None,
    ) -> None:
        now = perf_counter()
        at = self._began + timedelta(seconds=now - self._watch)
        event = Event(
            event_id=event_id or self._ids.event_id(),
            trace_id=self._pending.trace_id,
            causation_id=self._cause,
            kind=kind,
            occurred_at=at,
            recorded_at=at,
            source=SOURCE,
            hop=hop,
            state=state,
            payload_sha256=sha256,
            error=error,
            attempt=self._pending.attempts + 1,
            detail={**detail, "took_ms": round((now - self._last) * 1000, 3)},
        )
        self.events.append(event)
        self._cause = event.event_id
        self._last = now


def _about(outcome: Outcome | None) -> dict[str, Any]:
    """What a reader of the timeline needs of any outcome; nothing of one that never came."""
    if outcome is None:
        return {}
    about: dict[str, Any] = {"title": outcome.title, "category": outcome.category.value}
    if outcome.orders:
        about["orders"] = [fact.as_json() for fact in outcome.orders]
    return about
