"""Encounters as the desk lists them: one row per visit, as the last message left it."""

from __future__ import annotations

from collections.abc import Sequence

from console.fhir.context import EncounterFact
from console.fhir.search_index import date_span
from console.storage.write import WriteTransaction

_COLUMNS = (
    "encounter_id",
    "patient_id",
    "visit_number",
    "assigner",
    "class",
    "status",
    "location",
    "attending",
    "started_at",
    "ended_at",
    "last_at",
)
_REPLACE = (
    "ON CONFLICT (encounter_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:-1])
    + ", last_at = CASE WHEN excluded.last_at > encounters.last_at THEN excluded.last_at ELSE encounters.last_at END"
)


def put(write: WriteTransaction, facts: Sequence[tuple[EncounterFact, int]]) -> None:
    """Brings the rows to what these facts say, each with the time (microseconds) its message was received."""
    newest = {fact.encounter_id: (fact, at) for fact, at in facts}
    write.insert(
        "encounters",
        _COLUMNS,
        [
            (
                f.encounter_id,
                f.patient_id,
                f.visit_number,
                f.assigner,
                f.encounter_class,
                f.status,
                f.location,
                f.attending,
                _micros(f.started_at),
                _micros(f.ended_at),
                at,
            )
            for f, at in newest.values()
        ],
        conflict=_REPLACE,
    )


def touch(write: WriteTransaction, seen: Sequence[tuple[str, int]]) -> None:
    """Notes that a message of the encounter was received at a time (microseconds)."""
    latest: dict[str, int] = {}
    for encounter_id, at in seen:
        latest[encounter_id] = max(at, latest.get(encounter_id, 0))
    write.executemany(
        "UPDATE encounters SET last_at = ? WHERE encounter_id = ? AND last_at < ?",
        [(at, encounter_id, at) for encounter_id, at in latest.items()],
    )


def _micros(text: str) -> int:
    span = date_span(text) if text else None
    return span[0] if span else 0
