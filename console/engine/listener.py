"""The MLLP listener: sockets in, exchanges out, answers back in the order of the questions.

One `Exchange` per frame (or framing fault). Whoever receives it answers once, whenever it can; a connection's answers
leave in the order its messages came, also when a sender does not wait for them. What is held in memory is bounded: when
too many messages or bytes wait for an answer the listener stops reading and TCP tells the senders to slow down; a frame
that grows large needs one of a few places; connections are capped per address and in all; a frame must make progress.
Every method runs on the event loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
import time
from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from console.connections.mllp_sockets import server_tls, watch_for_a_vanished_peer
from console.core.clock import Clock
from console.core.errors import EnvironmentFault
from console.engine.right_of_way import RightOfWay
from console.engine.settings import Address, MllpSettings
from console.hl7v2.framing import Frame, FrameDecoder, FramingFault, frame

QUIET_S = 0.3
"""Silence after which a frame without its CR counts as ended."""
PROGRESS_BYTES_PER_S = 64 * 1024
"""A frame may take `frame_timeout` plus its bytes at this rate: a slow line passes, a slow-loris does not."""
LARGE_FRAME = 256 * 1024
LARGE_FRAMES = 8
"""Frames over LARGE_FRAME bytes that may be in the making at once; others wait unread."""
MOST_WAITING_PER_CONNECTION = 256
_WRITE_BUFFER = 256 * 1024

# Why a connection is not read, as bits.
_TOO_MANY_WAITING, _OWN_WAITING, _PEER_DOES_NOT_READ, _WAITS_FOR_PLACE = 1, 2, 4, 8

_log = logging.getLogger(__name__)


class Exchange:
    """One thing a sender said, and the answer it is owed."""

    __slots__ = ("_answer", "_connection", "listener", "peer", "received", "received_at", "size", "started")

    def __init__(self, connection: _Connection, received: Frame | FramingFault, received_at: datetime) -> None:
        self._connection = connection
        self._answer: tuple[bytes, ...] | None = None
        self.received = received
        self.received_at = received_at
        self.started = time.perf_counter()
        self.peer = connection.peer
        self.listener = connection.listener.name
        self.size = len(received.payload)

    def answer(self, *payloads: bytes) -> None:
        """Sends the payloads, each in its frame, when it is this exchange's turn; none at all is an answer too."""
        self._answer = payloads
        self._connection.answered()

    def say_later(self, payload: bytes) -> bool:
        """Sends one more payload after the answer, out of turn; False when the connection is gone."""
        return self._connection.say(payload)

    @property
    def settled(self) -> tuple[bytes, ...] | None:
        return self._answer


class Receiver(Protocol):
    def receive(self, exchange: Exchange) -> None:
        """Takes one exchange; must lead to exactly one `exchange.answer`."""


class Listener:
    """One listening socket and its connections."""

    def __init__(
        self,
        settings: MllpSettings,
        receiver: Receiver,
        *,
        clock: Clock,
        name: str = "mllp",
        right_of_way: RightOfWay | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.receiver = receiver
        self.clock = clock
        self._right_of_way = right_of_way or RightOfWay()
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._per_address: Counter[str] = Counter()
        self._waiting_messages = 0
        self._waiting_bytes = 0
        self._held_back = False
        self._large: set[_Connection] = set()
        self._large_queue: deque[_Connection] = deque()
        self._stopping = False
        self.turned_away = 0

    async def start(self) -> Address:
        """Begins to listen; gives the address it got. Raises EnvironmentFault when it cannot."""
        loop = asyncio.get_running_loop()
        address = self.settings.listen
        try:
            self._server = await loop.create_server(
                lambda: _Connection(self, loop),
                address.host,
                address.port,
                ssl=tls_context(self.settings),
                ssl_handshake_timeout=10 if self.settings.tls else None,
                backlog=256,
            )
        except OSError as error:
            raise EnvironmentFault(
                f"--mllp {address}: cannot listen there: {error.strerror or error}. "
                "Is another engine running? Choose another port, or 0 for a free one.",
                code="cannot-listen",
                retryable=False,
            ) from error
        port = self._server.sockets[0].getsockname()[1]
        return Address(address.host, port)

    async def stop(self, patience: float = 5.0) -> None:
        """Accepts no more, answers what waits (at most `patience` seconds), then closes every connection."""
        self._stopping = True
        if self._server is not None:
            self._server.close()
        for connection in list(self._connections):
            connection.read_no_more()
        deadline = asyncio.get_running_loop().time() + patience
        while self._waiting_messages and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.01)
        for connection in list(self._connections):
            connection.close()
        while self._connections and asyncio.get_running_loop().time() < deadline + 1:
            await asyncio.sleep(0.01)
        if self._server is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._server.wait_closed(), 2)

    @property
    def connections(self) -> int:
        return len(self._connections)

    @property
    def waiting(self) -> int:
        """Messages received and not answered yet."""
        return self._waiting_messages

    # ------------------------------------------------------------ for connections

    def admit(self, connection: _Connection) -> bool:
        """Whether one more connection from this address is welcome."""
        full = len(self._connections) >= self.settings.max_connections
        if self._stopping or full or self._per_address[connection.address] >= self.settings.max_connections_per_address:
            self.turned_away += 1
            _log.warning("connection turned away: too many", extra={"peer": connection.peer, "all": full})
            return False
        self._connections.add(connection)
        self._per_address[connection.address] += 1
        if self._held_back:
            connection.hold(_TOO_MANY_WAITING)
        return True

    def dismiss(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.discard(connection)
            self._per_address[connection.address] -= 1
            if not self._per_address[connection.address]:
                del self._per_address[connection.address]
        self.give_up_place(connection)

    def waits(self, exchange: Exchange) -> None:
        if not self._waiting_messages:
            self._right_of_way.claim()
        self._waiting_messages += 1
        self._waiting_bytes += exchange.size
        if not self._held_back and (
            self._waiting_messages >= self.settings.max_waiting_messages
            or self._waiting_bytes >= self.settings.max_waiting_bytes
        ):
            self._held_back = True
            for connection in self._connections:
                connection.hold(_TOO_MANY_WAITING)

    def waits_no_more(self, exchange: Exchange) -> None:
        self._waiting_messages -= 1
        self._waiting_bytes -= exchange.size
        if not self._waiting_messages:
            self._right_of_way.release()
        if (
            self._held_back
            and self._waiting_messages <= self.settings.max_waiting_messages // 2
            and self._waiting_bytes <= self.settings.max_waiting_bytes // 2
        ):
            self._held_back = False
            for connection in list(self._connections):
                connection.release(_TOO_MANY_WAITING)

    def take_place(self, connection: _Connection) -> None:
        """Gives a place for a large frame, or makes the connection wait for one."""
        if connection in self._large or connection in self._large_queue:
            return
        if len(self._large) < LARGE_FRAMES:
            self._large.add(connection)
        else:
            self._large_queue.append(connection)
            connection.hold(_WAITS_FOR_PLACE)

    def give_up_place(self, connection: _Connection) -> None:
        if connection in self._large:
            self._large.discard(connection)
            if self._large_queue:
                following = self._large_queue.popleft()
                self._large.add(following)
                following.release(_WAITS_FOR_PLACE)
        elif connection in self._large_queue:
            self._large_queue.remove(connection)


class _Connection(asyncio.Protocol):
    """One sender's line."""

    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop) -> None:
        self.listener = listener
        self.peer = ""
        self.address = ""
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._decoder = FrameDecoder(listener.settings.max_frame)
        self._owed: deque[Exchange] = deque()
        self._held = 0
        self._last_data = 0.0
        self._frame_began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ends = False  # nothing more will be read; close when everything is answered

    # ------------------------------------------------------------ asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        name: Any = transport.get_extra_info("peername")
        self.address = str(name[0]) if name else "unknown"
        self.peer = str(Address(self.address, name[1])) if name else "unknown"
        if not self.listener.admit(self):
            self._transport.abort()
            return
        watch_for_a_vanished_peer(transport.get_extra_info("socket"))
        self._transport.set_write_buffer_limits(high=_WRITE_BUFFER)

    def data_received(self, data: bytes) -> None:
        if self._ends:
            return
        now = self._loop.time()
        self._last_data = now
        was_in_frame = self._decoder.in_frame
        found = self._decoder.feed(data)
        if found:
            self._hand_on(found)
        if self._decoder.pending:
            if self._decoder.in_frame and (found or not was_in_frame):
                self._frame_began = now
            if self._decoder.pending > LARGE_FRAME:
                self.listener.take_place(self)
            elif found:
                self.listener.give_up_place(self)
            if self._timer is None:
                self._timer = self._loop.call_later(QUIET_S, self._look)
        elif found:
            self.listener.give_up_place(self)

    def eof_received(self) -> bool:
        self._ends = True
        self._hand_on(self._decoder.close())
        self._close_when_answered()
        return bool(self._owed) and self.listener.settings.tls is None

    def connection_lost(self, error: Exception | None) -> None:
        self._ends = True
        transport, self._transport = self._transport, None
        if self._timer is not None:
            self._timer.cancel()
        if transport is not None and self in self.listener._connections:
            self._hand_on(self._decoder.close())
        self.listener.dismiss(self)

    def pause_writing(self) -> None:
        self.hold(_PEER_DOES_NOT_READ)

    def resume_writing(self) -> None:
        self.release(_PEER_DOES_NOT_READ)

    # ------------------------------------------------------------ exchanges

    def _hand_on(self, found: Sequence[Frame | FramingFault]) -> None:
        received_at = self.listener.clock()
        for received in found:
            exchange = Exchange(self, received, received_at)
            self._owed.append(exchange)
            self.listener.waits(exchange)
            self.listener.receiver.receive(exchange)
        if len(self._owed) >= MOST_WAITING_PER_CONNECTION:
            self.hold(_OWN_WAITING)

    def answered(self) -> None:
        """Some exchange has its answer: sends what is next in turn."""
        out: list[bytes] = []
        while self._owed and self._owed[0].settled is not None:
            exchange = self._owed.popleft()
            out += [frame(payload) for payload in exchange.settled or ()]
            self.listener.waits_no_more(exchange)
        if out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))
        if self._held & _OWN_WAITING and len(self._owed) <= MOST_WAITING_PER_CONNECTION // 2:
            self.release(_OWN_WAITING)
        if self._ends:
            self._close_when_answered()

    def say(self, payload: bytes) -> bool:
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(frame(payload))
        return True

    # ------------------------------------------------------------ reading or not

    def hold(self, reason: int) -> None:
        if not self._held and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._held |= reason

    def release(self, reason: int) -> None:
        if not self._held & reason:
            return
        self._held &= ~reason
        if not self._held and self._transport is not None and not self._transport.is_closing() and not self._ends:
            self._frame_began = self._last_data = self._loop.time()  # it was we who did not read
            self._transport.resume_reading()

    def read_no_more(self) -> None:
        self._ends = True
        self.hold(_OWN_WAITING)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _close_when_answered(self) -> None:
        if not self._owed:
            self.close()

    # ------------------------------------------------------------ time

    def _look(self) -> None:
        """Looks after a frame that has not ended."""
        self._timer = None
        if self._transport is None or self._ends or not self._decoder.pending:
            return
        now = self._loop.time()
        if not self._held:
            if now - self._last_data >= QUIET_S:
                self._hand_on(self._decoder.idle())
            allowed = self.listener.settings.frame_timeout + self._decoder.pending / PROGRESS_BYTES_PER_S
            if self._decoder.in_frame and now - self._frame_began >= allowed:
                _log.warning("a frame did not end in time", extra={"peer": self.peer})
                self._ends = True
                self._hand_on(self._decoder.close())
                self._close_when_answered()
                return
        if self._decoder.in_frame:
            self._timer = self._loop.call_later(QUIET_S, self._look)


def tls_context(settings: MllpSettings) -> ssl.SSLContext | None:
    """TLS 1.2 and up with our certificate; mutual when client authorities are set. Raises EnvironmentFault."""
    tls = settings.tls
    if tls is None:
        return None
    return server_tls(tls.certificate, tls.key, tls.client_authorities, name="engine.mllp.tls")
