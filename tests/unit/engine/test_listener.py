"""Sockets in, exchanges out: order, bounds, time and TLS, on real loopback sockets."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

import console.engine.listener as listener_module
from console.connections import mllp_sockets
from console.core.errors import EnvironmentFault
from console.engine.listener import Exchange, Listener
from console.engine.settings import Address, MllpSettings, TlsSettings
from console.hl7v2.framing import Frame, FramingFault, frame
from tests.builders.events import START

SETTINGS = MllpSettings(listen=Address("127.0.0.1", 0))


class Echo:
    """Answers at once with what it got; `held` keeps the exchanges unanswered instead."""

    def __init__(self, *, hold: bool = False) -> None:
        self.received: list[Exchange] = []
        self.held: list[Exchange] = []
        self.hold = hold
        self.news = asyncio.Event()

    def receive(self, exchange: Exchange) -> None:
        self.received.append(exchange)
        self.news.set()
        if self.hold:
            self.held.append(exchange)
        else:
            exchange.answer(exchange.received.payload)

    async def has(self, count: int) -> None:
        while len(self.received) < count:
            self.news.clear()
            await asyncio.wait_for(self.news.wait(), 10)


@asynccontextmanager
async def _listening(receiver: Any, settings: MllpSettings = SETTINGS) -> AsyncIterator[tuple[Listener, int]]:
    listener = Listener(settings, receiver, clock=lambda: START)
    address = await listener.start()
    try:
        yield listener, address.port
    finally:
        await listener.stop(patience=0.2)


async def _open(port: int, **more: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port, **more)


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    data = await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 10)
    assert data[:1] == b"\x0b"
    return data[1:-2]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


async def test_that_answers_leave_in_the_order_of_the_messages() -> None:
    receiver = Echo(hold=True)
    async with _listening(receiver) as (listener, port):
        reader, writer = await _open(port)
        writer.write(b"".join(frame(b"MSH|%d" % n) for n in range(3)))
        await receiver.has(3)
        assert listener.waiting == 3
        for exchange in reversed(receiver.held):
            exchange.answer(exchange.received.payload)
        assert [await _read_frame(reader) for _ in range(3)] == [b"MSH|0", b"MSH|1", b"MSH|2"]
        assert listener.waiting == 0
        writer.close()


async def test_that_an_exchange_may_be_answered_with_nothing_or_with_more() -> None:
    receiver = Echo(hold=True)
    async with _listening(receiver) as (_listener, port):
        reader, writer = await _open(port)
        writer.write(frame(b"MSH|quiet") + frame(b"MSH|loud"))
        await receiver.has(2)
        receiver.held[0].answer()
        receiver.held[1].answer(b"one", b"two")
        assert receiver.held[1].say_later(b"three")
        assert [await _read_frame(reader) for _ in range(3)] == [b"one", b"two", b"three"]
        writer.close()
        await writer.wait_closed()
        await _until(lambda: not receiver.held[1].say_later(b"gone"))


async def test_that_a_sender_that_closes_its_half_still_gets_its_answers() -> None:
    receiver = Echo(hold=True)
    async with _listening(receiver) as (_listener, port):
        reader, writer = await _open(port)
        writer.write(frame(b"MSH|1"))
        writer.write_eof()
        await receiver.has(1)
        receiver.held[0].answer(b"AA")
        assert await reader.read() == frame(b"AA")
        writer.close()


async def test_that_a_reset_before_the_answer_hurts_nobody() -> None:
    receiver = Echo(hold=True)
    async with _listening(receiver) as (listener, port):
        _reader, writer = await _open(port)
        writer.write(frame(b"MSH|1"))
        await receiver.has(1)
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close becomes RST
        writer.close()
        await _until(lambda: listener.connections == 0)
        receiver.held[0].answer(b"AA")
        assert listener.waiting == 0
        reader, writer = await _open(port)
        receiver.hold = False
        writer.write(frame(b"MSH|2"))
        assert await _read_frame(reader) == b"MSH|2"
        writer.close()


async def test_that_connections_are_capped_per_address_and_a_place_becomes_free_again() -> None:
    async with _listening(Echo(), replace(SETTINGS, max_connections_per_address=2)) as (listener, port):
        first = await _open(port)
        second = await _open(port)
        await _until(lambda: listener.connections == 2)
        third_reader, third_writer = await _open(port)
        third_writer.write(frame(b"MSH|3"))
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await _read_frame(third_reader)
        assert listener.turned_away == 1
        third_writer.close()
        first[1].close()
        await _until(lambda: listener.connections == 1)
        reader, writer = await _open(port)
        writer.write(frame(b"MSH|4"))
        assert await _read_frame(reader) == b"MSH|4"
        writer.close()
        second[1].close()


async def test_that_too_many_waiting_messages_stop_the_reading_until_half_are_answered() -> None:
    receiver = Echo(hold=True)
    settings = replace(SETTINGS, max_waiting_messages=10)
    async with _listening(receiver, settings) as (listener, port):
        lines = [await _open(port) for _ in range(3)]
        for n in range(10):
            lines[0][1].write(frame(b"MSH|%d" % n))
        await receiver.has(10)
        lines[1][1].write(frame(b"MSH|late"))
        fourth = await _open(port)
        fourth[1].write(frame(b"MSH|later"))
        await asyncio.sleep(0.1)
        assert len(receiver.received) <= 11  # what the loop had read in the same turn still comes in
        for exchange in receiver.held[:5]:
            exchange.answer(b"AA")
        await receiver.has(12)
        assert {exchange.received.payload for exchange in receiver.received[10:]} == {b"MSH|late", b"MSH|later"}
        for exchange in receiver.held[5:]:
            exchange.answer(b"AA")
        assert listener.waiting == 0
        for _reader, writer in [*lines, fourth]:
            writer.close()


async def test_that_a_peer_that_does_not_read_its_answers_is_not_read_either() -> None:
    receiver = Echo(hold=True)
    async with _listening(receiver) as (listener, port):
        _reader, writer = await _open(port, limit=1024)
        writer.write(frame(b"MSH|1"))
        await receiver.has(1)
        receiver.held[0].answer(bytes(8 * 1024 * 1024))
        await asyncio.sleep(0.05)
        writer.write(frame(b"MSH|2"))
        await asyncio.sleep(0.1)
        assert len(receiver.received) == 1
        assert listener.connections == 1
        writer.transport.abort()


async def test_that_a_frame_that_does_not_end_is_a_fault_and_its_connection_is_closed() -> None:
    receiver = Echo()
    async with _listening(receiver, replace(SETTINGS, frame_timeout=0.4)) as (listener, port):
        idle = await _open(port)
        reader, writer = await _open(port)
        writer.write(b"\x0bMSH|half")
        await receiver.has(1)
        fault = receiver.received[0].received
        assert isinstance(fault, FramingFault)
        assert fault.code == "incomplete-frame"
        assert await reader.read() == frame(b"MSH|half")  # what the receiver chose to say, then the end
        assert listener.connections == 1  # the one that says nothing is welcome to stay
        idle[1].close()
        writer.close()


async def test_that_a_slow_loris_is_stopped_although_it_is_never_quiet() -> None:
    receiver = Echo()
    async with _listening(receiver, replace(SETTINGS, frame_timeout=0.5)) as (_listener, port):
        reader, writer = await _open(port)
        writer.write(b"\x0b")
        ended = asyncio.ensure_future(reader.read())
        while not ended.done():
            writer.write(b"M")
            await asyncio.sleep(0.02)
        await receiver.has(1)
        assert isinstance(receiver.received[0].received, FramingFault)
        writer.close()


async def test_that_silence_ends_a_frame_whose_cr_never_came() -> None:
    receiver = Echo()
    async with _listening(receiver) as (_listener, port):
        reader, writer = await _open(port)
        writer.write(b"\x0bMSH|1\x1c")
        assert await _read_frame(reader) == b"MSH|1"
        received = receiver.received[0].received
        assert isinstance(received, Frame)
        assert received.notes == ("missing-cr",)
        writer.write(b"\r" + frame(b"MSH|2"))
        assert await _read_frame(reader) == b"MSH|2"
        writer.close()


async def test_that_large_frames_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener_module, "LARGE_FRAMES", 1)
    receiver = Echo()
    async with _listening(receiver) as (listener, port):
        body = b"MSH|" + bytes(1024 * 1024)
        first, second = await _open(port), await _open(port)
        first[1].write(b"\x0b" + body)
        await _until(lambda: len(listener._large) == 1)
        second[1].write(frame(body))
        await _until(lambda: len(listener._large_queue) == 1)
        assert receiver.received == []
        first[1].write(b"\x1c\r")
        assert len(await _read_big(first[0])) == len(body)
        assert len(await _read_big(second[0])) == len(body)
        assert not listener._large
        for _reader, writer in (first, second):
            writer.close()


async def _read_big(reader: asyncio.StreamReader) -> bytes:
    data = b""
    while not data.endswith(b"\x1c\r"):
        data += await asyncio.wait_for(reader.read(1 << 20), 10)
    return data[1:-2]


async def test_that_stopping_answers_what_waits() -> None:
    receiver = Echo(hold=True)
    listener = Listener(SETTINGS, receiver, clock=lambda: START)
    port = (await listener.start()).port
    reader, writer = await _open(port)
    writer.write(frame(b"MSH|1"))
    await receiver.has(1)
    asyncio.get_running_loop().call_later(0.05, receiver.held[0].answer, b"AA")
    await listener.stop(patience=5)
    assert await reader.read() == frame(b"AA")
    with pytest.raises(OSError):
        await _open(port)
    writer.close()


async def test_that_a_taken_port_is_an_error_that_names_the_option() -> None:
    async with _listening(Echo()) as (_listener, port):
        again = Listener(replace(SETTINGS, listen=Address("127.0.0.1", port)), Echo(), clock=lambda: START)
        with pytest.raises(EnvironmentFault, match="--mllp"):
            await again.start()


@pytest.fixture
def authority(tmp_path: Path) -> tuple[trustme.CA, TlsSettings]:
    ca = trustme.CA()
    server = ca.issue_cert("localhost", "127.0.0.1")
    server.private_key_pem.write_to_path(tmp_path / "key.pem")
    server.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    return ca, TlsSettings(
        certificate=tmp_path / "cert.pem", key=tmp_path / "key.pem", client_authorities=tmp_path / "ca.pem"
    )


def _client(ca: trustme.CA, *, certificate: bool, highest: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    if certificate:
        ca.issue_cert("lab@hospital.example").configure_cert(context)
    if highest:
        context.maximum_version = highest
    return context


async def _ask(port: int, payload: bytes, context: ssl.SSLContext) -> bytes:
    reader, writer = await _open(port, ssl=context)
    try:
        writer.write(frame(payload))
        return await _read_frame(reader)
    finally:
        writer.close()


async def test_that_tls_works_and_a_sender_without_certificate_is_refused(
    authority: tuple[trustme.CA, TlsSettings],
) -> None:
    ca, tls = authority
    receiver = Echo()
    async with _listening(receiver, replace(SETTINGS, tls=tls)) as (_listener, port):
        reader, writer = await _open(port, ssl=_client(ca, certificate=True))
        writer.write(frame(b"MSH|1"))
        assert await _read_frame(reader) == b"MSH|1"
        writer.close()
        with pytest.raises((ssl.SSLError, ConnectionError, asyncio.IncompleteReadError)):
            await _ask(port, b"MSH|2", _client(ca, certificate=False))
        assert len(receiver.received) == 1


async def test_that_tls_below_1_2_is_refused(authority: tuple[trustme.CA, TlsSettings]) -> None:
    _ca, tls = authority
    context = listener_module.tls_context(replace(SETTINGS, tls=tls))
    assert context is not None
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


async def test_that_a_missing_certificate_is_named(tmp_path: Path) -> None:
    tls = TlsSettings(certificate=tmp_path / "none.pem", key=tmp_path / "none.key")
    with pytest.raises(EnvironmentFault, match=r"none\.pem"):
        listener_module.tls_context(replace(SETTINGS, tls=tls))


def test_that_a_vanished_peer_is_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as line:
        mllp_sockets.watch_for_a_vanished_peer(line)
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 30_000
            idle = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            every = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
            times = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
            assert idle + every * times <= 60
    mllp_sockets.watch_for_a_vanished_peer(None)
