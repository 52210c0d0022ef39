"""What each fault does to one message: payload in, the frame that goes out instead and what a receiver may say to it.

Every function is pure: (payload, generator, fault) -> `Hurt`, or None where the fault does not fit the message (there
is no value to change, no charset to get wrong). `broken` is claimed only for what a receiver can see and must refuse:
frames out of joint, no usable MSH. HL7 has no length and no checksum, so a text that was cut or glued may be taken for
good; such a message is `damaged`: nothing in it can be demanded afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from console.harness.load.shots import Special, Way
from console.harness.scenario.model import Fault, FaultKind
from console.hl7v2.charset import codec_of
from console.hl7v2.framing import CR, FS, VT

END = FS + CR

REFUSALS = ("AE", "AR", "CE", "CR", "close", "silence")
"""What a sound receiver may do with what it cannot use."""
EITHER = ("AA", "CA", *REFUSALS[:5])
"""What a sound receiver may do with what it might see through."""
TAKEN_OR_CLOSED = ("AA", "CA", "close")

OVERSIZE_BYTES = 2 * 1024 * 1024
SKEW_S = 3600.0
SLOW_S = 5.0
PAUSE_S = 0.05
GARBAGE_BYTES = 64

_NOT_IN_GARBAGE = bytes.maketrans(b"\x0b\x1c\r\nMFB", b"???????")


@dataclass(frozen=True, slots=True)
class Hurt:
    """The bytes that go out and what is out of the ordinary with them. `control_id` None: MSH-10 is as it was."""

    frame: bytes
    special: Special
    control_id: bytes | None = None


Damage = Callable[[bytes, Random, Fault], "Hurt | None"]


def garbage(generator: Random, fault: Fault) -> Hurt:
    """A frame of random bytes that are no message and hold no framing byte."""
    size = int(fault.amount) or GARBAGE_BYTES
    data = generator.randbytes(size).translate(_NOT_IN_GARBAGE)
    note = f"{size} random bytes in a frame of their own"
    return Hurt(VT + data + END, Special(FaultKind.GARBAGE, broken=True, expected=REFUSALS, note=note), b"")


def empty_frame() -> Hurt:
    special = Special(FaultKind.EMPTY_FRAME, broken=True, expected=REFUSALS, note="a frame with nothing in it")
    return Hurt(VT + END, special, b"")


def changed(payload: bytes, generator: Random) -> tuple[bytes, str] | None:
    """The same message with another value in one OBX-5, and what was done; None when it holds no value."""
    lines = payload.split(CR)
    separator = payload[3:4] or b"|"
    places = [at for at, line in enumerate(lines) if line.startswith(b"OBX") and _has_value(line.split(separator))]
    if not places:
        return None
    at = generator.choice(places)
    fields = lines[at].split(separator)
    if digits := _LAST_DIGIT.search(fields[5]):
        place = digits.start()
        digit = (fields[5][place] - 0x30 + generator.randint(1, 9)) % 10
        fields[5] = fields[5][:place] + b"%d" % digit + fields[5][place + 1 :]
    else:
        fields[5] += b" (changed)"
    lines[at] = separator.join(fields)
    return CR.join(lines), f"another value in OBX-5 of segment {at + 1}"


_LAST_DIGIT = re.compile(rb"\d(?=\D*\Z)")
_VALUES = (b"NM", b"ST", b"TX", b"FT")


def _has_value(fields: list[bytes]) -> bool:
    return len(fields) > 5 and fields[2] in _VALUES and bool(fields[5].strip()) and fields[5] != b'""'


def _truncate(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    text = payload.rstrip(CR)
    first = text.find(CR)
    places = (
        [at for at in (generator.randrange(first + 5, len(text)) for _ in range(8)) if _inside(text, at)]
        if (0 <= first < len(text) - 6)
        else []
    )
    if not places:
        return None
    note = f"cut after byte {places[0]} of {len(payload)}"
    return Hurt(VT + text[: places[0]] + END, Special(fault.kind, damaged=True, expected=EITHER, note=note))


def _inside(text: bytes, at: int) -> bool:
    """A cut here is seen to be one: it leaves no whole segment at the end."""
    return CR not in (text[at - 1 : at], text[at : at + 1])


def _stray_bytes(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    size = int(fault.amount) or generator.randint(1, 16)
    stray = generator.randbytes(size).translate(_NOT_IN_GARBAGE)
    note = f"{size} stray bytes before VT"
    return Hurt(stray + VT + payload + END, Special(fault.kind, expected=TAKEN_OR_CLOSED, note=note))


def _no_vt(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    return Hurt(payload + END, Special(fault.kind, broken=True, expected=REFUSALS, note="sent without VT"))


def _no_fs(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    frame = VT + payload.rstrip(CR) + CR
    return Hurt(frame, Special(fault.kind, broken=True, expected=REFUSALS, note="sent without FS"))


def _no_cr(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    expected = ("AA", "CA", "close", "silence")
    return Hurt(VT + payload + FS, Special(fault.kind, expected=expected, note="sent without the CR after FS"))


def _glued_segments(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    ends = [found.start() for found in _TERMINATOR.finditer(payload)][1:]
    if not ends:
        return None
    at = generator.choice(ends)
    note = f"the segment terminator at byte {at} is missing"
    special = Special(fault.kind, damaged=True, expected=EITHER, note=note)
    return Hurt(VT + payload[:at] + payload[at + 1 :] + END, special)


_TERMINATOR = re.compile(rb"\r(?=[A-Z])")


def _split_segment(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    first = payload.find(CR)
    text = payload.rstrip(CR)
    places = (
        [at for at in (generator.randrange(first + 5, len(text)) for _ in range(8)) if _inside(text, at)]
        if (0 <= first < len(text) - 6)
        else []
    )
    if not places:
        return None
    at = places[0]
    note = f"a segment terminator at byte {at}, inside a segment"
    special = Special(fault.kind, damaged=True, expected=EITHER, note=note)
    return Hurt(VT + payload[:at] + CR + payload[at:] + END, special)


def _bad_delimiters(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    fields = _header(payload)
    if len(fields) < 3:
        return None
    separator = payload[3:4]
    rest = payload[4 + len(fields[1]) :]
    head, note = generator.choice(
        (
            (b"MSH" + separator, "MSH-2 is empty"),
            (b"MSHA" + fields[1], "MSH-1 is a letter"),
            (b"MSH" + separator + separator * 4, "MSH-2 repeats MSH-1"),
            (b"MSH" + separator + b"^^^^", "MSH-2 uses one character four times"),
        )
    )
    return Hurt(VT + head + rest + END, Special(fault.kind, broken=True, expected=REFUSALS, note=note))


def _bad_header(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    fields = _header(payload)
    if len(fields) < 12:
        return None
    number = generator.choice((9, 10, 12))
    fields[number - 1] = b""
    hurt = _with_header(payload, fields)
    broken = number != 12
    expected = REFUSALS if broken else EITHER
    special = Special(fault.kind, broken=broken, damaged=True, expected=expected, note=f"MSH-{number} is empty")
    return Hurt(VT + hurt + END, special, b"" if number == 10 else None)


def _wrong_charset(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    codec = codec_of(_charset(payload)) or "ascii"
    if codec not in ("ascii", "utf-8") or not _header(payload):
        return None
    hurt = _with_text(payload, b" \xe9\xe8")
    if hurt is None:
        return None
    note = f"bytes E9 E8 that are no {codec}"
    return Hurt(VT + hurt + END, Special(fault.kind, expected=EITHER, note=note))


def _lying_charset(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    codec = codec_of(_charset(payload)) or "ascii"
    real = "utf-8" if codec == "ascii" else codec
    lie = "8859/1" if real == "utf-8" else "8859/5"
    fields = _header(payload)
    if not fields:
        return None
    fields += [b""] * (18 - len(fields))
    fields[17] = lie.encode("ascii")
    hurt = _with_text(_with_header(payload, fields), " ß".encode(real, "replace"))
    if hurt is None:
        return None
    note = f"MSH-18 says {lie}, the bytes are {real}"
    return Hurt(VT + hurt + END, Special(fault.kind, expected=EITHER, note=note))


def _oversize(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    size = int(fault.amount) or OVERSIZE_BYTES
    head = payload.rstrip(CR) + CR + b"ZPD" + payload[3:4]
    frame = VT + head + b"x" * max(0, size - len(head) - 1) + CR + END
    return Hurt(frame, Special(fault.kind, expected=EITHER, note=f"padded to {len(frame) - 3} bytes"))


def _clock_skew(payload: bytes, generator: Random, fault: Fault) -> Hurt | None:
    fields = _header(payload)
    stamp = _STAMP.match(fields[6]) if len(fields) > 6 else None
    if stamp is None:
        return None
    text = stamp[1].decode("ascii")
    moment = datetime.strptime(text, _FORMS[len(text)])  # noqa: DTZ007 - the zone is kept as it stands
    off = fault.amount or SKEW_S
    try:
        skewed = moment + timedelta(seconds=off)
    except OverflowError:
        return None
    fields[6] = skewed.strftime(_FORMS[len(text)]).rjust(len(text), "0").encode("ascii") + fields[6][stamp.end() :]
    note = f"MSH-7 is off by {off:+.0f} s"
    return Hurt(VT + _with_header(payload, fields) + END, Special(fault.kind, note=note))


_STAMP = re.compile(rb"(\d{14}|\d{12}|\d{8})(?!\d)")
_FORMS = {14: "%Y%m%d%H%M%S", 12: "%Y%m%d%H%M", 8: "%Y%m%d"}


def _byte_by_byte(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    special = Special(fault.kind, Way.BYTE_BY_BYTE, amount=fault.amount, note="every byte in a packet of its own")
    return Hurt(VT + payload + END, special)


def _slow_loris(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    amount = fault.amount or SLOW_S
    note = f"spread over {amount:g} s"
    special = Special(fault.kind, Way.SLOWLY, amount=amount, expected=TAKEN_OR_CLOSED, note=note)
    return Hurt(VT + payload + END, special)


def _split_frame(payload: bytes, generator: Random, fault: Fault) -> Hurt:
    frame = VT + payload + END
    size = len(frame)
    cuts, words = generator.choice(
        (
            ((1,), "after VT"),
            ((size - 2,), "before FS"),
            ((size - 1,), "between FS and CR"),
            ((1, size - 2, size - 1), "after VT, before FS and before CR"),
        )
    )
    special = Special(fault.kind, Way.SPLIT, amount=fault.amount or PAUSE_S, cuts=cuts, note=f"cut {words}")
    return Hurt(frame, special)


def _sent(way: Way, note: str) -> Damage:
    def send(payload: bytes, generator: Random, fault: Fault) -> Hurt:
        return Hurt(VT + payload + END, Special(fault.kind, way, amount=fault.amount, note=note))

    return send


def _header(payload: bytes) -> list[bytes]:
    """The fields of the MSH segment, index n - 1 is MSH-n; none where there is no such segment."""
    if not payload.startswith(b"MSH") or payload[3:4] in (b"", CR):
        return []
    end = payload.find(CR)
    return (payload if end < 0 else payload[:end]).split(payload[3:4])


def _with_header(payload: bytes, fields: list[bytes]) -> bytes:
    end = payload.find(CR)
    return payload[3:4].join(fields) + (b"" if end < 0 else payload[end:])


def _charset(payload: bytes) -> str:
    fields = _header(payload)
    return fields[17].partition(b"~")[0].decode("latin-1") if len(fields) > 17 else ""


def _with_text(payload: bytes, extra: bytes) -> bytes | None:
    """These bytes at the end of the patient's street (PID-11.1), where they touch no identity; None without a PID."""
    start = payload.find(b"\rPID") + 1
    if not start:
        return None
    end = payload.find(CR, start)
    end = len(payload) if end < 0 else end
    fields = payload[start:end].split(payload[3:4])
    fields += [b""] * (12 - len(fields))
    street, caret, rest = fields[11].partition(b"^")
    fields[11] = street + extra + caret + rest
    return payload[:start] + payload[3:4].join(fields) + payload[end:]


DAMAGES: dict[FaultKind, Damage] = {
    FaultKind.TRUNCATE: _truncate,
    FaultKind.STRAY_BYTES: _stray_bytes,
    FaultKind.NO_VT: _no_vt,
    FaultKind.NO_FS: _no_fs,
    FaultKind.NO_CR: _no_cr,
    FaultKind.GLUED_SEGMENTS: _glued_segments,
    FaultKind.SPLIT_SEGMENT: _split_segment,
    FaultKind.BAD_DELIMITERS: _bad_delimiters,
    FaultKind.WRONG_CHARSET: _wrong_charset,
    FaultKind.LYING_CHARSET: _lying_charset,
    FaultKind.OVERSIZE: _oversize,
    FaultKind.BAD_HEADER: _bad_header,
    FaultKind.CLOCK_SKEW: _clock_skew,
    FaultKind.BYTE_BY_BYTE: _byte_by_byte,
    FaultKind.SLOW_LORIS: _slow_loris,
    FaultKind.SPLIT_FRAME: _split_frame,
    FaultKind.COALESCE: _sent(Way.WITH_NEXT, "in one write with the next frame"),
    FaultKind.DROP: _sent(Way.NOT_AT_ALL, "never sent, on purpose"),
    FaultKind.DISCONNECT_BEFORE: _sent(Way.CLOSE_BEFORE, "connected and closed before it"),
    FaultKind.DISCONNECT_DURING: _sent(Way.CLOSE_DURING, "half of it, then closed; sent again whole"),
    FaultKind.DISCONNECT_AFTER: _sent(Way.CLOSE_AFTER, "all of it, then closed without waiting; sent again"),
    FaultKind.RESET: _sent(Way.RESET_AFTER, "all of it, then reset; sent again"),
}
"""The faults that leave one row where one message was."""
