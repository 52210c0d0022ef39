"""Destinations: where mapped messages go, and how it stands with each."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from console.engine.api.addresses import ROOT
from console.engine.api.answers import listing
from console.engine.api.inputs import Closed
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import DestinationList
from console.storage.failure_reading import destination_rows

router = APIRouter(prefix=ROOT, tags=["destinations"])


class DestinationsQuery(Closed):
    """All destinations come at once."""


@router.get(
    "/destinations", response_model=DestinationList, summary="Destinations with state, breaker and what waits for them"
)
def destinations(ask: Annotated[Asked, Depends(asked)], query: Annotated[DestinationsQuery, Query()]) -> Response:
    with ask.reading() as connection:
        lines = destination_rows(connection)
    return listing(ask, lines)
