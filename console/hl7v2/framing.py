"""MLLP framing without sockets: bytes in, frames and explicit faults out; nothing is swallowed.

A frame is VT payload FS CR (HL7 Transport Specification: MLLP, release 1). The decoder accepts any chunking. Where
a sender breaks the rule it decides like this:

- bytes before VT that hold no message: the next frame carries the note `stray-bytes-before`
- bytes before VT, or ended by FS without VT, that hold `MSH`: fault `unframed-message` with the bytes
- FS without CR: the frame ends at the next VT, at LF, or when the caller reports silence; note `missing-cr`
- FS or VT as data: kept, notes `fs-inside`, `vt-inside`
- VT followed by a new message while the last one had no FS: that one may be torn, so it becomes the fault
  `missing-fs` with its bytes (it must never be acknowledged with AA) and the new one is an ordinary frame
- an empty frame: fault `empty-frame`; a frame over the limit: fault `oversize` with its first bytes, the rest is
  thrown away as it arrives, so memory stays bounded
"""

from __future__ import annotations

from dataclasses import dataclass

VT = b"\x0b"
FS = b"\x1c"
CR = b"\r"

DEFAULT_MAX_FRAME = 64 * 1024 * 1024
HEAD = 64 * 1024
"""How much of an oversize frame is kept for quarantine and for the NAK: enough to hold the MSH segment."""

_VT, _FS, _CR, _LF = 0x0B, 0x1C, 0x0D, 0x0A
_BLANK = b" \t\r\n\x00\x1a"
_HEADERS = (b"MSH", b"FHS", b"BHS")


@dataclass(frozen=True, slots=True)
class Frame:
    """One payload as sent, without VT, FS and CR. `notes` say what was out of order and was mended."""

    payload: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FramingFault:
    """Bytes that are no frame. To be quarantined and answered AR, never AA.

    `code`: unframed-message, stray-bytes, missing-fs, empty-frame, oversize, incomplete-frame. `payload` holds the
    bytes (for `oversize` only the first 64 kB).
    """

    code: str
    text: str
    payload: bytes = b""

    @property
    def holds_message(self) -> bool:
        """A sender waits for an answer to this: the bytes hold a message header."""
        return _holds_message(self.payload)


def frame(payload: bytes) -> bytes:
    """The payload as it goes over the wire."""
    return VT + payload + FS + CR


class FrameDecoder:
    """Takes a byte stream apart. Not thread-safe; one per connection.

    `max_frame` is the largest payload in bytes. After a fault the decoder goes on with the next frame.
    """

    __slots__ = ("_body", "_buffer", "_in_frame", "_max", "_notes", "_skipping", "_stray")

    def __init__(self, max_frame: int = DEFAULT_MAX_FRAME) -> None:
        self._max = max_frame
        self._buffer = b""
        self._body = bytearray()
        self._stray = bytearray()
        self._notes: list[str] = []
        self._in_frame = False
        self._skipping = False

    @property
    def pending(self) -> int:
        """Bytes held back: of a frame that has not ended, or stray ones. 0 means the line is clean."""
        return len(self._buffer) + len(self._body) + len(self._stray) + self._in_frame

    @property
    def in_frame(self) -> bool:
        """A frame has begun and not ended: the frame timeout runs."""
        return self._in_frame

    def feed(self, data: bytes) -> list[Frame | FramingFault]:
        """Every frame and fault that these bytes complete, in the order of the wire."""
        if not self._in_frame and not self._buffer and not self._stray:
            end = len(data) - 2
            if (
                end > 1
                and data[0] == _VT
                and data.find(FS) == end
                and data[-1] == _CR
                and data.find(VT, 1) < 0
                and end - 1 <= self._max
            ):
                payload = data[1:end]
                if not payload.isspace():
                    return [Frame(payload)]
        out: list[Frame | FramingFault] = []
        self._buffer = data = self._buffer + data if self._buffer else bytes(data)
        at = 0
        while at < len(data):
            moved = self._inside(data, at, out) if self._in_frame else self._outside(data, at, out)
            if moved == at:
                break
            at = moved
        self._buffer = data[at:]
        return out

    def idle(self) -> list[Frame | FramingFault]:
        """What silence completes: a frame whose CR never came, a message that was sent without a frame.

        To be called when the peer has been quiet for longer than any network pause and `pending` is not 0.
        """
        out: list[Frame | FramingFault] = []
        if self._in_frame and self._buffer[:1] == FS:
            self._notes.append("missing-cr")
            self._finish(out)
            self._stray += self._buffer[1:]
            self._buffer = b""
        elif not self._in_frame:
            self._stray += self._buffer
            self._buffer = b""
            if _holds_message(self._stray):
                self._flush_stray(out)
        return out

    def close(self) -> list[Frame | FramingFault]:
        """What is left when the connection ends. The decoder is clean afterwards."""
        out = self.idle()
        if self._in_frame:
            self._append(self._buffer, out)
            if not self._skipping and self._body.strip(_BLANK):
                text = "the connection ended inside a frame; the message is not complete"
                out.append(FramingFault("incomplete-frame", text, bytes(self._body)))
        elif self._stray.strip(_BLANK):
            self._flush_stray(out)
        self._reset()
        self._stray.clear()
        self._buffer = b""
        self._in_frame = False
        return out

    def _outside(self, data: bytes, at: int, out: list[Frame | FramingFault]) -> int:
        begin = data.find(VT, at)
        end = data.find(FS, at, begin if begin >= 0 else len(data))
        stop = end if end >= 0 else begin if begin >= 0 else len(data)
        self._stray += data[at:stop]
        while len(self._stray) > self._max:
            self._flush_stray(out, self._max)
        if end >= 0:
            if self._stray.strip(_BLANK):
                self._flush_stray(out)
            self._stray.clear()
            return end + 1
        if begin < 0:
            return stop
        if _holds_message(self._stray):
            self._flush_stray(out)
        elif self._stray.strip(_BLANK):
            self._notes.append("stray-bytes-before")
        self._stray.clear()
        self._in_frame = True
        return begin + 1

    def _inside(self, data: bytes, at: int, out: list[Frame | FramingFault]) -> int:
        end = data.find(FS, at)
        begin = data.find(VT, at, end if end >= 0 else len(data))
        stop = begin if begin >= 0 else end if end >= 0 else len(data)
        if stop > at:
            self._append(data[at:stop], out)
            return stop
        if begin == at:
            return self._inner_start(data, at, out)
        return self._inner_end(data, at, out)

    def _inner_start(self, data: bytes, at: int, out: list[Frame | FramingFault]) -> int:
        """A VT inside a frame: a doubled start, a new message after a torn one, or data."""
        if not self._skipping and not self._body.strip(_BLANK):
            self._note("double-vt")
            self._body.clear()
            return at + 1
        following = data[at + 1 : at + 4]
        if following in _HEADERS:
            if not self._skipping:
                text = "a new message began before the last one ended; the first may be torn, send it again"
                out.append(FramingFault("missing-fs", text, bytes(self._body)))
            self._reset()
            self._notes.append("after-unterminated-frame")
            return at + 1
        if len(following) < 3 and any(h.startswith(following) for h in _HEADERS):
            return at
        self._note("vt-inside")
        self._append(VT, out)
        return at + 1

    def _inner_end(self, data: bytes, at: int, out: list[Frame | FramingFault]) -> int:
        """An FS inside a frame: its end, or data."""
        if at + 1 >= len(data):
            return at
        after = data[at + 1]
        if after in (_CR, _LF, _VT):
            if after != _CR:
                self._note("missing-cr")
            self._finish(out)
            return at + (1 if after == _VT else 2)
        self._note("fs-inside")
        self._append(FS, out)
        return at + 1

    def _append(self, data: bytes, out: list[Frame | FramingFault]) -> None:
        if self._skipping:
            return
        room = self._max - len(self._body)
        if len(data) <= room:
            self._body += data
            return
        self._body += data[: max(room, 0)]
        text = f"the message is larger than the limit of {self._max} bytes"
        out.append(FramingFault("oversize", text, bytes(self._body[:HEAD])))
        self._body.clear()
        self._skipping = True

    def _finish(self, out: list[Frame | FramingFault]) -> None:
        if not self._skipping:
            if self._body.strip(_BLANK):
                out.append(Frame(bytes(self._body), tuple(self._notes)))
            else:
                out.append(FramingFault("empty-frame", "a frame without a message"))
        self._reset()
        self._in_frame = False

    def _flush_stray(self, out: list[Frame | FramingFault], size: int | None = None) -> None:
        taken = bytes(self._stray[:size])
        del self._stray[:size]
        if _holds_message(taken):
            text = "a message came without its frame (VT before it); it cannot be trusted to be complete"
            out.append(FramingFault("unframed-message", text, taken))
        else:
            out.append(FramingFault("stray-bytes", "bytes between frames that are no message", taken))

    def _note(self, note: str) -> None:
        if note not in self._notes:
            self._notes.append(note)

    def _reset(self) -> None:
        self._body = bytearray()
        self._notes = []
        self._skipping = False


def _holds_message(data: bytes | bytearray) -> bool:
    return any(h in data for h in _HEADERS)
