"""Concept maps: the versions in force, and publishing another one."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Response
from pydantic import StringConstraints, ValidationError
from sqlalchemy import Connection, select

from console.core.clock import iso_micros, to_micros
from console.core.events import Event, Hop, Kind, State
from console.core.ids import EventId, TraceId
from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, as_of, listing
from console.engine.api.guards import header
from console.engine.api.inputs import Closed, Id, Text
from console.engine.api.refusals import Refusal, not_found
from console.engine.api.services import Asked, Services, asked
from console.engine.api.shapes import MapList, MapVersion, Published
from console.engine.api.strict_json import strict_loads
from console.engine.api.validation import errors_of
from console.fhir import concept_map, document
from console.fhir.concept_map import ConceptMap, name_of
from console.storage import concept_maps as maps_in_force
from console.storage.schema import concept_maps
from console.storage.write import WriteTransaction

router = APIRouter(prefix=ROOT, tags=["concept-maps"])

Short = Annotated[str, StringConstraints(max_length=500)]


class MapElement(Closed):
    """One row: a source code and what it means. Without `target` the equivalence is `unmatched`."""

    code: Short
    target: Short = ""
    target_system: Short = ""
    target_display: Short = ""
    system: Short = ""
    display: Short = ""
    equivalence: Short = ""
    comment: Annotated[str, StringConstraints(max_length=4000)] = ""


class MapDocument(Closed):
    """A version of a concept map. It is in force from `effective_from` up to the day before `effective_to`."""

    url: Short
    version: Short
    title: Short
    name: Short = ""
    status: Short = "active"
    source_table: Short = ""
    source_systems: tuple[Short, ...] = ()
    target_system: Short = ""
    effective_from: Short = ""
    effective_to: Short = ""
    on_unmapped: Short = "keep"
    author: Short = ""
    approved_by: Short = ""
    description: Annotated[str, StringConstraints(max_length=20_000)] = ""
    elements: tuple[MapElement, ...]


class MapsQuery(Closed):
    """All maps come at once, without their rows."""


@router.get("/concept-maps", response_model=MapList, summary="Every version of every map, without its rows")
def concept_map_list(ask: Annotated[Asked, Depends(asked)], query: Annotated[MapsQuery, Query()]) -> Response:
    with ask.reading() as connection:
        rows = _rows(connection)
        etag = _etag(rows)
    response = listing(ask, [_summary(row) for row in rows])
    response.headers["ETag"] = etag
    return response


class MapQuery(Closed):
    """`version`: this one; `on`: the one in force on a day; neither: the one in force today."""

    version: Text = ""
    on: date | None = None


@router.get("/concept-maps/{name}", response_model=MapVersion, summary="One version of a map with its rows")
def concept_map_one(ask: Annotated[Asked, Depends(asked)], name: Id, query: Annotated[MapQuery, Query()]) -> Response:
    with ask.reading() as connection:
        all_rows = _rows(connection)
    rows = [row for row in all_rows if name_of(row["url"]) == name]
    if not rows:
        raise not_found("concept map", "GET /api/v1/concept-maps lists them by name.")
    day = (query.on or ask.services.clock().date()).isoformat()
    chosen = _chosen(rows, query.version, day)
    if chosen is None:
        raise not_found("version of this map", "`versions` of GET /api/v1/concept-maps says which are in force when.")
    body = {
        "name": name,
        "versions": [_summary(row) for row in rows],
        "map": orjson.Fragment(chosen["body"]),
        **as_of(ask),
    }
    return answer(body, headers={"ETag": _etag(all_rows)})


def _chosen(rows: list[dict[str, Any]], version: str, day: str) -> dict[str, Any] | None:
    for row in rows:
        if version:
            if row["version"] == version:
                return row
        elif row["status"] == "active" and concept_map.from_bytes(row["body"]).covers(day):
            return row
    return None


class PublishQuery(Closed):
    """`reason`: why, for the audit log and the journal."""

    reason: Annotated[str, StringConstraints(max_length=500)] = ""


@router.post(
    "/concept-maps",
    status_code=201,
    response_model=Published,
    summary="Publish a new version of a map",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/MapDocument"}}},
        }
    },
    responses={
        200: {"model": Published, "description": "This version was there already, exactly like this: nothing changed"}
    },
)
async def publish_map(ask: Annotated[Asked, Depends(asked)], query: Annotated[PublishQuery, Query()]) -> Response:
    """An open-ended version before it ends on the day the new one begins. With `If-Match` (the ETag of the list) it is
    only published over the versions you have seen. Sent twice, it is published once.
    """
    request = ask.request
    kind = header(request.scope, b"content-type").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal(415, "not-json", "A concept map is sent as application/json.", "Set the Content-Type header.")
    raw = await request.body()
    ask.note.action = "publish"
    one = await asyncio.to_thread(_read, raw)
    expected = header(request.scope, b"if-match")
    actor, request_id = str(request.scope["state"]["actor"]), str(request.scope["state"]["request_id"])
    told = {"reason": query.reason, "actor": actor, "request_id": request_id}
    done = await asyncio.wrap_future(
        ask.services.journal.submit(lambda write: _publish(write, ask.services, one, expected, told))
    )
    ask.note.saw(objects=[one.stamp])
    return answer({"published": done is not None, "event_id": done, "map": one.stamp}, status=201 if done else 200)


def _read(raw: bytes) -> ConceptMap:
    """Raises Refusal 400 or 422 naming the member, Refused from the map's own rules."""
    body = strict_loads(raw)
    try:
        MapDocument.model_validate(body)
    except ValidationError as error:
        raise Refusal(
            422,
            "concept-map-invalid",
            "The concept map is not accepted.",
            "Correct what `errors` names.",
            errors=errors_of(error.errors(include_input=False, include_url=False)),
        ) from error
    return concept_map.from_json(body)


def _publish(
    write: WriteTransaction, services: Services, one: ConceptMap, expected: str, told: Mapping[str, str]
) -> str | None:
    """A journal job: the event's id, None when exactly this version was there already."""
    now = services.clock()
    rows = write.query("SELECT url, version, body, published_at, status FROM concept_maps")
    for url, version, body, *_ in rows:
        if (url, version) == (one.url, one.version):
            if _same(concept_map.from_bytes(body), one):
                return None
            raise Refusal(
                409, "version-exists", f"{one.stamp} exists already with other content.", "Choose a new version."
            )
    if expected and expected != _etag([{"published_at": row[3]} for row in rows]):
        raise Refusal(
            412,
            "maps-changed",
            "The maps changed since you read them.",
            "GET /api/v1/concept-maps again, and decide anew.",
        )
    maps_in_force.publish(write, one, to_micros(now))
    event_id = EventId(services.new_id())
    write.append(
        [
            Event(
                event_id=event_id,
                trace_id=TraceId(services.new_id().replace("-", "")),
                kind=Kind.MAP_PUBLISHED,
                occurred_at=now,
                recorded_at=now,
                source="engine",
                hop=Hop.MAP,
                state=State.RECORDED,
                detail={
                    "map": one.stamp,
                    "url": one.url,
                    "version": one.version,
                    "status": one.status,
                    "effective_from": one.effective_from,
                    "effective_to": one.effective_to,
                    "elements": len(one.elements),
                    **told,
                },
            )
        ]
    )
    return event_id


def _same(stored: ConceptMap, sent: ConceptMap) -> bool:
    """Whether it is the same version; its end may have been set since by the one that followed."""
    before, after = stored.as_json(), sent.as_json()
    if not sent.effective_to:
        before["effective_to"] = ""
    return bool(document.to_bytes(before) == document.to_bytes(after))


def _rows(connection: Connection) -> list[dict[str, Any]]:
    query = select(concept_maps).order_by(concept_maps.c.url, concept_maps.c.effective_from, concept_maps.c.version)
    return [dict(row._mapping) for row in connection.execute(query).all()]


def _etag(rows: list[dict[str, Any]]) -> str:
    return f'"{len(rows)}-{max((row["published_at"] for row in rows), default=0)}"'


def _summary(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": name_of(row["url"]),
        "url": row["url"],
        "version": row["version"],
        "status": row["status"],
        "effective_from": row["effective_from"],
        "effective_to": row["effective_to"],
        "author": row["author"],
        "approved_by": row["approved_by"],
        "published_at": iso_micros(row["published_at"]) if row["published_at"] else None,
    }
