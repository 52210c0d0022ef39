"""Event and trace ids: UUIDv7 (RFC 9562), carried in a W3C traceparent.

Pure: the time and the random bits come in as arguments; `engine` supplies them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NewType
from uuid import UUID

EventId = NewType("EventId", str)
"""Canonical text of a UUIDv7, 36 characters, lower case."""

TraceId = NewType("TraceId", str)
"""32 lower-case hexadecimal digits: the W3C trace-id, made as a UUIDv7."""

UNASSIGNED = "unassigned:"
"""Prefix of the stand-in encounter id for a patient's messages that named no visit: `unassigned:<patient id>`."""


class UuidSource:
    """Makes UUIDv7 values that never go backwards, even when the clock does.

    `now_ms` gives milliseconds since the Unix epoch (UTC); `entropy(n)` gives n random bytes.
    Within one millisecond a 12-bit counter keeps the order (RFC 9562, 6.2 method 1). Not thread-safe:
    one source per thread.
    """

    __slots__ = ("_counter", "_entropy", "_last_ms", "_now_ms")

    def __init__(self, now_ms: Callable[[], int], entropy: Callable[[int], bytes]) -> None:
        self._now_ms = now_ms
        self._entropy = entropy
        self._last_ms = -1
        self._counter = 0

    def _next(self) -> int:
        now = self._now_ms()
        if now > self._last_ms:
            self._last_ms, self._counter = now, 0
        else:
            self._counter += 1
            if self._counter > 0xFFF:
                self._last_ms, self._counter = self._last_ms + 1, 0
        random_bits = int.from_bytes(self._entropy(8), "big") & ((1 << 62) - 1)
        return (self._last_ms << 80) | (7 << 76) | (self._counter << 64) | (0b10 << 62) | random_bits

    def event_id(self) -> EventId:
        h = f"{self._next():032x}"
        return EventId(f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}")

    def trace_id(self) -> TraceId:
        return TraceId(f"{self._next():032x}")


def milliseconds_of(event_id: str) -> int:
    """The Unix milliseconds inside a UUIDv7 (either form). Raises ValueError when it is not one."""
    value = UUID(event_id)
    if value.version != 7:
        raise ValueError(f"not a UUIDv7: {event_id!r}")
    return value.int >> 80


def traceparent(trace_id: TraceId, event_id: EventId) -> str:
    """The W3C Trace Context header for a hop: the last 8 bytes of the event id are the parent span."""
    return f"00-{trace_id}-{event_id.replace('-', '')[16:]}-01"


def stable_uuid(*parts: str) -> str:
    """A UUID-shaped SHA-256 of the parts: the same parts give the same id on every machine, for ever.

    The parts are joined with U+001F, which no HL7 field can hold after decoding, so ("a", "b") and ("ab", "")
    differ. Version nibble 8 (RFC 9562: custom) and the variant bits are set.
    """
    t = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
    return f"{t[:8]}-{t[8:12]}-8{t[13:16]}-{_VARIANT[t[16]]}{t[17:20]}-{t[20:32]}"


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
