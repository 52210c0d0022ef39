"""The common case written out: a whole plain positive answer on a line, and (closed model) the next message after it.

First all answers that have come are taken, then all next messages leave: either half stays in the processor's caches,
and the receiver is not woken for one message at a time. Whatever is out of the ordinary is handed to the pump's slower
methods, which leave the same cells in the ledger.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from time import perf_counter_ns
from typing import TYPE_CHECKING

from console.harness.load.ledger import Flag
from console.harness.load.lines import MANY, Entry, Line

if TYPE_CHECKING:
    from console.harness.load.pump import Pump

_SMALL = 479
"""Bytes asked for when one answer is awaited: what the small-object allocator takes."""
_LARGE = 64 * 1024

Take = Callable[[list[tuple[int, int]], bool], None]
Settle = Callable[[], None]


def quick_way(pump: Pump) -> tuple[Take, Settle]:
    """`take(events, going)`: what happened on lines; `going`: the next message may follow an answer at once. `settle()`
    adds what was counted to the books."""
    books, supply = pump.books, pump.supply
    start, clock = books.start, perf_counter_ns
    answered, outcomes, codes = books.answered, books.outcome, books.code
    intended, sent, connection = books.intended, books.sent, books.connection
    by_descriptor, specials, delays = pump.by_descriptor, supply.specials, supply.delays
    warm_until, bound = pump.warm_until, pump.bound or len(pump.outlets) > 1
    rows_in = rows_out = bytes_in = bytes_out = latest = 0
    freed: list[Line] = []
    filling: list[Line] = []
    answers = pump.answers

    def take(events: list[tuple[int, int]], going: bool) -> None:
        nonlocal rows_in, bytes_in
        for descriptor, bits in events:
            line = by_descriptor[descriptor]
            if line is None:
                continue
            want = line.want
            if not want or bits != 1:
                pump.ready(line, bits)
                continue
            if want is MANY:
                several(line, bits)
                continue
            try:
                data = line.receive(_SMALL)
                size = len(data)
                if not (data.endswith(want) and data.find(b"\x1c") == size - 2 and data[0] == 11 and size < _SMALL):
                    pump.unplain(line, data, bits, more=size == _SMALL)
                    continue
            except BlockingIOError:
                continue
            except OSError as error:
                pump.lost(line, clock() - start, error.strerror or str(error))
                continue
            now = clock() - start
            row = line.waiting[0][0]
            answered[row] = now
            outcomes[row] = codes[row] = 1
            rows_in += 1
            bytes_in += size
            line.useful = True
            line.free_since = now
            if going:
                freed.append(line)
                continue
            line.waiting.clear()
            line.want = b""
            pump.released(line, now)
            pump.due(now)
        while filling:
            line = filling.pop()
            if not pump.batch(line, line.free_since):
                pump.expect(line)
                pump.released(line, line.free_since)
        while freed:
            there = len(supply.entries) - supply.at
            if bound or specials or delays or (not there and not supply.turn()):
                one_by_one(freed)
                freed.clear()
            elif there:
                send(freed[:there])
                del freed[:there]

    def several(line: Line, bits: int) -> None:
        """A line with several messages outstanding: as many answers as have come."""
        nonlocal bytes_in
        try:
            data = line.receive(_LARGE)
        except BlockingIOError:
            return
        except OSError as error:
            pump.lost(line, clock() - start, error.strerror or str(error))
            return
        now = clock() - start
        end = answers.many(line, data, now) if data else 0
        bytes_in += end
        line.free_since = now
        if end and end == len(data) < _LARGE and not pump.paused and not pump.stopping:
            filling.append(line)
            return
        if not data:
            pump.lost(line, now, "closed by the receiver")
            return
        if end < len(data):
            pump.took(line, data[end:], now)
        if end:
            pump.expect(line)
            pump.released(line, now)
        if len(data) == _LARGE:
            pump.ready(line, bits)

    def send(lines: list[Line]) -> None:
        """The next messages of the closed model, one for each line; there are as many at hand."""
        nonlocal rows_out, bytes_out, latest
        at = supply.at
        count = len(lines)
        supply.at = at + count
        entries = supply.entries[at : at + count]
        first = entries[0][0]
        last = first + count
        connection[first:last] = array("H", [line.number for line in lines])
        intended[first:last] = array("q", [line.free_since for line in lines])
        times = []
        cut: list[tuple[Line, Entry, int, str]] = []
        for line, entry in zip(lines, entries, strict=True):
            frame = entry[2]
            line.waiting[0] = entry
            line.want = b"\rMSA|AA|" + entry[1] + b"\r\x1c\r"
            gone, why = 0, ""
            try:
                gone = line.transmit(frame)
            except BlockingIOError:
                pass
            except OSError as error:
                why = error.strerror or str(error)
            times.append(clock() - start)
            bytes_out += gone
            if gone != len(frame):
                cut.append((line, entry, gone, why))
        sent[first:last] = array("q", times)
        rows_out += count
        latest = times[-1]
        if first < warm_until or cut:
            exceptions(first, last, cut)

    def exceptions(first: int, last: int, cut: list[tuple[Line, Entry, int, str]]) -> None:
        nonlocal rows_out
        for line, entry, gone, why in cut:
            sent[entry[0]] = 0
            rows_out -= 1
            if why:
                pump.lost(line, clock() - start, why)
            else:
                pump.rest_of(line, entry, gone)
        flags = books.flags
        for row in range(first, last):
            if intended[row] < warm_until:
                flags[row] |= Flag.WARM_UP

    def one_by_one(lines: list[Line]) -> None:
        """The same where lines have queues of their own, or some messages are out of the ordinary."""
        nonlocal rows_out, bytes_out, latest
        for line in lines:
            entry = upcoming(line)
            if entry is None:
                line.waiting.clear()
                line.want = b""
                pump.released(line, line.free_since)
                continue
            row, control_id, frame, _ = entry
            line.waiting[0] = entry
            line.want = b"\rMSA|AA|" + control_id + b"\r\x1c\r"
            connection[row] = line.number
            intended[row] = line.free_since
            if line.free_since < warm_until:
                books.flags[row] |= Flag.WARM_UP
            gone, why = 0, ""
            try:
                gone = line.transmit(frame)
            except BlockingIOError:
                pass
            except OSError as error:
                why = error.strerror or str(error)
            bytes_out += gone
            if gone == len(frame):
                sent[row] = latest = clock() - start
                rows_out += 1
            elif why:
                pump.lost(line, clock() - start, why)
            else:
                pump.rest_of(line, entry, gone)

    def upcoming(line: Line) -> Entry | None:
        """The next message for this line, if it is at hand, fresh, and an ordinary one."""
        if bound:
            queue = line.outlet.queue
            if not queue:
                return None
            row = queue[0][0]
            if row in specials or row in delays or intended[row]:
                return None
            return pump.from_queue(line.outlet)
        at = supply.at
        if at >= len(supply.entries):
            return None
        entry = supply.entries[at]
        if entry[0] in specials or entry[0] in delays:
            return None
        supply.at = at + 1
        return entry

    def settle() -> None:
        nonlocal rows_in, rows_out, bytes_in, bytes_out
        books.add(rows_in=rows_in, rows_out=rows_out, bytes_in=bytes_in, bytes_out=bytes_out, latest=latest)
        rows_in = rows_out = bytes_in = bytes_out = 0

    return take, settle
