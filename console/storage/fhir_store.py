"""The built-in FHIR store: current versions, their history and their search rows, written together.

A delivery is applied whole or not at all. Content equal to what is there makes no new version, so doing it again
changes nothing; content over another version than the delivery was made for is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import Connection

from console.core.clock import iso_micros
from console.core.errors import Conflict
from console.fhir import document
from console.storage import fhir_index
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

_RESOURCE = ("number", "type", "id", "version", "last_updated", "sha256", "current", "event_id")
_HISTORY = ("number", "type", "id", "version", "last_updated", "method", "event_id", "body")
_REPLACE = "ON CONFLICT (number) DO UPDATE SET " + ", ".join(
    f"{name} = excluded.{name}" for name in ("version", "last_updated", "sha256", "current", "event_id")
)


@dataclass(frozen=True, slots=True)
class Put:
    """One resource of a delivery. `content` is what was mapped, without version meta; `if_match` the version it was
    made over (None: it must be new, or equal to what is there)."""

    type: str
    id: str
    content: bytes
    if_match: int | None

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"


Identity = tuple[str, str, int]
"""Type, id, version."""


class Version(NamedTuple):
    """One version as stored. `body` carries meta.versionId and meta.lastUpdated; times in microseconds."""

    type: str
    id: str
    version: int
    last_updated: int
    method: str
    event_id: str
    body: bytes


@dataclass(slots=True)
class _Current:
    number: int
    version: int
    sha256: str
    body: bytes
    indexed: frozenset[tuple[Any, ...]] = frozenset()  # its rows in the search index before this transaction
    row: tuple[Any, ...] | None = None  # to be written


class Changes:
    """Deliveries applied within one transaction; later ones see earlier ones. `write` puts everything down at once."""

    def __init__(self, write: WriteTransaction, now: int) -> None:
        """`now` in microseconds: meta.lastUpdated of what is written."""
        self._write = write
        self._now = now
        self._current: dict[tuple[str, str], _Current | None] = {}
        self._history: list[tuple[Any, ...]] = []
        self._numbers: dict[str, int] = {}

    def look_up(self, keys: Iterable[tuple[str, str]]) -> None:
        """Reads the current versions of many (type, id) at once; those not looked up are read one by one."""
        unknown = [key for key in dict.fromkeys(keys) if key not in self._current]
        self._current.update(dict.fromkeys(unknown))
        for some in in_chunks(unknown):
            marks = ", ".join(["(?, ?)"] * len(some))
            for row in self._write.query(
                "SELECT r.number, r.version, r.sha256, h.body, r.type, r.id FROM fhir_resources r"
                f" JOIN fhir_history h ON h.number = r.current WHERE (r.type, r.id) IN (VALUES {marks})",
                [part for key in some for part in key],
            ):
                self._current[row[4], row[5]] = _Current(*row[:4])

    def apply(self, puts: Sequence[Put], event_id: str) -> list[int]:
        """The version each resource has afterwards, in order. Raises Conflict, and then nothing of it is kept."""
        for put in puts:
            self._check(put)
        return [self._put(put, event_id) for put in puts]

    def write(self) -> None:
        """Writes resources, history and search rows of everything applied."""
        changed = [current for current in self._current.values() if current is not None and current.row is not None]
        self._write.insert("fhir_resources", _RESOURCE, [c.row for c in changed if c.row], conflict=_REPLACE)
        self._write.insert("fhir_history", _HISTORY, self._history)
        added: list[tuple[Any, ...]] = []
        removed: list[tuple[Any, ...]] = []
        for current in changed:
            rows = fhir_index.index_rows(orjson.loads(current.body), current.number)
            added.extend(rows - current.indexed)
            removed.extend(current.indexed - rows)
        fhir_index.write_rows(self._write, added, removed)

    def _check(self, put: Put) -> None:
        current = self._find(put)
        version = current.version if current else None
        if version == put.if_match or (current and current.sha256 == _digest(put.content)):
            return
        raise Conflict(
            f"The built-in store holds {put.type} in version {version or 0}, the delivery was made over"
            f" {put.if_match or 0}.",
            code="version-conflict",
            detail=put.reference,
        )

    def _put(self, put: Put, event_id: str) -> int:
        current = self._find(put)
        digest = _digest(put.content)
        if current is not None and current.sha256 == digest:
            return current.version
        if current is None:
            current = self._current[put.type, put.id] = _Current(self._number("fhir_resources"), 0, "", b"")
        elif current.row is None:
            current.indexed = frozenset(fhir_index.index_rows(orjson.loads(current.body), current.number))
        version = current.version + 1
        body = with_version(put.content, version, self._now)
        current.version, current.sha256, current.body = version, digest, body
        place = self._number("fhir_history")
        current.row = (current.number, put.type, put.id, version, self._now, digest, place, event_id)
        self._history.append((place, put.type, put.id, version, self._now, "PUT", event_id, body))
        return version

    def _find(self, put: Put) -> _Current | None:
        key = (put.type, put.id)
        if key not in self._current:
            self.look_up([key])
        return self._current[key]

    def _number(self, table: str) -> int:
        """The next free number of a table. Nothing is ever deleted from it, so none is given twice."""
        if table not in self._numbers:
            self._numbers[table] = self._write.execute(f"SELECT max(number) FROM {table}").fetchone()[0] or 0
        self._numbers[table] += 1
        return self._numbers[table]


T = TypeVar("T")
_CHUNKS = (64, 16, 4, 1)


def in_chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in pieces of few sizes, so that few statements have to be prepared."""
    start = 0
    for size in _CHUNKS:
        while len(items) - start >= size:
            yield items[start : start + size]
            start += size


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def with_version(content: bytes, version: int, last_updated: int) -> bytes:
    """The content with meta.versionId and meta.lastUpdated. Deterministic; decimals stay as sent.

    `content` is a JSON object of at least one member.
    """
    if b'"meta":' not in content:
        return _opening(version, last_updated) + content[1:]
    body = document.from_bytes(content)
    body["meta"] = {**body.get("meta", {}), **_meta(version, last_updated)}
    return document.to_bytes(body)


@lru_cache(maxsize=1024)
def _opening(version: int, last_updated: int) -> bytes:
    return b'{"meta":' + orjson.dumps(_meta(version, last_updated)) + b","


def _meta(version: int, last_updated: int) -> dict[str, str]:
    return {"lastUpdated": iso_micros(last_updated), "versionId": str(version)}


# ---------------------------------------------------------------- reading


def stored_versions(reader: DriverConnection, wanted: Iterable[Identity]) -> dict[Identity, Version]:
    """These versions, by (type, id, version), on another connection than wrote them: what is really there."""
    found: dict[Identity, Version] = {}
    for some in in_chunks(list(dict.fromkeys(wanted))):
        marks = ", ".join(["(?, ?, ?)"] * len(some))
        for row in reader.execute(
            "SELECT type, id, version, last_updated, method, event_id, body FROM fhir_history"
            f" WHERE (type, id, version) IN (VALUES {marks})",
            [part for key in some for part in key],
        ):
            version = Version._make(row)
            found[version.type, version.id, version.version] = version
    return found


def read(connection: Connection, resource_type: str, resource_id: str) -> Version | None:
    """The current version, None when the store never held it."""
    row = connection.exec_driver_sql(
        "SELECT h.type, h.id, h.version, h.last_updated, h.method, h.event_id, h.body FROM fhir_resources r"
        " JOIN fhir_history h ON h.number = r.current WHERE r.type = ? AND r.id = ?",
        (resource_type, resource_id),
    ).first()
    return Version._make(row) if row else None


def read_version(connection: Connection, resource_type: str, resource_id: str, version: int) -> Version | None:
    """One version of the resource's history."""
    row = connection.exec_driver_sql(
        "SELECT type, id, version, last_updated, method, event_id, body FROM fhir_history"
        " WHERE type = ? AND id = ? AND version = ?",
        (resource_type, resource_id, version),
    ).first()
    return Version._make(row) if row else None


def history(
    connection: Connection,
    resource_type: str = "",
    resource_id: str = "",
    *,
    since: int = 0,
    up_to: int | None = None,
    limit: int = 50,
    offset: int = 0,
) -> list[Version]:
    """Versions newest first: of one resource, of a type, or ('' for both) of all. `since`: microseconds, inclusive.

    `up_to` (see `last_number`) leaves out what was stored later, so that pages by `offset` neither repeat nor skip.
    """
    clauses, values = ["last_updated >= ?"], list[Any]([since])
    if up_to is not None:
        clauses.append("number <= ?")
        values.append(up_to)
    if resource_type:
        clauses.append("type = ?")
        values.append(resource_type)
    if resource_id:
        clauses.append("id = ?")
        values.append(resource_id)
    order = "version DESC" if resource_id else "number DESC"
    rows = connection.exec_driver_sql(
        "SELECT type, id, version, last_updated, method, event_id, body FROM fhir_history"
        f" WHERE {' AND '.join(clauses)} ORDER BY {order} LIMIT ? OFFSET ?",
        (*values, limit, offset),
    )
    return [Version._make(row) for row in rows]


def last_number(connection: Connection) -> int:
    """The number of the version stored last; 0 for an empty store."""
    return connection.exec_driver_sql("SELECT max(number) FROM fhir_history").scalar() or 0
