"""Patients as the desk knows them: one row per person, the words of their names, and the numbers they go by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from console.core.keys import fold_name
from console.fhir.context import PatientFact
from console.storage.database import DriverConnection
from console.storage.write import WriteTransaction

_PATIENTS = (
    "patient_id",
    "created_at",
    "family",
    "given",
    "prefix",
    "birth_date",
    "sex",
    "flags",
    "replaced_by",
)
_MOVING = ("family", "given", "prefix", "birth_date", "sex", "flags", "replaced_by")
_IDENTIFIERS = ("assigner", "value", "patient_id", "shown", "type", "status", "since")


def put(write: WriteTransaction, facts: Sequence[PatientFact], now: int) -> None:
    """Brings the tables to what these facts say; of several about one patient the last counts. `now`: microseconds."""
    newest = list({fact.patient_id: fact for fact in facts}.values())
    write.insert(
        "patients",
        _PATIENTS,
        [
            (f.patient_id, now, f.family, f.given, f.prefix, f.birth_date, f.sex, ",".join(f.flags), f.replaced_by)
            for f in newest
        ],
        conflict="ON CONFLICT (patient_id) DO UPDATE SET " + ", ".join(f"{n} = excluded.{n}" for n in _MOVING),
    )
    for fact in newest:
        _put_words(write, fact)
    rows: dict[tuple[str, str], tuple[Any, ...]] = {}
    for fact in facts:
        for i in fact.identifiers:
            rows[i.assigner, i.value] = (i.assigner, i.value, fact.patient_id, i.shown, i.type, i.status, now)
    write.insert(
        "patient_identifiers",
        _IDENTIFIERS,
        list(rows.values()),
        conflict="ON CONFLICT (assigner, value) DO UPDATE SET patient_id = excluded.patient_id,"
        " shown = excluded.shown, type = excluded.type, status = excluded.status",
    )


def _put_words(write: WriteTransaction, fact: PatientFact) -> None:
    words = {word for name in (fact.family, fact.given, *fact.names) for word in fold_name(name).split()}
    known = {row[0] for row in write.query("SELECT word FROM patient_names WHERE patient_id = ?", (fact.patient_id,))}
    for word in known - words:
        write.execute("DELETE FROM patient_names WHERE word = ? AND patient_id = ?", (word, fact.patient_id))
    write.insert("patient_names", ("word", "patient_id"), [(word, fact.patient_id) for word in sorted(words - known)])


def patient_of(reader: DriverConnection, assigner: str, value: str) -> str | None:
    """Whose number it is, after merges. `value` folded."""
    row = reader.execute(
        "SELECT i.patient_id, p.replaced_by FROM patient_identifiers i LEFT JOIN patients p"
        " ON p.patient_id = i.patient_id WHERE i.assigner = ? AND i.value = ?",
        (assigner, value),
    ).fetchone()
    if row is None:
        return None
    return _survivor(reader, row[1]) if row[1] else str(row[0])


def _survivor(reader: DriverConnection, patient_id: str) -> str:
    """Follows merges to the patient that is left. A circle (which nothing makes) ends where it was entered."""
    seen: set[str] = set()
    while patient_id not in seen:
        seen.add(patient_id)
        row = reader.execute("SELECT replaced_by FROM patients WHERE patient_id = ?", (patient_id,)).fetchone()
        if row is None or not row[0]:
            return patient_id
        patient_id = row[0]
    return patient_id


def known(reader: DriverConnection, patient_id: str) -> bool:
    return reader.execute("SELECT 1 FROM patients WHERE patient_id = ?", (patient_id,)).fetchone() is not None
