"""Reading the journal: events by position, id, trace or time, as events or straight as JSON.

A filter never makes a request endless: one call looks at no more than `SCAN` journal rows and says where it stopped, so
the caller's next page goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, Select, func, select

from console.core.clock import iso_micros
from console.core.events import Event
from console.core.keys import fold_key
from console.storage.event_rows import EVENT_COLUMNS, event_of_fields
from console.storage.schema import events, key_index, traces

SCAN = 50_000
"""Journal rows one filtered call looks at, at most."""

EventRow = Row[Any]
_COLUMNS = [events.c[name] for name in EVENT_COLUMNS]
_ALL = select(*_COLUMNS)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events; empty means any. Times are microseconds of `recorded_at`, the half-open span [since, until)."""

    kinds: Sequence[str] = ()
    states: Sequence[str] = ()
    trace_id: str = ""
    key: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    """Rows in the order asked for. `resume` is the position the next page goes on from, None when all was seen."""

    rows: list[EventRow]
    resume: int | None


# ---------------------------------------------------------------- rows to events


def event_of(row: EventRow) -> Event:
    """The stored row as an event."""
    return event_of_fields(row)


def event_json(row: EventRow) -> dict[str, Any]:
    """The stored row as `Event.as_json` gives it, for orjson; the JSON columns pass through unread."""
    body = dict(zip(EVENT_COLUMNS, row, strict=True))
    body["occurred_at"] = iso_micros(body["occurred_at"])
    body["recorded_at"] = iso_micros(body["recorded_at"])
    body["error"] = orjson.Fragment(body["error"]) if body["error"] else None
    body["keys"] = orjson.Fragment(body["keys"]) if body["keys"] else []
    body["detail"] = orjson.Fragment(body["detail"]) if body["detail"] else {}
    return body


# ---------------------------------------------------------------- queries


def last_seq(connection: Connection) -> int:
    """The newest position; 0 for an empty journal."""
    return connection.execute(select(func.max(events.c.seq))).scalar() or 0


def event_by_id(connection: Connection, event_id: str) -> EventRow | None:
    return connection.execute(_ALL.where(events.c.event_id == event_id)).first()


def events_of_trace(connection: Connection, trace_id: str) -> Sequence[EventRow]:
    return connection.execute(_ALL.where(events.c.trace_id == trace_id).order_by(events.c.seq)).all()


def events_of_traces(connection: Connection, chosen: Select[tuple[str]]) -> Sequence[EventRow]:
    """Every event of the traces whose ids the sub-select `chosen` gives, trace by trace."""
    wanted = chosen.subquery("chosen")
    joined = events.join(wanted, events.c.trace_id == wanted.c.trace_id)
    return connection.execute(select(*_COLUMNS).select_from(joined)).all()


def tail(connection: Connection, after: int, limit: int) -> Sequence[EventRow]:
    """The next events behind position `after`."""
    return connection.execute(_ALL.where(events.c.seq > after).order_by(events.c.seq).limit(limit)).all()


def page(
    connection: Connection,
    wanted: EventFilter,
    *,
    after: int | None,
    limit: int,
    descending: bool = False,
) -> EventPage:
    """One page of events behind position `after` (None: from the end that comes first)."""
    if wanted.key:
        return _page_of_key(connection, wanted, after, limit, descending)
    newest = last_seq(connection)
    low, high = _window(connection, wanted, newest)
    if after is not None:
        low, high = (low, min(high, after - 1)) if descending else (max(low, after + 1), high)
    if low > high:
        return EventPage([], None)
    edge = (low, high)
    if not wanted.trace_id:
        edge = (max(low, high - SCAN + 1), high) if descending else (low, min(high, low + SCAN - 1))
    query = _filtered(_ALL, wanted).where(events.c.seq.between(*edge))
    return _cut(connection, query, limit, descending, edge, (low, high))


def _cut(
    connection: Connection,
    query: Select[Any],
    limit: int,
    descending: bool,
    edge: tuple[int, int],
    whole: tuple[int, int],
) -> EventPage:
    order = events.c.seq.desc() if descending else events.c.seq
    rows = list(connection.execute(query.order_by(order).limit(limit + 1)).all())
    if len(rows) > limit:
        return EventPage(rows[:limit], rows[limit - 1].seq)
    if descending:
        return EventPage(rows, edge[0] if edge[0] > whole[0] else None)
    return EventPage(rows, edge[1] if edge[1] < whole[1] else None)


def _page_of_key(
    connection: Connection, wanted: EventFilter, after: int | None, limit: int, descending: bool
) -> EventPage:
    """Events of every trace that carries the key: the index names the traces, however large the journal."""
    carriers = select(key_index.c.trace_id).where(key_index.c.value == fold_key(wanted.key))
    query = _filtered(_ALL, wanted).where(events.c.trace_id.in_(carriers))
    if wanted.since is not None:
        query = query.where(events.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(events.c.recorded_at < wanted.until)
    if after is not None:
        query = query.where(events.c.seq < after if descending else events.c.seq > after)
    return _cut(connection, query, limit, descending, (0, 0), (0, 0))


def _filtered(query: Select[Any], wanted: EventFilter) -> Select[Any]:
    if wanted.trace_id:
        query = query.where(events.c.trace_id == wanted.trace_id)
    if wanted.kinds:
        query = query.where(events.c.kind.in_(wanted.kinds))
    if wanted.states:
        query = query.where(events.c.state.in_(wanted.states))
    return query


def _window(connection: Connection, wanted: EventFilter, newest: int) -> tuple[int, int]:
    """The positions [low, high] that the time span covers."""
    low = 1 if wanted.since is None else position_at(connection, wanted.since, newest)
    high = newest if wanted.until is None else position_at(connection, wanted.until, newest) - 1
    return low, high


def position_at(connection: Connection, moment: int, newest: int) -> int:
    """The first position recorded at or after `moment`, `newest + 1` when there is none.

    Positions and `recorded_at` rise together, so about 25 look-ups by position find it and no index by time is needed.
    """
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        row = connection.execute(
            select(events.c.seq, events.c.recorded_at).where(events.c.seq >= middle).order_by(events.c.seq).limit(1)
        ).first()
        if row is None or row.recorded_at >= moment:
            high = middle
        else:
            low = row.seq + 1
    return low


def trace_ids_of_encounter(encounter_id: str) -> Select[tuple[str]]:
    return select(traces.c.trace_id).where(traces.c.encounter_id == encounter_id)


def trace_ids_without_visit(patient_id: str) -> Select[tuple[str]]:
    return select(traces.c.trace_id).where(traces.c.patient_id == patient_id, traces.c.encounter_id == "")


def events_json(rows: Iterable[EventRow]) -> list[dict[str, Any]]:
    return [event_json(row) for row in rows]
