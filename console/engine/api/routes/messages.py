"""Messages: one line each, and what arrived byte for byte, as a tree, and as the FHIR it became."""

from __future__ import annotations

import base64
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection, Row

from console.core.errors import InvalidMessage
from console.core.events import Kind, State
from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.inputs import Closed, Id, Moment, Paged, Text
from console.engine.api.refusals import Refusal, not_found
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import MessageFhir, MessageList, MessageTree, RawMessage
from console.hl7v2.message import parse
from console.hl7v2.tree import tree as tree_of
from console.storage import fhir_store, trace_reading
from console.storage.event_reading import event_of, events_of_trace
from console.storage.key_reading import indexed_up_to
from console.storage.messages import message_by_event, message_of_trace
from console.storage.trace_reading import TraceFilter, bundles_of_trace, trace_id_of, trace_json

router = APIRouter(prefix=ROOT, tags=["messages"])


class MessagesQuery(Paged):
    """Times are of receipt. `type` is a whole type (`ORU^R01`) or its family (`ORU`)."""

    state: tuple[State, ...] = ()
    sender: Text = ""
    type: Text = ""
    since: Moment | None = None
    until: Moment | None = None


@router.get("/messages", response_model=MessageList, summary="Messages, newest first")
def messages(ask: Annotated[Asked, Depends(asked)], query: Annotated[MessagesQuery, Query()]) -> Response:
    question = ("messages", query.state, query.sender, query.type, query.since, query.until)
    after: Any = read_cursor(query.after, question, (int, str)) if query.after else None
    wanted = TraceFilter(
        states=query.state, sender=query.sender, message_type=query.type, since=query.since, until=query.until
    )
    ask.note.action = "search"
    with ask.reading() as connection:
        found = trace_reading.page(connection, wanted, after=after, limit=query.limit)
        up_to = indexed_up_to(connection)
    ask.note.saw((row.patient_id for row in found.rows), (row.event_id for row in found.rows))
    following = make_cursor(question, found.resume) if found.resume else None
    return listing(ask, [trace_json(row) for row in found.rows], next_cursor=following, indexed_up_to=up_to)


class RawQuery(Closed):
    """`json` gives the text beside the bytes, for showing."""

    format: Literal["bytes", "json"] = "bytes"


@router.get(
    "/messages/{event_id}/raw",
    summary="The bytes as they arrived",
    response_model=RawMessage,
    responses={200: {"content": {"application/hl7-v2": {}}}},
)
def raw(ask: Annotated[Asked, Depends(asked)], event_id: Id, query: Annotated[RawQuery, Query()]) -> Response:
    stored = _stored(ask, event_id)
    if query.format == "bytes":
        return Response(stored.raw, media_type="application/hl7-v2", headers={"ETag": f'"{stored.sha256}"'})
    text, charset = _decoded(stored)
    return answer(
        {
            "event_id": stored.event_id,
            "text": text,
            "base64": base64.b64encode(stored.raw).decode(),
            "charset": charset,
            "sha256": stored.sha256,
        }
    )


@router.get(
    "/messages/{event_id}/tree",
    response_model=MessageTree,
    summary="The message taken apart, with the names of its fields",
)
def tree(ask: Annotated[Asked, Depends(asked)], event_id: Id) -> Response:
    stored = _stored(ask, event_id)
    try:
        message = parse(stored.raw, charset=_charset(stored))
    except InvalidMessage as error:
        raise Refusal(
            422,
            error.code,
            f"This message has no tree: {error.text}",
            "Read its bytes at /raw.",
            more={"path": error.path},
        ) from error
    return answer(
        {
            "event_id": stored.event_id,
            "charset": message.charset,
            "segments": tree_of(message),
            "warnings": [{"code": w.code, "text": w.text, "path": w.path} for w in message.warnings],
        }
    )


@router.get(
    "/messages/{event_id}/fhir", response_model=MessageFhir, summary="The resources the message became, as filed"
)
def fhir(ask: Annotated[Asked, Depends(asked)], event_id: Id) -> Response:
    """`resources` are the versions this message made; `bundles` what still waits to be delivered.

    `text` is the same JSON as a text, for readers that must not lose the digits of its decimals.
    """
    with ask.reading() as connection:
        trace_id = _trace(ask, connection, event_id)
        waiting = [
            {
                "destination": row.destination,
                "state": row.state,
                "sha256": row.bundle_sha256,
                "bundle": orjson.Fragment(row.bundle),
                "text": row.bundle.decode(),
            }
            for row in bundles_of_trace(connection, trace_id)
        ]
        mapped = [event_of(row) for row in events_of_trace(connection, trace_id) if row.kind == Kind.MAPPED]
        resources = _resources(connection, mapped[-1].detail.get("resources", ())) if mapped else []
    last = mapped[-1] if mapped else None
    return answer(
        {
            "event_id": event_id,
            "trace_id": trace_id,
            "bundle_sha256": last.payload_sha256 if last else "",
            "maps": last.detail.get("maps", []) if last else [],
            "unmapped": last.detail.get("unmapped", []) if last else [],
            "resources": resources,
            "bundles": waiting,
        }
    )


def _resources(connection: Connection, named: Any) -> list[dict[str, Any]]:
    answered = []
    for one in named:
        kind, identity, version = str(one.get("type", "")), str(one.get("id", "")), int(one.get("version") or 0)
        stored = fhir_store.read_version(connection, kind, identity, version)
        answered.append(
            {
                "type": kind,
                "id": identity,
                "version": version,
                "action": one.get("action", ""),
                "body": orjson.Fragment(stored.body) if stored else None,
                "text": stored.body.decode() if stored else "",
            }
        )
    return answered


def _trace(ask: Asked, connection: Connection, event_id: str) -> str:
    trace_id = trace_id_of(connection, event_id)
    if not trace_id:
        raise not_found("message", "Use an event or trace id; look identifiers up at /api/v1/keys.")
    ask.note.saw_traces(connection, [trace_id])
    ask.note.saw(objects=[trace_id])
    return trace_id


def _stored(ask: Asked, event_id: str) -> Row[Any]:
    """The bytes behind any event of a message. Raises Refusal 404, or 410 once retention has removed them."""
    with ask.reading() as connection:
        trace_id = _trace(ask, connection, event_id)
        stored = message_by_event(connection, event_id.lower()) or message_of_trace(connection, trace_id)
    if stored is None:
        raise not_found("stored message", "This event is not about a message; see /api/v1/traces/{id}.")
    if stored.raw is None:
        raise Refusal(410, "purged", "The bytes were removed by retention.", "The trace and its hashes remain.")
    return stored


def _charset(stored: Row[Any]) -> str | None:
    return stored.charset or None


def _decoded(stored: Row[Any]) -> tuple[str, str]:
    """The text as the engine reads it; bytes that do not fit show as replacement characters."""
    try:
        charset = parse(stored.raw, charset=_charset(stored)).charset
    except InvalidMessage:
        charset = "utf-8"
    try:
        return stored.raw.decode(charset, "replace"), charset
    except LookupError:
        return stored.raw.decode("utf-8", "replace"), "utf-8"
