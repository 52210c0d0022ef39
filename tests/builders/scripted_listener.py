"""The scripted listener within a test's own loop, and a sender to talk to it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from console.harness.listener.capture_writing import CaptureWriter
from console.harness.listener.reading import read_script
from console.harness.listener.script import Script
from console.harness.listener.server import ScriptedListener
from console.hl7v2.acknowledgment import Acknowledgment, parse_ack
from tests.builders.engine_process import framed

PATIENCE_S = 5.0


def script_from(text: str, folder: Path) -> Script:
    path = folder / "script.toml"
    path.write_text(text, encoding="utf-8")
    return read_script(path)


@asynccontextmanager
async def listening(
    script: Script, *, capture: Path | None = None, tls: ssl.SSLContext | None = None, **more: Any
) -> AsyncIterator[tuple[ScriptedListener, tuple[str, int]]]:
    """A listener on a free port. With `capture` its messages are kept in that folder."""
    writer = None
    if capture is not None:
        rules = ["script", *(rule.name or f"rule {n}" for n, rule in enumerate(script.rules, start=1))]
        writer = CaptureWriter(capture, about={"rules": rules}, script=script.text)
    listener = ScriptedListener(script, capture=writer, tls=tls, **more)
    address = await listener.start("127.0.0.1", 0)
    try:
        yield listener, address
    finally:
        await listener.stop()
        if writer is not None:
            writer.close()


class Peer:
    """A sender's connection. Reads frames without trust: `raw` gives whatever bytes came."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, *payloads: bytes) -> None:
        """The payloads, each in a frame, in one write."""
        await self.send_raw(b"".join(map(framed, payloads)))

    async def send_raw(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def frame(self) -> bytes:
        """The next framed payload."""
        data = await asyncio.wait_for(self.reader.readuntil(b"\x1c\r"), PATIENCE_S)
        assert data.startswith(b"\x0b"), data
        return data[1:-2]

    async def answer(self) -> Acknowledgment:
        return parse_ack(await self.frame())

    async def ask(self, payload: bytes) -> Acknowledgment:
        await self.send(payload)
        return await self.answer()

    async def raw(self, count: int) -> bytes:
        return await asyncio.wait_for(self.reader.readexactly(count), PATIENCE_S)

    async def rest(self) -> bytes:
        """Everything until the connection ends, in whatever way it does."""
        with contextlib.suppress(ConnectionError):
            return await asyncio.wait_for(self.reader.read(), PATIENCE_S)
        return b""

    async def is_silent(self, seconds: float = 0.05) -> bool:
        with contextlib.suppress(TimeoutError):
            return not await asyncio.wait_for(self.reader.read(1), seconds)
        return True


@asynccontextmanager
async def peer(address: tuple[str, int], *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection(*address, ssl=tls, server_hostname="localhost" if tls else None)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
