"""`$everything`: a patient's or an encounter's resources with what they refer to, page by page.

hl7.org/fhir/R4/patient-operation-everything.html and encounter-operation-everything.html. The compartment is found by
the reference parameters of each type, so it is what a search by them would give.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from console.engine.fhir_facade.bundles import Entry
from console.engine.fhir_facade.query import Include
from console.engine.fhir_facade.searching import included
from console.fhir.search_parameters import PARAMETERS
from console.storage import fhir_search, fhir_store
from console.storage.fhir_index import answering

_BY = {"Patient": ("patient", "subject", "beneficiary"), "Encounter": ("encounter", "context")}
"""The parameters by which a resource belongs to a compartment."""

_NUMBERS = {
    root: [
        number
        for kind, parameters in PARAMETERS.items()
        for name in names
        if any(parameter.name == name for parameter in parameters)
        for number in answering(kind, name)
    ]
    for root, names in _BY.items()
}
_PROVENANCE = "Provenance"


@dataclass(frozen=True, slots=True)
class Compartment:
    """One page. `behind` is the number the next page goes on from, None on the last."""

    entries: list[Entry]
    behind: int | None
    total: int


def compartment(
    connection: Connection,
    root: Entry,
    *,
    since: int,
    types: Sequence[str],
    behind: int | None,
    limit: int,
) -> Compartment:
    """The root itself (on the first page), its members by number, and what those refer to.

    `since`: microseconds of the last change, inclusive; `types` narrows the members, () means all.
    """
    target = f"{root.type}/{root.id}"
    clause, values = _members(root.type, target, since, types)
    total: int = connection.exec_driver_sql(
        f"SELECT count(*) FROM (SELECT DISTINCT r.number FROM {clause})", tuple(values)
    ).scalar_one()
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT r.number, r.type, r.id FROM {clause} AND r.number > ? ORDER BY r.number LIMIT ?",
        (*values, behind or 0, limit + 1),
    ).all()
    entries = [root] if behind is None and (not types or root.type in types) else []
    for row in rows[:limit]:
        kind, identity = str(row[1]), str(row[2])
        stored = fhir_store.read(connection, kind, identity)
        if stored is not None:
            entries.append(Entry(kind, identity, stored.body))
    have = {(entry.type, entry.id) for entry in [root, *entries]}
    along = included(connection, [Include("*", "*")], [root, *entries])
    along += _provenance(connection, entries)
    brought = []
    for entry in along:
        if (entry.type, entry.id) not in have and (not types or entry.type in types):
            have.add((entry.type, entry.id))
            brought.append(entry)
    following = int(rows[limit - 1][0]) if len(rows) > limit else None
    whole = total + (1 if not types or root.type in types else 0)
    return Compartment([*entries, *brought], following, whole)


def _members(root: str, target: str, since: int, types: Sequence[str]) -> tuple[str, list[object]]:
    numbers = _NUMBERS[root]
    clause = (
        "fhir_search s CROSS JOIN fhir_resources r ON r.number = s.resource"
        f" WHERE s.param IN ({', '.join('?' * len(numbers))}) AND s.value = ? AND s.system = ''"
    )
    values: list[object] = [*numbers, target]
    if since:
        clause, values = f"{clause} AND r.last_updated >= ?", [*values, since]
    if types:
        clause, values = f"{clause} AND r.type IN ({', '.join('?' * len(types))})", [*values, *types]
    return clause, values


def _provenance(connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
    targets = [f"{entry.type}/{entry.id}" for entry in entries]
    rows = fhir_search.referring(connection, _PROVENANCE, "target", targets)
    return [Entry(_PROVENANCE, one.id, one.body, "include") for one in rows]
