"""Reading patients: who they are, what they are called by, and how to find them by name or number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, tuple_

from console.core.clock import iso_micros
from console.core.keys import fold_key, fold_name
from console.storage.schema import encounters, patient_identifiers, patient_names, patients, traces

_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientFilter:
    """Which patients; empty means any. `name` matches the beginning of every word given."""

    name: str = ""
    identifier: str = ""
    assigner: str = ""
    birth_date: str = ""


def find_patients(
    connection: Connection, wanted: PatientFilter, *, after: tuple[str, str, str] | None, limit: int
) -> list[Row[Any]]:
    """`limit + 1` rows at most, by family, given name and id, behind the row with the key `after`."""
    query = select(patients)
    for word in fold_name(wanted.name).split():
        query = query.where(patients.c.patient_id.in_(_called(word)))
    if wanted.identifier:
        identified = select(patient_identifiers.c.patient_id).where(
            patient_identifiers.c.value == fold_key(wanted.identifier)
        )
        if wanted.assigner:
            identified = identified.where(patient_identifiers.c.assigner == wanted.assigner)
        query = query.where(patients.c.patient_id.in_(identified))
    if wanted.birth_date:
        query = query.where(patients.c.birth_date.startswith(wanted.birth_date, autoescape=True))
    place = tuple_(patients.c.family, patients.c.given, patients.c.patient_id)
    if after is not None:
        query = query.where(place > after)
    query = query.order_by(patients.c.family, patients.c.given, patients.c.patient_id).limit(limit + 1)
    return list(connection.execute(query).all())


def patients_by_id(connection: Connection, patient_ids: Sequence[str]) -> dict[str, Row[Any]]:
    if not patient_ids:
        return {}
    rows = connection.execute(select(patients).where(patients.c.patient_id.in_(patient_ids))).all()
    return {row.patient_id: row for row in rows}


def patients_json(connection: Connection, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Patients with their identifiers, number of encounters and last message."""
    ids = [row.patient_id for row in rows]
    if not ids:
        return []
    known: dict[str, list[dict[str, Any]]] = {identity: [] for identity in ids}
    for row in connection.execute(
        select(patient_identifiers)
        .where(patient_identifiers.c.patient_id.in_(ids))
        .order_by(patient_identifiers.c.status, patient_identifiers.c.assigner, patient_identifiers.c.value)
    ).all():
        known[row.patient_id].append(
            {"assigner": row.assigner, "value": row.shown or row.value, "type": row.type, "status": row.status}
        )
    stays = {
        str(row[0]): int(row[1])
        for row in connection.execute(
            select(encounters.c.patient_id, func.count())
            .where(encounters.c.patient_id.in_(ids))
            .group_by(encounters.c.patient_id)
        ).all()
    }
    return [
        {
            "patient_id": row.patient_id,
            "family": row.family,
            "given": row.given,
            "prefix": row.prefix,
            "birth_date": row.birth_date,
            "sex": row.sex,
            "flags": [flag for flag in row.flags.split(",") if flag],
            "replaced_by": row.replaced_by,
            "identifiers": known[row.patient_id],
            "encounters": stays.get(row.patient_id, 0),
            "last_at": _last_message_of(connection, row.patient_id),
        }
        for row in rows
    ]


def _last_message_of(connection: Connection, patient_id: str) -> str | None:
    query = select(func.max(traces.c.received_at)).where(traces.c.patient_id == patient_id)
    micros = connection.execute(query).scalar()
    return iso_micros(micros) if micros else None


def _called(word: str) -> Select[tuple[str]]:
    """Patients with a name that has a word beginning like this."""
    return select(patient_names.c.patient_id).where(patient_names.c.word >= word, patient_names.c.word < word + _LAST)


def patients_of_text(text: str) -> Select[tuple[str]]:
    """Patients with this identifier, or called so."""
    identified = select(patient_identifiers.c.patient_id).where(patient_identifiers.c.value == fold_key(text))
    found: ColumnElement[bool] = patients.c.patient_id.in_(identified)
    words = fold_name(text).split()
    if words:
        found = or_(found, and_(*(patients.c.patient_id.in_(_called(word)) for word in words)))
    return select(patients.c.patient_id).where(found)


def patient_line(row: Row[Any] | None) -> dict[str, Any] | None:
    """Who it is, in one line: for headers and lists."""
    if row is None:
        return None
    return {
        "patient_id": row.patient_id,
        "family": row.family,
        "given": row.given,
        "prefix": row.prefix,
        "birth_date": row.birth_date,
        "sex": row.sex,
        "flags": [flag for flag in row.flags.split(",") if flag],
    }
