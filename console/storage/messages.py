"""What arrived, byte for byte: stored with its event, its inbox row and the duplicate check in one go.

`accept` is the group work the intake hands to the journal: however many messages a commit carries, it costs one look
for duplicates and three multi-row inserts. What the sender is told rests on it having been committed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from console.core.clock import to_micros
from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import EventId, TraceId
from console.core.keys import Key
from console.storage.schema import messages
from console.storage.write import WriteTransaction

CONTROL_ID_REUSED = "control-id-reused"
"""Flag: this sender used the control id before, for another message. Labs restart counters: no reason to drop it."""

_COLUMNS = (
    "event_id",
    "trace_id",
    "parent_trace_id",
    "received_at",
    "listener",
    "peer",
    "sending_application",
    "sending_facility",
    "receiving_application",
    "receiving_facility",
    "control_id",
    "message_type",
    "message_time",
    "charset",
    "size",
    "sha256",
    "dedup_sha256",
    "ack_code",
    "raw",
)
_INBOX = ("event_id", "trace_id", "state")
_PROBED = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message (or one batch envelope, or bytes that are no message) as the intake judged it.

    `dedup_sha256` '' means it can be nobody's duplicate; `error` sends it to quarantine; `contains` is the number of
    messages in a batch envelope, which is recorded and not mapped. `detail` is that of message.received.
    """

    event_id: EventId
    trace_id: TraceId
    parent_trace_id: TraceId | None = None
    received_at: datetime
    listener: str
    peer: str
    raw: bytes
    sha256: str
    dedup_sha256: str = ""
    sending_application: str = ""
    sending_facility: str = ""
    receiving_application: str = ""
    receiving_facility: str = ""
    control_id: str = ""
    message_type: str = ""
    message_time: str = ""
    charset: str = ""
    ack_code: str = ""
    keys: tuple[Key, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)
    error: EventError | None = None
    contains: int | None = None
    recorded_event_id: EventId | None = None

    @property
    def sender_key(self) -> tuple[str, str, str]:
        return (self.control_id, self.sending_application, self.sending_facility)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of an arrival. For a duplicate `trace_id` is the original's."""

    event_id: EventId
    trace_id: TraceId
    duplicate: bool = False
    flags: tuple[str, ...] = ()


@dataclass(slots=True)
class _Known:
    """What the journal already holds of the senders' control ids in this batch."""

    originals: dict[tuple[str, str, str, str], tuple[EventId, TraceId]]
    used: set[tuple[str, str, str]]


def accept(write: WriteTransaction, arrivals: Sequence[Arrival]) -> list[Stored]:
    """Stores the arrivals in the order given. A duplicate of an accepted message is counted and makes no work."""
    known = _look_up(write, arrivals)
    now = datetime.now(UTC)
    events: list[Event] = []
    rows: list[tuple[Any, ...]] = []
    inbox: list[tuple[str, str, str]] = []
    outcome: list[Stored] = []
    for arrival in arrivals:
        original = known.originals.get((*arrival.sender_key, arrival.dedup_sha256))
        if original is not None:
            events.append(_duplicate(arrival, original, now))
            outcome.append(Stored(arrival.event_id, original[1], duplicate=True))
            continue
        flags: tuple[str, ...] = ()
        if arrival.dedup_sha256:
            if arrival.sender_key in known.used:
                flags = (CONTROL_ID_REUSED,)
            known.used.add(arrival.sender_key)
            known.originals[(*arrival.sender_key, arrival.dedup_sha256)] = (arrival.event_id, arrival.trace_id)
        events.append(_received(arrival, flags, now))
        rows.append(_row(arrival))
        if arrival.contains is not None:
            events.append(_taken_apart(arrival, now))
        elif arrival.error is None:
            inbox.append((arrival.event_id, arrival.trace_id, "pending"))
        outcome.append(Stored(arrival.event_id, arrival.trace_id, flags=flags))
    write.append(events)
    write.insert("messages", _COLUMNS, rows)
    write.insert("inbox", _INBOX, inbox)
    return outcome


def _look_up(write: WriteTransaction, arrivals: Sequence[Arrival]) -> _Known:
    """One statement per 64 arrivals, two short walks of one index per arrival."""
    known = _Known({}, set())
    asked = [arrival for arrival in arrivals if arrival.dedup_sha256]
    for start in range(0, len(asked), _PROBED):
        some = asked[start : start + _PROBED]
        some += some[-1:] * (_padded(len(some)) - len(some))
        parameters: list[str] = []
        for arrival in some:
            parameters += (*arrival.sender_key, arrival.dedup_sha256)
        for control_id, application, facility, digest, event_id, trace_id in write.query(
            _PROBES[len(some)], parameters
        ):
            known.used.add((control_id, application, facility))
            if event_id is not None:
                known.originals[(control_id, application, facility, digest)] = (EventId(event_id), TraceId(trace_id))
    return known


def _padded(count: int) -> int:
    """The next power of two, so that few statements have to be prepared."""
    return 1 << (count - 1).bit_length()


def _probe(count: int) -> str:
    values = ", ".join(["(?, ?, ?, ?)"] * count)
    return (
        f"WITH asked (control_id, application, facility, digest) AS (VALUES {values})"
        " SELECT a.control_id, a.application, a.facility, a.digest, m.event_id, m.trace_id"
        " FROM asked a LEFT JOIN messages m ON m.control_id = a.control_id AND m.sending_application = a.application"
        " AND m.sending_facility = a.facility AND m.dedup_sha256 = a.digest"
        " WHERE EXISTS (SELECT 1 FROM messages u WHERE u.control_id = a.control_id"
        " AND u.sending_application = a.application AND u.sending_facility = a.facility AND u.dedup_sha256 <> '')"
    )


_PROBES = {count: _probe(count) for count in (1, 2, 4, 8, 16, 32, 64)}


def _row(arrival: Arrival) -> tuple[Any, ...]:
    return (
        arrival.event_id,
        arrival.trace_id,
        arrival.parent_trace_id,
        to_micros(arrival.received_at),
        arrival.listener,
        arrival.peer,
        arrival.sending_application,
        arrival.sending_facility,
        arrival.receiving_application,
        arrival.receiving_facility,
        arrival.control_id,
        arrival.message_type,
        arrival.message_time,
        arrival.charset,
        len(arrival.raw),
        arrival.sha256,
        arrival.dedup_sha256,
        arrival.ack_code,
        arrival.raw,
    )


def _received(arrival: Arrival, flags: tuple[str, ...], now: datetime) -> Event:
    detail = arrival.detail
    if flags:
        detail = {**detail, "flags": [*detail.get("flags", ()), *flags]}
    refused = arrival.error is not None
    return Event(
        event_id=arrival.event_id,
        trace_id=arrival.trace_id,
        kind=Kind.QUARANTINED if refused else Kind.RECEIVED,
        occurred_at=arrival.received_at,
        recorded_at=now,
        source="engine",
        hop=Hop.INTAKE,
        state=State.REFUSED if refused else State.ACCEPTED,
        keys=arrival.keys,
        payload_sha256=arrival.sha256,
        error=arrival.error,
        detail=detail,
    )


def _duplicate(arrival: Arrival, original: tuple[EventId, TraceId], now: datetime) -> Event:
    return Event(
        event_id=arrival.event_id,
        trace_id=original[1],
        causation_id=original[0],
        kind=Kind.DUPLICATE_RECEIVED,
        occurred_at=arrival.received_at,
        recorded_at=now,
        source="engine",
        hop=Hop.INTAKE,
        state=State.DUPLICATE,
        payload_sha256=arrival.sha256,
        detail={**arrival.detail, "original_event_id": original[0]},
    )


def _taken_apart(arrival: Arrival, now: datetime) -> Event:
    assert arrival.recorded_event_id is not None
    return Event(
        event_id=arrival.recorded_event_id,
        trace_id=arrival.trace_id,
        causation_id=arrival.event_id,
        kind=Kind.RECORDED,
        occurred_at=now,
        recorded_at=now,
        source="engine",
        hop=Hop.PARSE,
        state=State.RECORDED,
        detail={
            "reason": "a batch: each message in it has a trace of its own",
            "title": f"Batch of {arrival.contains}",
            "category": "other",
        },
    )


# ---------------------------------------------------------------- reading


def message_by_event(connection: Connection, event_id: str) -> Row[Any] | None:
    """The stored message whose message.received or message.quarantined has this id; `raw` is None once purged."""
    return connection.execute(select(messages).where(messages.c.event_id == event_id)).first()


def message_of_trace(connection: Connection, trace_id: str) -> Row[Any] | None:
    """The stored message a trace is about."""
    return connection.execute(select(messages).where(messages.c.trace_id == trace_id)).first()
