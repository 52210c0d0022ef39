"""One connection on which every byte and every event is written down with its time; sends exactly the bytes it is told.

Below it is plain TCP or TLS, above it nothing is assumed: bytes go out in the pieces given (TCP_NODELAY), frames or
not; what comes back is kept as read and, beside that, taken apart into answers. Used for single messages and probes.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from console.core.errors import EnvironmentFault
from console.hl7v2.framing import Frame, FrameDecoder

MOST_RECEIVED = 8 * 1024 * 1024
"""Bytes kept of one line; a peer that says more is cut off."""
MOST_ANSWERS = 20_000
"""Answers kept of one line; the same."""


class What(StrEnum):
    """Kinds of wire events. REFUSED: no connection came about. TIMED_OUT: we stopped waiting."""

    CONNECTED = "connected"
    REFUSED = "refused"
    SENT = "sent"
    RECEIVED = "received"
    HALF_CLOSED = "half-closed"
    PEER_CLOSED = "peer-closed"
    PEER_RESET = "peer-reset"
    CLOSED = "closed"
    RESET = "reset"
    TIMED_OUT = "timed-out"


@dataclass(frozen=True, slots=True)
class WireEvent:
    """`at`: seconds since the connection was asked for. `data`: the bytes sent or read in one piece."""

    at: float
    what: What
    data: bytes = b""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One thing the peer said. `fault` names a framing fault ('' when it was a clean frame), `notes` what was mended;
    `payload` are its bytes without VT, FS and CR."""

    at: float
    payload: bytes
    fault: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TlsFacts:
    """What the handshake brought. `certificate` is the peer's own in DER, b'' when it showed none."""

    version: str
    cipher: str
    certificate: bytes = b""
    subject: str = ""
    issuer: str = ""
    valid_until: str = ""
    names: tuple[str, ...] = ()
    """The last four are known only when the certificate was checked against an authority."""


@dataclass(frozen=True, slots=True)
class LineRecord:
    """Everything that happened on one line, oldest first."""

    name: str
    peer: str
    events: tuple[WireEvent, ...] = ()
    answers: tuple[Answer, ...] = ()
    tls: TlsFacts | None = None

    @property
    def refused(self) -> bool:
        return any(event.what is What.REFUSED for event in self.events)

    @property
    def closed_by_peer(self) -> bool:
        """The peer ended the connection, in order or by a reset."""
        return any(event.what in (What.PEER_CLOSED, What.PEER_RESET) for event in self.events)

    @property
    def received(self) -> bytes:
        return b"".join(event.data for event in self.events if event.what is What.RECEIVED)


class Line(asyncio.Protocol):
    """Made by `Line.open`. Never raises for what the peer does: that is recorded. One asyncio loop, not thread-safe."""

    def __init__(self, name: str, host: str, port: int) -> None:
        self.name = name
        self.peer = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self.events: list[WireEvent] = []
        self.answers: list[Answer] = []
        self.tls: TlsFacts | None = None
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._transport: asyncio.Transport | None = None
        self._decoder = FrameDecoder(MOST_RECEIVED)
        self._received = 0
        self._news = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._gone = asyncio.Event()
        self._leaving = False

    @classmethod
    async def open(
        cls,
        host: str,
        port: int,
        *,
        name: str = "line",
        patience: float = 5.0,
        tls: ssl.SSLContext | None = None,
        server_name: str = "",
    ) -> Line:
        """Connects. When nobody is there the line is returned all the same, not open, with the reason in its record."""
        line = cls(name, host, port)
        more: dict[str, Any] = {}
        if tls is not None:
            more = {"ssl": tls, "server_hostname": server_name or host, "ssl_handshake_timeout": patience}
        try:
            await asyncio.wait_for(line._loop.create_connection(lambda: line, host, port, **more), patience + 0.5)
        except (OSError, TimeoutError, ValueError) as error:  # ssl.SSLError is an OSError
            line._note(What.REFUSED, text=_reason(error))
            line._gone.set()
        return line

    # ------------------------------------------------------------ what it is told

    @property
    def is_open(self) -> bool:
        """We can still say something and hear an answer."""
        return self._transport is not None and not self._transport.is_closing() and not self._gone.is_set()

    async def send(self, *pieces: bytes, pause: float = 0.0, patience: float = 10.0) -> bool:
        """Each piece by itself, `pause` seconds between two. False when the line is gone or the peer stops reading."""
        for number, piece in enumerate(pieces):
            if number and pause:
                await asyncio.sleep(pause)
            if not self.is_open or self._transport is None:
                return False
            self._note(What.SENT, piece)
            self._transport.write(piece)
            try:
                await asyncio.wait_for(self._may_write.wait(), patience)
            except TimeoutError:
                self._note(What.TIMED_OUT, text="the peer does not read what is sent")
                return False
        return self.is_open

    async def until(self, done: Callable[[Line], bool], patience: float) -> bool:
        """Waits until `done(line)`; False after `patience` seconds, or when the line has ended and it still is not."""
        deadline = self._loop.time() + patience
        while not done(self):
            left = deadline - self._loop.time()
            if self._gone.is_set() or left <= 0:
                return False
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), left)
        return True

    async def answered(self, count: int, patience: float) -> bool:
        """Waits for `count` answers in all."""
        return await self.until(lambda line: len(line.answers) >= count, patience)

    async def ended(self, patience: float) -> bool:
        """Waits until the peer has closed the connection."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gone.wait(), patience)
        return self._gone.is_set()

    def half_close(self) -> None:
        """FIN: nothing more will be sent, answers are still read. TLS has no such thing."""
        if self.is_open and self._transport is not None and self._transport.can_write_eof():
            self._note(What.HALF_CLOSED)
            self._transport.write_eof()

    def stop_reading(self) -> None:
        """What the peer says stays in the network: its send buffer will fill up."""
        if self.is_open and self._transport is not None:
            self._transport.pause_reading()

    def reset(self) -> None:
        """RST: the connection is gone without a goodbye."""
        if self._transport is None or self._gone.is_set():
            return
        sock = self._transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._leaving = True
        self._note(What.RESET)
        self._transport.abort()

    async def close(self) -> None:
        """Ends the connection; waits at most a second until it is."""
        if self._transport is None:
            return
        if not self._gone.is_set() and not self._leaving:
            self._leaving = True
            self._note(What.CLOSED)
            self._transport.close()
        try:
            await asyncio.wait_for(self._gone.wait(), 1.0)
        except TimeoutError:
            self._transport.abort()

    def timed_out(self, text: str) -> None:
        """Writes down that we waited in vain."""
        self._note(What.TIMED_OUT, text=text)

    def record(self) -> LineRecord:
        """What happened so far, and bytes that are no finished answer as an answer with the fault `unfinished`."""
        answers = list(self.answers)
        rest = self._decoder.pending
        if rest:
            answers.append(Answer(self._now(), _tail(self.events, rest), "unfinished"))
        return LineRecord(self.name, self.peer, tuple(self.events), tuple(answers), self.tls)

    # ------------------------------------------------------------ asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secured = transport.get_extra_info("ssl_object")
        if secured is not None:
            self.tls = _tls_facts(secured)
        self._note(What.CONNECTED, text=f"{self.tls.version}, {self.tls.cipher}" if self.tls else "")

    def data_received(self, data: bytes) -> None:
        self._note(What.RECEIVED, data)
        self._received += len(data)
        now = self._now()
        for found in self._decoder.feed(data):
            if isinstance(found, Frame):
                self.answers.append(Answer(now, found.payload, notes=found.notes))
            else:
                self.answers.append(Answer(now, found.payload, found.code))
        if (self._received > MOST_RECEIVED or len(self.answers) > MOST_ANSWERS) and self._transport is not None:
            self._leaving = True
            self._note(What.RESET, text="the peer says more than anybody asked for")
            self._transport.abort()

    def eof_received(self) -> bool:
        self._note(What.PEER_CLOSED)
        return False

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None and not self._leaving:
            self._note(What.PEER_RESET, text=_reason(error))
        self._gone.set()
        self._may_write.set()
        self._news.set()

    def pause_writing(self) -> None:
        self._may_write.clear()

    def resume_writing(self) -> None:
        self._may_write.set()

    def _now(self) -> float:
        return self._loop.time() - self._began

    def _note(self, what: What, data: bytes = b"", text: str = "") -> None:
        self.events.append(WireEvent(self._now(), what, data, text))
        self._news.set()


def client_tls(
    *, ca: str = "", certificate: str = "", key: str = "", verify: bool = True, oldest: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """TLS 1.2 and up towards a server; with a certificate of our own when one is given (mutual TLS).

    Raises EnvironmentFault when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = oldest or ssl.TLSVersion.TLSv1_2
    at = ca
    try:
        if not verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif ca:
            context.load_verify_locations(ca)
        else:
            context.load_default_certs()
        if certificate:
            at = certificate
            context.load_cert_chain(certificate, key or None)
    except (OSError, ssl.SSLError) as error:
        raise EnvironmentFault(
            f"{at} cannot be used for TLS: {getattr(error, 'strerror', None) or error}. Give a PEM file.",
            code="bad-certificate",
            retryable=False,
        ) from error
    return context


def _tls_facts(secured: ssl.SSLObject) -> TlsFacts:
    cipher = secured.cipher()
    checked: Any = secured.getpeercert() or {}
    return TlsFacts(
        secured.version() or "",
        cipher[0] if cipher else "",
        secured.getpeercert(binary_form=True) or b"",
        _distinguished(checked.get("subject", ())),
        _distinguished(checked.get("issuer", ())),
        str(checked.get("notAfter", "")),
        tuple(str(name) for _, name in checked.get("subjectAltName", ())),
    )


def _distinguished(parts: Any) -> str:
    """`commonName` of a name as the ssl module gives it, else all of it."""
    pairs = [pair for part in parts for pair in part]
    common = [value for key, value in pairs if key == "commonName"]
    return common[0] if common else ", ".join(str(value) for _, value in pairs)


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"the certificate is not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {error.reason or error}"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def _tail(events: list[WireEvent], size: int) -> bytes:
    received = b"".join(event.data for event in events if event.what is What.RECEIVED)
    return received[-size:] if size < len(received) else received
