"""Patients: who the messages were about."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import StringConstraints

from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.inputs import Id, Paged, Text
from console.engine.api.refusals import not_found
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import PatientList, PatientShape
from console.storage.patient_reading import PatientFilter, find_patients, patients_by_id, patients_json

router = APIRouter(prefix=ROOT, tags=["patients"])


class PatientsQuery(Paged):
    """`name`: the beginnings of any words of the name. `birth_date`: YYYY, YYYY-MM or YYYY-MM-DD."""

    name: Text = ""
    identifier: Text = ""
    assigner: Text = ""
    birth_date: Annotated[str, StringConstraints(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$")] = ""


@router.get("/patients", response_model=PatientList, summary="Find patients by name, identifier, date of birth")
def patients(ask: Annotated[Asked, Depends(asked)], query: Annotated[PatientsQuery, Query()]) -> Response:
    question = ("patients", query.name, query.identifier, query.assigner, query.birth_date)
    after: Any = read_cursor(query.after, question, (str, str, str)) if query.after else None
    wanted = PatientFilter(
        name=query.name, identifier=query.identifier, assigner=query.assigner, birth_date=query.birth_date
    )
    ask.note.action = "search"
    with ask.reading() as connection:
        rows = find_patients(connection, wanted, after=after, limit=query.limit)
        shown = rows[: query.limit]
        items = patients_json(connection, shown)
    ask.note.saw(row.patient_id for row in shown)
    last = shown[-1] if len(rows) > query.limit else None
    following = make_cursor(question, (last.family, last.given, last.patient_id)) if last else None
    return listing(ask, items, next_cursor=following)


@router.get("/patients/{patient_id}", response_model=PatientShape, summary="One patient")
def patient(ask: Annotated[Asked, Depends(asked)], patient_id: Id) -> Response:
    with ask.reading() as connection:
        row = patients_by_id(connection, [patient_id]).get(patient_id)
        if row is None:
            raise not_found("patient", "Look the number on the wristband up at /api/v1/keys or /api/v1/patients.")
        [body] = patients_json(connection, [row])
    ask.note.saw([patient_id])
    return answer(body)
