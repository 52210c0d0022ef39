"""The write transaction: what a journal job may do between BEGIN and COMMIT.

SQL here is the driver's, with `?` for values; keep it to what SQLite and PostgreSQL share (`ON CONFLICT`, `RETURNING`).
Rows go in by multi-row INSERT: the driver lets go of the interpreter lock at every statement, and under load getting it
back costs more than the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from console.core.events import Event
from console.storage.database import DriverConnection, DriverCursor
from console.storage.event_rows import EVENT_COLUMNS, event_row

_CHUNKS = (64, 32, 16, 8, 4, 2, 1)


class WriteTransaction:
    """One open transaction of the journal. Only valid inside the job it was given to; only on the writer's thread."""

    __slots__ = ("_appended", "_connection", "_first_seq")

    def __init__(self, connection: DriverConnection, first_seq: int) -> None:
        self._connection = connection
        self._first_seq = first_seq
        self._appended: list[Event] = []

    @property
    def next_seq(self) -> int:
        """The journal position the next appended event will get."""
        return self._first_seq + len(self._appended)

    @property
    def appended(self) -> list[Event]:
        """The events appended so far in this transaction, by every job; their `seq` is not filled in."""
        return self._appended

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
        first = self.next_seq
        given = list(events)
        self.insert("events", EVENT_COLUMNS, [event_row(event, seq) for seq, event in enumerate(given, first)])
        self._appended += given
        return range(first, first + len(given))

    def _rewind(self, seq: int) -> None:
        """Forgets the events from position `seq` on: their savepoint was rolled back."""
        del self._appended[seq - self._first_seq :]


@lru_cache(maxsize=512)
def insert_sql(table: str, columns: tuple[str, ...], rows: int, conflict: str = "") -> str:
    """`INSERT INTO table (...) VALUES (?, ...), ...` for so many rows."""
    one = f"({', '.join('?' * len(columns))})"
    names = ", ".join(f'"{column}"' for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * rows)} {conflict}".rstrip()
