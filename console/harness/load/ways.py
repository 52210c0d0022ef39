"""Messages that leave in no ordinary way: in pieces, glued to the next, or with a connection that ends around them.

Such a message has its line for itself: it begins when nothing else waits there, and nothing else begins before it is
answered, met with silence, or over with its connection.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.harness.load.ledger import AnswerCode, Outcome
from console.harness.load.lines import Entry, Line, LineState
from console.harness.load.shots import Special, Way

if TYPE_CHECKING:
    from console.harness.load.switchboard import Switchboard

_BYTES_AT_ONCE = 64
"""Bytes that leave one by one before other lines have a turn."""
_TURN_NS = 1_000_000
_SLOW_STEP_NS = 10_000_000
_PAUSED_NS = 20_000_000
"""How often a frame that is half out looks whether the pause is over."""
_LONGEST_HOLD_NS = 5_000_000_000
_MOST_SINGLE_BYTES = 64 * 1024
"""What is beyond leaves in one piece: a document of megabytes byte by byte would take the run with it."""


@dataclass(slots=True)
class _Parts:
    """A frame under way in pieces: (nanoseconds to wait before it, bytes)."""

    entry: Entry
    special: Special
    pieces: Iterator[tuple[int, bytes]]


class Ways:
    """For the lines of one switchboard."""

    def __init__(self, pump: Switchboard) -> None:
        self._pump = pump
        self._parts: dict[int, _Parts] = {}
        self._reopening: dict[int, tuple[Entry, Special]] = {}
        """By line: waits for a connection that is made, ended and made again."""
        self._postponed: dict[int, tuple[Entry, Special]] = {}
        """By line: waits until the line has nothing else to wait for."""

    def send(self, line: Line, entry: Entry, special: Special, now: int) -> bool:
        """Takes the message over; False when it may leave the ordinary way."""
        way = special.way
        if way is Way.NOT_AT_ALL:
            self._pump.supply.specials.pop(entry[0], None)
            self._pump.books.attempts[entry[0]] = 0
            self._pump.books.final(entry, Outcome.NOT_SENT, AnswerCode.NONE, now)
            return True
        if way is Way.WITH_NEXT:
            if not line.held:
                line.since = now
            line.held.append(entry)
            return True
        if way is Way.PLAIN and not (special.broken or "silence" in special.expected or "close" in special.expected):
            return False
        if line.waiting or line.held:
            line.special = special
            self._postponed[line.number] = (entry, special)
            if line.held:
                self._pump.release_held(line, now)
            return True
        self._begin(line, entry, special, now)
        return True

    def idle(self, line: Line, now: int) -> None:
        """The line waits for nothing any more."""
        postponed = self._postponed.pop(line.number, None)
        if postponed is not None:
            self._begin(line, *postponed, now)

    def _begin(self, line: Line, entry: Entry, special: Special, now: int) -> None:
        pump = self._pump
        line.special = special
        match special.way:
            case Way.PLAIN:
                pump.put(line, entry, now)
            case Way.BYTE_BY_BYTE | Way.SLOWLY | Way.SPLIT:
                parts = _Parts(entry, special, _pieces(special, entry[2]))
                self._parts[line.number] = parts
                line.waiting.append(entry)
                line.want = b""
                pump.books.connection[entry[0]] = line.number
                self._next(line, parts, now)
            case Way.CLOSE_BEFORE:
                self._reopening[line.number] = (entry, special)
                pump.drop(line)
                pump.dial(line, now)
            case _:
                self._and_close(line, entry, special, now)

    def _and_close(self, line: Line, entry: Entry, special: Special, now: int) -> None:
        """All or half of the bytes, then the end of the connection; the message goes out again afterwards."""
        pump = self._pump
        row, _, frame, _ = entry
        half = special.way is Way.CLOSE_DURING
        pump.supply.specials[row] = replace(special, way=Way.PLAIN)
        pump.owed.add(row)
        line.waiting.append(entry)
        pump.books.connection[row] = line.number
        data = frame[: max(1, len(frame) // 2)] if half else frame
        try:
            whole = line.put(data, -1)
        except OSError as error:
            pump.lost(line, now, error.strerror or str(error))
            return
        pump.books.bytes_out += len(data)
        if whole and not half:
            pump.books.gone(row, pump.books.now())
        line.useful = True
        reset = special.way is Way.RESET_AFTER
        pump.lost(line, now, "closed by us, on purpose", reset=reset, again_in=0.0)

    def _next(self, line: Line, parts: _Parts, now: int) -> None:
        """Puts the pieces that are due, and makes an appointment for the next."""
        pump = self._pump
        row = parts.entry[0]
        if self._parts.get(line.number) is not parts or line.state is not LineState.OPEN:
            return
        if pump.paused:
            pump.at(now + _PAUSED_NS, lambda then: self._next(line, parts, then))
            return
        for pause, piece in parts.pieces:
            try:
                line.put(piece, -1)
            except OSError as error:
                pump.lost(line, now, error.strerror or str(error))
                return
            pump.books.bytes_out += len(piece)
            pump.books.last_send = now
            if line.backlog:
                pump.watch_for_room(line)
            if pause:
                pump.at(now + pause, lambda then: self._next(line, parts, then))
                return
        del self._parts[line.number]
        if line.backlog:
            line.backlog.append((memoryview(b""), row))
            line.since = now
            return
        pump.sent(line, parts.entry, True)
        if not line.waiting:
            line.special = None
            pump.released(line, now)

    def opened(self, line: Line, now: int) -> bool:
        """A line that is made twice has got so far; True when that is what it was opened for."""
        reopening = self._reopening.pop(line.number, None)
        if reopening is None:
            return False
        entry, special = reopening
        if special.way is Way.CLOSE_BEFORE:
            self._reopening[line.number] = (entry, replace(special, way=Way.PLAIN))
            self._pump.drop(line)
            self._pump.dial(line, now)
            return True
        line.special = self._pump.supply.specials[entry[0]] = special
        self._pump.put(line, entry, now)
        return True

    def ended(self, line: Line) -> list[Entry]:
        """The line is gone: what was to leave on it and has not begun to."""
        self._parts.pop(line.number, None)
        left = []
        for waiting in (self._reopening, self._postponed):
            found = waiting.pop(line.number, None)
            if found is not None:
                left.append(found[0])
        return left

    def busy(self, line: Line) -> bool:
        """Something leaves in pieces, or waits for its connection."""
        number = line.number
        return number in self._parts or number in self._reopening or number in self._postponed

    def let_go(self, now: int, *, oldest_only: bool = False) -> None:
        """What waits for a next message leaves without one: there is none, or it has waited long enough."""
        for line in self._pump.lines:
            if line.held and (not oldest_only or now - line.since > _LONGEST_HOLD_NS):
                self._pump.release_held(line, now)


def _pieces(special: Special, frame: bytes) -> Iterator[tuple[int, bytes]]:
    """The frame in pieces, with the nanoseconds to wait after each."""
    amount = int(special.amount * 1e9)
    if special.way is Way.BYTE_BY_BYTE:
        single = min(len(frame), _MOST_SINGLE_BYTES)
        for at in range(single):
            yield amount or (0 if (at + 1) % _BYTES_AT_ONCE else _TURN_NS), frame[at : at + 1]
        if single < len(frame):
            yield 0, frame[single:]
        return
    if special.way is Way.SLOWLY:
        steps = max(1, min(len(frame) - 1, amount // _SLOW_STEP_NS))
        places = [len(frame) * step // steps for step in range(1, steps)]
        pause = amount // steps
    else:
        places = [cut for cut in sorted(set(special.cuts)) if 0 < cut < len(frame)]
        pause = amount
    at = 0
    for place in places:
        yield pause, frame[at:place]
        at = place
    yield 0, frame[at:]
