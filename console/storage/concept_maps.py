"""The concept maps in force: shipped ones put in at the first start, later versions as they are published.

Of a version only its end may change once it is in. What a message was mapped with stands in its event, so a new
version changes nothing that was filed before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from console.core.errors import Refused
from console.fhir import concept_map, document
from console.fhir.concept_map import ConceptMap, ConceptMaps
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

_COLUMNS = (
    "url",
    "version",
    "status",
    "effective_from",
    "effective_to",
    "author",
    "approved_by",
    "published_at",
    "body",
)


def shipped(folder: Path) -> list[ConceptMap]:
    """The maps in a folder of JSON documents. Raises Refused naming the file and its fault."""
    return [concept_map.from_bytes(path.read_bytes(), origin=path.name) for path in sorted(folder.glob("*.json"))]


def seed(write: WriteTransaction, maps: Iterable[ConceptMap], now: int) -> list[ConceptMap]:
    """Puts in those versions that are not there. Gives those left out because what is in force speaks for the same
    time: a map published here is not overruled by one that is shipped."""
    in_force = load(write)
    known = {(one.url, one.version) for one in in_force}
    added: list[ConceptMap] = []
    left_out: list[ConceptMap] = []
    for one in maps:
        if (one.url, one.version) in known:
            continue
        try:
            in_force = in_force.with_map(one)
        except Refused:
            left_out.append(one)
        else:
            added.append(one)
    write.insert("concept_maps", _COLUMNS, [_row(one, now) for one in added])
    return left_out


def load(reader: DriverConnection | WriteTransaction) -> ConceptMaps:
    """All versions in force."""
    rows = reader.execute("SELECT body FROM concept_maps").fetchall()
    return ConceptMaps(concept_map.from_bytes(row[0]) for row in rows)


def publish(write: WriteTransaction, one: ConceptMap, now: int) -> ConceptMaps:
    """Adds a version; gives the maps then in force. An open-ended version before it ends on the day it begins.

    Raises Refused when the version exists or its dates overlap with another's.
    """
    if one.status == "active" and one.effective_from:
        for before in load(write):
            if before.url == one.url and before.status == "active" and not before.effective_to:
                _end(write, before, one.effective_from)
    maps = load(write).with_map(one)
    write.insert("concept_maps", _COLUMNS, [_row(one, now)])
    return maps


def _end(write: WriteTransaction, one: ConceptMap, day: str) -> None:
    """The version is in force until the day before. One that begins on that day or later is left as it is."""
    if one.effective_from < day:
        body = document.to_bytes({**one.as_json(), "effective_to": day})
        write.execute(
            "UPDATE concept_maps SET effective_to = ?, body = ? WHERE url = ? AND version = ?",
            (day, body, one.url, one.version),
        )


def standing(reader: DriverConnection) -> tuple[int, int]:
    """Changes whenever the maps do: how many versions there are, and when the newest was published."""
    row = reader.execute("SELECT count(*), coalesce(max(published_at), 0) FROM concept_maps").fetchone()
    return row[0], row[1]


def _row(one: ConceptMap, now: int) -> tuple[object, ...]:
    return (
        one.url,
        one.version,
        one.status,
        one.effective_from,
        one.effective_to,
        one.author,
        one.approved_by,
        now,
        document.to_bytes(one.as_json()),
    )
