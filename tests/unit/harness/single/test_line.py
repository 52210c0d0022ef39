"""A line writes down what happens on it and never raises for what the other side does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from console.core.errors import EnvironmentFault
from console.harness.single.line import Line, What, client_tls


@asynccontextmanager
async def serving(talk: object) -> AsyncIterator[int]:
    server = await asyncio.start_server(talk, "127.0.0.1", 0)  # type: ignore[arg-type]
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


def whats(line: Line) -> list[What]:
    return [event.what for event in line.events]


async def test_that_pieces_go_out_as_given_and_reads_come_back_with_times() -> None:
    got: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        got.append(await reader.readexactly(6))
        writer.write(b"\x0bACK")
        await writer.drain()
        await asyncio.sleep(0.02)
        writer.write(b"\x1c\rrest")
        writer.close()

    async with serving(talk) as port:
        line = await Line.open("127.0.0.1", port)
        assert await line.send(b"ab", b"", b"cdef")
        assert await line.answered(1, 5.0)
        assert await line.ended(5.0)
        await line.close()
    record = line.record()
    assert got == [b"abcdef"]
    assert record.received == b"\x0bACK\x1c\rrest"
    assert [answer.payload for answer in record.answers] == [b"ACK", b"rest"]
    assert record.answers[1].fault == "unfinished"
    assert record.closed_by_peer
    assert [event.at for event in record.events] == sorted(event.at for event in record.events)


async def test_that_half_closing_still_hears_the_answer() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b"frame"
        writer.write(b"\x0bA\x1c\r")
        writer.close()

    async with serving(talk) as port:
        line = await Line.open("127.0.0.1", port)
        await line.send(b"frame")
        line.half_close()
        assert await line.answered(1, 5.0)
        await line.close()
    assert What.HALF_CLOSED in whats(line)


async def test_that_a_reset_is_a_reset_on_both_sides() -> None:
    seen: list[BaseException | None] = []
    done = asyncio.Event()

    class Peer(asyncio.Protocol):
        def connection_lost(self, error: Exception | None) -> None:
            seen.append(error)
            done.set()

    server = await asyncio.get_running_loop().create_server(Peer, "127.0.0.1", 0)
    line = await Line.open("127.0.0.1", server.sockets[0].getsockname()[1])
    await line.send(b"half")
    line.reset()
    await asyncio.wait_for(done.wait(), 5)
    assert isinstance(seen[0], ConnectionResetError)
    assert await line.ended(5.0)
    assert whats(line)[-1] is What.RESET
    assert not line.is_open
    assert not await line.send(b"more")
    server.close()
    await server.wait_closed()


async def test_that_nobody_there_is_an_event_and_no_exception() -> None:
    async with serving(lambda reader, writer: writer.close()) as port:
        pass
    line = await Line.open("127.0.0.1", port, patience=1.0)
    assert not line.is_open
    assert line.record().refused
    await line.close()
    line.reset()


async def test_that_a_peer_that_does_not_read_is_noticed() -> None:
    stop = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await stop.wait()
        writer.close()

    async with serving(talk) as port:
        line = await Line.open("127.0.0.1", port)
        await asyncio.sleep(0.02)
        assert not await line.send(b"x" * 32 * 1024 * 1024, patience=0.2)
        assert What.TIMED_OUT in whats(line)
        line.reset()
        stop.set()
        await line.ended(5.0)


def test_that_a_file_that_is_no_certificate_is_said(tmp_path: object) -> None:
    with pytest.raises(EnvironmentFault, match="cannot be used for TLS"):
        client_tls(ca="/does/not/exist.pem")
