"""Reading traces and the bytes behind them: one row per message, newest first, and what arrived for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select

from console.core.clock import iso_micros
from console.storage.event_reading import SCAN
from console.storage.schema import events, outbox, traces

TraceRow = Row[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFilter:
    """Which messages; empty means any. Times are microseconds of receipt, half-open [since, until)."""

    states: Sequence[str] = ()
    sender: str = ""
    message_type: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class TracePage:
    """Rows newest first. `resume` is the (received_at, trace_id) the next page goes on behind, None at the end."""

    rows: list[TraceRow]
    resume: tuple[int, str] | None


def trace_json(row: TraceRow) -> dict[str, Any]:
    """A message in one line."""
    return {
        "trace_id": row.trace_id,
        "event_id": row.event_id,
        "parent_trace_id": row.parent_trace_id or "",
        "received_at": iso_micros(row.received_at),
        "last_at": iso_micros(row.last_at or row.received_at),
        "message_type": row.message_type,
        "control_id": row.control_id,
        "sender": row.sender,
        "title": row.title or row.message_type,
        "state": row.state,
        "error_code": row.error_code,
        "patient_id": row.patient_id,
        "encounter_id": row.encounter_id,
        "duplicates": row.duplicates,
        "test": bool(row.test),
    }


def page(connection: Connection, wanted: TraceFilter, *, after: tuple[int, str] | None, limit: int) -> TracePage:
    """One page of messages by receipt, newest first; looks at `SCAN` rows at most (see `event_reading`)."""
    bounds = []
    if wanted.since is not None:
        bounds.append(traces.c.received_at >= wanted.since)
    if wanted.until is not None:
        bounds.append(traces.c.received_at < wanted.until)
    if after is not None:
        at, trace_id = after
        bounds.append(or_(traces.c.received_at < at, and_(traces.c.received_at == at, traces.c.trace_id < trace_id)))
        bounds.append(traces.c.received_at <= at)
    if wanted.states:
        bounds.append(traces.c.state.in_(wanted.states))
    newest_first = (traces.c.received_at.desc(), traces.c.trace_id.desc())
    in_sight = select(traces).where(*bounds).order_by(*newest_first)
    if not (wanted.sender or wanted.message_type):
        rows = list(connection.execute(in_sight.limit(limit + 1)).all())
        return _cut(rows, limit)
    seen = in_sight.limit(SCAN).subquery()
    query = select(seen)
    if wanted.sender:
        query = query.where(seen.c.sender == wanted.sender)
    if wanted.message_type:
        exact = seen.c.message_type == wanted.message_type
        family = and_(seen.c.message_type >= f"{wanted.message_type}^", seen.c.message_type < f"{wanted.message_type}_")
        query = query.where(or_(exact, family))
    query = query.order_by(seen.c.received_at.desc(), seen.c.trace_id.desc()).limit(limit + 1)
    answer = _cut(list(connection.execute(query).all()), limit)
    if answer.resume is not None:
        return answer
    edge = connection.execute(
        select(traces.c.received_at, traces.c.trace_id).where(*bounds).order_by(*newest_first).limit(1).offset(SCAN - 1)
    ).first()
    return TracePage(answer.rows, (edge.received_at, edge.trace_id) if edge else None)


def _cut(rows: list[TraceRow], limit: int) -> TracePage:
    if len(rows) <= limit:
        return TracePage(rows, None)
    last = rows[limit - 1]
    return TracePage(rows[:limit], (last.received_at, last.trace_id))


def trace_id_of(connection: Connection, identifier: str) -> str:
    """The trace that an event id or trace id names, in any of their spellings; '' when there is none."""
    bare = identifier.strip().lower().replace("-", "")
    if len(bare) != 32 or not all(c in "0123456789abcdef" for c in bare):
        return ""
    found = connection.execute(select(events.c.trace_id).where(events.c.trace_id == bare).limit(1)).scalar()
    if found:
        return str(found)
    event_id = f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"
    found = connection.execute(select(events.c.trace_id).where(events.c.event_id == event_id)).scalar()
    return str(found or "")


def trace_row(connection: Connection, trace_id: str) -> TraceRow | None:
    return connection.execute(select(traces).where(traces.c.trace_id == trace_id)).first()


def trace_rows(connection: Connection, trace_ids: Sequence[str]) -> dict[str, TraceRow]:
    if not trace_ids:
        return {}
    rows = connection.execute(select(traces).where(traces.c.trace_id.in_(trace_ids))).all()
    return {row.trace_id: row for row in rows}


def children(connection: Connection, trace_id: str) -> list[str]:
    """The traces of the messages that came in the batch which is this trace, in the order they stood there."""
    query = select(traces.c.trace_id).where(traces.c.parent_trace_id == trace_id).order_by(traces.c.trace_id)
    return [str(row[0]) for row in connection.execute(query.limit(10_000)).all()]


def bundles_of_trace(connection: Connection, trace_id: str) -> Sequence[Row[Any]]:
    """What still waits to be delivered for the trace."""
    query = select(outbox.c.destination, outbox.c.bundle_sha256, outbox.c.state, outbox.c.bundle)
    return connection.execute(query.where(outbox.c.trace_id == trace_id).order_by(outbox.c.seq)).all()


def counts_by_state(connection: Connection, encounter_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How the messages of each encounter stand."""
    if not encounter_ids:
        return {}
    query = (
        select(traces.c.encounter_id, traces.c.state, func.count())
        .where(traces.c.encounter_id.in_(encounter_ids))
        .group_by(traces.c.encounter_id, traces.c.state)
    )
    answer: dict[str, dict[str, int]] = {}
    for row in connection.execute(query).all():
        answer.setdefault(str(row[0]), {})[str(row[1])] = int(row[2])
    return answer
