"""The HTTP server as a part of the engine: uvicorn on the engine's own loop, without its signals, polling or patience.

A connection that does not get its request's head across in time is closed, and so is one too many: the server keeps
these promises itself, whatever stands in front of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import socket
import sys
from collections.abc import Generator
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from console.core.errors import EnvironmentFault, Refused
from console.engine.settings import Address

HEAD_S = 10.0
"""Seconds a client has for a request's head, from the connection or the answer before on."""

CONNECTIONS = 256
HEAD_LIMIT = 64 * 1024
KEEP_ALIVE_S = 30
GRACE_S = 3
_BACKLOG = 128


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address. A name other than localhost may be anything."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_exposure(address: Address, *, exposed: bool) -> None:
    """Raises Refused when others could reach the API and nobody said that they should."""
    if not is_loopback(address.host) and not exposed:
        raise Refused(
            f"--http {address} lets other machines reach the API, and the token travels unencrypted. "
            "Put a TLS proxy in front and listen on 127.0.0.1, or add --expose-http if the network is yours.",
            code="http-not-loopback",
        )


class HttpServer:
    """One listening socket and the application behind it."""

    def __init__(self, app: ASGIApp, address: Address) -> None:
        self._app = app
        self._address = address
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> Address:
        """Listens; gives the address with its real port. Raises EnvironmentFault when the port is taken."""
        listening = _listen(self._address)
        port = int(listening.getsockname()[1])
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        config = uvicorn.Config(
            self._app,
            http=_Protocol,
            ws="none",
            loop="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            timeout_keep_alive=KEEP_ALIVE_S,
            timeout_graceful_shutdown=GRACE_S,
            h11_max_incomplete_event_size=HEAD_LIMIT,
            backlog=_BACKLOG,
        )
        self._server = _Server(config)
        self._serving = asyncio.ensure_future(self._server.serve(sockets=[listening]))
        await self._server.up.wait()
        return Address(self._address.host, port)

    async def stop(self) -> None:
        """Finishes the answers under way, for `GRACE_S` seconds at most."""
        if self._server is not None and self._serving is not None:
            self._server.leave.set()
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving


def _listen(address: Address) -> socket.socket:
    host = address.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would let a second server take the port over
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, address.port))
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        raise EnvironmentFault(
            f"Cannot listen on {address} for HTTP: {error.strerror or error}. Choose another address with --http; "
            "port 0 picks a free one.",
            code="http-address-in-use",
        ) from error
    return listening


class _Server(uvicorn.Server):
    """uvicorn's server, woken by an event instead of looking at a flag ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = asyncio.Event()
        self.leave = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The engine's own handlers stay."""
        yield

    async def main_loop(self) -> None:
        self.up.set()
        while not self.leave.is_set():
            await self.on_tick(0)  # the Date header
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.leave.wait()


class _Protocol(H11Protocol):
    """Closes connections that are one too many, or too slow to say what they want."""

    _due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._due = self.loop.call_later(HEAD_S, self._overdue)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._at_work():
            self._no_longer_due()
        elif self._due is None and not self.transport.is_closing():
            self._due = self.loop.call_later(HEAD_S, self._overdue)

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_longer_due()
        super().connection_lost(exc)

    def _overdue(self) -> None:
        self._due = None
        if not self._at_work():
            self.transport.close()

    def _at_work(self) -> bool:
        """Whether an answer is being made; the cycle is None until the first request."""
        cycle: Any = self.cycle
        return cycle is not None and not cycle.response_complete

    def _no_longer_due(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None


def web_address(address: Address) -> str:
    """What a client on this machine calls it: all addresses are reached by the loopback one."""
    host: Any = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)
    return f"http://{Address(host, address.port)}"
