"""The inbox: messages accepted and not yet mapped, in the order of their acceptance.

A row goes with the commit that journals its outcome. A row that waits keeps its place: released, it is taken before
everything that came after it. A dead letter remembers its place and takes it again when it is taken up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from console.core.ids import EventId, TraceId
from console.core.keys import Key, KeyKind
from console.core.test_traffic import is_test_traffic
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A message to be mapped. `seq` is its place; `event_id` that of its message.received; `raw` None once purged;
    `received_at` in microseconds; `attempts` counts the times it was taken up before."""

    seq: int
    event_id: EventId
    trace_id: TraceId
    attempts: int
    received_at: int
    raw: bytes | None
    sha256: str
    charset: str
    sending_application: str
    sending_facility: str
    message_type: str
    keys: tuple[Key, ...]

    @property
    def sender(self) -> str:
        return self.sending_application or self.sending_facility

    @property
    def test(self) -> bool:
        """Traffic of the harness."""
        return is_test_traffic(self.sending_facility)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A row that was let go: what `message.released` needs to be told."""

    seq: int
    event_id: EventId
    trace_id: TraceId


def pending(reader: DriverConnection, limit: int) -> list[Pending]:
    """The first `limit` messages that may be mapped. Streams from the table: however many wait, few are in memory."""
    rows = reader.execute(
        "SELECT i.seq, i.event_id, i.trace_id, i.attempts, m.received_at, m.raw, m.sha256, m.charset,"
        " m.sending_application, m.sending_facility, m.message_type, e.keys"
        " FROM inbox i JOIN messages m ON m.event_id = i.event_id JOIN events e ON e.event_id = i.event_id"
        " WHERE i.state = 'pending' ORDER BY i.seq LIMIT ?",
        (limit,),
    )
    return [
        Pending(
            seq=row[0],
            event_id=EventId(row[1]),
            trace_id=TraceId(row[2]),
            attempts=row[3],
            received_at=row[4],
            raw=row[5],
            sha256=row[6],
            charset=row[7],
            sending_application=row[8],
            sending_facility=row[9],
            message_type=row[10],
            keys=_keys(row[11]),
        )
        for row in rows
    ]


def _keys(raw: bytes | None) -> tuple[Key, ...]:
    if not raw:
        return ()
    return tuple(Key(KeyKind(k["kind"]), k["value"], k.get("assigner", "")) for k in orjson.loads(raw))


def finish(write: WriteTransaction, seqs: Sequence[int]) -> None:
    """Their outcome is journalled: the rows go."""
    _each(write, "DELETE FROM inbox WHERE seq IN ({})", (), seqs)


def wait(write: WriteTransaction, seq: int, waits_for: str) -> None:
    """The row stays until `release` of what it waits for."""
    write.execute("UPDATE inbox SET state = 'waiting', waits_for = ? WHERE seq = ?", (waits_for, seq))


def waiting_for(reader: DriverConnection | WriteTransaction, keys: Iterable[str]) -> set[str]:
    """Those of the keys that some row waits for."""
    wanted = list(dict.fromkeys(keys))
    found: set[str] = set()
    for start in range(0, len(wanted), 100):
        some = wanted[start : start + 100]
        rows = reader.execute(
            f"SELECT DISTINCT waits_for FROM inbox WHERE waits_for <> '' AND waits_for IN ({_marks(some)})", some
        )
        found.update(row[0] for row in rows)
    return found


def release(write: WriteTransaction, waits_for: str) -> list[Waiting]:
    """Lets everything go that waits for it; gives the rows in their order."""
    rows = write.query(
        "UPDATE inbox SET state = 'pending', waits_for = '', attempts = attempts + 1"
        " WHERE waits_for <> '' AND waits_for = ? RETURNING seq, event_id, trace_id",
        (waits_for,),
    )
    return [Waiting(row[0], EventId(row[1]), TraceId(row[2])) for row in sorted(rows)]


def put_back(write: WriteTransaction, row: Waiting, *, attempts: int) -> None:
    """Gives a message its old place again."""
    write.execute(
        "INSERT INTO inbox (seq, event_id, trace_id, state, attempts) VALUES (?, ?, ?, 'pending', ?)"
        " ON CONFLICT (seq) DO NOTHING",
        (row.seq, row.event_id, row.trace_id, attempts),
    )


def any_waiting(reader: DriverConnection) -> bool:
    """Whether any row waits at all: most of the time none does, and then nobody need ask further."""
    return reader.execute("SELECT 1 FROM inbox WHERE waits_for <> '' LIMIT 1").fetchone() is not None


def _each(write: WriteTransaction, sql: str, before: tuple[Any, ...], values: Sequence[Any]) -> None:
    for start in range(0, len(values), 100):
        some = values[start : start + 100]
        write.execute(sql.format(_marks(some)), (*before, *some))


def _marks(values: Sequence[Any]) -> str:
    return ", ".join("?" * len(values))
