"""Reading encounters: found by visit number, patient or name, each with how its messages stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, tuple_

from console.core.clock import iso_micros
from console.core.ids import UNASSIGNED
from console.core.keys import fold_key
from console.storage.patient_reading import patient_line, patients_by_id, patients_of_text
from console.storage.schema import encounters, traces
from console.storage.trace_reading import counts_by_state


def _when(micros: int) -> str | None:
    return iso_micros(micros) if micros else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EncounterFilter:
    """Which encounters; empty means any. `text` is a visit number, a patient identifier or a name."""

    patient_id: str = ""
    visit: str = ""
    text: str = ""


def find_encounters(
    connection: Connection, wanted: EncounterFilter, *, after: tuple[int, str] | None, limit: int
) -> list[Row[Any]]:
    """`limit + 1` rows at most, newest first, behind the row with the key `after`.

    Of one patient by start, otherwise by last message: (microseconds, encounter id) is the key in both cases.
    """
    at = sort_column(wanted)
    query = select(encounters)
    if wanted.patient_id:
        query = query.where(encounters.c.patient_id == wanted.patient_id)
    if wanted.visit:
        query = query.where(_is_visit(wanted.visit))
    if wanted.text:
        query = query.where(or_(_is_visit(wanted.text), encounters.c.patient_id.in_(patients_of_text(wanted.text))))
    if after is not None:
        query = query.where(tuple_(at, encounters.c.encounter_id) < after)
    query = query.order_by(at.desc(), encounters.c.encounter_id.desc()).limit(limit + 1)
    return list(connection.execute(query).all())


def sort_column(wanted: EncounterFilter) -> ColumnElement[int]:
    return encounters.c.started_at if wanted.patient_id else encounters.c.last_at


def _is_visit(visit: str) -> ColumnElement[bool]:
    """The number as sent, or as it folds: people type `v-000 123` for `V000123`."""
    return encounters.c.visit_number.in_({visit, visit.strip(), fold_key(visit)})


def encounters_by_visit(connection: Connection, visit: str) -> list[Row[Any]]:
    """Encounters with this visit number, 20 at most; more than one when several assigners use it."""
    return list(connection.execute(select(encounters).where(_is_visit(visit)).limit(20)).all())


def encounter_by_id(connection: Connection, encounter_id: str) -> Row[Any] | None:
    return connection.execute(select(encounters).where(encounters.c.encounter_id == encounter_id)).first()


def encounter_json(row: Row[Any]) -> dict[str, Any]:
    return {
        "encounter_id": row.encounter_id,
        "patient_id": row.patient_id,
        "visit_number": row.visit_number,
        "assigner": row.assigner,
        "class": row._mapping["class"],
        "status": row.status,
        "location": row.location,
        "attending": row.attending,
        "started_at": _when(row.started_at),
        "ended_at": _when(row.ended_at),
        "last_at": _when(row.last_at),
    }


def encounters_json(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Encounters with their patient and how their messages stand."""
    known = patients_by_id(connection, list({row.patient_id for row in rows}))
    standing = counts_by_state(connection, [row.encounter_id for row in rows])
    return [
        {
            **encounter_json(row),
            "patient": patient_line(known.get(row.patient_id)),
            "standing": standing.get(row.encounter_id, {}),
        }
        for row in rows
    ]


def unassigned_json(connection: Connection, patient_id: str) -> dict[str, Any] | None:
    """The stand-in encounter of a patient's messages without a visit; None when there are none."""
    query = (
        select(traces.c.state, func.count(), func.min(traces.c.received_at), func.max(traces.c.received_at))
        .where(traces.c.patient_id == patient_id, traces.c.encounter_id == "")
        .group_by(traces.c.state)
    )
    rows = connection.execute(query).all()
    if not rows:
        return None
    known = patients_by_id(connection, [patient_id])
    return {
        "encounter_id": UNASSIGNED + patient_id,
        "patient_id": patient_id,
        "visit_number": "",
        "assigner": "",
        "class": "",
        "status": "",
        "location": "",
        "attending": "",
        "started_at": _when(min(int(row[2]) for row in rows)),
        "ended_at": None,
        "last_at": _when(max(int(row[3]) for row in rows)),
        "patient": patient_line(known.get(patient_id)),
        "standing": {str(row[0]): int(row[1]) for row in rows},
    }
