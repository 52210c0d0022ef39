"""Looking up identifiers: which messages carry a value, by kind and assigner.

An exact look-up touches a handful of index entries, however often the value occurs: counts stop at `COUNT_LIMIT`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select, text

from console.core.clock import iso_micros
from console.core.keys import KeyKind, fold_key
from console.storage.key_index import LONGEST, WATERMARK, KeyHit, hits
from console.storage.schema import events, watermarks
from console.storage.trace_reading import TraceRow, trace_id_of, trace_json, trace_row, trace_rows

COUNT_LIMIT = 1_000
NEWEST = 20
"""Messages named per hit, newest first."""

_GROUP = "FROM key_index WHERE value = :value AND kind = :kind AND assigner = :assigner"
_COUNT = text(f"SELECT count(*) FROM (SELECT 1 {_GROUP} LIMIT {COUNT_LIMIT + 1})")
_FIRST = text(f"SELECT seq {_GROUP} ORDER BY seq LIMIT 1")


@dataclass(frozen=True, slots=True)
class FoundKey:
    """One identifier found. `hits` counts carrying messages, `COUNT_LIMIT + 1` meaning more than that."""

    value: str
    kind: str
    assigner: str
    shown: str
    hits: int
    first_at: int
    last_at: int
    newest: tuple[TraceRow, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "value": self.value,
            "kind": self.kind,
            "assigner": self.assigner,
            "shown": self.shown,
            "hits": min(self.hits, COUNT_LIMIT),
            "more": self.hits > COUNT_LIMIT,
            "first_at": iso_micros(self.first_at),
            "last_at": iso_micros(self.last_at),
            "traces": [trace_json(row) for row in self.newest],
        }


def find_key(connection: Connection, value: str, *, kind: str = "", assigner: str = "") -> list[FoundKey]:
    """Every identifier that compares equal to `value` (core.keys.fold_key). `kind` and `assigner` narrow, '' means any.

    `value` of an answer is the value asked for, so that a caller of many finds each answer again.
    """
    carriers = hits(connection, value, kind=kind, assigner=assigner or None, limit=NEWEST * 3)
    found = [
        _found(connection, value, list(group))
        for _, group in groupby(carriers, key=lambda hit: (hit.kind, hit.assigner))
    ]
    if not found and not assigner and kind in ("", KeyKind.EVENT, KeyKind.TRACE):
        found = _own_id(connection, value, kind)
    return found


def _found(connection: Connection, value: str, carriers: list[KeyHit]) -> FoundKey:
    """`carriers` are of one kind and assigner, newest first."""
    newest = carriers[0]
    group = {"value": fold_key(value)[:LONGEST], "kind": newest.kind, "assigner": newest.assigner}
    first: int = connection.execute(_FIRST, group).scalar_one()
    trace_ids = list(dict.fromkeys(carrier.trace_id for carrier in carriers))[:NEWEST]
    rows = trace_rows(connection, trace_ids)
    return FoundKey(
        value=value,
        kind=newest.kind,
        assigner=newest.assigner,
        shown=newest.value or value,
        hits=connection.execute(_COUNT, group).scalar_one(),
        first_at=_time_of(connection, first),
        last_at=_time_of(connection, newest.seq),
        newest=tuple(rows[trace_id] for trace_id in trace_ids if trace_id in rows),
    )


def _own_id(connection: Connection, value: str, kind: str) -> list[FoundKey]:
    """Event and trace ids are found in the journal itself."""
    trace_id = trace_id_of(connection, value)
    if not trace_id:
        return []
    found = KeyKind.TRACE if value.strip().lower().replace("-", "") == trace_id else KeyKind.EVENT
    row = trace_row(connection, trace_id)
    if kind not in ("", found) or row is None:
        return []
    return [FoundKey(value, found, "", value, 1, row.received_at, row.last_at or row.received_at, (row,))]


def _time_of(connection: Connection, seq: int) -> int:
    return connection.execute(select(events.c.occurred_at).where(events.c.seq == seq)).scalar() or 0


def indexed_up_to(connection: Connection) -> int:
    """The journal position up to which every identifier can be found."""
    query = select(watermarks.c.seq).where(watermarks.c.name == WATERMARK)
    return connection.execute(query).scalar() or 0
