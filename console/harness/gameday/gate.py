"""A gate in a line: forwards TCP as it is, or is shut, or hangs; tells what passed. Between a sender and its receiver.

Shut: connections are reset and new ones refused, as when a host is down. Hanging: connections are taken and nothing
moves, as when a process is stuck. One event loop; bytes are never changed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from enum import StrEnum

_READ = 64 * 1024

Tap = Callable[[bytes], None]
"""Called with every piece of bytes on its way to the receiver, before it is sent on."""


class Position(StrEnum):
    OPEN = "open"
    SHUT = "shut"
    HANGING = "hanging"


class Gate:
    """Listens on a loopback port of its own and forwards to `host:port`."""

    def __init__(self, host: str, port: int, *, make_tap: Callable[[], Tap] | None = None) -> None:
        """`make_tap` gives a tap for each connection."""
        self._to = (host, port)
        self._make_tap = make_tap
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._moving = asyncio.Event()
        self._moving.set()
        self.position = Position.OPEN
        self.port = 0

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Opens. Raises OSError when there is no port."""
        await self._listen(0)

    async def turn(self, position: Position) -> None:
        """Opens, shuts or hangs; returns when it is so."""
        if position is self.position:
            return
        self.position = position
        if position is Position.SHUT:
            await self._unlisten()
        elif self._server is None:
            await self._listen(self.port)
        if position is Position.HANGING:
            self._moving.clear()
        else:
            self._moving.set()

    async def close(self) -> None:
        await self._unlisten()

    async def _listen(self, port: int) -> None:
        self._server = await asyncio.start_server(self._line, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _unlisten(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._lines.add(task)
        out: asyncio.StreamWriter | None = None
        try:
            await self._moving.wait()
            back, out = await asyncio.open_connection(*self._to)
            there = asyncio.ensure_future(self._pump(reader, out, self._make_tap() if self._make_tap else None))
            here = asyncio.ensure_future(self._pump(back, writer, None))
            try:
                await asyncio.wait({there, here}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                there.cancel()
                here.cancel()
                await asyncio.gather(there, here, return_exceptions=True)
        except (OSError, asyncio.CancelledError):
            writer.transport.abort()
        finally:
            self._lines.discard(task)
            for side in (writer, out):
                if side is not None:
                    side.close()
                    with contextlib.suppress(OSError, asyncio.CancelledError):
                        await side.wait_closed()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tap: Tap | None) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_READ):
                await self._moving.wait()
                if tap is not None:
                    tap(data)
                writer.write(data)
                await writer.drain()
