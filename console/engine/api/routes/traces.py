"""Traces: one message, every hop, with the proof."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, as_of
from console.engine.api.inputs import Id
from console.engine.api.refusals import not_found
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import TraceShape
from console.evidence.trace import fold_trace
from console.storage.event_reading import event_of, events_of_trace
from console.storage.trace_reading import children, trace_id_of

router = APIRouter(prefix=ROOT, tags=["traces"])


@router.get(
    "/traces/{identifier}",
    response_model=TraceShape,
    summary="The trace of a message, by its trace id or the id of any of its events",
)
def trace(ask: Annotated[Asked, Depends(asked)], identifier: Id) -> Response:
    with ask.reading() as connection:
        trace_id = trace_id_of(connection, identifier)
        if not trace_id:
            raise not_found("trace", "Use an event or trace id; look other identifiers up at /api/v1/keys.")
        rows = events_of_trace(connection, trace_id)
        inside = children(connection, trace_id)
        ask.note.saw_traces(connection, [trace_id])
    folded = fold_trace(event_of(row) for row in rows)
    ask.note.saw(objects=[trace_id])
    return answer({**folded.as_json(), "children": inside, **as_of(ask)})
