"""What each remote destination is known to hold: the ETag of our last write there, and which content it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction


class RemoteVersion(NamedTuple):
    """`etag` as the server gave it ('' when it gave none); `sha256` of the content as mapped."""

    type: str
    id: str
    etag: str
    sha256: str


def find(reader: DriverConnection, destination: str, wanted: Iterable[tuple[str, str]]) -> dict[str, RemoteVersion]:
    """What is known of these (type, id), by `Type/id`."""
    found: dict[str, RemoteVersion] = {}
    for resource_type, resource_id in wanted:
        row = reader.execute(
            "SELECT type, id, etag, sha256 FROM remote_versions WHERE destination = ? AND type = ? AND id = ?",
            (destination, resource_type, resource_id),
        ).fetchone()
        if row is not None:
            found[f"{resource_type}/{resource_id}"] = RemoteVersion._make(row)
    return found


def put(write: WriteTransaction, destination: str, rows: Sequence[RemoteVersion]) -> None:
    write.insert(
        "remote_versions",
        ("destination", "type", "id", "etag", "sha256"),
        [(destination, *row) for row in rows],
        conflict="ON CONFLICT (destination, type, id) DO UPDATE SET etag = excluded.etag, sha256 = excluded.sha256",
    )
