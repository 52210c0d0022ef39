"""Our own current state of every resource: what the next message is projected over.

Written with the message's events, so it is never ahead of nor behind them. The built-in store and the remote servers
follow through the outbox; a version here is the version the built-in store will have.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from console.fhir.context import Action, Change, Stored
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

_COLUMNS = ("type", "id", "version", "body", "guard", "event_id")
_REPLACE = "ON CONFLICT (type, id) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in ("version", "body", "guard", "event_id")
)


class StateRow(NamedTuple):
    """One resource after a message. `version` counts contents: it stays when only the guard moved."""

    type: str
    id: str
    version: int
    body: bytes
    guard: bytes | None
    event_id: str


def row_of(change: Change, event_id: str) -> StateRow:
    """The row a change makes."""
    version = change.if_match or 0
    if change.action is not Action.NONE:
        version += 1
    guard = orjson.dumps(change.guard) if change.guard else None
    return StateRow(change.type, change.id, version, change.raw, guard, event_id)


def stored_of(row: StateRow) -> Stored:
    """The row as mapping sees it."""
    return Stored(row.body, row.version, orjson.loads(row.guard) if row.guard else {})


def find(reader: DriverConnection, resource_type: str, resource_id: str) -> StateRow | None:
    """The committed row of a resource, None when it was never seen."""
    row = reader.execute(
        "SELECT type, id, version, body, guard, event_id FROM resource_state WHERE type = ? AND id = ?",
        (resource_type, resource_id),
    ).fetchone()
    return StateRow._make(row) if row else None


def put(write: WriteTransaction, rows: Sequence[StateRow]) -> None:
    """Writes the rows; of several for one resource the last counts."""
    newest: dict[tuple[str, str], tuple[Any, ...]] = {(row.type, row.id): row for row in rows}
    write.insert("resource_state", _COLUMNS, list(newest.values()), conflict=_REPLACE)
