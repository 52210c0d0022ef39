"""Events: the journal by cursor, and live as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse

from console.core.events import Kind, State
from console.engine.api.addresses import ROOT
from console.engine.api.answers import answer, listing
from console.engine.api.cursors import make_cursor, read_cursor
from console.engine.api.guards import header
from console.engine.api.inputs import Closed, Cursor, Id, Limit, Moment, Paged, Text
from console.engine.api.refusals import Refusal, not_found
from console.engine.api.services import Asked, asked
from console.engine.api.shapes import EventList, EventShape
from console.engine.feed import Feed
from console.storage.event_reading import EventFilter, event_by_id, event_json, events_json, last_seq, page

HEARTBEAT_S = 10.0

router = APIRouter(prefix=ROOT, tags=["events"])


class EventsQuery(Paged):
    """`after`: a cursor, or a journal position (the `seq` of the last event seen). Times are of recording."""

    limit: Limit = 100
    kind: tuple[Kind, ...] = ()
    state: tuple[State, ...] = ()
    trace_id: Text = ""
    key: Text = ""
    since: Moment | None = None
    until: Moment | None = None
    order: Literal["asc", "desc"] = "asc"


@router.get("/events", response_model=EventList, summary="The journal, page by page")
def events(ask: Annotated[Asked, Depends(asked)], query: Annotated[EventsQuery, Query()]) -> Response:
    """`next` is null at the end of the journal; to go on later, ask with `after` = the last event's `seq`."""
    descending = query.order == "desc"
    question = ("events", query.kind, query.state, query.trace_id, query.key, query.since, query.until, query.order)
    wanted = EventFilter(
        kinds=query.kind,
        states=query.state,
        trace_id=query.trace_id.lower(),
        key=query.key,
        since=query.since,
        until=query.until,
    )
    ask.note.action = "search"
    with ask.reading() as connection:
        found = page(
            connection, wanted, after=_position(query.after, question), limit=query.limit, descending=descending
        )
        ask.note.saw_traces(connection, (row.trace_id for row in found.rows))
        newest = last_seq(connection)
    following = make_cursor(question, [found.resume]) if found.resume is not None else None
    return listing(ask, events_json(found.rows), next_cursor=following, journal_seq=newest)


def _position(after: str, question: tuple[object, ...]) -> int | None:
    if not after:
        return None
    if after.isascii() and after.isdigit() and len(after) < 19:
        return int(after)
    return int(read_cursor(after, question, (int,))[0])


class StreamQuery(Closed):
    """`after`: a journal position; without it (and without Last-Event-ID) the stream begins with what happens next."""

    after: Cursor = ""
    kind: tuple[Kind, ...] = ()
    trace_id: Text = ""


@router.get(
    "/events/stream",
    summary="The journal live: server-sent events, resumable with Last-Event-ID",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "id: seq, event: kind, data: the event"}},
)
async def stream(ask: Annotated[Asked, Depends(asked)], query: Annotated[StreamQuery, Query()]) -> Response:
    feed = ask.services.feed
    after = _resume_after(header(ask.request.scope, b"last-event-id") or query.after, feed)
    feed.check_room()
    ask.note.action = "follow"
    return StreamingResponse(
        _lines(feed, after, frozenset(query.kind), query.trace_id.lower()),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no"},
    )


def _resume_after(text: str, feed: Feed) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Refusal(
            400,
            "invalid-position",
            "Last-Event-ID (or after) is no journal position.",
            "Send the id of the last event received, or nothing.",
        )
    if int(text) > feed.head:
        raise Refusal(
            409,
            "position-beyond-journal",
            f"The journal ends at {feed.head}; it is not the one this position is from.",
            "Read anew from the beginning.",
            more={"journal_seq": feed.head},
        )
    return int(text)


async def _lines(feed: Feed, after: int | None, kinds: frozenset[Kind], trace_id: str) -> AsyncIterator[bytes]:
    """The stream's bytes (html.spec.whatwg.org, server-sent events). A comment line is the heartbeat.

    The first event, `feed.position`, only says where the stream begins, so that a break before the next one loses
    nothing.
    """
    after = feed.head if after is None else after
    yield b'retry: 1000\nid: %d\nevent: feed.position\ndata: {"seq":%d}\n\n' % (after, after)
    async for batch in feed.listen(after, heartbeat=HEARTBEAT_S):
        lines = [
            b"id: %d\nevent: %s\ndata: %s\n\n" % (event.seq, event.kind.encode(), event.body)
            for event in batch
            if (not kinds or event.kind in kinds) and trace_id in ("", event.trace_id)
        ]
        yield b"".join(lines) if lines else b": %d\n\n" % feed.head


@router.get("/events/{event_id}", response_model=EventShape, summary="One event")
def event(ask: Annotated[Asked, Depends(asked)], event_id: Id) -> Response:
    with ask.reading() as connection:
        row = event_by_id(connection, event_id.lower())
        if row is None:
            raise not_found("event", "Check the id; a trace is at /api/v1/traces/{id}.")
        ask.note.saw_traces(connection, [row.trace_id])
        ask.note.saw(objects=[row.event_id])
    return answer(event_json(row))
