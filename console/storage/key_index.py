"""The key index: every identifier a message carries, folded, to the events that carry it.

Kept up behind the ACK (see follower). Event and trace ids are not in it: the journal itself is indexed by them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from console.core.events import Event
from console.core.keys import fold_key
from console.storage.write import WriteTransaction

WATERMARK = "key_index"
LONGEST = 256
"""Characters of a folded value that count: longer ones are no identifiers but would make any tree deep."""

_COLUMNS = ("value", "kind", "assigner", "seq", "trace_id", "shown")


@dataclass(frozen=True, slots=True)
class KeyHit:
    """One event that carries the key, as it was sent."""

    kind: str
    value: str
    assigner: str
    seq: int
    trace_id: str


def index_keys(write: WriteTransaction, first_seq: int, events: Sequence[Event]) -> None:
    """The fold: adds the keys of these events. Doing it twice changes nothing."""
    rows = [
        (folded, key.kind.value, key.assigner[:LONGEST], seq, event.trace_id, key.value[:LONGEST])
        for seq, event in enumerate(events, first_seq)
        for key in event.keys
        if (folded := fold_key(key.value)[:LONGEST])
    ]
    rows.sort()  # neighbours in the tree go in together
    write.insert("key_index", _COLUMNS, rows, conflict="ON CONFLICT DO NOTHING")


def hits(
    connection: Connection, value: str, *, kind: str = "", assigner: str | None = None, limit: int = 200
) -> list[KeyHit]:
    """The events that carry the identifier, newest first within each kind and assigner; at most `limit` of each.

    `value` in any spelling that folds alike. One short range of the index per (kind, assigner), however large it is.
    """
    folded = fold_key(value)[:LONGEST]
    if not folded:
        return []
    found: list[KeyHit] = []
    for a_kind, an_assigner in _families(connection, folded):
        if (kind and a_kind != kind) or (assigner is not None and an_assigner != assigner):
            continue
        rows = connection.exec_driver_sql(
            "SELECT kind, shown, assigner, seq, trace_id FROM key_index"
            " WHERE value = ? AND kind = ? AND assigner = ? ORDER BY seq DESC LIMIT ?",
            (folded, a_kind, an_assigner, limit),
        )
        found.extend(KeyHit(row[0], row[1], row[2], row[3], row[4]) for row in rows)
    return found


def _families(connection: Connection, folded: str) -> list[tuple[str, str]]:
    """The (kind, assigner) pairs of a value, by leaping from one to the next: a busy value has few pairs, many rows."""
    pairs: list[tuple[str, str]] = []
    last = ("", "")
    while True:
        row = connection.exec_driver_sql(
            "SELECT kind, assigner FROM key_index WHERE value = ? AND (kind, assigner) > (?, ?)"
            " ORDER BY kind, assigner LIMIT 1",
            (folded, *last),
        ).first()
        if row is None:
            return pairs
        last = (row[0], row[1])
        pairs.append(last)
