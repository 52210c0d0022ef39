"""One connection to a target without an event loop: dialling, TLS, writing what fits, hanging up.

Nothing here waits. Whoever drives a line watches its descriptor and calls the step that is due. Every step may raise
OSError (TLS errors are OSErrors): the line is lost then.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from console.core.errors import EnvironmentFault
from console.harness.load.ledger import AnswerCode
from console.harness.load.timer import READABLE, WRITABLE
from console.harness.scenario.model import Target
from console.harness.single.line import client_tls
from console.hl7v2.framing import FrameDecoder

if TYPE_CHECKING:
    from console.harness.load.shots import Special

Entry = tuple[int, bytes, bytes, "Outlet"]
"""Row, control id, frame, and where it goes out."""

_IN_PROGRESS = frozenset({0, errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EAGAIN, 10035})
_AT_ONCE = struct.pack("ii", 1, 0)


MANY = b"\0many"
"""Stands for `Line.want` where several plain answers are expected."""


class LineState(IntEnum):
    CLOSED = 0
    CONNECTING = 1
    HANDSHAKE = 2
    OPEN = 3


class Outlet:
    """What shares a queue: one line where patients are bound to lines, all lines of a target where they are not."""

    __slots__ = ("free", "lines", "queue")

    def __init__(self) -> None:
        self.queue: deque[Entry] = deque()
        self.free: deque[Line] = deque()
        """Lines that may send now."""
        self.lines: list[Line] = []


@dataclass(frozen=True, slots=True)
class Reach:
    """A target with everything looked up: the family and address of its first name, and its TLS context."""

    target: Target
    family: int
    address: Any
    tls: ssl.SSLContext | None = None
    server_name: str = ""


def reach(target: Target) -> Reach:
    """Raises EnvironmentFault when the name is unknown or a certificate cannot be used."""
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise EnvironmentFault(
            f"{target.host} is no host that this machine knows ({error.strerror or error}). Check the target's name.",
            code="unreachable",
        ) from error
    family, _, _, _, address = found[0]
    if target.tls is None:
        return Reach(target, family, address)
    tls = target.tls
    context = client_tls(
        ca=str(tls.ca or ""),
        certificate=str(tls.certificate or ""),
        key=str(tls.key or ""),
        verify=tls.verify,
    )
    return Reach(target, family, address, context, tls.server_name or target.host)


@dataclass(slots=True, eq=False)
class Line:
    """One connection and everything that is under way on it. `number` is the ledger's column `connection`."""

    number: int
    reach: Reach
    outlet: Outlet
    state: LineState = LineState.CLOSED
    descriptor: int = -1
    sock: socket.socket | None = None
    receive: Callable[[int], bytes] = field(default=lambda _: b"")
    transmit: Callable[[bytes], int] = field(default=lambda _: 0)
    want: bytes = b""
    """How a plain positive answer ends, when one message waits and nothing is out of the ordinary; else empty."""
    waiting: deque[Entry] = field(default_factory=deque)
    """Sent, not answered; oldest first."""
    since: int = 0
    """Nanoseconds of the run: answers are waited for from here, or from when the message was sent if that was later."""
    free_since: int = 0
    """When the line could send again: what a closed model intends."""
    carry: bytes = b""
    """The beginning of an answer."""
    decoder: FrameDecoder | None = None
    """Takes over while answers are not plain frames."""
    quiet_since: int = 0
    backlog: deque[tuple[memoryview, int]] = field(default_factory=deque)
    """What the receiver's window has no room for; with the row whose last byte it is, or -1."""
    held: list[Entry] = field(default_factory=list)
    """Waits for the next message, to leave in one write with it."""
    special: Special | None = None
    """The line is busy with this one and takes nothing else."""
    piece: int = 0
    """Counts what was planned for this line: a later appointment makes earlier ones void."""
    abandoned: dict[bytes, int] = field(default_factory=dict)
    misled: tuple[int, bytes, AnswerCode, bytes] | None = None
    """While this row waited an answer came that named an older message: its control id, code and bytes."""
    """Control ids whose time-out passed while the line was kept, with their rows."""
    failures: int = 0
    useful: bool = False
    """Something was answered since it was opened."""
    first: Entry | None = None
    """To be sent as soon as the line is open."""
    last_send: int = 0
    resting: bool = False
    """Not free before its timer rings: minimum gap, think time, a pause before the same bytes go out again."""
    listed: bool = False
    """Stands in `outlet.free`."""
    plain: bool = True
    """Not TLS."""

    def dial(self) -> None:
        """Begins to connect. Raises OSError."""
        sock = socket.socket(self.reach.family, socket.SOCK_STREAM)
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock, self.descriptor, self.state = sock, sock.fileno(), LineState.CONNECTING
        number = sock.connect_ex(self.reach.address)
        if number not in _IN_PROGRESS:
            raise OSError(number, "connect")

    def connected(self) -> int:
        """The connection stands or failed: what to watch for next, 0 when the line is open. Raises OSError."""
        assert self.sock is not None
        if number := self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, "connect")
        try:
            self.sock.getpeername()
        except OSError:
            return WRITABLE  # what was told was about an older socket with this number
        if self.reach.tls is None:
            self._opened(self.sock)
            return 0
        self.sock = self.reach.tls.wrap_socket(
            self.sock, server_hostname=self.reach.server_name, do_handshake_on_connect=False
        )
        self.state = LineState.HANDSHAKE
        return self.shake()

    def shake(self) -> int:
        """A step of the handshake: what to watch for next, 0 when the line is open. Raises OSError."""
        assert isinstance(self.sock, ssl.SSLSocket)
        try:
            self.sock.do_handshake()
        except ssl.SSLWantReadError:
            return READABLE
        except ssl.SSLWantWriteError:
            return WRITABLE
        self._opened(self.sock)
        return 0

    def _opened(self, sock: socket.socket) -> None:
        self.state = LineState.OPEN
        self.receive, self.transmit = sock.recv, sock.send
        self.plain = not isinstance(sock, ssl.SSLSocket)
        self.useful = False

    def read(self, size: int) -> bytes | None:
        """What has come; None when nothing has, b'' when the peer has closed. Raises OSError."""
        try:
            return self.receive(size)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""

    def put(self, data: bytes, row: int) -> bool:
        """Writes, or keeps what does not fit. True when the last byte has gone. Raises OSError."""
        assert self.sock is not None
        if self.backlog:
            self.backlog.append((memoryview(data), row))
            return False
        try:
            count = self.sock.send(data)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            count = 0
        if count == len(data):
            return True
        self.backlog.append((memoryview(data)[count:], row))
        return False

    def flush(self) -> list[int]:
        """Writes what was kept, as far as it fits: the rows whose last byte has gone. Raises OSError."""
        assert self.sock is not None
        gone = []
        try:
            while self.backlog:
                rest, row = self.backlog[0]
                count = self.sock.send(rest) if rest else 0
                if count < len(rest):
                    self.backlog[0] = (rest[count:], row)
                    continue
                self.backlog.popleft()
                if row >= 0:
                    gone.append(row)
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        return gone

    def hang_up(self, *, reset: bool = False) -> None:
        """Closes the socket; with `reset` by RST, and what was not delivered yet is thrown away (RFC 9293, 3.10.4)."""
        if self.sock is not None:
            if reset:
                with contextlib.suppress(OSError):
                    self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
            self.sock.close()
        self.sock, self.descriptor, self.state = None, -1, LineState.CLOSED
        self.want = self.carry = b""
        self.decoder = None
        self.backlog.clear()
