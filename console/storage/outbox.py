"""The outbox: what has been mapped and is not yet proven to be filed, one row per message and destination.

Written in the transaction of the mapping, deleted with the event that says `filed` or `dead_lettered`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from console.core.ids import EventId, TraceId
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

_COLUMNS = (
    "destination",
    "trace_id",
    "causation_id",
    "lane",
    "bundle",
    "entries",
    "bundle_sha256",
    "state",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One resource of a bundle: where its bytes lie in it, the version it becomes, and over which it was made."""

    type: str
    id: str
    version: int
    if_match: int | None
    offset: int
    length: int

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message for one destination. `causation_id` is its message.mapped; times in microseconds."""

    seq: int
    destination: str
    trace_id: TraceId
    causation_id: EventId
    lane: str
    bundle: bytes
    entries: tuple[Entry, ...]
    bundle_sha256: str
    attempts: int
    created_at: int

    def content(self, entry: Entry) -> bytes:
        """The bytes of one resource, as mapped."""
        return self.bundle[entry.offset : entry.offset + entry.length]


def entries_json(entries: Sequence[Entry]) -> bytes:
    return orjson.dumps([(e.type, e.id, e.version, e.if_match, e.offset, e.length) for e in entries])


def add(write: WriteTransaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds rows (destination, trace_id, causation_id, lane, bundle, entries_json, bundle_sha256, created_at)."""
    write.insert("outbox", _COLUMNS, [(*row[:7], "pending", row[7]) for row in rows])


def first(reader: DriverConnection, destination: str, *, after: int, limit: int, most_bytes: int) -> list[Delivery]:
    """The next deliveries behind position `after`: `limit` at most, and no more once they exceed `most_bytes`."""
    found: list[Delivery] = []
    size = 0
    for row in reader.execute(
        f"{_SELECT} WHERE destination = ? AND seq > ? ORDER BY seq LIMIT ?", (destination, after, limit)
    ):
        found.append(_delivery(row))
        size += len(found[-1].bundle)
        if size > most_bytes:
            break
    return found


def lanes(reader: DriverConnection, destination: str, *, after: int, limit: int) -> list[tuple[int, str]]:
    """The positions and lanes of the next deliveries, without their bundles."""
    rows = reader.execute(
        "SELECT seq, lane FROM outbox WHERE destination = ? AND seq > ? ORDER BY seq LIMIT ?",
        (destination, after, limit),
    )
    return [(row[0], row[1]) for row in rows]


def one(reader: DriverConnection, seq: int) -> Delivery | None:
    row = reader.execute(f"{_SELECT} WHERE seq = ?", (seq,)).fetchone()
    return _delivery(row) if row else None


def postpone(write: WriteTransaction, seq: int, *, attempts: int, next_at: int, error: str) -> None:
    """Notes a failed attempt. `error` is a code, never a payload."""
    write.execute(
        "UPDATE outbox SET attempts = ?, next_at = ?, last_error = ? WHERE seq = ?", (attempts, next_at, error, seq)
    )


def remove(write: WriteTransaction, seqs: Sequence[int]) -> None:
    for start in range(0, len(seqs), 100):
        some = seqs[start : start + 100]
        write.execute(f"DELETE FROM outbox WHERE seq IN ({', '.join('?' * len(some))})", some)


def applied_up_to(reader: DriverConnection, destination: str) -> int:
    """The position up to which a destination that takes deliveries in order has applied them."""
    row = reader.execute("SELECT seq FROM watermarks WHERE name = ?", (f"applied:{destination}",)).fetchone()
    return row[0] if row else 0


def note_applied(write: WriteTransaction, destination: str, seq: int, now: int) -> None:
    """Moves `applied_up_to`, in the transaction that applies."""
    write.execute(
        "INSERT INTO watermarks (name, seq, moved_at) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq, moved_at = excluded.moved_at",
        (f"applied:{destination}", seq, now),
    )


_SELECT = (
    "SELECT seq, destination, trace_id, causation_id, lane, bundle, entries, bundle_sha256, attempts, created_at"
    " FROM outbox"
)


def _delivery(row: Any) -> Delivery:
    return Delivery(
        seq=row[0],
        destination=row[1],
        trace_id=TraceId(row[2]),
        causation_id=EventId(row[3]),
        lane=row[4],
        bundle=row[5],
        entries=tuple(Entry(*entry) for entry in orjson.loads(row[6])),
        bundle_sha256=row[7],
        attempts=row[8],
        created_at=row[9],
    )
