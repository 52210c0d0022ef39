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


def owner(reader: DriverConnection, assigner: str, value: str) -> str | None:
    """Whom a number was given to. `value` folded. After a merge see `replacement`."""
    row = reader.execute(
        "SELECT patient_id FROM patient_identifiers WHERE assigner = ? AND value = ?", (assigner, value)
    ).fetchone()
    return row[0] if row else None


def replacement(reader: DriverConnection, patient_id: str) -> str:
    """The patient this one was merged into, '' when it stands for itself."""
    row = reader.execute("SELECT replaced_by FROM patients WHERE patient_id = ?", (patient_id,)).fetchone()
    return row[0] if row else ""
