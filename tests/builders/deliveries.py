"""Builds deliveries for tests: a bundle with its entries, as the pipeline puts them into the outbox."""

from __future__ import annotations

from typing import Any

from console.core.clock import from_micros
from console.core.events import Event, Hop, Kind, State
from console.core.ids import EventId, TraceId
from console.fhir import bundle, document
from console.fhir.context import Action, Change
from console.storage import outbox
from console.storage.fresh_ids import uuid_source
from console.storage.outbox import Delivery, Entry
from console.storage.write import WriteTransaction

_ids = uuid_source()


def observation(identity: str, status: str = "final", patient: str = "p1", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": identity,
        "status": status,
        "code": {"text": "Potassium"},
        "subject": {"reference": f"Patient/{patient}"},
        **more,
    }


def patient(identity: str = "p1", family: str = "Test") -> dict[str, Any]:
    return {"resourceType": "Patient", "id": identity, "name": [{"family": family}]}


def delivery(
    *bodies: dict[str, Any],
    versions: tuple[int, ...] = (),
    attempts: int = 0,
    lane: str = "p1",
    seq: int = 1,
    destination: str = "ehr",
) -> Delivery:
    """`versions` are those the resources become; 1 when not said."""
    counted = versions or (1,) * len(bodies)
    changes = [
        Change(
            body["resourceType"],
            body["id"],
            body,
            document.to_bytes(body),
            {},
            Action.CREATE if version == 1 else Action.UPDATE,
            version - 1 or None,
        )
        for body, version in zip(bodies, counted, strict=True)
    ]
    made = bundle.of_changes(changes)
    entries = []
    for change, version in zip(changes, counted, strict=True):
        start = made.index(change.raw)
        entries.append(Entry(change.type, change.id, version, change.if_match, start, len(change.raw)))
    return Delivery(
        seq=seq,
        destination=destination,
        trace_id=TraceId(_ids.trace_id()),
        causation_id=EventId(_ids.event_id()),
        lane=lane,
        bundle=made,
        entries=tuple(entries),
        bundle_sha256="0" * 64,
        attempts=attempts,
        created_at=1_000_000,
    )


def put_in_outbox(write: WriteTransaction, *deliveries: Delivery) -> None:
    """As the pipeline does it: the rows with their message.mapped."""
    write.append([_mapped(one) for one in deliveries])
    outbox.add(
        write,
        [
            (
                d.destination,
                d.trace_id,
                d.causation_id,
                d.lane,
                d.bundle,
                outbox.entries_json(d.entries),
                d.bundle_sha256,
                d.created_at,
            )
            for d in deliveries
        ],
    )


def _mapped(one: Delivery) -> Event:
    return Event(
        event_id=one.causation_id,
        trace_id=one.trace_id,
        kind=Kind.MAPPED,
        occurred_at=from_micros(one.created_at),
        recorded_at=from_micros(one.created_at),
        source="engine",
        hop=Hop.MAP,
        state=State.QUEUED,
    )
