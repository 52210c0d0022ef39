"""The live feed over a real socket: no gap, no double, across breaks, for the slow and for many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import httpx
import pytest

from console.connections import engine_source
from console.connections.engine_source import EngineSource
from console.connections.source import FeedBatch, FeedStatus
from console.engine import feed as feed_module
from console.engine.api import server as server_module
from console.engine.api.app import build_api, build_app
from console.engine.api.routes import events as events_module
from console.engine.api.server import HttpServer
from console.engine.api.services import Services
from console.engine.fhir_facade.facade import FhirFacade
from console.engine.settings import Address
from tests.builders.engine_api import TOKEN, services_over
from tests.builders.store import Store

PATIENCE = 20.0
AUTHORISED = {"Authorization": f"Bearer {TOKEN}"}


@asynccontextmanager
async def served(store: Store, port: int = 0) -> AsyncIterator[tuple[Services, str]]:
    services = services_over(store)
    services.audit.start()
    services.feed.start()
    app = build_app(services, build_api(services), token=TOKEN, facade=FhirFacade(services))
    server = HttpServer(app, Address("127.0.0.1", port))
    address = await server.start()
    try:
        yield services, f"http://{address}"
    finally:
        await services.feed.stop()
        await server.stop()
        services.audit.stop()


@asynccontextmanager
async def listening_to(url: str) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of a raw stream."""
    async with (
        httpx.AsyncClient(headers=AUTHORISED, timeout=PATIENCE) as client,
        client.stream("GET", url) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        yield response.aiter_lines()


async def no_wait(_seconds: float) -> None:
    await asyncio.sleep(0)


async def _until(source: EngineSource, after: int | None, seq: int) -> list[FeedBatch]:
    batches: list[FeedBatch] = []
    async with asyncio.timeout(PATIENCE), aclosing(source.feed(after)) as feed:
        async for batch in feed:
            batches.append(batch)
            if batch.seq >= seq:
                break
    return batches


def _seqs(batches: list[FeedBatch]) -> list[int]:
    return [event["seq"] for batch in batches for event in batch.events]


async def test_that_the_stream_gives_what_was_and_then_what_happens(store: Store) -> None:
    for _ in range(3):
        store.message()
    async with served(store) as (_, address):
        source = EngineSource(address, TOKEN)
        following = asyncio.ensure_future(_until(source, 0, 35))
        await asyncio.sleep(0)
        for _ in range(2):
            await asyncio.to_thread(store.message)
        batches = await following
        await source.close()
    assert _seqs(batches) == list(range(1, 36))
    assert {batch.status for batch in batches} == {FeedStatus.CONNECTING, FeedStatus.LIVE}


async def test_that_without_a_position_the_stream_begins_now_and_says_where(store: Store) -> None:
    store.message()
    async with served(store) as (services, address):
        source = EngineSource(address, TOKEN)
        async with asyncio.timeout(PATIENCE), aclosing(source.feed()) as feed:
            assert (await anext(feed)).seq == -1
            assert (await anext(feed)) == FeedBatch(FeedStatus.LIVE, 7)
            await asyncio.to_thread(store.message)
            assert (await anext(feed)).events[0]["seq"] == 8
            assert services.feed.listeners == 1
        await source.close()


async def test_that_a_stream_cut_anywhere_resumes_without_gap_or_double(store: Store) -> None:
    """The connection is cut after every few bytes; the reader's own resumption must mend it."""
    for _ in range(8):
        store.message()
    async with served(store) as (_, address):

        class Cutting(httpx.AsyncHTTPTransport):
            served = 0

            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                if request.url.path.endswith("/events"):
                    return httpx.Response(502)
                response = await super().handle_async_request(request)
                if request.url.path.endswith("/stream"):
                    Cutting.served += 1
                    response.stream = _Cut(response.stream, 900 + 517 * Cutting.served)  # type: ignore[arg-type]
                return response

        source = EngineSource(address, TOKEN, transport=Cutting(), sleep=no_wait)
        batches = await _until(source, 0, 56)
        await source.close()
    assert _seqs(batches) == list(range(1, 57))
    assert Cutting.served > 3


class _Cut(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield chunk[: self._left]
            self._left -= len(chunk)
            if self._left <= 0:
                raise httpx.ReadError("cut")

    async def aclose(self) -> None:
        await self._stream.aclose()


async def test_that_an_engine_that_comes_back_is_followed_on(store: Store) -> None:
    store.message()
    batches: list[FeedBatch] = []
    async with served(store) as (_, address):
        source = EngineSource(address, TOKEN, sleep=no_wait)
        feed = source.feed(0)
        async with asyncio.timeout(PATIENCE):
            while not batches or batches[-1].seq < 7:
                batches.append(await anext(feed))
    store.message()
    async with asyncio.timeout(PATIENCE):
        while batches[-1].status is not FeedStatus.OFFLINE:
            batches.append(await anext(feed))
    assert "signalbox engine serve" in batches[-1].text
    async with served(store, port=int(address.rpartition(":")[2])), asyncio.timeout(PATIENCE):
        while batches[-1].seq < 14:
            batches.append(await anext(feed))
        await feed.aclose()
    await source.close()
    assert _seqs(batches) == list(range(1, 15))


async def test_that_a_spoiled_stream_falls_back_to_polling(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_source, "_PAGE", 5)
    for _ in range(3):
        store.message()
    async with served(store) as (_, address):

        class NoStreams(httpx.AsyncHTTPTransport):
            async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
                if request.url.path.endswith("/stream"):
                    return httpx.Response(200, text="<html>a proxy's page</html>")
                return await super().handle_async_request(request)

        source = EngineSource(address, TOKEN, transport=NoStreams(), sleep=no_wait)
        batches = await _until(source, 0, 21)
        await source.close()
    assert _seqs(batches) == list(range(1, 22))
    assert batches[-1].status is FeedStatus.POLLING


async def test_that_a_position_of_another_journal_ends_the_feed(store: Store) -> None:
    async with served(store) as (_, address):
        source = EngineSource(address, TOKEN, sleep=no_wait)
        batches = [batch async for batch in source.feed(10_000)]
        await source.close()
    assert [batch.status for batch in batches] == [FeedStatus.CONNECTING]


async def test_that_the_idle_stream_beats_and_reads_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events_module, "HEARTBEAT_S", 0.02)
    async with served(store) as (services, address):
        reads = 0
        read = services.feed._read

        def counted(after: int) -> list[feed_module.FeedEvent]:
            nonlocal reads
            reads += 1
            return read(after)

        monkeypatch.setattr(services.feed, "_read", counted)
        async with listening_to(f"{address}/api/v1/events/stream") as lines:
            beats = 0
            async for line in lines:
                beats += line.startswith(":")
                if beats == 5:
                    break
        assert reads == 1


async def test_that_a_listener_that_falls_behind_still_gets_everything(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "QUEUE", 10)
    monkeypatch.setattr(feed_module, "PAGE", 4)
    async with served(store) as (services, _):
        listening = services.feed.listen(0, heartbeat=PATIENCE)
        store.message()
        seen = [event.seq for event in await anext(listening)]
        seen += [event.seq for event in await anext(listening)]
        for _ in range(12):
            await asyncio.to_thread(store.message)
            await asyncio.sleep(0.002)
        async with asyncio.timeout(PATIENCE):
            while not seen or seen[-1] < 91:
                seen += [event.seq for event in await anext(listening)]
        await listening.aclose()  # type: ignore[attr-defined]
    assert seen == list(range(1, 92))


async def test_that_many_listeners_all_hear_the_same(store: Store) -> None:
    async with served(store) as (services, _):

        async def follow() -> list[int]:
            seen: list[int] = []
            async with asyncio.timeout(PATIENCE), aclosing(services.feed.listen(0, heartbeat=PATIENCE)) as feed:  # type: ignore[type-var]
                async for batch in feed:
                    seen += [event.seq for event in batch]
                    if seen and seen[-1] >= 70:
                        return seen
            return seen

        following = [asyncio.ensure_future(follow()) for _ in range(20)]
        for _ in range(10):
            await asyncio.to_thread(store.message)
        for seen in await asyncio.gather(*following):
            assert seen == list(range(1, 71))


async def test_that_there_is_an_end_to_listeners_and_they_are_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "LISTENERS", 0)
    async with served(store) as (_, address), httpx.AsyncClient(headers=AUTHORISED) as client:
        response = await client.get(f"{address}/api/v1/events/stream")
    assert response.status_code == 503
    assert response.json()["code"] == "too-many-listeners"


async def test_that_following_is_audited_once(store: Store) -> None:
    async with served(store) as (_, address):
        await _until(EngineSource(address, TOKEN), None, 0)
        with store.database.reader() as connection:
            rows = connection.exec_driver_sql("SELECT action, resource FROM audit").all()
    assert [tuple(row) for row in rows] == [("follow", "GET /api/v1/events/stream")]


async def test_that_filters_narrow_the_stream(store: Store) -> None:
    kept = store.message()
    store.message()
    async with served(store) as (_, address):
        query = f"after=0&trace_id={kept.trace_id}&kind=delivery.filed&kind=message.received"
        kinds = []
        async with listening_to(f"{address}/api/v1/events/stream?{query}") as lines:
            async for line in lines:
                if line.startswith("event: "):
                    kinds.append(line.removeprefix("event: "))
                if len(kinds) == 3:
                    break
    assert kinds == ["feed.position", "message.received", "delivery.filed"]


async def test_that_a_client_that_never_finishes_its_head_is_hung_up_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "HEAD_S", 0.05)
    async with served(store) as (_, address):
        port = int(address.rpartition(":")[2])
        for beginning in (b"", b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nX: "):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(beginning)
            async with asyncio.timeout(PATIENCE):
                assert await reader.read() == b""
            writer.close()


async def test_that_a_bare_head_of_rubbish_is_answered_and_closed(store: Store) -> None:
    async with served(store) as (_, address):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(b"\x16\x03\x01 rubbish\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            assert b"400" in await reader.read()
        writer.close()


async def test_that_a_stranger_is_answered_before_the_body_comes(store: Store) -> None:
    async with served(store) as (_, address):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(address.rpartition(":")[2]))
        writer.write(b"POST /api/v1/concept-maps HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n")
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"www-authenticate" in answer.lower()
