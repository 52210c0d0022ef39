"""One sender's connection: frames found by hand while all is in order, by `hl7v2.framing` as soon as it is not.

The fast path takes whole, plain frames with a known kind of message and answers them at once. Everything else goes to
the decoder and the judge, and comes back to the same questions: any chunking of a stream gives the same messages and
the same answers. Answers leave in the order of the questions. What is held is bounded: a sender whose answers wait, or
who does not read, is not read from.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import deque
from collections.abc import Iterable
from time import monotonic, time_ns
from typing import TYPE_CHECKING, Any, cast

from console.connections.mllp_sockets import watch_for_a_vanished_peer
from console.harness.listener.owed import Owed
from console.hl7v2.framing import Frame, FrameDecoder, FramingFault

if TYPE_CHECKING:
    from console.harness.listener.server import ScriptedListener

QUIET_S = 0.3
"""Silence after which a frame without its CR counts as ended."""
PROGRESS_BYTES_PER_S = 64 * 1024
MOST_OWED = 256
CARRY = 16 * 1024
"""A frame that is not whole yet is kept as it is up to this size, then by the decoder."""
_WRITE_BUFFER = 256 * 1024
_HELD_BACK_S = 0.2

# Why a connection is not read, as bits.
_OWN_WAITING, _PEER_DOES_NOT_READ, HANGS, STOPPED = 1, 2, 4, 8


class Line(asyncio.Protocol):
    """Lives on the event loop's thread. `number` counts connections from 1."""

    def __init__(self, listener: ScriptedListener) -> None:
        self.listener = listener
        self.number = 0
        self.peer = ""
        self.sequence = 0
        self.later = 0
        self._loop = listener.loop
        self._transport: asyncio.Transport | None = None
        self._decoder = FrameDecoder(listener.max_frame)
        self._careful = False  # the decoder holds something
        self._carry = b""
        self._began = 0.0
        self._heard = 0.0
        self._owed: deque[Owed] = deque()
        self._held_back: list[bytes] = []
        self._held_timer: asyncio.TimerHandle | None = None
        self._held = 0
        self._ends = False

    # ------------------------------------------------------------ asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if not self.listener.admit(self):
            self._transport.abort()
            return
        name: Any = transport.get_extra_info("peername")
        self.peer = f"{name[0]}:{name[1]}" if name else ""
        watch_for_a_vanished_peer(transport.get_extra_info("socket"))
        self._transport.set_write_buffer_limits(high=_WRITE_BUFFER)

    def data_received(self, data: bytes) -> None:
        if self._ends:
            return
        listener = self.listener
        listener.bytes_in += len(data)
        if self._careful:
            self._feed(data)
            return
        goes_on = bool(self._carry)
        if goes_on:
            data = self._carry + data
            self._carry = b""
        kinds = listener.kinds
        largest = listener.max_frame
        now = time_ns()
        size = len(data)
        at = 0
        out: list[bytes] = []
        while at < size:
            end = data.find(b"\x1c", at)
            if end < 0 or end + 1 == size:
                break
            if data[at] != 0x0B or data[end + 1] != 0x0D or data.find(b"\x0b", at + 1, end) >= 0:
                break
            if end - at > largest:
                break
            line_end = data.find(b"\r", at, end)
            if line_end < 0:
                break
            line = data[at + 1 : line_end]
            fields = line.split(b"|", 10)
            if len(fields) != 11 or fields[0] != b"MSH" or b"\n" in line:
                break
            if data.find(b"MSH", at + 4, end) >= 0:
                break
            control_id = fields[9]
            if not control_id.isalnum() and not (control_id.isascii() and control_id.decode("ascii").strip()):
                break
            kind = kinds.get((fields[1], fields[2], fields[3], fields[4], fields[5], fields[8], fields[10]))
            if kind is None:
                kind = listener.learn(fields, data[at + 1 : end])
                if kind is None:
                    break
            number = listener.number = listener.number + 1
            self.sequence += 1
            direct = kind.direct
            if direct is not None and not self._owed and listener.at_once:
                kind.count += 1
                if listener.looks:
                    listener.took(self, kind, data[at + 1 : end], control_id, now)
            else:
                payload = data[at + 1 : end]
                rule = listener.decide(self, kind, payload, control_id, now)
                direct = kind.ack(rule.answer.code) if rule.plain and not self._owed and listener.at_once else None
                if direct is None or kind.commit:
                    if out:
                        self.write(b"".join(out))
                        out = []
                    listener.elaborate(self, kind, rule, payload, control_id, now)
                    if self.over:
                        return
                    at = end + 2
                    continue
                rule.plainly += 1
                if listener.looks:
                    listener.took(self, kind, payload, control_id, now, rule)
            seconds = now // 1_000_000_000
            if seconds != listener.second:
                listener.turn_to(seconds)
            first, second, third, fourth = direct
            own = b"%s%d" % (listener.prefix, number)
            out.append(b"".join((first, listener.stamp, second, own, third, control_id, fourth)))
            at = end + 2
        if out:
            self.write(out[0] if len(out) == 1 else b"".join(out))
        if at < size:
            self._odd(data[at:] if at else data, goes_on=goes_on and not at)

    def _odd(self, rest: bytes, *, goes_on: bool) -> None:
        """What the fast path did not take: the beginning of a frame, or something for the decoder. `goes_on`: it began
        with earlier bytes."""
        if self._ends:
            return
        end = rest.find(b"\x1c")
        if (
            rest[0] == 0x0B
            and (end < 0 or end + 1 == len(rest))
            and len(rest) <= CARRY
            and rest.find(b"\x0b", 1) < 0
            and not self._held
        ):
            self._carry = rest
            self._note_unfinished(begins=not goes_on)
        else:
            self._feed(rest, goes_on=goes_on)

    def _feed(self, data: bytes, *, goes_on: bool = False) -> None:
        was_in_frame = goes_on or self._decoder.in_frame
        found = self._decoder.feed(data)
        self._careful = bool(self._decoder.pending)
        self._take(found)
        if self._careful:
            self._note_unfinished(begins=bool(found) or not was_in_frame)

    def _note_unfinished(self, *, begins: bool) -> None:
        now = monotonic()
        self._heard = now
        if begins or self not in self.listener.unfinished:
            self._began = now
        self.listener.unfinished.add(self)

    def eof_received(self) -> bool:
        self._finish()
        self._close_when_answered()
        return bool(self._owed) and not self.listener.has_tls

    def connection_lost(self, error: Exception | None) -> None:
        transport, self._transport = self._transport, None
        if transport is not None and self.number:
            self._finish()
        self._ends = True
        if self._held_timer is not None:
            self._held_timer.cancel()
        self.listener.dismiss(self)

    def pause_writing(self) -> None:
        self.hold(_PEER_DOES_NOT_READ)

    def resume_writing(self) -> None:
        self.release(_PEER_DOES_NOT_READ)

    # ------------------------------------------------------------ what came

    @property
    def over(self) -> bool:
        """Nothing more that the sender says counts."""
        return self._ends or bool(self._held & STOPPED)

    def _take(self, found: Iterable[Frame | FramingFault]) -> None:
        for received in found:
            if self.over:
                return
            self.listener.receive(self, received)

    def _finish(self) -> None:
        """The sender says no more: what is left is judged as it is."""
        if self._ends:
            return
        if self._carry:
            carry, self._carry = self._carry, b""
            self._take(self._decoder.feed(carry))
        self._take(self._decoder.close())
        self._careful = False
        self._ends = True

    def look(self, now: float) -> bool:
        """Looks after a frame that has not ended; whether there is still one."""
        if self._transport is None or self._ends or not (self._carry or self._careful):
            return False
        if self._held:
            self._began = self._heard = now  # it was we who did not read
            return True
        if now - self._heard >= QUIET_S:
            if self._carry:
                carry, self._carry = self._carry, b""
                self._take(self._decoder.feed(carry))
            self._take(self._decoder.idle())
            self._careful = bool(self._decoder.pending)
        allowed = self.listener.frame_timeout + self._decoder.pending / PROGRESS_BYTES_PER_S
        if (self._carry or self._decoder.in_frame) and now - self._began >= allowed:
            self._finish()
            self._close_when_answered()
            return False
        return self._careful or bool(self._carry)

    # ------------------------------------------------------------ answers

    @property
    def owed(self) -> int:
        """Answers that have not left."""
        return len(self._owed) + self.later

    def write(self, data: bytes) -> None:
        """Gives bytes to the socket at the end of this turn of the loop: what they answer is on the disk by then, and
        a sender that sleeps is woken once for all answers, not for each."""
        if self._transport is not None:
            self.listener.bytes_out += len(data)
            self.listener.post(self, data)

    def write_now(self, data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def owe(self, owed: Owed, delay: float = 0.0) -> None:
        """Puts an answer in its turn; it is ready after `delay` seconds."""
        self._owed.append(owed)
        if delay > 0:
            self._loop.call_later(delay, self._ready, owed)
        else:
            owed.ready = True
            self.settle()
        if len(self._owed) + self.later >= MOST_OWED:
            self.hold(_OWN_WAITING)

    def _ready(self, owed: Owed) -> None:
        owed.ready = True
        self.settle()

    def settle(self) -> None:
        """Sends every answer whose turn it is."""
        while self._owed and self._owed[0].ready and not self._held & HANGS:
            owed = self._owed.popleft()
            if owed.together:
                self._hold_back(owed)
            elif owed.data:
                self._let_go()
                self.write(owed.data)
            if owed.after is not None:
                owed.after()
        self._relax()
        if self._ends:
            self._close_when_answered()

    def say_later(self, data: bytes, delay: float) -> None:
        """Sends something out of turn after `delay` seconds, if the connection is still there."""
        self.later += 1
        self._loop.call_later(delay, self._say, data)
        if len(self._owed) + self.later >= MOST_OWED:
            self.hold(_OWN_WAITING)

    def _say(self, data: bytes) -> None:
        self.later -= 1
        self.write(data)
        self._relax()
        if self._ends:
            self._close_when_answered()

    def _relax(self) -> None:
        if self._held & _OWN_WAITING and len(self._owed) + self.later <= MOST_OWED // 2:
            self.release(_OWN_WAITING)

    def _hold_back(self, owed: Owed) -> None:
        self._held_back.append(owed.data)
        if len(self._held_back) >= owed.together:
            self._let_go()
        elif self._held_timer is None:
            self._held_timer = self._loop.call_later(owed.pause or _HELD_BACK_S, self._let_go)

    def _let_go(self) -> None:
        if self._held_timer is not None:
            self._held_timer.cancel()
            self._held_timer = None
        if self._held_back:
            data = b"".join(self._held_back)
            self._held_back.clear()
            self.write(data)

    # ------------------------------------------------------------ reading or not, ending

    def hold(self, reason: int) -> None:
        """Reads no more while any reason lasts."""
        if not self._held and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._held |= reason

    def release(self, reason: int) -> None:
        if not self._held & reason:
            return
        self._held &= ~reason
        if not self._held and self._transport is not None and not self._transport.is_closing() and not self._ends:
            self._transport.resume_reading()
        self.settle()

    def close(self) -> None:
        """Closes once what was written is out."""
        self._ends = True
        self._let_go()
        self.listener.flush()
        if self._transport is not None:
            self._transport.close()

    def reset(self) -> None:
        """RST: whatever was under way is lost (RFC 9293, 3.10.7)."""
        self._ends = True
        self.listener.flush()
        transport = self._transport
        if transport is None:
            return
        sock: socket.socket | None = transport.get_extra_info("socket")
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    def abort(self) -> None:
        self._ends = True
        if self._transport is not None:
            self._transport.abort()

    def stop_reading(self) -> None:
        """The connection stays open, and nothing is read from it any more."""
        self.hold(STOPPED)

    def read_no_more(self) -> None:
        """The listener ends: what is owed is still answered."""
        self._ends = True
        self.hold(STOPPED)

    def _close_when_answered(self) -> None:
        if not self._owed and not self.later and not self._held_back and self._transport is not None:
            self.listener.flush()
            self._transport.close()
