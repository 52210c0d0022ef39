"""One MLLP connection that sends a message and waits for its acknowledgment (HL7 transport, MLLP release 1)."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from types import TracebackType

from console.core.errors import EnvironmentFault
from console.hl7v2.framing import Frame, FrameDecoder, frame

_READ = 64 * 1024


class MllpClient:
    """Strict MLLP: one message outstanding. Use within one asyncio loop; not thread-safe.

    Every failure is an EnvironmentFault: `unreachable` before the message went out, `no-acknowledgment` when its fate
    is unknown. The caller resends the same bytes with the same control id.
    """

    def __init__(self, host: str, port: int, *, timeout: float = 30.0, tls: ssl.SSLContext | None = None) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout
        self._tls = tls
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._decoder = FrameDecoder()

    async def __aenter__(self) -> MllpClient:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Opens the connection; a second call does nothing while it is open."""
        if self._writer is not None and not self._writer.is_closing():
            return
        self._decoder = FrameDecoder()
        try:
            self._reader, self._writer = await asyncio.wait_for(
                asyncio.open_connection(self._host, self._port, ssl=self._tls), self._timeout
            )
        except (OSError, TimeoutError) as error:
            raise EnvironmentFault(
                f"Nobody answers at {self._host}:{self._port}. Is the engine running, and is this its MLLP port?",
                code="unreachable",
                detail=str(error),
            ) from error

    async def send(self, payload: bytes) -> bytes:
        """Sends one message and returns the acknowledgment's payload. The connection is closed when it fails."""
        await self.connect()
        if self._writer is None or self._reader is None:
            raise EnvironmentFault("The connection closed before the message was sent.", code="unreachable")
        try:
            self._writer.write(frame(payload))
            await self._writer.drain()
            return await asyncio.wait_for(self._answer(self._reader), self._timeout)
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:
            await self.close()
            raise EnvironmentFault(
                "The message went out and no acknowledgment came back: it may or may not have been taken.",
                code="no-acknowledgment",
                detail=str(error),
            ) from error

    async def _answer(self, reader: asyncio.StreamReader) -> bytes:
        while True:
            data = await reader.read(_READ)
            if not data:
                raise asyncio.IncompleteReadError(b"", None)
            for piece in self._decoder.feed(data):
                if isinstance(piece, Frame):
                    return piece.payload

    async def close(self) -> None:
        writer, self._writer, self._reader = self._writer, None, None
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), 2.0)
