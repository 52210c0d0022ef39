"""What the journal is told about one delivery: handed over, failed, filed, dead-lettered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.core.clock import Clock, iso_micros, to_micros
from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import EventId, UuidSource
from console.engine.passage_events import SOURCE
from console.evidence.fingerprint import group_of
from console.storage import dead_letters, outbox
from console.storage.dead_letters import DeadLetter
from console.storage.outbox import Delivery
from console.storage.write import WriteTransaction


class DeliveryEvents:
    """Makes the events of deliveries. One per thread: it makes ids."""

    def __init__(self, ids: UuidSource, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock

    def handed_over(self, delivery: Delivery, versions: Sequence[int], *, took_ms: float, **more: Any) -> Event:
        """The destination said that it has these versions. That is its word, not yet a proof."""
        detail = {**_what(delivery, versions), "took_ms": round(took_ms, 3), **more}
        return self._event(delivery, Kind.HANDED_OVER, Hop.DELIVER, State.HANDED_OVER, detail)

    def filed(self, delivery: Delivery, versions: Sequence[int], *, cause: EventId | None, took_ms: float) -> Event:
        """Read back and found to be what was sent."""
        detail = {**_what(delivery, versions), "took_ms": round(took_ms, 3)}
        return self._event(delivery, Kind.FILED, Hop.VERIFY, State.VERIFIED, detail, cause=cause)

    def attempt_failed(self, delivery: Delivery, error: EventError, *, next_at: int, took_ms: float) -> Event:
        """It will be tried again at `next_at` (microseconds)."""
        detail = {
            "destination": delivery.destination,
            "next_at": iso_micros(next_at),
            "took_ms": round(took_ms, 3),
        }
        return self._event(delivery, Kind.ATTEMPT_FAILED, Hop.DELIVER, State.RETRYING, detail, error=error)

    def dead_letter(self, write: WriteTransaction, delivery: Delivery, error: EventError, *, hop: Hop) -> Event:
        """Gives the delivery up for a person to look at: writes the letter, takes the row out of the outbox. The event
        is the caller's to append."""
        group = group_of(error, hop=hop.value, destination=delivery.destination)
        detail = {"destination": delivery.destination, "hop": hop.value, "group": group.as_json()}
        event = self._event(delivery, Kind.DEAD_LETTERED, hop, State.DEAD_LETTERED, detail, error=error)
        origin = dead_letters.origin(write, delivery.trace_id)
        dead_letters.add(
            write,
            [
                DeadLetter(
                    event_id=event.event_id,
                    trace_id=delivery.trace_id,
                    message_event_id=origin.event_id,
                    arrival=0,
                    hop=hop.value,
                    destination=delivery.destination,
                    error=error,
                    group=group,
                    message_type=origin.message_type,
                    sender=origin.sender,
                    patient_id=origin.patient_id,
                    encounter_id=origin.encounter_id,
                    lane=delivery.lane,
                    attempts=delivery.attempts + 1,
                    first_at=delivery.created_at,
                    last_at=to_micros(event.occurred_at),
                    bundle=delivery.bundle,
                    test=origin.test,
                )
            ],
        )
        outbox.remove(write, [delivery.seq])
        return event

    def _event(
        self,
        delivery: Delivery,
        kind: Kind,
        hop: Hop,
        state: State,
        detail: Mapping[str, Any],
        *,
        error: EventError | None = None,
        cause: EventId | None = None,
    ) -> Event:
        now = self._clock()
        return Event(
            event_id=self._ids.event_id(),
            trace_id=delivery.trace_id,
            causation_id=cause or delivery.causation_id,
            kind=kind,
            occurred_at=now,
            recorded_at=now,
            source=SOURCE,
            hop=hop,
            state=state,
            payload_sha256=delivery.bundle_sha256,
            error=error,
            attempt=delivery.attempts + 1,
            detail=detail,
        )


def _what(delivery: Delivery, versions: Sequence[int]) -> dict[str, Any]:
    return {
        "destination": delivery.destination,
        "resources": [
            {"type": entry.type, "id": entry.id, "version": version}
            for entry, version in zip(delivery.entries, versions, strict=True)
        ],
    }
