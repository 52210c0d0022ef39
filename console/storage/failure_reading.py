"""Reading what failed: dead letters, gathered by why they belong together, and the destinations they wait for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, distinct, func, select, tuple_

from console.core.clock import iso_micros
from console.core.events import State
from console.storage.schema import dead_letters, destinations, inbox, outbox, traces

OPEN = "open"
SAMPLE = 5
GROUPS = 200
COUNTED = 100_000


def failure_groups(connection: Connection, *, test: bool = False) -> list[dict[str, Any]]:
    """Open dead letters by group, those that touch most patients first; `GROUPS` at most. `test`: only those of the
    harness, which are in no other answer."""
    wanted = dead_letters.c.test == int(test)
    patients = func.count(distinct(func.nullif(dead_letters.c.patient_id, "")))
    query = (
        select(
            dead_letters.c.group_key,
            func.max(dead_letters.c.group_title).label("title"),
            func.max(dead_letters.c.code).label("code"),
            func.max(dead_letters.c.hop).label("hop"),
            func.max(dead_letters.c.destination).label("destination"),
            func.count().label("letters"),
            patients.label("patients"),
            func.min(dead_letters.c.first_at).label("first_at"),
            func.max(dead_letters.c.last_at).label("last_at"),
        )
        .where(dead_letters.c.state == OPEN, wanted)
        .group_by(dead_letters.c.group_key)
        .order_by(patients.desc(), func.count().desc(), dead_letters.c.group_key)
        .limit(GROUPS)
    )
    return [
        {
            "group_key": row.group_key,
            "title": row.title,
            "code": row.code,
            "hop": row.hop,
            "destination": row.destination,
            "count": row.letters,
            "patients": row.patients,
            "first_at": iso_micros(row.first_at),
            "last_at": iso_micros(row.last_at),
            "sample": _sample(connection, row.group_key, test),
        }
        for row in connection.execute(query).all()
    ]


def _sample(connection: Connection, group_key: str, test: bool) -> list[str]:
    query = select(dead_letters.c.event_id).where(
        dead_letters.c.state == OPEN, dead_letters.c.group_key == group_key, dead_letters.c.test == int(test)
    )
    rows = connection.execute(query.order_by(dead_letters.c.event_id.desc()).limit(SAMPLE)).all()
    return [row.event_id for row in rows]


def dead_letter_rows(
    connection: Connection, *, group_key: str | None, after: tuple[int, str] | None, limit: int
) -> Sequence[Row[Any]]:
    """`limit + 1` open dead letters at most, newest first, behind (last_at, event_id). `group_key` None means any."""
    columns = [column for column in dead_letters.c if column.name != "bundle"]
    query = select(*columns).where(dead_letters.c.state == OPEN)
    if group_key is not None:
        query = query.where(dead_letters.c.group_key == group_key)
    if after is not None:
        query = query.where(tuple_(dead_letters.c.last_at, dead_letters.c.event_id) < after)
    return connection.execute(
        query.order_by(dead_letters.c.last_at.desc(), dead_letters.c.event_id.desc()).limit(limit + 1)
    ).all()


def dead_letter_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "trace_id": row.trace_id,
        "hop": row.hop,
        "destination": row.destination,
        "error": {"code": row.code, "text": row.text, "path": row.path},
        "group_key": row.group_key,
        "group_title": row.group_title,
        "message_type": row.message_type,
        "sender": row.sender,
        "patient_id": row.patient_id,
        "encounter_id": row.encounter_id,
        "attempts": row.attempts,
        "first_at": iso_micros(row.first_at),
        "last_at": iso_micros(row.last_at),
        "test": bool(row.test),
    }


def queue_depths(connection: Connection) -> dict[str, int]:
    """How much waits where. Dead letters of the harness wait for nobody (see `kept_out`)."""
    waits = select(inbox.c.state, func.count()).group_by(inbox.c.state)
    by_state = {str(row[0]): int(row[1]) for row in connection.execute(waits).all()}
    dead = select(func.count()).select_from(dead_letters).where(dead_letters.c.state == OPEN, dead_letters.c.test == 0)
    return {
        "inbox": sum(by_state.values()),
        "waiting": by_state.get("waiting", 0),
        "outbox": connection.execute(select(func.count()).select_from(outbox)).scalar() or 0,
        "dead_letters": connection.execute(dead).scalar() or 0,
    }


def kept_out(connection: Connection) -> int:
    """Messages of the harness that stopped or were refused, counted up to `COUNTED` each: nobody is asked to look."""
    stopped = select(dead_letters.c.event_id).where(dead_letters.c.state == OPEN, dead_letters.c.test == 1)
    refused = select(traces.c.trace_id).where(traces.c.state == State.REFUSED.value, traces.c.test == 1)
    counts = (select(func.count()).select_from(some.limit(COUNTED).subquery()) for some in (stopped, refused))
    return sum(connection.execute(count).scalar() or 0 for count in counts)


def destination_rows(connection: Connection) -> list[dict[str, Any]]:
    """Every destination with what waits for it."""
    pending = {
        str(row[0]): (int(row[1]), int(row[2]))
        for row in connection.execute(
            select(outbox.c.destination, func.count(), func.min(outbox.c.created_at)).group_by(outbox.c.destination)
        ).all()
    }
    rows = connection.execute(select(destinations).order_by(destinations.c.name)).all()
    answer = [
        {
            "name": row.name,
            "kind": row.kind,
            "url": row.url,
            "state": row.state,
            "reason": row.reason,
            "changed_at": iso_micros(row.changed_at) if row.changed_at else None,
            "breaker": row.breaker or "closed",
            "last_ok_at": iso_micros(row.last_ok_at) if row.last_ok_at else None,
        }
        for row in rows
    ]
    for line in answer:
        count, oldest = pending.get(str(line["name"]), (0, 0))
        line["pending"] = count
        line["oldest_at"] = iso_micros(oldest) if oldest else None
    return answer


def refused_count(connection: Connection) -> int:
    """Messages kept in quarantine, counted up to `COUNTED`; without those of the harness."""
    refused = select(traces.c.trace_id).where(traces.c.state == State.REFUSED.value, traces.c.test == 0)
    some = refused.limit(COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar() or 0
