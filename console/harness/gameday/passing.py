"""What a laboratory sent through its gate: each result with its numbers, and its bytes for when the ward asks again."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime

from console.core.clock import Clock
from console.core.errors import InvalidMessage
from console.harness.gameday.gate import Tap
from console.hl7v2.framing import Frame, FrameDecoder
from console.hl7v2.peek import peek
from console.hl7v2.timestamp import parse_time

MOST = 20_000
"""Messages remembered; the oldest are forgotten first."""


@dataclass(frozen=True, slots=True)
class Passed:
    """One message that went through. `sent_at`: MSH-7, else when it passed."""

    control_id: str
    message_type: str
    sender: str
    sent_at: datetime
    passed_at: datetime
    payload: bytes


class Passing:
    """Listens at a gate and remembers, by control id, what went through it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, Passed] = OrderedDict()

    def tap(self) -> Tap:
        """A tap for one connection."""
        decoder = FrameDecoder()

        def take(data: bytes) -> None:
            for piece in decoder.feed(data):
                if isinstance(piece, Frame):
                    self._remember(piece.payload)

        return take

    def _remember(self, payload: bytes) -> None:
        try:
            header = peek(payload)
        except InvalidMessage:
            return
        if not header.control_id:
            return
        now = self._clock()
        self._kept[header.control_id] = Passed(
            control_id=header.control_id,
            message_type=header.message_type,
            sender=header.sending_application,
            sent_at=parse_time(header.message_time) or now,
            passed_at=now,
            payload=payload,
        )
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def between(self, begin: datetime, end: datetime) -> list[Passed]:
        """What was sent, by its sender's own time, in [begin, end), oldest first."""
        return sorted((p for p in self._kept.values() if begin <= p.sent_at < end), key=lambda p: p.sent_at)

    def last(self, message_type: str) -> Passed | None:
        """The newest message of this type."""
        return next((p for p in reversed(self._kept.values()) if p.message_type.startswith(message_type)), None)

    def get(self, control_id: str) -> Passed | None:
        return self._kept.get(control_id)
