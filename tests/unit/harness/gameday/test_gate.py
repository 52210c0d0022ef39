"""The gate forwards, shuts and hangs; what a laboratory sent through it is remembered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from console.harness.gameday.gate import Gate, Position
from console.harness.gameday.passing import Passing
from console.hl7v2.framing import frame

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(4096):
        writer.write(data)
    writer.close()


async def _behind() -> tuple[asyncio.Server, int]:
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    return server, server.sockets[0].getsockname()[1]


async def test_that_a_gate_forwards_and_when_shut_ends_lines_and_refuses_new_ones_until_it_opens() -> None:
    server, port = await _behind()
    gate = Gate("127.0.0.1", port)
    await gate.start()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(b"hello")
        assert await reader.readexactly(5) == b"hello"
        await gate.turn(Position.SHUT)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()
        with pytest.raises(OSError):
            await asyncio.open_connection("127.0.0.1", gate.port)
        await gate.turn(Position.OPEN)
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(b"again")
        assert await reader.readexactly(5) == b"again"
        writer.close()
        await writer.wait_closed()
    finally:
        await gate.close()
        server.close()
        await server.wait_closed()


async def test_that_a_hanging_gate_takes_bytes_and_delivers_them_when_it_moves_again() -> None:
    server, port = await _behind()
    gate = Gate("127.0.0.1", port)
    await gate.start()
    try:
        await gate.turn(Position.HANGING)
        reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
        writer.write(b"later")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.readexactly(1), 0.05)
        await gate.turn(Position.OPEN)
        assert await asyncio.wait_for(reader.readexactly(5), 5) == b"later"
        writer.close()
        await writer.wait_closed()
    finally:
        await gate.close()
        server.close()
        await server.wait_closed()


def _oru(control_id: str, at: datetime) -> bytes:
    return f"MSH|^~\\&|LIS|L|X|Y|{at:%Y%m%d%H%M%S}+0000||ORU^R01|{control_id}|T|2.5.1\rPID|1\r".encode()


def test_that_results_are_remembered_by_the_time_of_their_sender_however_their_bytes_come() -> None:
    passing = Passing(lambda: NOW)
    tap = passing.tap()
    early, late = _oru("A1", NOW - timedelta(minutes=5)), _oru("A2", NOW)
    stream = frame(early) + frame(late) + frame(b"no message at all")
    for at in range(0, len(stream), 7):
        tap(stream[at : at + 7])
    assert [p.control_id for p in passing.between(NOW - timedelta(hours=1), NOW)] == ["A1"]
    newest = passing.last("ORU")
    assert newest is not None
    assert (newest.control_id, newest.sender, newest.payload) == ("A2", "LIS", late)
    assert passing.last("ADT") is None
