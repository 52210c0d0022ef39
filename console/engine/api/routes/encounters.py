"""Encounters, and the timeline of one: everything that happened to its messages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection

from console.core.ids import UNASSIGNED
from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, as_of, listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.inputs import Id, Paged, Text
from console.engine.api.refusals import Refusal, not_found
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import EncounterList, TimelineShape
from console.evidence.timeline import fold_timeline
from console.storage.encounter_reading import (
    EncounterFilter,
    encounter_by_id,
    encounters_by_visit,
    encounters_json,
    find_encounters,
    sort_column,
    unassigned_json,
)
from console.storage.event_reading import (
    event_of,
    events_of_traces,
    trace_ids_of_encounter,
    trace_ids_without_visit,
)
from console.storage.key_reading import indexed_up_to

router = APIRouter(prefix=ROOT, tags=["encounters"])


class EncountersQuery(Paged):
    """`q`: a visit number, a patient's identifier or name."""

    patient_id: Text = ""
    visit: Text = ""
    q: Text = ""


@router.get("/encounters", response_model=EncounterList, summary="Find encounters by patient, visit number or name")
def encounters(ask: Annotated[Asked, Depends(asked)], query: Annotated[EncountersQuery, Query()]) -> Response:
    """Of one patient by start, otherwise by last message, newest first. Messages without a visit come as one more."""
    question = ("encounters", query.patient_id, query.visit, query.q)
    after: Any = read_cursor(query.after, question, (int, str)) if query.after else None
    wanted = EncounterFilter(patient_id=query.patient_id, visit=query.visit, text=query.q)
    ask.note.action = "search"
    with ask.reading() as connection:
        rows = find_encounters(connection, wanted, after=after, limit=query.limit)
        shown = rows[: query.limit]
        items = encounters_json(connection, shown)
        last_page = len(rows) <= query.limit
        if query.patient_id and not query.visit and last_page:
            without = unassigned_json(connection, query.patient_id)
            items += [without] if without else []
    ask.note.saw((item["patient_id"] for item in items), (item["encounter_id"] for item in items))
    following = None
    if not last_page:
        column = sort_column(wanted).key or ""
        following = make_cursor(question, (getattr(shown[-1], column), shown[-1].encounter_id))
    return listing(ask, items, next_cursor=following)


@router.get(
    "/encounters/{encounter}/timeline",
    response_model=TimelineShape,
    summary="The timeline of an encounter, by its id or visit number",
)
def timeline(ask: Annotated[Asked, Depends(asked)], encounter: Id) -> Response:
    with ask.reading() as connection:
        header = _header(connection, encounter)
        encounter_id, patient_id = header["encounter_id"], header["patient_id"]
        ask.note.saw([patient_id], [encounter_id])
        chosen = (
            trace_ids_without_visit(patient_id)
            if encounter_id.startswith(UNASSIGNED)
            else trace_ids_of_encounter(encounter_id)
        )
        rows = events_of_traces(connection, chosen)
        up_to = indexed_up_to(connection)
    folded = fold_timeline((event_of(row) for row in rows), now=ask.services.clock())
    patient = header.pop("patient")
    return answer(
        {
            "encounter": header,
            "patient": patient,
            "timeline": folded.as_json(),
            "indexed_up_to": up_to,
            **as_of(ask),
        }
    )


def _header(connection: Connection, encounter: str) -> dict[str, Any]:
    """Raises Refusal 404, or 409 when several assigners use the visit number."""
    if encounter.startswith(UNASSIGNED):
        without = unassigned_json(connection, encounter.removeprefix(UNASSIGNED))
        if without is None:
            raise not_found("encounter", "This patient has no messages without a visit.")
        return without
    row = encounter_by_id(connection, encounter)
    rows = [row] if row is not None else encounters_by_visit(connection, encounter)
    if not rows:
        raise not_found("encounter", "Use an encounter id or a visit number; search at /api/v1/encounters?q=.")
    found = encounters_json(connection, rows)
    if len(found) > 1:
        raise Refusal(
            409,
            "ambiguous-visit",
            f"{len(found)} encounters have this visit number.",
            "Ask by encounter_id; `choices` has them.",
            more={"choices": [{"encounter_id": one["encounter_id"], "assigner": one["assigner"]} for one in found]},
        )
    return found[0]
