"""Keys: which messages carry an identifier."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field

from console.core.keys import KeyKind
from console.engine.api.addresses import ROOT
from console.engine.api.answers import listing
from console.engine.api.inputs import Closed, Identifier, Text
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import KeyList
from console.storage.key_reading import find_key, indexed_up_to

MOST = 100

router = APIRouter(prefix=ROOT, tags=["keys"])


class KeysQuery(Closed):
    """`value` may be repeated, up to 100 times. Spaces, hyphens and case do not matter."""

    value: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MOST)]
    kind: KeyKind | None = None
    assigner: Text = ""


@router.get(
    "/keys",
    response_model=KeyList,
    summary="Look identifiers up: patient, visit, order, specimen, message, event, trace",
)
def keys(ask: Annotated[Asked, Depends(asked)], query: Annotated[KeysQuery, Query()]) -> Response:
    """`indexed_up_to` below `journal_seq` of /statistics means that the newest messages are not searchable yet."""
    ask.note.action = "search"
    with ask.reading() as connection:
        up_to = indexed_up_to(connection)
        found = [
            key
            for value in dict.fromkeys(query.value)
            for key in find_key(connection, value, kind=query.kind or "", assigner=query.assigner)
        ]
    rows = [row for key in found for row in key.newest]
    ask.note.saw((row.patient_id for row in rows), (row.trace_id for row in rows))
    return listing(ask, [key.as_json() for key in found], indexed_up_to=up_to)
