"""Reading the audit log: its entries, newest first, and whether the chain still holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from console.core.clock import iso_micros
from console.evidence.audit_chain import GENESIS, Anchor, AuditEntry, Verification, anchor, verify
from console.storage.database import Database
from console.storage.schema import audit


class AnchorKeeper(Protocol):
    """Keeps the head of the chain outside the database."""

    def read(self) -> Anchor | None:
        """The kept anchor, None when it is gone."""
        ...

    def write(self, kept: Anchor) -> None:
        """Replaces the anchor durably. Raises EnvironmentFault when it cannot."""
        ...


def head_of(connection: Connection) -> tuple[int, str]:
    """Number and seal of the last entry; (0, GENESIS) before the first."""
    row = connection.execute(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def holds(connection: Connection, kept: Anchor | None, key: bytes) -> bool:
    """Whether the log still has the entry its anchor speaks of. A quick look; `verify_log` reads it all."""
    if kept is None or anchor(kept.seq, kept.hash, key).mac != kept.mac:
        return False
    if kept.seq == 0:
        return True
    found = connection.execute(select(audit.c.hash).where(audit.c.seq == kept.seq)).scalar()
    return found == kept.hash


def verify_log(database: Database, key: bytes, keeper: AnchorKeeper) -> Verification:
    """The anchor is read first: entries that come meanwhile are beyond it, and no flaw."""
    kept = keeper.read()
    with database.reader() as connection:
        return verify(_entries(connection), key, kept)


def _entries(connection: Connection) -> Iterator[AuditEntry]:
    for row in connection.execution_options(yield_per=2_000).execute(select(*_ENTRY).order_by(audit.c.seq)):
        yield entry_of(row)


_ENTRY = (
    audit.c.seq,
    audit.c.entry_id,
    audit.c.recorded_at,
    audit.c.actor,
    audit.c.action,
    audit.c.resource,
    audit.c.patient_id,
    audit.c.outcome,
    audit.c.request_id,
    audit.c.detail,
    audit.c.prev_hash,
    audit.c.hash,
)


def entry_of(row: Row[Any]) -> AuditEntry:
    """The stored row. A value of the wrong type (only a change from outside makes one) stays unlike any text."""
    stored: Any = row
    seq, entry_id, recorded_at, actor, action, resource, patient_id, outcome, request_id, detail, before, own = stored
    return AuditEntry(
        seq=seq,
        entry_id=_text(entry_id),
        recorded_at=recorded_at,
        actor=_text(actor),
        action=_text(action),
        resource=_text(resource),
        patient_id=_text(patient_id),
        outcome=_text(outcome),
        request_id=_text(request_id),
        detail=detail if detail is None or isinstance(detail, bytes) else str(detail).encode() + b"\0",
        prev_hash=_text(before),
        hash=_text(own),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else f"\0{value!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries; empty means any. Times are microseconds, half-open [since, until)."""

    patient_id: str = ""
    actor: str = ""
    action: str = ""
    since: int | None = None
    until: int | None = None


def about_patient(patient_id: str) -> ColumnElement[bool]:
    """Entries about this patient, alone or among others."""
    among = func.instr(audit.c.detail, f'"{patient_id}"'.encode()) > 0
    return or_(audit.c.patient_id == patient_id, among)


def audit_rows(
    connection: Connection, wanted: AuditFilter, *, after: int | None, limit: int, ascending: bool = False
) -> list[Row[Any]]:
    """`limit + 1` entries at most, newest first unless `ascending`, behind the entry with number `after`."""
    query = select(audit)
    if wanted.patient_id:
        query = query.where(about_patient(wanted.patient_id))
    if wanted.actor:
        query = query.where(audit.c.actor == wanted.actor)
    if wanted.action:
        query = query.where(audit.c.action == wanted.action)
    if wanted.since is not None:
        query = query.where(audit.c.recorded_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(audit.c.recorded_at < wanted.until)
    if after is not None:
        query = query.where(audit.c.seq > after if ascending else audit.c.seq < after)
    order = audit.c.seq if ascending else audit.c.seq.desc()
    return list(connection.execute(query.order_by(order).limit(limit + 1)).all())


def audit_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "entry_id": row.entry_id,
        "recorded_at": iso_micros(row.recorded_at),
        "actor": row.actor,
        "action": row.action,
        "resource": row.resource,
        "patient_id": row.patient_id,
        "outcome": row.outcome,
        "request_id": row.request_id,
        "detail": orjson.Fragment(row.detail) if row.detail else {},
        "hash": row.hash,
        "prev_hash": row.prev_hash,
    }
