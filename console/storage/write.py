"""The write transaction: what a journal job may do between BEGIN and COMMIT.

SQL here is the driver's, with `?` for values; keep it to what SQLite and PostgreSQL share (`ON CONFLICT`, `RETURNING`).
Rows go in by multi-row INSERT: the driver lets go of the interpreter lock at every statement, and under load getting it
back costs more than the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import orjson

from console.core.clock import to_micros
from console.core.events import Event
from console.storage.database import DriverConnection, DriverCursor

EVENT_COLUMNS = (
    "seq",
    "event_id",
    "trace_id",
    "causation_id",
    "kind",
    "occurred_at",
    "recorded_at",
    "source",
    "hop",
    "state",
    "evidence",
    "payload_sha256",
    "attempt",
    "error",
    "keys",
    "detail",
    "schema_version",
)

_CHUNKS = (64, 32, 16, 8, 4, 2, 1)


class WriteTransaction:
    """One open transaction of the journal. Only valid inside the job it was given to; only on the writer's thread."""

    __slots__ = ("_connection", "_next_seq")

    def __init__(self, connection: DriverConnection, next_seq: int) -> None:
        self._connection = connection
        self._next_seq = next_seq

    @property
    def next_seq(self) -> int:
        """The journal position the next appended event will get."""
        return self._next_seq

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> DriverCursor:
        return self._connection.execute(sql, parameters)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> DriverCursor:
        return self._connection.executemany(sql, rows)

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows of a SELECT, as tuples; sees what this transaction has written so far."""
        return self._connection.execute(sql, parameters).fetchall()

    def insert(
        self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]], *, conflict: str = ""
    ) -> None:
        """Inserts the rows with as few statements as there are binary digits. `conflict` is the ON CONFLICT clause."""
        start = 0
        for size in _CHUNKS:
            while len(rows) - start >= size:
                values: list[Any] = []
                for row in rows[start : start + size]:
                    values.extend(row)
                self._connection.execute(insert_sql(table, columns, size, conflict), values)
                start += size

    def append(self, events: Iterable[Event]) -> range:
        """Appends events to the journal; gives their positions, in the order given."""
        first = self._next_seq
        rows = [event_row(event, seq) for seq, event in enumerate(events, first)]
        return self.append_rows(rows)

    def append_rows(self, rows: Sequence[Sequence[Any]]) -> range:
        """As `append`, for rows of `EVENT_COLUMNS` that already carry their positions from `next_seq` on."""
        first = self._next_seq
        self.insert("events", EVENT_COLUMNS, rows)
        self._next_seq = first + len(rows)
        return range(first, self._next_seq)

    def _rewind(self, seq: int) -> None:
        self._next_seq = seq


def event_row(event: Event, seq: int) -> tuple[Any, ...]:
    """The event as a row of `EVENT_COLUMNS`."""
    return (
        seq,
        event.event_id,
        event.trace_id,
        event.causation_id,
        event.kind.value,
        to_micros(event.occurred_at),
        to_micros(event.recorded_at),
        event.source,
        event.hop.value,
        event.state.value,
        event.evidence.value,
        event.payload_sha256,
        event.attempt,
        orjson.dumps(event.error.as_json()) if event.error else None,
        orjson.dumps([key.as_json() for key in event.keys]) if event.keys else None,
        orjson.dumps(event.detail) if event.detail else None,
        event.schema_version,
    )


@lru_cache(maxsize=512)
def insert_sql(table: str, columns: tuple[str, ...], rows: int, conflict: str = "") -> str:
    """`INSERT INTO table (...) VALUES (?, ...), ...` for so many rows."""
    one = f"({', '.join('?' * len(columns))})"
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * rows)} {conflict}".rstrip()
