"""Our own engine as a source: its HTTP API, asked, and its feed, followed across breaks."""

from __future__ import annotations

import asyncio
import base64
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

import httpx
import orjson

from console.connections.engine_http import TIMEOUT_S, EngineHttp
from console.connections.source import (
    Capability,
    EncounterQuery,
    EventQuery,
    FeedBatch,
    FeedStatus,
    JsonObject,
    MessageQuery,
    OrderQuery,
    Page,
    PatientQuery,
    Payload,
)
from console.connections.sse import EventStreamParser
from console.core.errors import EnvironmentFault, Refused, SignalboxError

ROOT = "/api/v1"
VERIFY_S = 600.0
"""The whole audit log is read: 300,000 entries a second."""

QUIET_S = 25.0
"""A stream without even a heartbeat (sent every 10 s) for so long is broken."""

POLL_S = 2.0
POLLS = 15
"""So often the journal is polled before the stream is tried again, once the stream has proved useless."""

_BACKOFF_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
_PAGE = 200
_BREAKS = 3


class EngineSource:
    """See `Source`. Make it and use it on one event loop."""

    def __init__(
        self,
        address: str,
        token: str,
        *,
        name: str = "engine",
        timeout: float = TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`timeout` in seconds per request. Raises Refused for an address or token that cannot be one."""
        self._http = EngineHttp(address, token, timeout=timeout, transport=transport)
        self._name = name
        self._sleep = sleep
        self._jitter = jitter

    @property
    def name(self) -> str:
        return self._name

    @property
    def address(self) -> str:
        return self._http.address

    @property
    def capabilities(self) -> frozenset[Capability]:
        return frozenset(Capability)

    async def close(self) -> None:
        await self._http.close()

    # ------------------------------------------------------------ questions

    async def health(self) -> JsonObject:
        return await self._http.json(f"{ROOT}/health")

    async def ready(self) -> JsonObject:
        return await self._http.json(f"{ROOT}/ready")

    async def statistics(self) -> JsonObject:
        return await self._http.json(f"{ROOT}/statistics")

    async def events(self, query: EventQuery) -> Page:
        return await self._page(
            "events",
            {
                "after": query.after,
                "limit": query.limit,
                "kind": tuple(query.kinds),
                "state": tuple(query.states),
                "trace_id": query.trace_id,
                "key": query.key,
                "since": query.since,
                "until": query.until,
                "order": query.order,
            },
        )

    async def event(self, event_id: str) -> JsonObject:
        return await self._http.json(f"{ROOT}/events/{_segment(event_id)}")

    async def messages(self, query: MessageQuery) -> Page:
        return await self._page(
            "messages",
            {
                "after": query.after,
                "limit": query.limit,
                "state": tuple(query.states),
                "sender": query.sender,
                "type": query.message_type,
                "since": query.since,
                "until": query.until,
            },
        )

    async def message_raw(self, event_id: str) -> Payload:
        body = await self._http.json(f"{ROOT}/messages/{_segment(event_id)}/raw", {"format": "json"})
        try:
            data = base64.b64decode(body["base64"], validate=True)
            return Payload(data, str(body["text"]), str(body["charset"]), str(body["sha256"]))
        except (KeyError, ValueError, TypeError) as error:
            raise EnvironmentFault("The engine's answer has no message in it.", code="broken-answer") from error

    async def message_tree(self, event_id: str) -> JsonObject:
        return await self._http.json(f"{ROOT}/messages/{_segment(event_id)}/tree")

    async def message_fhir(self, event_id: str) -> JsonObject:
        return await self._http.json(f"{ROOT}/messages/{_segment(event_id)}/fhir")

    async def trace(self, identifier: str) -> JsonObject:
        return await self._http.json(f"{ROOT}/traces/{_segment(identifier)}")

    async def keys(self, values: Sequence[str], *, kind: str = "", assigner: str = "") -> Page:
        return await self._page("keys", {"value": tuple(values), "kind": kind, "assigner": assigner})

    async def patients(self, query: PatientQuery) -> Page:
        return await self._page(
            "patients",
            {
                "after": query.after,
                "limit": query.limit,
                "name": query.name,
                "identifier": query.identifier,
                "assigner": query.assigner,
                "birth_date": query.birth_date,
            },
        )

    async def patient(self, patient_id: str) -> JsonObject:
        return await self._http.json(f"{ROOT}/patients/{_segment(patient_id)}")

    async def encounters(self, query: EncounterQuery) -> Page:
        return await self._page(
            "encounters",
            {
                "after": query.after,
                "limit": query.limit,
                "patient_id": query.patient_id,
                "visit": query.visit,
                "q": query.text,
            },
        )

    async def timeline(self, encounter: str) -> JsonObject:
        return await self._http.json(f"{ROOT}/encounters/{_segment(encounter)}/timeline")

    async def orders(self, query: OrderQuery) -> Page:
        return await self._page(
            "orders",
            {
                "after": query.after,
                "limit": query.limit,
                "encounter_id": query.encounter_id,
                "patient_id": query.patient_id,
                "key": query.key,
            },
        )

    async def failures(self, *, test: bool = False) -> Page:
        return await self._page("failures", {"test": "true"} if test else {})

    async def dead_letters(self, *, group_key: str = "", after: str = "", limit: int = 100) -> Page:
        return await self._page("dead-letters", {"group_key": group_key, "after": after, "limit": limit})

    async def destinations(self) -> Page:
        return await self._page("destinations", {})

    async def concept_maps(self) -> Page:
        return await self._page("concept-maps", {})

    async def publish_concept_map(self, body: Mapping[str, Any], *, reason: str = "") -> JsonObject:
        return await self._http.post(f"{ROOT}/concept-maps", orjson.dumps(body), {"reason": reason})

    async def audit(self, *, patient_id: str = "", after: str = "", limit: int = 100) -> Page:
        return await self._page("audit", {"patient_id": patient_id, "after": after, "limit": limit})

    async def audit_verify(self) -> JsonObject:
        return await self._http.json(f"{ROOT}/audit/verify", timeout=VERIFY_S)

    async def _page(self, noun: str, parameters: Mapping[str, str | int | Sequence[str]]) -> Page:
        body = await self._http.json(f"{ROOT}/{noun}", parameters)
        items, indexed = body.get("items"), body.get("indexed_up_to")
        if not isinstance(items, list):
            raise EnvironmentFault("The engine's answer is no list.", code="broken-answer", retryable=False)
        return Page(
            items=tuple(items),
            next=str(body.get("next") or ""),
            as_of=str(body.get("as_of") or ""),
            sources=tuple(body.get("sources") or ()),
            indexed_up_to=int(indexed) if indexed is not None else None,
        )

    # ------------------------------------------------------------ the feed

    async def feed(self, after: int | None = None) -> AsyncGenerator[FeedBatch, None]:
        """See `Source.feed`. Streams; where a proxy spoils that, polls, and tries the stream again now and then.

        Ends only when the engine's journal turns out to be another one than `after` is from.
        """
        position, breaks, misses = after, 0, 0
        yield FeedBatch(FeedStatus.CONNECTING, -1)
        while True:
            try:
                async with aclosing(self._streamed(position)) as stream:
                    async for batch in stream:
                        position, breaks, misses = batch.seq, 0 if batch.events else breaks, 0
                        yield batch
            except Refused as refused:
                if refused.code == "position-beyond-journal":
                    return
            except EnvironmentFault:
                pass
            breaks += 1
            try:
                for round_ in range(POLLS if breaks >= _BREAKS else 1):
                    if round_:
                        await self._sleep(POLL_S)
                    async with aclosing(self._polled(position)) as pages:
                        async for batch in pages:
                            position, misses = batch.seq, 0
                            yield batch
            except SignalboxError as error:
                wait = _BACKOFF_S[min(misses, len(_BACKOFF_S) - 1)] * (0.75 + self._jitter() / 2)
                misses += 1
                yield FeedBatch(
                    FeedStatus.OFFLINE, -1 if position is None else position, text=error.text, retry_in=round(wait, 2)
                )
                await self._sleep(wait)

    async def _streamed(self, position: int | None) -> AsyncGenerator[FeedBatch, None]:
        """One connection's worth. Raises Refused or EnvironmentFault when it breaks."""
        headers = {} if position is None else {"Last-Event-ID": str(position)}
        parser = EventStreamParser()
        seq = -1 if position is None else position
        async with self._http.stream(f"{ROOT}/events/stream", headers, read_timeout=QUIET_S) as response:
            async for chunk in response.aiter_bytes():
                try:
                    heard = parser.feed(chunk)
                    events = tuple(orjson.loads(event.data) for event in heard if event.kind != "feed.position")
                    seq = int(heard[-1].id) if heard else seq
                except ValueError as error:
                    raise EnvironmentFault("The engine's event stream is damaged.", code="broken-answer") from error
                if seq >= 0:
                    yield FeedBatch(FeedStatus.LIVE, seq, events)

    async def _polled(self, position: int | None) -> AsyncGenerator[FeedBatch, None]:
        """Everything new since `position`, page by page; at least one batch, so that the status is told."""
        if position is None:
            newest = int((await self.statistics()).get("journal_seq") or 0)
            yield FeedBatch(FeedStatus.POLLING, newest)
            return
        while True:
            page = await self.events(EventQuery(after=str(position), limit=_PAGE))
            if page.items:
                position = int(page.items[-1]["seq"])
            yield FeedBatch(FeedStatus.POLLING, position, page.items)
            if len(page.items) < _PAGE:
                return


def _segment(identity: str) -> str:
    return quote(identity, safe="") or "-"
